"""A person as the antigens see one, and how far a series has come with the doses taken so far."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import date

from vaxcard.schedule.cdsi.rules import BIRTH_COUNTRY, AntigenSchedule, AntigenSeries, padded
from vaxcard.schedule.dates import Ages, Duration
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.outcomes import EvaluationStatus, Reason, ReasonCode
from vaxcard.schedule.series import Interval


@dataclass(slots=True, eq=False)
class Given:
    """A dose in its place: `at` counts all doses by date; `counted` is whether it was valid in any series judged so far."""

    at: int
    dose: DoseAdministered
    on: date
    cvx: str
    flaw: Reason | None
    counted: bool | None = None


class Person:
    """Birth, sex, observations up to a day, and doses in order; ages are turned into dates once."""

    __slots__ = ("accepted", "age", "born_on", "by_antigen", "given", "live", "observed", "on", "schedule", "sex")

    def __init__(self, schedule: AntigenSchedule, child: Child, history: History, on: date) -> None:
        self.schedule, self.born_on, self.sex, self.on = schedule, child.born_on, child.sex, on
        self.age: Callable[[Duration], date] = Ages(child.born_on).__getitem__
        """The day on which an age is reached."""
        self.observed: dict[str, list[Observation]] = {}
        for observation in history.observations:
            if observation.holds_on(on):
                self.observed.setdefault(observation.code.strip().zfill(3), []).append(observation)
        self.accepted = {(each.group, each.given_on): each.on for each in history.decisions if each.decision == "accept" and each.on <= on}
        judged = [dose for dose in history.doses if child.born_on <= dose.given_on <= on and padded(dose.vaccine) in schedule.vaccines]
        self.given = [
            Given(at, dose, dose.given_on, padded(dose.vaccine), _flaw(dose)) for at, dose in enumerate(sorted(judged, key=_order))
        ]
        self.live = [each for each in self.given if each.cvx in schedule.keeps_away]
        self.by_antigen: dict[str, list[Given]] = {}
        for each in self.given:
            for association in schedule.associations.get(each.cvx, ()):
                if self.in_age(each.on, association.age_from, association.age_before):
                    self.by_antigen.setdefault(association.antigen, []).append(each)

    def in_age(self, day: date, age_from: Duration | None, age_before: Duration | None) -> bool:
        """Whether the age on `day` lies in a range; a missing bound is no bound."""
        if age_from is not None and day < self.age(age_from):
            return False
        return age_before is None or day < self.age(age_before)

    def seen_on(self, day: date) -> Person:
        """The same person on another day on which nothing else has been observed, given or decided."""
        later = copy(self)
        later.on = day
        return later

    def is_born_in(self, country: str | None) -> bool:
        """Whether the country of birth is that one; where nobody has said, the schedule's own country is assumed (decision 0020)."""
        said = self.observed.get(BIRTH_COUNTRY)
        return country is None or said is None or any(each.value == country for each in said)


def _order(dose: DoseAdministered) -> tuple[date, str, bool, date, str, int]:
    """By date; on one day by CVX, then the sounder of two alike first, so that the order of recording does not matter."""
    return dose.given_on, padded(dose.vaccine), dose.substandard, dose.expires_on or date.max, dose.maker or "", dose.n


def _flaw(dose: DoseAdministered) -> Reason | None:
    if dose.expires_on is not None and dose.given_on > dose.expires_on:
        return Reason(ReasonCode.GIVEN_AFTER_EXPIRY, {"expires_on": dose.expires_on}, "label")
    return Reason(ReasonCode.SUBSTANDARD, {}, "lot") if dose.substandard else None


class Standing:
    """One series with the doses taken so far: verdicts in order, targets met, the dose from which an interval runs."""

    __slots__ = ("_complete", "cursor", "inadvertent", "met", "met_on", "numbers", "person", "previous_on", "reasons",
                 "series", "skipped", "statuses", "taken")  # fmt: skip

    def __init__(self, series: AntigenSeries, person: Person, taken: list[Given], complete: Callable[[frozenset[str]], bool]) -> None:
        self.series, self.person, self.taken, self._complete = series, person, taken, complete
        self.cursor = self.skipped = 0
        self.statuses: list[EvaluationStatus] = []
        self.numbers: list[int | None] = []
        self.reasons: list[tuple[Reason, ...]] = []
        self.met: list[date] = []
        self.met_on: dict[int, date] = {}
        self.inadvertent: list[Given] = []
        self.previous_on: date | None = None

    def seen_by(self, person: Person, complete: Callable[[frozenset[str]], bool]) -> Standing:
        """The same doses on the same series, seen by a person on another day."""
        later = copy(self)
        later.person, later._complete = person, complete
        return later

    def is_any_complete(self, groups: frozenset[str]) -> bool:
        """Whether a series of the antigen in one of these groups is complete."""
        return self._complete(groups)

    def accepted_on(self, given: Given) -> date | None:
        """When a clinician accepted the dose for the antigen's group, whatever the rules say; None if nobody did."""
        group = self.person.schedule.antigens[self.series.antigen].group
        return self.person.accepted.get((group, given.on))

    def reference(self, interval: Interval, before: int) -> date | None:
        """The day from which an interval runs, seen from the dose in place `before`; None when there is none."""
        if interval.from_previous:
            return self.previous_on
        if interval.from_dose is not None:
            return self.met_on.get(interval.from_dose)
        if interval.from_vaccines is not None:
            for given in reversed(self.person.given[:before]):
                if given.cvx in interval.from_vaccines and given not in self.inadvertent:
                    return given.on
            return None
        seen = self.person.observed.get(interval.from_observation or "", ())
        return max((each.on for each in seen if each.on is not None), default=None)
