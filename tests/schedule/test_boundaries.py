"""Each routine dose on the day before its first valid day, on the day and on the day after, for a child born on the last of a month.

The days are worked out by hand from the programme's ages and intervals, with missing days clamped to the end of the month.
"""

from datetime import date, timedelta

import pytest

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.outcomes import EvaluationStatus

SCHEDULE = load_schedule("cn")
GIRL = Child(date(2026, 7, 31), "female")
PLAN = {
    "HepB": "HepB 2026-07-31, HepB 2026-08-31, HepB 2027-01-31",
    "BCG": "BCG 2026-07-31",
    "Polio": "IPV 2026-09-30, IPV 2026-10-31, bOPV 2026-11-30, bOPV 2030-07-31",
    "DTaP": "DTaP 2026-09-30, DTaP 2026-11-30, DTaP 2027-01-31, DTaP 2028-01-31, DTaP 2032-07-31",
    "MMR": "MMR 2027-03-31, MMR 2028-01-31",
    "JE": "JE-L 2027-03-31, JE-L 2028-07-31",
    "Men": "MPSV-A 2027-01-31, MPSV-A 2027-04-30, MPSV-AC 2029-07-31, MPSV-AC 2032-07-31",
    "HepA": "HepA-L 2028-01-31",
    "HPV": "HPV2 2039-07-31, HPV2 2040-01-31",
}
DOSES = [(group, n) for group, told in PLAN.items() for n in range(1, told.count(",") + 2)]


def _plan(group: str) -> list[DoseAdministered]:
    pairs = [each.split() for each in PLAN[group].split(", ")]
    return [DoseAdministered(n, date.fromisoformat(day), vaccine) for n, (vaccine, day) in enumerate(pairs, 1)]


def _judged(before: list[DoseAdministered], vaccine: str, day: date) -> EvaluationStatus | None:
    dose = DoseAdministered(len(before) + 1, day, vaccine)
    assessment = assess(SCHEDULE, GIRL, History((*before, dose)), day)
    return next(each.status for each in assessment.evaluations if each.n == dose.n)


@pytest.mark.parametrize(("group", "n"), DOSES)
def test_a_routine_dose_counts_from_its_first_day_and_not_before(group: str, n: int) -> None:
    *before, dose = _plan(group)[:n]
    day = dose.given_on
    if day > GIRL.born_on:
        assert _judged(before, dose.vaccine, day - timedelta(1)) is EvaluationStatus.NOT_VALID
    assert _judged(before, dose.vaccine, day) is EvaluationStatus.VALID
    assert _judged(before, dose.vaccine, day + timedelta(1)) is EvaluationStatus.VALID


@pytest.mark.parametrize(("group", "n"), DOSES)
def test_the_forecast_names_that_day_that_number_and_that_product(group: str, n: int) -> None:
    *before, dose = _plan(group)[:n]
    on = before[-1].given_on if before else GIRL.born_on
    forecast = next(each for each in assess(SCHEDULE, GIRL, History(tuple(before)), on).forecasts if each.group == group)
    assert (forecast.dose, forecast.vaccines, forecast.earliest) == (n, (dose.vaccine,), dose.given_on)


@pytest.mark.parametrize("group", PLAN)
def test_a_dose_is_due_on_its_first_day_and_not_on_the_day_before(group: str) -> None:
    *before, last = _plan(group)
    history, day = History(tuple(before)), last.given_on
    assert group in assess(SCHEDULE, GIRL, history, day).due_now
    if day > GIRL.born_on:
        assert group not in assess(SCHEDULE, GIRL, history, day - timedelta(1)).due_now


@pytest.mark.parametrize("group", PLAN)
def test_the_routine_plan_given_to_the_day_is_complete(group: str) -> None:
    plan = _plan(group)
    forecasts = assess(SCHEDULE, GIRL, History(tuple(plan)), plan[-1].given_on).forecasts
    assert next(each.status for each in forecasts if each.group == group) == "complete"


def test_the_whole_routine_plan_given_to_the_day_leaves_nothing_owed() -> None:
    doses = sorted((dose for group in PLAN for dose in _plan(group)), key=lambda dose: dose.given_on)
    numbered = tuple(DoseAdministered(n, dose.given_on, dose.vaccine) for n, dose in enumerate(doses, 1))
    assessment = assess(SCHEDULE, GIRL, History(numbered), date(2040, 1, 31))
    assert {forecast.status for forecast in assessment.forecasts} == {"complete"}
    assert {evaluation.status for evaluation in assessment.evaluations} == {EvaluationStatus.VALID}
    assert assessment.due_now == () and assessment.holds_until is None
