"""The vocabulary of a schedule: vaccines, groups, dated editions, what keeps vaccines apart and what bars them; series are in `series`.

The same words carry a national programme's TOML and CDC's supporting data; numbers live in the data only.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from vaxcard.schedule.dates import Duration, MonthEnd, day_after
from vaxcard.schedule.names import VaccineNames
from vaxcard.schedule.plan import Bracket
from vaxcard.schedule.series import Condition, NotCounted, Series

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
class Edition:
    """A group's rules from a date on; the next edition ends them.

    `thresholds` are the ages at which a forecast may change, `reopening` those at which even a complete one may; `fading` are the
    doses which, though they did not count, are asked about for a time.
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
    fading: tuple[NotCounted, ...] = ()
    _named: Mapping[str, Series] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_named", {series.code: series for series in self.series})

    def series_called(self, code: str, follows: str | None = None) -> Series:
        """The series of that code, else the one that it follows, else the edition's first."""
        return self._named.get(code) or self._named.get(follows or "") or self.series[0]


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which a rule across groups is in force, both ends included; None is no end."""

    first: date | None = None
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on `day`."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def turns(self) -> tuple[date, ...]:
        """The days from which it holds, or holds no more."""
        return tuple(day for day in (self.first, day_after(self.last) if self.last else None) if day is not None)


ALWAYS = Span()


@dataclass(frozen=True, slots=True)
class Contraindication:
    """An observation that bars vaccines for good ("never") or until a clinician has decided ("clinician").

    `named` is None where `vaccines` says which; "vaccine" where the observation's value names the one, "antigen" where every vaccine
    that shares an antigen with the one named is meant, and every vaccine at all where it names none that is known.
    """

    vaccines: frozenset[str]
    when: tuple[Condition, ...]
    effect: str
    observation: str
    source: str
    sensitive: bool
    unverified: tuple[str, ...]
    span: Span = ALWAYS
    named: str | None = None


@dataclass(frozen=True, slots=True)
class LiveSpacing:
    """Injected live vaccines: on the same day, or at least this far apart."""

    vaccines: frozenset[str]
    minimum: Duration
    source: str
    unverified: tuple[str, ...]
    span: Span = ALWAYS


@dataclass(frozen=True, slots=True)
class ObservationSpacing:
    """Vaccines that wait after an event, such as immunoglobulin."""

    observation: str
    vaccines: frozenset[str]
    minimum: Duration
    source: str
    unverified: tuple[str, ...]
    span: Span = ALWAYS


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
    def _across(self) -> tuple[Contraindication | LiveSpacing | ObservationSpacing, ...]:
        """The rules that hold across groups."""
        return (*self.live, *self.observation_spacing, *self.contraindications)

    @cached_property
    def _periods(self) -> tuple[list[date], list["InForce"]]:
        begun = {edition.effective_from for editions in self.editions.values() for edition in editions}
        starts = sorted(begun | {day for rule in self._across for day in rule.span.turns()})
        return starts, [self._period(start, after) for start, after in zip(starts, [*starts[1:], None], strict=True)]

    def _period(self, day: date, ends_before: date | None) -> "InForce":
        chosen = {}
        for group in self.groups:
            begun = [edition for edition in self.editions[group] if edition.effective_from <= day]
            chosen[group] = begun[-1] if begun else self.editions[group][0]
        flags = dict.fromkeys(self.unverified)
        for flagged in (*(rule for rule in self._across if rule.span.holds_on(day)), *chosen.values()):
            flags.update(dict.fromkeys(flagged.unverified))
        return InForce(f"{self.code} {day.isoformat()}", chosen, tuple(flags), ends_before)


@dataclass(frozen=True, slots=True)
class InForce:
    """The editions of one stretch of time without any change of rules: its label ("cn 2026-06-17"), its flags, the day the next begins."""

    label: str
    editions: Mapping[str, Edition]
    unverified: tuple[str, ...]
    ends_before: date | None
