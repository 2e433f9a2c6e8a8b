"""The next visit is judged as of its own day: what a dose given today forbids is not promised, what comes soon after joins it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.story import Story, an_id
from vaxcard.programme.rebuild import rebuild
from vaxcard.records.clinics import load_clinic
from vaxcard.records.coming import Coming
from vaxcard.records.doses import DoseForm
from vaxcard.records.planning import visit_plan, when_to_come_for_the_rest
from vaxcard.records.registry import record_dose
from vaxcard.records.visits import NextVisit, VisitKind, next_visit_of
from vaxcard.schedule.visits import WaitCause

BORN = date(2025, 1, 10)
TODAY = date(2026, 7, 13)  # eighteen months and three days: MMR and HepA-L are both due


@pytest.fixture
def child(story: Story) -> UUID:
    """A girl with all that is given before eighteen months."""
    child = story.newborn(BORN, BORN)
    for vaccine, day in (
        *(("HepB", date(2025, 2, 10)), ("IPV", date(2025, 3, 10)), ("DTaP", date(2025, 4, 10)), ("IPV", date(2025, 4, 10))),
        *(("bOPV", date(2025, 5, 10)), ("DTaP", date(2025, 5, 10)), ("DTaP", date(2025, 7, 10)), ("HepB", date(2025, 7, 10))),
        *(("MPSV-A", date(2025, 7, 12)), ("MMR", date(2025, 9, 10)), ("JE-L", date(2025, 9, 10)), ("MPSV-A", date(2025, 10, 12))),
    ):
        story.dose(child, vaccine, day)
    return child


def visit_of(story: Story, child_id: UUID) -> NextVisit:
    with story.database.reading() as session:
        visit = next_visit_of(session, child_id)
    assert visit is not None
    return visit


def the_rest(story: Story, child_id: UUID, today: date = TODAY) -> Coming | None:
    with story.on(today) as acting:
        return when_to_come_for_the_rest(acting, child_id)


def test_what_is_due_is_called_today_and_the_rest_tomorrow(story: Story, child: UUID) -> None:
    story.refresh(child, TODAY)
    assert (visit_of(story, child).visit_on, set(visit_of(story, child).groups)) == (TODAY, {"MMR", "HepA", "DTaP"})
    coming = the_rest(story, child)
    assert coming is not None and (coming.visit_on, set(coming.groups)) == (TODAY + timedelta(days=1), {"MMR", "HepA", "DTaP"})


def test_a_live_vaccine_given_today_moves_the_other_live_one_unless_it_follows_at_once(story: Story, child: UUID) -> None:
    story.dose(child, "MMR", TODAY)
    story.dose(child, "DTaP", TODAY)
    visit, coming = visit_of(story, child), the_rest(story, child)
    assert (visit.visit_on, visit.groups) == (TODAY, ["HepA"])
    assert coming is not None and (coming.visit_on, coming.planned_on) == (TODAY + timedelta(days=28),) * 2


def test_after_hours_nobody_is_called_on_a_day_that_todays_live_dose_forbids(story: Story, child: UUID) -> None:
    story.dose(child, "DTaP", TODAY)
    with story.on(TODAY, hour=10) as acting:  # six in the evening there: the clinic has closed
        record_dose(acting, child, DoseForm(an_id(), "MMR", TODAY, happened="written down in the evening"))
    visit = visit_of(story, child)
    assert (visit.visit_on, visit.planned_on, visit.groups) == (TODAY + timedelta(days=28), TODAY + timedelta(days=28), ["HepA"])


def test_each_day_is_judged_by_what_the_engine_says_of_that_day(story: Story, child: UUID) -> None:
    story.dose(child, "MMR", TODAY)
    coming = the_rest(story, child)
    assert coming is not None and (coming.visit_on, coming.groups) == (TODAY + timedelta(days=1), ("DTaP",))
    story.dose(child, "DTaP", TODAY + timedelta(days=1))
    assert visit_of(story, child).groups == ["HepA"]


def test_both_paths_work_out_the_same_visit(story: Story, child: UUID) -> None:
    story.dose(child, "MMR", TODAY)
    alone = visit_of(story, child)
    with story.database.writing() as session:
        session.execute(text("UPDATE next_visits SET visit_on = '2030-01-01', groups = '[]'"))
    rebuild(story.database, story.schedule, now=datetime(2026, 7, 13, 2, tzinfo=UTC), today=TODAY)
    after = visit_of(story, child)
    assert (after.visit_on, after.planned_on, after.groups, after.kind) == (alone.visit_on, alone.planned_on, alone.groups, alone.kind)


@pytest.mark.parametrize(("gap", "joined"), [(0, True), (1, True), (3, True), (4, False)])
def test_a_visit_to_come_waits_a_few_days_for_what_comes_soon(story: Story, gap: int, joined: bool) -> None:
    """The third HepB and the first MPSV-A are due at six months; the third DTaP 28 days after the second, `gap` days later."""
    born, at_six_months = date(2026, 5, 20), date(2026, 11, 20)
    child = story.newborn(born, born)
    for vaccine, day in (("HepB", 0), ("IPV", 30), ("DTaP", 30), ("IPV", 61), ("bOPV", 92)):
        story.dose(child, vaccine, date(2026, 6, 20) + timedelta(days=day))
    story.dose(child, "DTaP", at_six_months + timedelta(days=gap - 28))
    visit = visit_of(story, child)
    assert visit.visit_on == visit.planned_on == at_six_months + timedelta(days=gap if joined else 0)
    assert set(visit.groups) == {"HepB", "Men", *(["DTaP"] if joined else [])}


def test_who_may_come_today_is_not_told_to_wait(story: Story) -> None:
    born, at_six_months = date(2026, 5, 20), date(2026, 11, 20)
    child = story.newborn(born, born)
    for vaccine, day in (("HepB", 0), ("IPV", 30), ("DTaP", 30), ("IPV", 61), ("bOPV", 92), ("DTaP", 127)):
        story.dose(child, vaccine, date(2026, 6, 20) + timedelta(days=day))
    story.refresh(child, at_six_months)
    assert visit_of(story, child).visit_on == at_six_months


def test_an_appointment_on_a_day_when_nothing_may_be_given_does_not_stand(story: Story, child: UUID) -> None:
    appointed = TODAY + timedelta(days=10)
    story.dose(child, "DTaP", TODAY)
    with story.on(TODAY) as acting:
        visit = acting.session.get_one(NextVisit, child)
        visit.kind, visit.visit_on = VisitKind.APPOINTED, appointed
    story.refresh(child, TODAY)
    assert (visit_of(story, child).kind, visit_of(story, child).visit_on) == (VisitKind.APPOINTED, appointed)
    story.dose(child, "MMR", TODAY)
    assert visit_of(story, child).kind == VisitKind.COMPUTED


# Today's visit, planned from the record


def test_the_plan_knows_todays_sites_and_the_clinics_limit(story: Story, child: UUID) -> None:
    story.dose(child, "DTaP", TODAY, site="left-upper-arm")
    with story.on(TODAY) as acting:
        plan = visit_plan(acting, child)
        assert {dose.vaccine for dose in plan.doses} == {"MMR", "HepA-L"}
        assert "left-upper-arm" not in {dose.site for dose in plan.doses}
        load_clinic(acting.session, story.clinic_id).injections_a_visit = 2
    with story.on(TODAY) as acting:
        limited = visit_plan(acting, child)
    assert [dose.vaccine for dose in limited.doses] == ["MMR"]
    assert [waiting.cause for waiting in limited.waiting if waiting.group == "HepA"] == [WaitCause.LIVE]
