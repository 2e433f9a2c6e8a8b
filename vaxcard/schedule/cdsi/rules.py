"""The words that CDC's data adds to a schedule's vocabulary: antigens with many series, products by age and maker, live conflicts.

Durations, intervals, vaccines and groups are those of every schedule; a bound that the data leaves out is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from vaxcard.schedule.cdsi.skips import SkipSet
from vaxcard.schedule.dates import Duration, MonthEnd
from vaxcard.schedule.rules import Names, Vaccine, VaccineGroup
from vaxcard.schedule.series import Interval

BIRTH_COUNTRY = "birth-country"
UNSAID = Duration(0, 0, "0 days", MonthEnd.ROLL)
"""The length of an interval that the data leaves open: it bounds nothing, which "0 days" does. Told apart by identity."""


class SeriesType(StrEnum):
    """Whom a series is for: everybody, people at risk, or nobody any more (doses given still count)."""

    STANDARD = "standard"
    RISK = "risk"
    EVALUATION_ONLY = "evaluation only"


@dataclass(frozen=True, slots=True)
class Product:
    """A vaccine as one dose takes it: at ages from..before, of one maker where that is said; `offered` ones are forecast."""

    cvx: str
    age_from: Duration | None
    age_before: Duration | None
    maker: str | None = None
    offered: bool = False


@dataclass(frozen=True, slots=True)
class DatedRule:
    """Ages and intervals of a dose as they stood from `first` to `last`, both included.

    Every interval holds, or every one of `allowed_intervals` where there are any.
    """

    first: date
    last: date
    absolute_minimum_age: Duration | None
    minimum_age: Duration | None
    earliest_recommended_age: Duration | None
    latest_recommended_age: Duration | None
    maximum_age: Duration | None
    intervals: tuple[Interval, ...]
    allowed_intervals: tuple[Interval, ...]
    has_priority: bool = field(init=False, repr=False, compare=False)
    """Whether every interval prevails over the other antigens of the group."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "has_priority", bool(self.intervals) and all(each.has_priority for each in self.intervals))


@dataclass(frozen=True, slots=True)
class Season:
    """When a dose is recommended at all; a missing end leaves it open."""

    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Turns:
    """When the outlook on a dose may change by time alone: at ages, on days of the calendar, some time after an earlier dose.

    At `product_ages` only the vaccines to offer may change.
    """

    ages: tuple[Duration, ...]
    days: tuple[date, ...]
    since_doses: tuple[Duration, ...]
    product_ages: tuple[Duration, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetDose:
    """The rule for the nth dose of a series.

    `live_waits` tells for each earlier live vaccine how long the vaccines preferred here wait after it.
    """

    number: int
    rules: tuple[DatedRule, ...]
    preferable: Mapping[str, tuple[Product, ...]]
    allowable: Mapping[str, tuple[Product, ...]]
    inadvertent: frozenset[str]
    skips_when_given: tuple[SkipSet, ...]
    skips_ahead: tuple[SkipSet, ...]
    recurring: bool
    season: Season | None
    live_waits: Mapping[str, tuple[Duration, ...]]
    turns: Turns
    source: str

    def rule_on(self, anchor: date) -> DatedRule:
        """The ages and intervals in force on a day."""
        if len(self.rules) > 1:
            for rule in self.rules:
                if rule.first <= anchor <= rule.last:
                    return rule
        return self.rules[0]


@dataclass(frozen=True, slots=True)
class Indication:
    """An observation that puts a person of this age at risk."""

    observation: str
    age_from: Duration | None
    age_before: Duration | None


@dataclass(frozen=True, slots=True, eq=False)
class AntigenSeries:
    """One path to protection against one antigen, with what decides whether it is taken; `sexes` None means everybody.

    Two series are told apart by identity: nothing says that their names differ.
    `awaits` names the series groups that its skips ask about: those are judged first.
    """

    name: str
    antigen: str
    kind: SeriesType
    sexes: frozenset[str] | None
    group: str
    equivalent: frozenset[str]
    is_default: bool
    is_product_path: bool
    priority: str
    preference: int
    starts_from: Duration | None
    starts_before: Duration | None
    indications: tuple[Indication, ...]
    targets: tuple[TargetDose, ...]
    awaits: frozenset[str]
    indicated_by: frozenset[str]
    source: str
    product_ages: tuple[Duration, ...] = field(init=False, repr=False)
    """Every age at which a vaccine of some dose may be offered, or no longer."""

    def __post_init__(self) -> None:
        ages = dict.fromkeys(age for target in self.targets for age in target.turns.product_ages)
        object.__setattr__(self, "product_ages", tuple(ages))


@dataclass(frozen=True, slots=True)
class Bar:
    """An observation that bars a vaccine (or, where `cvx` is None, the antigen) at an age in a range."""

    observation: str
    cvx: str | None
    age_from: Duration | None
    age_before: Duration | None


@dataclass(frozen=True, slots=True)
class BirthImmunity:
    """Everybody born before a date (in a country, where one is named) is immune unless an observation says otherwise."""

    born_before: date
    country: str | None
    unless: frozenset[str]


@dataclass(frozen=True)
class Antigen:
    """All that the data says of one antigen."""

    name: str
    group: str
    series: tuple[AntigenSeries, ...]
    immune_by: frozenset[str]
    immune_by_birth: tuple[BirthImmunity, ...]
    bars: tuple[Bar, ...]
    vaccine_bars: tuple[Bar, ...]
    source: str

    @cached_property
    def defaults(self) -> dict[str, list[AntigenSeries] | None]:
        """By sex, the default series of each series group that needs no indication; None where a group has none: points decide."""
        found: dict[str, list[AntigenSeries] | None] = {}
        for sex, members in self.for_everybody.items():
            groups = dict.fromkeys(each.group for each in members if each.kind is not SeriesType.EVALUATION_ONLY)
            chosen = [next((each for each in members if each.group == group and each.is_default), None) for group in groups]
            found[sex] = None if None in chosen else [each for each in chosen if each is not None]
        return found

    @cached_property
    def turns_untouched(self) -> dict[str, Turns]:
        """By sex, when the outlook may turn for somebody without doses and observations."""
        found = {}
        for sex, members in self.for_everybody.items():
            turns = [target.turns for series in members for target in series.targets]
            starts = [each.starts_from for each in members if each.starts_from is not None]
            ages = dict.fromkeys([*starts, *(age for each in turns for age in each.ages)])
            found[sex] = Turns(tuple(ages), tuple(sorted({day for each in turns for day in each.days})), ())
        return found

    @cached_property
    def barred_by(self) -> frozenset[str]:
        """The observations that bar something."""
        return frozenset(bar.observation for bar in (*self.bars, *self.vaccine_bars))

    @cached_property
    def asks_about(self) -> frozenset[str]:
        """Every observation that makes a difference to the antigen."""
        births = {code for each in self.immune_by_birth for code in (*each.unless, BIRTH_COUNTRY)}
        return self.barred_by | self.immune_by | births.union(*(each.indicated_by for each in self.series))

    @cached_property
    def for_everybody(self) -> dict[str, list[AntigenSeries]]:
        """The series by sex that need no indication."""
        return {
            sex: [each for each in self.series if each.kind is not SeriesType.RISK and (each.sexes is None or sex in each.sexes)]
            for sex in ("female", "male", "unknown")
        }


@dataclass(frozen=True, slots=True)
class Conflict:
    """How far a live vaccine stays from an earlier one: `minimum_end` after a dose that counted, `end` after any other."""

    begin: Duration
    minimum_end: Duration
    end: Duration


@dataclass(frozen=True, slots=True)
class Association:
    """An antigen that a vaccine holds when given at an age in a range."""

    antigen: str
    age_from: Duration | None
    age_before: Duration | None


@dataclass(frozen=True, slots=True)
class AntigenSchedule:
    """CDC's schedule, compiled once: a schedule whose groups are merged from antigens (see docs/decisions/0020).

    `conflicts` is looked up by the later vaccine, then the earlier one, `keeps_away` are all the earlier ones;
    `full_groups` count only when every antigen does.
    """

    code: str
    name: Names
    month_end: MonthEnd
    vaccines: Mapping[str, Vaccine]
    groups: Mapping[str, VaccineGroup]
    antigens: Mapping[str, Antigen]
    antigens_of: Mapping[str, tuple[str, ...]]
    associations: Mapping[str, tuple[Association, ...]]
    conflicts: Mapping[str, Mapping[str, Conflict]]
    keeps_away: frozenset[str]
    full_groups: frozenset[str]
    digest: str

    def vaccine(self, code: str) -> Vaccine:
        """The vaccine of that CVX code, with or without leading zeros; KeyError for one the data does not know."""
        return self.vaccines[padded(code)]

    def code_of_cvx(self, cvx: str) -> str | None:
        """The code as it was written, if the data knows it: answers repeat a dose as it came."""
        return cvx if padded(cvx) in self.vaccines else None


def padded(cvx: str) -> str:
    """A CVX code as the data writes it: two digits at least."""
    return cvx.strip().zfill(2)
