"""The laws of the engine, the same for every schedule: what holds for everybody, whatever was given. A test file names its world."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vaxcard.schedule.assessment import AnySchedule, assess
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.outcomes import Assessment, EvaluationStatus, Forecast, SeriesStatus
from vaxcard.schedule.rules import Schedule

SHORT, FULL = 50, max(50, round(10_000 * float(os.environ.get("LONG", "0.1"))))
COUNTS = [pytest.param(SHORT, id="short"), pytest.param(FULL, id="long", marks=pytest.mark.long)]
DAY = timedelta(1)
VALID = EvaluationStatus.VALID
Patient = tuple[Child, History, date]


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


@dataclass(frozen=True)
class World:
    """A schedule with people for it: `patients` with at most so many doses, and `decided` ones; `recurring` groups never end."""

    schedule: AnySchedule
    patients: Callable[[int], st.SearchStrategy[Patient]]
    decided: st.SearchStrategy[Patient]
    vaccines: tuple[str, ...]
    recurring: frozenset[str] = frozenset()
    far_ahead: int = 20_000
    is_judged_by_its_own_dose_alone: bool = True
    """Whether a forecast names the first valid day itself, so that the day before is not (a national programme's)."""
    paths: Callable[[Child, History, date], Mapping[str, object]] | None = None
    """By group, the series along which its doses were judged, where a schedule knows several; None where there is one."""

    def assess(self, child: Child, history: History, on: date) -> Assessment:
        """What the engine answers in this world."""
        return assess(self.schedule, child, history, on)

    def is_one_edition(self, group: str, first: date, last: date) -> bool:
        """Whether the same rules are in force on both days, those across groups included."""
        schedule = self.schedule
        if not isinstance(schedule, Schedule):
            return True
        across = (*schedule.live, *schedule.observation_spacing, *schedule.contraindications)
        unchanged = all(rule.span.holds_on(first) == rule.span.holds_on(last) for rule in across)
        return unchanged and schedule.edition_on(group, first) is schedule.edition_on(group, last)


def laws_of(world: World) -> dict[str, Callable[[int], None]]:
    """Every law as a test of its name; a test file adds them to its own."""
    many, few = world.patients(14), world.patients(6)
    vaccines, waits = st.sampled_from(world.vaccines), st.integers(0, 400)
    found: dict[Callable[..., None], tuple[Any, ...]] = {
        test_never_raises_and_is_the_same_twice: (world.decided,),
        test_every_dose_is_answered_in_order: (many,),
        test_the_order_of_recording_does_not_matter: (many, st.randoms(use_true_random=False)),
        test_a_forecast_is_earliest_then_recommended_then_past_due_then_latest: (many,),
        test_a_recommended_vaccine_given_on_its_day_is_valid: (many,),
        test_a_later_dose_never_changes_the_verdict_on_earlier_ones: (many, vaccines, waits),
        test_a_course_followed_to_the_letter_comes_to_an_end: (few,),
        test_an_answer_holds_until_its_last_day_and_not_a_day_longer: (many,),
    }
    if world.is_judged_by_its_own_dose_alone:
        found[test_the_day_before_the_earliest_is_too_early] = (many,)
        found[test_a_change_of_edition_undoes_no_dose_that_counted] = (many,)
    return {check.__name__: law(st.tuples(*drawn))(_in(world, check)) for check, drawn in found.items()}


def _in(world: World, check: Callable[..., None]) -> Callable[..., None]:
    def holds(drawn: tuple[Any, ...]) -> None:
        check(world, *drawn)

    holds.__name__, holds.__doc__ = check.__name__, check.__doc__
    return holds


def test_never_raises_and_is_the_same_twice(world: World, patient: Patient) -> None:
    """Assessing never raises, and is deterministic."""
    assert world.assess(*patient) == world.assess(*patient)


def test_every_dose_is_answered_in_order(world: World, patient: Patient) -> None:
    """Each dose given has a verdict or a reason why it has none."""
    child, history, on = patient
    found = world.assess(child, history, on).evaluations
    assert [each.n for each in found] == sorted(each.n for each in found)
    assert {each.n for each in found} == {dose.n for dose in history.doses}


def test_the_order_of_recording_does_not_matter(world: World, patient: Patient, shuffler: Any) -> None:
    """Doses entered in any order are answered alike."""
    child, history, on = patient
    shuffled = list(history.doses)
    shuffler.shuffle(shuffled)
    renumbered = tuple(replace(dose, n=n) for n, dose in enumerate(shuffled, 1))
    first, second = (world.assess(child, replace(history, doses=doses), on) for doses in (history.doses, renumbered))
    assert first.forecasts == second.forecasts
    assert _verdicts(first) == _verdicts(second)


def _verdicts(assessment: Assessment) -> list[tuple[object, ...]]:
    return sorted((e.given_on, e.vaccine, str(e.group), str(e.status), str(e.dose)) for e in assessment.evaluations)


def test_a_forecast_is_earliest_then_recommended_then_past_due_then_latest(world: World, patient: Patient) -> None:
    """The days of a forecast stand in order, and only what is owed has any."""
    for forecast in world.assess(*patient).forecasts:
        days = (forecast.earliest, forecast.recommended, forecast.past_due)
        if forecast.status is not SeriesStatus.NOT_COMPLETE:
            assert (*days, forecast.dose) == (None, None, None, None)
            continue
        assert forecast.earliest is not None and forecast.recommended is not None
        assert forecast.earliest <= forecast.recommended
        assert forecast.past_due is None or forecast.earliest <= forecast.past_due
        if world.is_judged_by_its_own_dose_alone:
            assert [day for day in days if day] == sorted(day for day in days if day)
            assert forecast.latest is None or forecast.earliest <= forecast.latest


def test_a_recommended_vaccine_given_on_its_day_is_valid(world: World, patient: Patient) -> None:
    """On the later of `earliest` and today."""
    child, history, on = patient
    history = _until(history, on)
    for forecast in world.assess(child, history, on).forecasts:
        day = max(on, forecast.earliest or on)
        for vaccine in plainly_offered(forecast) if world.is_one_edition(forecast.group, on, day) else ():
            assert _judged(world, child, history, forecast.group, vaccine, day) is VALID, (forecast, vaccine)


def test_the_day_before_the_earliest_is_too_early(world: World, patient: Patient) -> None:
    """Within one edition."""
    child, history, on = patient
    history = _until(history, on)
    for forecast in world.assess(child, history, on).forecasts:
        day = (forecast.earliest or on) - DAY
        for vaccine in plainly_offered(forecast) if on <= day and world.is_one_edition(forecast.group, on, day) else ():
            assert _judged(world, child, history, forecast.group, vaccine, day) is not VALID, (forecast, vaccine)


def _until(history: History, on: date) -> History:
    doses = tuple(dose for dose in history.doses if dose.given_on <= on)
    return replace(history, doses=doses, observations=tuple(o for o in history.observations if o.on is None or o.on <= on))


def plainly_offered(forecast: Forecast) -> tuple[str, ...]:
    """The vaccines of a dose that is owed and needs no answer first."""
    return forecast.vaccines if forecast.status is SeriesStatus.NOT_COMPLETE and forecast.needs is None else ()


def _judged(world: World, child: Child, history: History, group: str, vaccine: str, day: date) -> EvaluationStatus | None:
    added = DoseAdministered(1000, day, vaccine)
    after = world.assess(child, replace(history, doses=(*history.doses, added)), day)
    return next(each.status for each in after.evaluations if each.n == added.n and each.group == group)


def test_a_later_dose_never_changes_the_verdict_on_earlier_ones(world: World, patient: Patient, vaccine: str, wait: int) -> None:
    """What counted goes on counting, whatever is given afterwards, as long as the same series is taken."""
    child, history, on = patient
    history = _until(history, on)
    later = on + timedelta(wait + 1)
    longer = replace(history, doses=(*history.doses, DoseAdministered(1000, later, vaccine)))
    undone = _counted(world.assess(child, history, on)) - _counted(world.assess(child, longer, later))
    if undone and world.paths is not None:
        before, after = world.paths(child, history, on), world.paths(child, longer, later)
        undone = {(n, group) for n, group in undone if before[group] == after[group]}
    assert not undone


def _counted(assessment: Assessment) -> set[tuple[int, str]]:
    return {(each.n, each.group) for each in assessment.evaluations if each.status is VALID and each.group is not None}


def test_a_change_of_edition_undoes_no_dose_that_counted(world: World, patient: Patient) -> None:
    """Assessed on the last day of an edition and on the first of the next, with nothing given between."""
    child, history, _ = patient
    assert isinstance(world.schedule, Schedule)
    for start in sorted({edition.effective_from for editions in world.schedule.editions.values() for edition in editions}):
        if start > child.born_on:
            known = _until(history, start - DAY)
            assert _counted(world.assess(child, known, start - DAY)) <= _counted(world.assess(child, known, start)), start


def test_a_course_followed_to_the_letter_comes_to_an_end(world: World, patient: Patient) -> None:
    """Complete, immune, aged out, contraindicated, not recommended or a stated need; recurring groups aside."""
    child, history, on = patient
    history, day = _until(history, on), on
    for n in range(1000, 1080):
        assessment = world.assess(child, history, day)
        owed = [each for each in assessment.forecasts if plainly_offered(each) and each.group not in world.recurring]
        if not owed:
            return
        first = min(owed, key=lambda each: (max(day, each.earliest or day), each.group))
        day = max(day, first.earliest or day)
        given_now = DoseAdministered(n, day, first.vaccines[0])
        history = replace(history, doses=(*history.doses, given_now))
    raise AssertionError(f"still owed after 80 doses: {owed}")


def test_an_answer_holds_until_its_last_day_and_not_a_day_longer(world: World, patient: Patient) -> None:
    """The same every day until `holds_until`; the day after it differs."""
    child, history, on = patient
    first = world.assess(child, history, on)
    if first.holds_until is None:
        assert _answer(world.assess(child, history, on + timedelta(world.far_ahead))) == _answer(first)
        return
    assert first.holds_until >= on
    span = (first.holds_until - on).days
    for ahead in {0, 1, span // 3, span // 2, span - 1, span} & set(range(span + 1)):
        assert _answer(world.assess(child, history, on + timedelta(ahead))) == _answer(first)
    assert _answer(world.assess(child, history, first.holds_until + DAY)) != _answer(first)


def _answer(assessment: Assessment) -> tuple[object, ...]:
    """All that is told: verdicts and forecasts with their reasons, what is due, and the edition."""
    return assessment.evaluations, assessment.forecasts, assessment.due_now, assessment.edition
