"""The vocabulary of a schedule: vaccines, groups, dated editions, series, doses and the conditions under which a rule applies.

The same words carry a national programme's TOML and CDC's supporting data; numbers live in the data only.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from vaxcard.schedule.dates import Duration, MonthEnd
from vaxcard.schedule.names import VaccineNames
from vaxcard.schedule.plan import Bracket

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A product as the programme speaks of it; `live` is "injected", "oral" or None, `aliases` are the names that clinics write."""

    code: str
    names: Names
    short_names: Names
    national_codes: tuple[str, ...]
    cvx: str | None
    antigens: frozenset[str]
    groups: tuple[str, ...]
    aliases: tuple[str, ...]
    route: str
    live: str | None


@dataclass(frozen=True, slots=True)
class VaccineGroup:
    """What the programme counts together; an optional group is shown once started and is never late."""

    code: str
    names: Names
    short_names: Names
    optional: bool
    antigens: frozenset[str]


@dataclass(frozen=True, slots=True)
class DoseCount:
    """A number of valid doses in the group, of vaccines or antigens `of` (empty: any), given at an age in a range."""

    of: frozenset[str]
    at_least: int
    at_most: int | None
    age_from: Duration | None
    age_before: Duration | None


@dataclass(frozen=True, slots=True)
class Condition:
    """Facts that must all hold; what is None is not asked. Ages are those on the reference date."""

    age_from: Duration | None = None
    age_before: Duration | None = None
    born_from: date | None = None
    born_before: date | None = None
    sex: frozenset[str] | None = None
    observation: str | None = None
    values: frozenset[str] | None = None
    except_values: frozenset[str] | None = None
    below: int | None = None
    missing: bool = False
    counts: tuple[DoseCount, ...] = ()
    barred: frozenset[str] | None = None
    asks_birth: bool = True


@dataclass(frozen=True, slots=True)
class Interval:
    """A distance that a dose keeps: from the previous dose, from target dose `from_dose`, from the latest of `from_vaccines`,
    or from an observation."""

    minimum: Duration
    absolute_minimum: Duration
    earliest_recommended: Duration | None = None
    latest_recommended: Duration | None = None
    from_dose: int | None = None
    from_vaccines: frozenset[str] | None = None
    from_observation: str | None = None
    from_previous: bool = True
    has_priority: bool = False
    """Whether it prevails over the other antigens of its group (CDSi's intervalPriority "override")."""


@dataclass(frozen=True, slots=True)
class DoseRule:
    """One way to give a series dose; `vaccines` are offered, `accepts` (which contains them) are valid when given.

    `context` is "evaluation", "forecast" or "both"; `given` limits it to doses of these vaccines, as for a label that differs.
    """

    when: tuple[Condition, ...]
    context: str
    given: frozenset[str] | None
    absolute_minimum_age: Duration | None
    minimum_age: Duration | None
    earliest_recommended_age: Duration | None
    latest_recommended_age: Duration | None
    maximum_age: Duration | None
    intervals: tuple[Interval, ...]
    vaccines: tuple[str, ...]
    accepts: frozenset[str]
    needs: str | None
    rule: str
    source: str
    by_label: bool
    sensitive: bool
    unverified: tuple[str, ...]
    timed: bool = True
    """Whether an interval says more than a minimum: when the dose is recommended, or late."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Conditions under which a target dose is passed over; `context` is "evaluation", "forecast" or "both"."""

    context: str
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class SeriesDose:
    """The rule for the nth dose: ways to give it, tried in order (the last always applies), and when to pass it over."""

    number: int
    rules: tuple[DoseRule, ...]
    skips: tuple[Skip, ...]
    recurring: bool


@dataclass(frozen=True, slots=True)
class Series:
    """One path to protection in a group; `overrides` puts every other path aside for the child it concerns."""

    code: str
    when: tuple[Condition, ...]
    overrides: bool
    evaluation_only: bool
    prefer: tuple[Condition, ...]
    doses: tuple[SeriesDose, ...]
    beyond: tuple[DoseRule, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """A group's rules from a date on; the next edition ends them.

    `thresholds` are the ages at which a forecast may change, `reopening` those at which even a complete one may.
    """

    group: str
    effective_from: date
    series: tuple[Series, ...]
    owed_from: date | None
    title: str
    source: str
    unverified: tuple[str, ...]
    thresholds: tuple[Duration, ...]
    reopening: tuple[Duration, ...]

    def series_called(self, code: str) -> Series:
        """The series of that code, or the edition's first where it has none of the name."""
        for series in self.series:
            if series.code == code:
                return series
        return self.series[0]


@dataclass(frozen=True, slots=True)
class Contraindication:
    """An observation that bars vaccines for good ("never") or until a clinician has decided ("clinician")."""

    vaccines: frozenset[str]
    when: tuple[Condition, ...]
    effect: str
    observation: str
    source: str
    sensitive: bool
    unverified: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LiveSpacing:
    """Injected live vaccines: on the same day, or at least this far apart."""

    vaccines: frozenset[str]
    minimum: Duration
    source: str
    unverified: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObservationSpacing:
    """Vaccines that wait after an event, such as immunoglobulin."""

    observation: str
    vaccines: frozenset[str]
    minimum: Duration
    source: str
    unverified: tuple[str, ...]


@dataclass(frozen=True)
class Schedule:
    """A country's programme, compiled once; look things up, never change them."""

    code: str
    name: Names
    month_end: MonthEnd
    vaccines: Mapping[str, Vaccine]
    groups: Mapping[str, VaccineGroup]
    brackets: tuple[Bracket, ...]
    editions: Mapping[str, tuple[Edition, ...]]
    live: tuple[LiveSpacing, ...]
    observation_spacing: tuple[ObservationSpacing, ...]
    contraindications: tuple[Contraindication, ...]
    catch_up_age: Duration | None
    vaccine_names: VaccineNames
    unverified: tuple[str, ...] = ()
    digest: str = ""

    def vaccine(self, code: str) -> Vaccine:
        """The vaccine of that code; KeyError for one the schedule does not know."""
        return self.vaccines[code]

    def code_of_cvx(self, cvx: str) -> str | None:
        """The code under which a dose of that CVX is kept; None for one that the schedule does not know."""
        return next((code for code, vaccine in self.vaccines.items() if vaccine.cvx == cvx.zfill(2)), None)

    def edition_on(self, group: str, day: date) -> Edition:
        """The rules of a group in force on `day`: the latest edition not after it, the first one before all."""
        return self.in_force(day).editions[group]

    def in_force(self, day: date) -> "InForce":
        """What is in force on `day` in every group at once."""
        starts, periods = self._periods
        return periods[max(0, bisect_right(starts, day) - 1)]

    def vaccine_named(self, written: str) -> Vaccine | None:
        """The vaccine that a clinic means by a name, a national code or our own code; None when nothing matches exactly."""
        code = self.vaccine_names.exact(written)
        return self.vaccines[code] if code else None

    def likely_vaccine(self, written: str, on: date | None) -> tuple[str, ...]:
        """The codes that an unknown name probably stands for on that day, best first; a guess to show, never to store."""
        return self.vaccine_names.likely(written, on)

    @cached_property
    def _periods(self) -> tuple[list[date], list["InForce"]]:
        starts = sorted({edition.effective_from for editions in self.editions.values() for edition in editions})
        return starts, [self._period(start) for start in starts]

    def _period(self, day: date) -> "InForce":
        chosen = {}
        for group in self.groups:
            begun = [edition for edition in self.editions[group] if edition.effective_from <= day]
            chosen[group] = begun[-1] if begun else self.editions[group][0]
        youngest = max(edition.effective_from for edition in chosen.values())
        later = [e.effective_from for editions in self.editions.values() for e in editions if e.effective_from > day]
        flags = dict.fromkeys(self.unverified)
        for edition in chosen.values():
            flags.update(dict.fromkeys(edition.unverified))
        return InForce(f"{self.code} {youngest.isoformat()}", chosen, tuple(flags), min(later, default=None))


@dataclass(frozen=True, slots=True)
class InForce:
    """The editions of one stretch of time: its label ("cn 2026-06-17"), the flags it bears, and the day the next one begins."""

    label: str
    editions: Mapping[str, Edition]
    unverified: tuple[str, ...]
    ends_before: date | None
