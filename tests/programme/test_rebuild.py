"""Everyone assessed again when an edition changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from tests.story import Story, begin
from vaxcard.programme.rebuild import rebuild
from vaxcard.records.audit import AuditEntry
from vaxcard.records.chart import load_child
from vaxcard.records.database import Database
from vaxcard.records.people import ChildState
from vaxcard.records.visits import due_rows_of, next_visit_of
from vaxcard.schedule.loader import load_schedule

BORN = date(2026, 5, 20)
LATER = date(2026, 7, 1)
NOW = datetime(2026, 7, 1, 2, tzinfo=UTC)


@pytest.fixture
def story(database: Database) -> Story:
    return begin(database, load_schedule("cn"))


def test_everyone_is_assessed_for_the_day_and_told_of_progress(story: Story) -> None:
    children = [story.newborn(BORN, BORN, guardians=[]) for _ in range(3)]
    with story.on(BORN) as acting:
        acting.session.execute(text("UPDATE due_rows SET edition = 'an old one', recommended = NULL"))
    told: list[tuple[int, int]] = []
    assert rebuild(story.database, story.schedule, now=NOW, today=LATER, progress=lambda done, total: told.append((done, total))) == 3
    assert told == [(3, 3)]
    with story.database.reading() as session:
        for child_id in children:
            child, rows = load_child(session, child_id), due_rows_of(session, child_id)
            assert (child.assessed_on, {row.edition for row in rows}) == (LATER, {child.assessed_edition})
            assert next(row.recommended for row in rows if row.group == "HepB") == date(2026, 6, 20)
            visit = next_visit_of(session, child_id)
            assert visit is not None and visit.visit_on == LATER


def test_an_empty_registry_is_rebuilt_at_once(story: Story) -> None:
    assert rebuild(story.database, story.schedule, now=NOW, today=LATER) == 0


def test_who_died_or_moved_is_owed_nothing_more(story: Story) -> None:
    child = story.newborn(BORN, BORN)
    with story.on(BORN) as acting:
        load_child(acting.session, child).state = ChildState.DIED
    rebuild(story.database, story.schedule, now=NOW, today=LATER)
    with story.database.reading() as session:
        assert (due_rows_of(session, child), next_visit_of(session, child)) == ([], None)


def test_a_rebuild_changes_no_version_and_is_noted_once_a_range(story: Story) -> None:
    child = story.newborn(BORN, BORN)
    with story.database.reading() as session:
        version = load_child(session, child).version
    rebuild(story.database, story.schedule, now=NOW, today=LATER)
    with story.database.reading() as session:
        assert load_child(session, child).version == version
        (entry,) = session.query(AuditEntry).filter(AuditEntry.action == "schedule.rebuild")
        assert (entry.subjects, entry.actor) == ([str(child)], "system:rebuild")
