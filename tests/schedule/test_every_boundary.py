"""Every minimum age, interval and last age of the edition in force, read from the data: the day before, the day, the day after.

Each is made to decide: the doses before it are given on their first days for an age, and as late as need be for an interval.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.outcomes import EvaluationStatus
from vaxcard.schedule.series import Interval, Series, SeriesDose

SCHEDULE = load_schedule("cn")
BORN = date(2027, 1, 31)
DAY = timedelta(1)


@dataclass(frozen=True)
class Boundary:
    """What decides one dose of a series: an interval, or its minimum age where there is none."""

    group: str
    series: Series
    dose: SeriesDose
    interval: Interval | None

    def __str__(self) -> str:
        rule = self.dose.rules[-1]
        what = self.interval.minimum.text if self.interval else rule.minimum_age.text if rule.minimum_age else "any age"
        return f"{self.series.code} {self.dose.number} {what}"


def _series() -> Iterator[tuple[str, Series]]:
    for group, edition in SCHEDULE.in_force(BORN).editions.items():
        for series in edition.series:
            if not series.evaluation_only and not any(condition.born_before for condition in series.when):
                yield group, series


def _boundaries() -> Iterator[Boundary]:
    for group, series in _series():
        for dose in series.doses:
            rule = dose.rules[-1]
            yield Boundary(group, series, dose, None)
            if dose is not series.doses[0]:
                yield from (Boundary(group, series, dose, each) for each in rule.intervals if each.from_vaccines is None)


def _from_age(dose: SeriesDose) -> date:
    age = dose.rules[-1].minimum_age
    return age.after(BORN) if age else BORN


def _first_day(dose: SeriesDose, before: list[DoseAdministered], numbers: list[int]) -> date:
    days = [_from_age(dose)]
    for interval in dose.rules[-1].intervals if before else ():
        if interval.from_vaccines is None:
            since = before[numbers.index(interval.from_dose)] if interval.from_dose else before[-1]
            days.append(interval.minimum.after(since.given_on))
    return max(days)


def _before(at: Boundary) -> tuple[list[DoseAdministered], list[int]] | None:
    """The doses before, the last of them (or the one an interval runs from) late enough for the interval to decide; None if none can."""
    given: list[DoseAdministered] = []
    numbers: list[int] = []
    for dose in at.series.doses:
        if dose is at.dose:
            return given, numbers
        day = _first_day(dose, given, numbers)
        counts = at.interval is not None and (at.interval.from_dose or at.series.doses[at.series.doses.index(at.dose) - 1].number)
        while at.interval and counts == dose.number and at.interval.minimum.after(day) <= _from_age(at.dose):
            day += DAY
        given.append(DoseAdministered(len(given) + 1, day, dose.rules[-1].vaccines[0]))
        numbers.append(dose.number)
    return None


def _known(at: Boundary) -> tuple[Observation, ...]:
    """What puts a child on this path: the conditions of the series and those of its preference."""
    asked = [each for each in (*at.series.when, *at.series.prefer) if each.observation]
    values = [sorted(each.values)[0] if each.values else str((each.below or 1) - 1) for each in asked]
    return tuple(Observation(each.observation or "", None, value) for each, value in zip(asked, values, strict=True))


def _judged(at: Boundary, before: list[DoseAdministered], day: date) -> EvaluationStatus | None:
    dose = DoseAdministered(len(before) + 1, day, at.dose.rules[-1].vaccines[0])
    found = assess(SCHEDULE, Child(BORN, "female"), History((*before, dose), _known(at)), day)
    return next(each.status for each in found.evaluations if each.n == dose.n and each.group == at.group)


def _is_met(at: Boundary) -> bool:
    """Whether a child with those doses stands before this dose at all: what they passed over is told by scenarios."""
    before, numbers = _before(at) or ([], [])
    found = assess(SCHEDULE, Child(BORN, "female"), History(tuple(before), _known(at)), _first_day(at.dose, before, numbers))
    owed = next((each.dose for each in found.forecasts if each.group == at.group), at.dose.number)
    return owed == at.dose.number and [each.dose for each in found.evaluations if each.group == at.group] == numbers


PASSED_OVER = {
    "Men Men 3 12 months", "Men Men 3 28 days",  # a second A dose so late would itself be passed over, from 24 months
    "Polio Polio 5 4 years", "Polio Polio 5 28 days",  # only after four doses with one of type II, and then a clinician decides
}  # fmt: skip
MET = [at for at in _boundaries() if _is_met(at)]


def test_nearly_every_boundary_is_met_and_every_group_has_one() -> None:
    missed = {f"{at.group} {at}" for at in _boundaries()} - {f"{at.group} {at}" for at in MET}
    assert missed <= PASSED_OVER
    assert {at.group for at in MET} == set(SCHEDULE.groups)


@pytest.mark.parametrize("at", MET, ids=str)
def test_a_dose_counts_from_the_day_that_its_rule_names(at: Boundary) -> None:
    before, numbers = _before(at) or ([], [])
    day = _first_day(at.dose, before, numbers)
    if day > BORN and (not before or day > before[-1].given_on):
        assert _judged(at, before, day - DAY) is not EvaluationStatus.VALID
    assert _judged(at, before, day) is EvaluationStatus.VALID
    assert _judged(at, before, day + DAY) is EvaluationStatus.VALID


@pytest.mark.parametrize("at", [each for each in _boundaries() if each.interval is None and each.dose.rules[-1].maximum_age], ids=str)
def test_a_dose_after_its_last_age_is_one_more_than_asked_for(at: Boundary) -> None:
    maximum = at.dose.rules[-1].maximum_age
    assert maximum is not None
    before, _ = _before(at) or ([], [])
    over = maximum.after(BORN)
    assert _judged(at, before, over - DAY) is EvaluationStatus.VALID
    assert _judged(at, before, over) is EvaluationStatus.EXTRANEOUS
    assert _judged(at, before, over + DAY) is EvaluationStatus.EXTRANEOUS
