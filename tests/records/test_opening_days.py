"""A clinic's days: what is closed moves its visits, what is opened is used, and nobody keeps a day that is none."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from tests.story import WEEKDAYS, Story, begin
from vaxcard.errors import InputFault, NotFound
from vaxcard.records import opening_days
from vaxcard.records.appointments import appoint
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import load_clinic
from vaxcard.records.database import Database
from vaxcard.records.moved_visits import Moved, moved_from
from vaxcard.records.visits import VisitKind, hours_on, is_open_on, next_session_day, next_visit_of
from vaxcard.schedule.loader import load_schedule

BORN, TODAY = date(2026, 11, 2), date(2026, 11, 24)  # a Tuesday
VISIT = date(2026, 12, 2)  # HepB2, a month after birth


@pytest.fixture
def story(database: Database) -> Story:
    """A clinic that is open from Monday to Friday."""
    return begin(database, load_schedule("cn"), sessions=WEEKDAYS)


@pytest.fixture
def in_a_file(sqlite_database: Database) -> Story:
    """The same clinic, for what is refused before any row is touched."""
    return begin(sqlite_database, load_schedule("cn"), sessions=WEEKDAYS)


def coming(story: Story, child_id: UUID) -> tuple[date, str] | None:
    with story.database.reading() as session:
        visit = next_visit_of(session, child_id)
        return (visit.visit_on, visit.kind) if visit else None


def moved(story: Story, day: date) -> list[Moved]:
    with story.database.reading() as session:
        return moved_from(session, story.clinic_id, day)


def renew_all(story: Story) -> int:
    """What the page does after its change: everybody's visit, batch by batch."""
    after, done = None, 0
    while True:
        with story.on(TODAY) as acting:
            ids = opening_days.visits_to_renew(acting, after)
            opening_days.renew_visits(acting, ids)
        if not ids:
            return done
        after, done = ids[-1], done + len(ids)


def test_a_closed_day_moves_its_visits_to_the_next_session(story: Story) -> None:
    child_id = story.newborn(BORN, TODAY)
    assert coming(story, child_id) == (VISIT, VisitKind.COMPUTED)
    with story.on(TODAY) as acting:
        assert opening_days.close_days(acting, VISIT, VISIT, "培训") == 1
    assert coming(story, child_id) == (VISIT + timedelta(days=1), VisitKind.COMPUTED)
    assert moved(story, VISIT) == [Moved(child_id, VISIT, VISIT + timedelta(days=1), False)]
    assert moved(story, VISIT + timedelta(days=1)) == []


def test_an_appointment_gives_way_to_a_closed_day_and_is_told_as_one(story: Story) -> None:
    child_id, day = story.newborn(BORN, TODAY), VISIT + timedelta(days=7)
    with story.on(TODAY) as acting:
        appoint(acting, load_child(acting.session, child_id, lock=True), day)
    with story.on(TODAY) as acting:
        opening_days.close_days(acting, day, day, None)
    assert coming(story, child_id) == (VISIT, VisitKind.COMPUTED)
    assert [each.was_appointed for each in moved(story, day)] == [True]


def test_a_day_opened_again_is_used_again(story: Story) -> None:
    child_id = story.newborn(BORN, TODAY)
    with story.on(TODAY) as acting:
        opening_days.close_days(acting, VISIT, VISIT + timedelta(days=2), "元旦")
    assert coming(story, child_id) == (date(2026, 12, 7), VisitKind.COMPUTED)
    with story.on(TODAY) as acting:
        opening_days.open_again(acting, VISIT + timedelta(days=1))
    assert renew_all(story) == 1
    assert coming(story, child_id) == (VISIT + timedelta(days=1), VisitKind.COMPUTED)
    assert renew_all(story) == 0


def test_a_working_saturday_is_a_session_with_hours_of_its_own(story: Story) -> None:
    born, saturday = date(2026, 10, 28), date(2026, 11, 28)
    child_id = story.newborn(born, TODAY)
    assert coming(story, child_id) == (date(2026, 11, 30), VisitKind.COMPUTED)
    with story.on(TODAY) as acting:
        opening_days.add_day(acting, saturday, time(8, 30), time(11))
    renew_all(story)
    assert coming(story, child_id) == (saturday, VisitKind.COMPUTED)
    with story.database.reading() as session:
        clinic = load_clinic(session, story.clinic_id)
        assert hours_on(clinic, saturday) == ((time(8, 30), time(11)),)
        at_noon = datetime(2026, 11, 28, 4, tzinfo=UTC)
        assert next_session_day(clinic, at_noon) == date(2026, 11, 30)
    with story.on(TODAY) as acting:
        assert opening_days.drop_day(acting, saturday) == 1
    assert coming(story, child_id) == (date(2026, 11, 30), VisitKind.COMPUTED)


def test_another_week_moves_who_came_on_a_day_that_is_none_any_more(story: Story) -> None:
    child_id = story.newborn(BORN, TODAY)
    with story.on(TODAY) as acting:
        assert opening_days.set_week(acting, [(0, time(8), time(11)), (4, time(8), time(11)), (4, time(13), time(16))]) == 1
    assert coming(story, child_id) == (date(2026, 12, 4), VisitKind.COMPUTED)
    with story.database.reading() as session:
        clinic = load_clinic(session, story.clinic_id)
        assert [is_open_on(clinic, TODAY + timedelta(days=ahead)) for ahead in range(7)] == [False, False, False, True, False, False, True]


@pytest.mark.parametrize(
    "week",
    [[], [(0, time(11), time(8))], [(0, time(8), time(12)), (0, time(11), time(16))]],
    ids=["never", "backwards", "overlapping"],
)
def test_a_week_that_is_none_is_refused(in_a_file: Story, week: list[opening_days.Session]) -> None:
    with pytest.raises(InputFault), in_a_file.on(TODAY) as acting:
        opening_days.set_week(acting, week)


@pytest.mark.parametrize(("first", "last"), [(-1, 0), (0, -1), (0, 60), (500, 501)])
def test_only_days_to_come_are_closed_and_not_for_months(in_a_file: Story, first: int, last: int) -> None:
    with pytest.raises(InputFault), in_a_file.on(TODAY) as acting:
        opening_days.close_days(acting, TODAY + timedelta(days=first), TODAY + timedelta(days=last), None)


def test_what_is_not_closed_is_not_opened(in_a_file: Story) -> None:
    with pytest.raises(NotFound), in_a_file.on(TODAY) as acting:
        opening_days.open_again(acting, VISIT)
