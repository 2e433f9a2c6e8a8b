"""The visit plan: what is given together and where, what comes first, what waits until when, and the visits that catch a child up."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.schedule.laws import law
from tests.schedule.strategies import SCHEDULE, patients
from vaxcard.errors import InputFault
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.catch_up import CatchUp, catch_up_plan
from vaxcard.schedule.faults import ScheduleDataError
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.loader import DATA
from vaxcard.schedule.outcomes import EvaluationStatus, SeriesStatus
from vaxcard.schedule.visit_rules import load_visit_rules, read_visit_rules
from vaxcard.schedule.visits import VisitPlan, WaitCause, WaitingDose, plan_today

RULES = load_visit_rules("cn")
TODAY = date(2026, 11, 24)


def given(*doses: tuple[str, str]) -> History:
    return History(tuple(DoseAdministered(n, date.fromisoformat(day), vaccine) for n, (day, vaccine) in enumerate(doses, 1)))


def today(born_on: date, history: History | None = None, *, limit: int | None = None, used: Iterable[str] = ()) -> VisitPlan:
    history = history or History()
    assessment = assess(SCHEDULE, Child(born_on, "female"), history, TODAY)
    return plan_today(SCHEDULE, RULES, assessment, history, limit=limit, used_sites=tuple(used))


def vaccines(plan: VisitPlan) -> list[str]:
    return [dose.vaccine for dose in plan.doses]


def waits(plan: VisitPlan, group: str) -> WaitingDose:
    return next(each for each in plan.waiting if each.group == group)


# One visit


def test_a_newborn_is_given_both_at_once_and_bcg_in_the_arm() -> None:
    plan = today(TODAY)
    assert {dose.vaccine: dose.site for dose in plan.doses} == {"HepB": "right-upper-arm", "BCG": "left-upper-arm"}


def test_bcg_waits_when_both_arms_are_taken() -> None:
    plan = today(TODAY, used=["left-upper-arm", "right-upper-arm"])
    assert vaccines(plan) == ["HepB"] and plan.doses[0].site == "left-thigh"
    assert waits(plan, "BCG").cause is WaitCause.SITE


def test_within_the_limit_mmr_comes_first_and_the_other_live_one_with_it() -> None:
    plan = today(date(2024, 3, 1), limit=2)
    assert vaccines(plan) == ["MMR", "JE-L"]
    assert waits(plan, "HepB").cause is WaitCause.LIMIT


def test_a_live_dose_left_out_waits_28_days() -> None:
    plan = today(date(2024, 3, 1), limit=1)
    assert vaccines(plan) == ["MMR"]
    assert waits(plan, "JE") == WaitingDose("JE", 1, "JE-L", WaitCause.LIVE, date(2026, 12, 22), "MMR")


def test_a_live_dose_27_days_after_another_waits_for_one_day_and_on_the_28th_it_is_given() -> None:
    early, on_time = (today(date(2026, 3, 20), given(("2026-11-20", "HepB"), (day, "JE-L"))) for day in ("2026-10-28", "2026-10-27"))
    assert "MMR" not in vaccines(early) and waits(early, "MMR").until == date(2026, 11, 25)
    assert waits(early, "MMR").cause is WaitCause.LIVE and waits(early, "MMR").other == "JE-L"
    assert "MMR" in vaccines(on_time)


def test_drops_need_no_site_and_are_not_counted_as_injections() -> None:
    history = given(("2026-09-01", "IPV"), ("2026-10-01", "IPV"), ("2026-09-01", "DTaP"))
    plan = today(date(2026, 6, 20), history, limit=1)
    assert [dose.site for dose in plan.doses if dose.vaccine == "bOPV"] == [None]
    assert sum(dose.site is not None for dose in plan.doses) == 1


def test_what_was_injected_today_counts_towards_the_limit() -> None:
    plan = today(date(2024, 3, 1), given(("2026-11-24", "MMR")), limit=2)
    assert vaccines(plan) == ["JE-L"]


def test_a_vaccine_that_was_paid_for_comes_after_the_programme() -> None:
    plan = today(date(2025, 5, 1), given(("2025-08-01", "PCV13")), limit=1)
    assert waits(plan, "PCV").cause is WaitCause.LIMIT


def test_what_a_clinician_decides_is_not_planned() -> None:
    history = History(observations=(Observation("immunodeficiency", date(2026, 1, 1), "severe-combined"),))
    plan = today(date(2025, 4, 1), history)
    assert "MMR" not in vaccines(plan) and waits(plan, "MMR").cause is WaitCause.NEEDS


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(InputFault, match="from 1 on"):
        today(TODAY, limit=0)


# The visits that catch a child up


def test_a_child_of_eight_without_doses_is_caught_up_in_the_fewest_visits_that_the_intervals_allow() -> None:
    plan = catch_up_plan(SCHEDULE, RULES, Child(date(2018, 5, 5), "male"), History(), TODAY, limit=4)
    assert plan.is_whole
    within_a_year = [visit for visit in plan.visits if visit.on < date(2027, 11, 24)]
    assert len(within_a_year) <= 8  # four polio doses 28 days apart, HepB and DT later; each other dose comes along
    assert all(each.status is not SeriesStatus.NOT_COMPLETE for each in plan.left)


def test_a_newborn_keeps_to_the_visits_of_the_routine_plan() -> None:
    plan = catch_up_plan(SCHEDULE, RULES, Child(TODAY, "male"), History(), TODAY)
    assert len(plan.visits) == sum(len(bracket.visits) for bracket in SCHEDULE.brackets if bracket.sex is None)


def test_a_child_whose_doses_are_all_given_needs_no_visit() -> None:
    child = Child(date(2026, 11, 1), "male")
    plan = catch_up_plan(SCHEDULE, RULES, child, given(("2026-11-01", "HepB"), ("2026-11-01", "BCG")), TODAY)
    assert plan.visits[0].on == date(2026, 12, 1)


@law(patients(max_doses=6), st.sampled_from([1, 2, 3, None]))
def test_a_plan_followed_to_the_letter_ends_in_an_answer(patient: tuple[Child, History, date], limit: int | None) -> None:
    child, history, on = patient
    history = replace(history, doses=tuple(dose for dose in history.doses if dose.given_on <= on))
    plan = catch_up_plan(SCHEDULE, RULES, child, history, on, limit=limit)
    assert plan.is_whole
    for each in plan.left:
        assert each.status is not SeriesStatus.NOT_COMPLETE or each.needs or each.group in RECURRING, each


RECURRING = {"Flu", "Rota"}


@law(patients(max_doses=6), st.sampled_from([1, 2, 3, None]))
def test_every_planned_dose_counts_and_every_visit_keeps_to_its_bounds(patient: tuple[Child, History, date], limit: int | None) -> None:
    child, history, on = patient
    history = replace(history, doses=tuple(dose for dose in history.doses if dose.given_on <= on), observations=())
    plan = catch_up_plan(SCHEDULE, RULES, child, history, on, limit=limit)
    assert [visit.on for visit in plan.visits] == sorted({visit.on for visit in plan.visits})
    for visit in plan.visits:
        sites = [dose.site for dose in visit.doses if dose.site]
        assert len(sites) == len(set(sites)) <= (limit or len(RULES.sites))
        assert all(dose.site in RULES.sites_of(dose.vaccine) for dose in visit.doses if dose.site)
    assert _verdicts(child, history, plan) <= {EvaluationStatus.VALID}


def _verdicts(child: Child, history: History, plan: CatchUp) -> set[EvaluationStatus | None]:
    """What the planned doses are worth in the groups for which they were planned, on the day after the last."""
    number, planned, groups = 1000, [], set()
    for visit in plan.visits:
        for dose in visit.doses:
            number += 1
            planned.append(DoseAdministered(number, visit.on, dose.vaccine))
            groups |= {(number, group) for group, _ in dose.groups}
    last = plan.visits[-1].on if plan.visits else TODAY
    after = assess(SCHEDULE, child, replace(history, doses=(*history.doses, *planned)), last)
    return {each.status for each in after.evaluations if (each.n, each.group) in groups}


# The data


def test_faults_of_the_visit_rules_are_told_at_once_with_their_keys(tmp_path: Path) -> None:
    shutil.copytree(DATA / "cn", tmp_path / "cn")
    path = tmp_path / "cn/visit.toml"
    spoilt = path.read_text("utf-8").replace('vaccines = ["BCG"]', 'vaccines = ["BCX"]').replace('"7 days"', '"7 day"')
    path.write_text(spoilt.replace('groups = ["MMR"]', 'groups = ["MMX"]').replace("put_off_at_most", "put_of"), "utf-8")
    with pytest.raises(ScheduleDataError) as refused:
        read_visit_rules(path, SCHEDULE)
    told = str(refused.value)
    assert '"BCX" is not known' in told and '"MMX" is not known' in told and '"7 day" is not a duration' in told
    assert "put_off_at_most: is missing" in told and "put_of: is not a key" in told
