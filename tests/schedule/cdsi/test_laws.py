"""What holds by CDC's data for every person whatever was given; needs the data, which is no part of this repository."""

import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.schedule.test_laws import law
from vaxcard.schedule.assessment import AnySchedule, assess
from vaxcard.schedule.cdsi.loader import load_cdsi
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.outcomes import Assessment, EvaluationStatus, SeriesStatus

DATA = Path(os.environ.get("VAXCARD_SHARED", "nowhere")) / "cdsi" / "supporting-data-4.64"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="VAXCARD_SHARED names no folder: CDC's data is not at hand")
SCHEDULE: AnySchedule = load_cdsi(DATA) if DATA.is_dir() else None  # type: ignore[assignment]
CVX = sorted(SCHEDULE.vaccines) if SCHEDULE else ["00"]
OBSERVED = ["007", "014", "018", "024", "036", "050", "080", "145", "151", "154", "155", "160", "170", "186", "259"]
AGES = [0, 1, 2, 4, 6, 9, 12, 15, 18, 24, 48, 60, 72, 84, 108, 132, 144, 180, 192, 216, 240, 324, 600, 720, 900]
DAY = timedelta(1)
Patient = tuple[Child, History, date]


@st.composite
def patients(draw: st.DrawFn) -> Patient:
    """Somebody with up to eight doses near ages that matter, of a few vaccines."""
    born_on = draw(st.dates(date(1940, 1, 1), date(2026, 6, 30)))
    vaccines = draw(st.lists(st.sampled_from(CVX), min_size=1, max_size=3))
    near = st.tuples(st.sampled_from(AGES), st.integers(-40, 40)).map(lambda at: max(born_on, born_on + timedelta(at[0] * 30.44 + at[1])))
    given = draw(st.lists(st.tuples(near, st.sampled_from(vaccines), st.sampled_from([None, "PMC", "SKB", "MSD"])), max_size=8))
    doses = tuple(DoseAdministered(n, day, cvx, maker=maker) for n, (day, cvx, maker) in enumerate(given, 1))
    seen = draw(st.lists(st.sampled_from(OBSERVED), max_size=2, unique=True))
    observations = tuple(Observation(code, draw(st.one_of(st.none(), near)), "") for code in seen)
    on = max([draw(near), *(dose.given_on for dose in doses)])
    return Child(born_on, draw(st.sampled_from(["female", "male", "unknown"]))), History(doses, observations), on


@law(patients(), st.randoms(use_true_random=False))
def test_the_order_of_recording_does_not_matter(patient: Patient, shuffler: Any) -> None:
    child, history, on = patient
    shuffled = list(history.doses)
    shuffler.shuffle(shuffled)
    renumbered = tuple(replace(dose, n=n) for n, dose in enumerate(shuffled, 1))
    first, second = (assess(SCHEDULE, child, replace(history, doses=doses), on) for doses in (history.doses, renumbered))
    assert first.forecasts == second.forecasts
    assert _verdicts(first) == _verdicts(second)


def _verdicts(assessment: Assessment) -> list[tuple[object, ...]]:
    return sorted((e.given_on, e.vaccine, str(e.group), str(e.status), str(e.dose)) for e in assessment.evaluations)


@law(patients())
def test_a_forecast_is_earliest_then_recommended_and_late_last(patient: Patient) -> None:
    for forecast in assess(SCHEDULE, *patient).forecasts:
        if forecast.status is SeriesStatus.NOT_COMPLETE:
            assert forecast.earliest is not None and forecast.recommended is not None
            assert forecast.earliest <= forecast.recommended
            assert forecast.past_due is None or forecast.earliest <= forecast.past_due
        else:
            assert (forecast.earliest, forecast.recommended, forecast.past_due, forecast.dose) == (None, None, None, None)


@law(patients())
def test_every_dose_is_answered_and_in_order(patient: Patient) -> None:
    child, history, on = patient
    found = assess(SCHEDULE, child, history, on).evaluations
    assert [each.n for each in found] == sorted(each.n for each in found)
    assert {each.n for each in found} == {dose.n for dose in history.doses}


@law(patients())
def test_an_answer_holds_until_its_last_day_and_not_a_day_longer(patient: Patient) -> None:
    child, history, on = patient
    first = assess(SCHEDULE, child, history, on)
    if first.holds_until is None:
        assert _answer(assess(SCHEDULE, child, history, on + timedelta(40_000))) == _answer(first)
        return
    assert first.holds_until >= on
    span = (first.holds_until - on).days
    for ahead in {1, span // 3, span // 2, span - 1, span} & set(range(span + 1)):
        assert _answer(assess(SCHEDULE, child, history, on + timedelta(ahead))) == _answer(first)
    assert _answer(assess(SCHEDULE, child, history, first.holds_until + DAY)) != _answer(first)


def _answer(assessment: Assessment) -> tuple[object, ...]:
    return _verdicts(assessment), assessment.forecasts, assessment.due_now


@law(patients())
def test_a_recommended_vaccine_given_on_its_day_is_valid(patient: Patient) -> None:
    child, history, on = patient
    for forecast in assess(SCHEDULE, child, history, on).forecasts:
        day = max(on, forecast.earliest or on)
        for vaccine in forecast.vaccines:
            added = replace(history, doses=(*history.doses, DoseAdministered(1000, day, vaccine)))
            after = assess(SCHEDULE, child, added, day).evaluations
            status = next(each.status for each in after if each.n == 1000 and each.group == forecast.group)
            assert status is EvaluationStatus.VALID, (forecast, vaccine, day)
