"""Everyone assessed again when an edition changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest
from sqlalchemy import text

from tests.conftest import TEST_SECRETS
from tests.story import Story, an_id, begin
from vaxcard.keyring import Keyring
from vaxcard.programme import rebuild as rebuilding
from vaxcard.programme.rebuild import rebuild
from vaxcard.records.audit import AuditEntry
from vaxcard.records.chart import load_child
from vaxcard.records.database import Database, open_database
from vaxcard.records.people import ChildState
from vaxcard.records.registry import observe
from vaxcard.records.visits import due_rows_of, next_visit_of
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.rules import Schedule

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


def everything(story: Story) -> dict[str, object]:
    """All due rows, evaluations, next visits and stamps, as plain values."""
    tables = ("due_rows", "evaluations", "next_visits")
    with story.database.reading() as session:
        found: dict[str, object] = {name: sorted(map(str, session.execute(text(f"SELECT * FROM {name}")))) for name in tables}
        stamps = "id, assessed_on, assessed_edition, assessed_engine, assessed_version, assessed_holds_until"
        return {**found, "stamps": sorted(map(str, session.execute(text(f"SELECT {stamps} FROM children"))))}


def families(story: Story, number: int) -> list[object]:
    """Children of several ages, some with doses and with findings that rules ask about."""
    ids: list[object] = []
    for n in range(number):
        child = story.newborn(date(2024, 1 + n % 12, 1 + n % 28), BORN, guardians=[])
        story.dose(child, "MMR", date(2025, 12, 1 + n % 28), BORN)
        ids.append(child)
    return ids


def test_a_second_rebuild_of_the_same_day_finds_everything_as_it_is(story: Story) -> None:
    families(story, 3)
    rebuild(story.database, story.schedule, now=NOW, today=LATER)
    first = everything(story)
    assert rebuild(story.database, story.schedule, now=NOW, today=LATER) == 3
    assert everything(story) == first


def test_what_is_dated_in_bulk_is_what_would_be_written_one_by_one(story: Story) -> None:
    for child in families(story, 4):
        story.refresh(child, LATER)  # type: ignore[arg-type]
    one_by_one = everything(story)
    with story.on(LATER) as acting:
        acting.session.execute(text("UPDATE due_rows SET edition = 'an old one', engine = 'an old one'"))
        acting.session.execute(text("UPDATE children SET assessed_edition = 'an old one', assessed_on = NULL"))
    rebuild(story.database, story.schedule, now=NOW, today=LATER)
    assert everything(story) == one_by_one


def test_what_is_written_in_bulk_is_what_would_be_written_one_by_one(story: Story) -> None:
    for child in families(story, 4):
        story.refresh(child, LATER)  # type: ignore[arg-type]
    one_by_one = everything(story)
    with story.on(LATER) as acting:
        acting.session.execute(text("UPDATE due_rows SET recommended = NULL, is_due = (1 = 0)"))
        acting.session.execute(text("DELETE FROM evaluations"))
    rebuild(story.database, story.schedule, now=NOW, today=LATER)
    assert everything(story) == one_by_one


def test_another_rebuild_in_between_leaves_nothing_to_resume(story: Story) -> None:
    families(story, 2)
    rebuild(story.database, story.schedule, now=NOW, today=LATER)
    rebuild(story.database, replace(story.schedule, digest="other rules"), now=NOW, today=LATER)
    assert rebuild(story.database, story.schedule, now=NOW, today=LATER, resume=True) == 2


def test_a_finding_is_read_in_bulk_as_it_is_read_alone(story: Story) -> None:
    child = story.newborn(date(2025, 9, 1), BORN)
    with story.on(BORN) as acting:
        observe(acting, child, an_id(), "immunodeficiency", "severe-combined", on=BORN)
    story.refresh(child, LATER)
    alone = everything(story)
    rebuild(story.database, story.schedule, now=NOW, today=LATER)
    assert everything(story) == alone


def opened_again(url: str) -> tuple[Database, Schedule]:
    return open_database(url, Keyring(TEST_SECRETS)), load_schedule("cn")


def test_several_processes_do_what_one_does(story: Story, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    families(story, 7)
    rebuild(story.database, story.schedule, now=NOW, today=LATER)
    alone = everything(story)
    with story.on(LATER) as acting:
        acting.session.execute(text("UPDATE due_rows SET recommended = NULL, edition = 'an old one'"))
    monkeypatch.setattr(rebuilding, "RANGE", 2)
    opener: Callable[[], tuple[Database, Schedule]] = partial(opened_again, database_url)
    told: list[tuple[int, int]] = []
    shown = lambda done, total: told.append((done, total))  # noqa: E731
    assert rebuild(story.database, story.schedule, now=NOW, today=LATER, jobs=2, opener=opener, progress=shown) == 7
    assert told[-1] == (7, 7) and len(told) == 4
    assert everything(story) == alone


class StoppedError(Exception):
    """Somebody pulled the plug."""


def test_a_rebuild_that_was_stopped_goes_on_where_it_was(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    families(story, 5)
    monkeypatch.setattr(rebuilding, "RANGE", 2)

    def stop(done: int, total: int) -> None:
        if done == 4:
            raise StoppedError

    with pytest.raises(StoppedError):
        rebuild(story.database, story.schedule, now=NOW, today=LATER, progress=stop)
    assert rebuild(story.database, story.schedule, now=NOW, today=LATER, resume=True) == 1
    assert rebuild(story.database, story.schedule, now=NOW, today=LATER, resume=True) == 0
    with story.database.reading() as session:
        assert {day for (day,) in session.execute(text("SELECT assessed_on FROM children"))} <= {LATER, LATER.isoformat()}
