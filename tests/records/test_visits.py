"""When a child comes next: the clinic's first open day, and what belongs to that visit."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tests.story import WEEKDAYS, Story, an_id, begin
from vaxcard.errors import Refused
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import ClinicClosure, ClinicRecord, ClinicSession, load_clinic
from vaxcard.records.coming import Asked, Coming, next_visit
from vaxcard.records.database import Database
from vaxcard.records.visits import (
    NextVisit,
    VisitKind,
    first_open_day,
    is_open_on,
    next_session_day,
    next_visit_of,
)
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.outcomes import Assessment, Forecast, SeriesStatus

MONDAY = date(2026, 6, 15)
BORN = date(2026, 5, 20)


def a_clinic(*weekdays: int, closed: tuple[date, ...] = ()) -> ClinicRecord:
    return ClinicRecord(
        id=an_id(),
        name="清河卫生服务中心",
        time_zone="Asia/Shanghai",
        sessions=[ClinicSession(weekday=day, opens=time(8), closes=time(11)) for day in weekdays],
        closures=[ClinicClosure(closed_on=day) for day in closed],
    )


# Open days


@pytest.mark.parametrize(
    ("on_or_after", "first"),
    [
        (MONDAY, MONDAY),
        (MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)),
        (MONDAY + timedelta(days=3), MONDAY + timedelta(days=3)),
        (MONDAY + timedelta(days=4), MONDAY + timedelta(days=7)),
    ],
)
def test_the_first_open_day_is_the_day_itself_or_the_next_session(on_or_after: date, first: date) -> None:
    assert first_open_day(a_clinic(0, 3), on_or_after) == first


def test_a_closure_moves_it_on() -> None:
    clinic = a_clinic(0, 3, closed=(MONDAY, MONDAY + timedelta(days=3)))
    assert first_open_day(clinic, MONDAY) == MONDAY + timedelta(days=7)
    assert not is_open_on(clinic, MONDAY)


def test_a_clinic_that_told_no_sessions_is_taken_to_be_open() -> None:
    assert all(is_open_on(a_clinic(), MONDAY + timedelta(days=ahead)) for ahead in range(7))
    assert not is_open_on(a_clinic(closed=(MONDAY,)), MONDAY)


def test_a_clinic_that_is_never_open_is_told_as_a_fault_of_its_sessions() -> None:
    clinic = a_clinic(0, closed=tuple(MONDAY + timedelta(weeks=week) for week in range(60)))
    with pytest.raises(Refused, match="sessions and closures") as refused:
        first_open_day(clinic, MONDAY)
    assert refused.value.reason == "clinic-never-open"


# The visit that forecasts ask for


def a_row(group: str, recommended: date | None, **more: Any) -> Forecast:
    told = {"earliest": recommended, "dose": 1, "vaccines": (group,), "status": SeriesStatus.NOT_COMPLETE, **more}
    return Forecast(group, recommended=recommended, **told)


class Answering(Asked):
    """A child of whom the engine says the same on every day."""

    def __init__(self, *rows: Forecast) -> None:
        self.rows, self.put_off, self.schedule = rows, {}, load_schedule("cn")
        self.today = self.on(MONDAY)

    def on(self, day: date) -> Assessment:
        due = tuple(row.group for row in self.rows if row.earliest is not None and row.earliest <= day)
        return Assessment(day, "", "", None, (), self.rows, due, ())


def visit_for(*rows: Forecast, today: date = MONDAY) -> Coming | None:
    return next_visit(Answering(*rows), a_clinic(0, 3), first_open_day(a_clinic(0, 3), today))


def test_nothing_owed_asks_for_no_visit() -> None:
    assert visit_for() is None
    assert visit_for(a_row("HepB", None)) is None


def test_the_earliest_recommended_day_decides() -> None:
    visit = visit_for(a_row("DTaP", MONDAY + timedelta(days=30)), a_row("HepB", MONDAY + timedelta(days=1)))
    assert visit is not None
    assert (visit.planned_on, visit.visit_on, visit.groups) == (MONDAY + timedelta(days=1), MONDAY + timedelta(days=3), ("HepB",))


def test_what_comes_due_by_the_open_day_joins() -> None:
    visit = visit_for(*(a_row(group, MONDAY + timedelta(days=days)) for group, days in (("HepB", 1), ("DTaP", 3), ("JE", 4))))
    assert visit is not None
    assert visit.groups == ("HepB", "DTaP")


def test_what_could_be_given_early_is_not_pulled_forward() -> None:
    visit = visit_for(a_row("HepB", MONDAY), a_row("MMR", MONDAY + timedelta(days=60), earliest=MONDAY))
    assert visit is not None
    assert visit.groups == ("HepB",)


def test_an_overdue_child_is_expected_on_the_next_open_day() -> None:
    visit = visit_for(a_row("HepB", MONDAY - timedelta(days=90)), today=MONDAY + timedelta(days=1))
    assert visit is not None
    assert (visit.planned_on, visit.visit_on) == (MONDAY - timedelta(days=90), MONDAY + timedelta(days=3))


def test_a_paid_vaccine_calls_for_no_visit_but_joins_one() -> None:
    assert visit_for(a_row("Hib", MONDAY, optional=True)) is None
    visit = visit_for(a_row("HepB", MONDAY), a_row("Hib", MONDAY, optional=True))
    assert visit is not None
    assert visit.groups == ("HepB", "Hib")


def test_what_a_physician_must_decide_calls_for_no_visit() -> None:
    assert visit_for(a_row("BCG", MONDAY, needs="clinician")) is None


# In the registry


def stored(story: Story, child_id: UUID) -> NextVisit | None:
    with story.database.reading() as session:
        return next_visit_of(session, child_id)


def test_the_visit_falls_on_a_day_when_the_childs_clinic_is_open(database: Database) -> None:
    story = begin(database, load_schedule("cn"), sessions=WEEKDAYS)
    visit = stored(story, story.newborn(BORN, BORN))
    assert visit is not None
    assert (visit.planned_on, visit.visit_on, visit.kind) == (date(2026, 6, 20), date(2026, 6, 22), VisitKind.COMPUTED)


def test_an_appointment_stands_as_long_as_something_is_owed_and_it_is_to_come(story: Story) -> None:
    child = story.newborn(BORN, BORN)
    appointed = date(2026, 6, 25)
    with story.on(BORN) as acting:
        visit = acting.session.get_one(NextVisit, child)
        visit.kind, visit.visit_on = VisitKind.APPOINTED, appointed
    story.refresh(child, date(2026, 6, 24))
    kept = stored(story, child)
    assert kept is not None
    assert (kept.kind, kept.visit_on) == (VisitKind.APPOINTED, appointed)
    story.refresh(child, date(2026, 6, 26))
    missed = stored(story, child)
    assert missed is not None
    assert (missed.kind, missed.visit_on) == (VisitKind.COMPUTED, date(2026, 6, 26))


def test_who_moved_away_is_expected_no_more(story: Story) -> None:
    child = story.newborn(BORN, BORN)
    with story.on(BORN) as acting:
        load_child(acting.session, child).state = "moved-away"
    story.refresh(child, BORN)
    assert stored(story, child) is None


def test_a_closure_told_later_moves_the_visit_at_the_next_assessment(story: Story) -> None:
    child = story.newborn(BORN, BORN)
    with story.on(BORN) as acting:
        load_clinic(acting.session, story.clinic_id).closures = [ClinicClosure(closed_on=date(2026, 6, 20))]
    story.refresh(child, BORN)
    visit = stored(story, child)
    assert visit is not None
    assert visit.visit_on == date(2026, 6, 21)


@pytest.mark.parametrize(
    ("local", "day"),
    [
        ("2026-06-15T07:59", MONDAY),  # before the session
        ("2026-06-15T10:59", MONDAY),
        ("2026-06-15T11:00", MONDAY + timedelta(days=3)),  # it has just ended: Thursday is next
        ("2026-06-16T09:00", MONDAY + timedelta(days=3)),  # no session today
    ],
)
def test_nobody_is_told_to_come_after_todays_last_session(local: str, day: date) -> None:
    clinic = a_clinic(0, 3)
    assert next_session_day(clinic, datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(clinic.time_zone))) == day


def test_a_clinic_without_told_sessions_may_be_visited_today() -> None:
    assert next_session_day(a_clinic(), datetime(2026, 6, 15, 14, tzinfo=UTC)) == MONDAY
