"""What holds for every child whatever was given: the laws of the engine."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.schedule.strategies import SCHEDULE, decided_patients, patients
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.dates import Duration, MonthEnd
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.outcomes import Assessment, EvaluationStatus, Forecast, SeriesStatus

SHORT, FULL = 50, max(50, round(10_000 * float(os.environ.get("LONG", "0.1"))))
COUNTS = [pytest.param(SHORT, id="short"), pytest.param(FULL, id="long", marks=pytest.mark.long)]


def law(*strategies: Any) -> Callable[[Callable[..., None]], Callable[[int], None]]:
    """A law holds for a few children in every run, and for many in the long one (`make test-long`)."""

    def told(check: Callable[..., None]) -> Callable[[int], None]:
        @pytest.mark.parametrize("count", COUNTS)
        def holds(count: int) -> None:
            often = settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
            often(given(*strategies)(check))()

        holds.__name__, holds.__doc__ = check.__name__, check.__doc__
        return holds

    return told


DAY = timedelta(1)


@law(decided_patients())
def test_assessing_never_raises_and_is_the_same_twice(patient: tuple[Child, History, date]) -> None:
    child, history, on = patient
    assert assess(SCHEDULE, child, history, on) == assess(SCHEDULE, child, history, on)


@law(patients(), st.randoms(use_true_random=False))
def test_the_order_of_recording_does_not_matter(patient: tuple[Child, History, date], shuffler: object) -> None:
    child, history, on = patient
    shuffled = list(history.doses)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    renumbered = tuple(replace(dose, n=n) for n, dose in enumerate(shuffled, 1))
    first, second = (assess(SCHEDULE, child, replace(history, doses=doses), on) for doses in (history.doses, renumbered))
    assert first.forecasts == second.forecasts
    assert _verdicts(first) == _verdicts(second)


def _verdicts(assessment: Assessment) -> list[tuple[object, ...]]:
    return sorted((e.given_on, e.vaccine, str(e.group), str(e.status), str(e.dose)) for e in assessment.evaluations)


@law(patients())
def test_a_forecast_is_earliest_then_recommended_then_past_due_then_latest(patient: tuple[Child, History, date]) -> None:
    for forecast in assess(SCHEDULE, *patient).forecasts:
        days = (forecast.earliest, forecast.recommended, forecast.past_due)
        assert [day for day in days if day] == sorted(day for day in days if day)
        if forecast.latest and forecast.earliest:
            assert forecast.earliest <= forecast.latest


@law(patients())
def test_a_recommended_vaccine_given_on_its_day_is_valid(patient: tuple[Child, History, date]) -> None:
    child, history, on = patient
    history = _without_the_future(history, on)
    for forecast in assess(SCHEDULE, child, history, on).forecasts:
        day = max(on, forecast.earliest or on)
        for vaccine in _plainly_offered(forecast) if _one_edition(forecast.group, on, day) else ():
            assert _judged(child, history, forecast.group, vaccine, day) is EvaluationStatus.VALID, (forecast, vaccine)


@law(patients())
def test_the_day_before_the_earliest_is_too_early(patient: tuple[Child, History, date]) -> None:
    child, history, on = patient
    history = _without_the_future(history, on)
    for forecast in assess(SCHEDULE, child, history, on).forecasts:
        day = (forecast.earliest or on) - DAY
        for vaccine in _plainly_offered(forecast) if on <= day and _one_edition(forecast.group, on, day) else ():
            assert _judged(child, history, forecast.group, vaccine, day) is not EvaluationStatus.VALID, (forecast, vaccine)


def _without_the_future(history: History, on: date) -> History:
    doses = tuple(dose for dose in history.doses if dose.given_on <= on)
    return replace(history, doses=doses, observations=tuple(o for o in history.observations if o.on is None or o.on <= on))


def _one_edition(group: str, first: date, last: date) -> bool:
    return SCHEDULE.edition_on(group, first) is SCHEDULE.edition_on(group, last)


def _plainly_offered(forecast: Forecast) -> tuple[str, ...]:
    return forecast.vaccines if forecast.status is SeriesStatus.NOT_COMPLETE and forecast.needs is None else ()


def _judged(child: Child, history: History, group: str, vaccine: str, day: date) -> EvaluationStatus | None:
    added = DoseAdministered(1000, day, vaccine)
    after = assess(SCHEDULE, child, replace(history, doses=(*history.doses, added)), day)
    return next(each.status for each in after.evaluations if each.n == added.n and each.group == group)


@law(patients(), st.sampled_from(sorted(SCHEDULE.vaccines)), st.integers(0, 400))
def test_a_later_dose_never_changes_the_verdict_on_earlier_ones(patient: tuple[Child, History, date], vaccine: str, wait: int) -> None:
    child, history, on = patient
    history = _without_the_future(history, on)
    later = on + timedelta(wait + 1)
    longer = replace(history, doses=(*history.doses, DoseAdministered(1000, later, vaccine)))
    before, after = assess(SCHEDULE, child, history, on), assess(SCHEDULE, child, longer, later)
    kept = {(each.n, each.group) for each in after.evaluations if each.status is EvaluationStatus.VALID}
    assert {(each.n, each.group) for each in before.evaluations if each.status is EvaluationStatus.VALID} <= kept


@law(patients(max_doses=6))
def test_a_plan_followed_to_the_letter_comes_to_an_end(patient: tuple[Child, History, date]) -> None:
    child, history, on = patient
    history, day = _without_the_future(history, on), on
    for n in range(1000, 1080):
        assessment = assess(SCHEDULE, child, history, day)
        owed = [each for each in assessment.forecasts if _plainly_offered(each) and each.group not in RECURRING]
        if not owed:
            return
        first = min(owed, key=lambda each: (max(day, each.earliest or day), each.group))
        day = max(day, first.earliest or day)
        given = DoseAdministered(n, day, first.vaccines[0])
        history = replace(history, doses=(*history.doses, given))
    raise AssertionError(f"still owed after 80 doses: {owed}")


RECURRING = {"Flu", "Rota"}


@law(patients())
def test_an_answer_holds_until_its_last_day_and_not_a_day_longer(patient: tuple[Child, History, date]) -> None:
    child, history, on = patient
    first = assess(SCHEDULE, child, history, on)
    if first.holds_until is None:
        assert _answer(assess(SCHEDULE, child, history, on + timedelta(20_000))) == _answer(first)
        return
    assert first.holds_until >= on
    span = (first.holds_until - on).days
    for ahead in {0, 1, span // 3, span // 2, span - 1, span} & set(range(span + 1)):
        assert _answer(assess(SCHEDULE, child, history, on + timedelta(ahead))) == _answer(first)
    assert _answer(assess(SCHEDULE, child, history, first.holds_until + DAY)) != _answer(first)


def _answer(assessment: Assessment) -> tuple[object, ...]:
    evaluations = tuple((e.n, e.group, e.dose, e.status) for e in assessment.evaluations)
    return evaluations, assessment.forecasts, assessment.due_now, assessment.edition


@law(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.integers(0, 400), st.integers(0, 40), st.sampled_from(MonthEnd))
def test_adding_months_is_monotone_and_follows_the_month_end_rule(day: date, months: int, days: int, rule: MonthEnd) -> None:
    length = Duration(months, days, "", rule)
    assert length.after(day) <= length.after(day + DAY)
    reached = Duration(months, 0, "", rule).after(day)
    if reached.day != day.day:
        assert (reached + DAY).day == 1 if rule is MonthEnd.CLAMP else reached.day == 1


def test_a_day_that_a_month_lacks_is_clamped_or_rolled() -> None:
    assert Duration(1, 0, "", MonthEnd.CLAMP).after(date(2026, 1, 31)) == date(2026, 2, 28)
    assert Duration(1, 0, "", MonthEnd.ROLL).after(date(2026, 1, 31)) == date(2026, 3, 1)
