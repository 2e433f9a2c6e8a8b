"""The audit trail: one chain a clinic and day, in which nothing can be changed, taken out or slipped in unseen."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.story import Story, begin
from vaxcard.keyring import Keyring
from vaxcard.records.audit import AuditEntry, AuditHead, BrokenLink, Look, note, seal_pending, verify
from vaxcard.records.database import Database

DAY = date(2026, 6, 20)


def look(story: Story, action: str = "child.open", day: date = DAY, times: int = 1) -> None:
    with story.on(day) as acting:
        for _ in range(times):
            acting.note(action, subjects=["name"])


def broken(story: Story) -> list[BrokenLink]:
    with story.database.reading() as session:
        return verify(session, story.database.keyring)


def tamper(database: Database, statement: str) -> None:
    """What somebody with the database's own password could do: take the triggers off, then change rows."""
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP TRIGGER audit_entries_only_added ON audit_entries"))
        else:
            connection.execute(text("DROP TRIGGER audit_entries_refuse_update"))
            connection.execute(text("DROP TRIGGER audit_entries_refuse_delete"))
        connection.execute(text(statement))


def chain_of(story: Story, day: date = DAY) -> str:
    return f"{story.clinic_id}:{day.isoformat()}"


def test_an_untouched_trail_is_whole(story: Story) -> None:
    look(story, times=5)
    look(story, day=date(2026, 6, 22), times=2)
    assert broken(story) == []


@pytest.mark.parametrize(
    ("change", "number", "problem"),
    [
        ("UPDATE audit_entries SET actor = 'staff:2' WHERE number = 2 AND chain = '{chain}'", 2, "changed"),
        ("UPDATE audit_entries SET action = 'child.print' WHERE number = 1 AND chain = '{chain}'", 1, "changed"),
        ("DELETE FROM audit_entries WHERE number = 2 AND chain = '{chain}'", 2, "missing"),
        ("DELETE FROM audit_entries WHERE number = 1 AND chain = '{chain}'", 1, "missing"),
        ("DELETE FROM audit_entries WHERE number = 4 AND chain = '{chain}'", 4, "ends before its head"),
        ("DELETE FROM audit_entries WHERE chain = '{chain}'", 1, "ends before its head"),
    ],
)
def test_what_was_changed_or_taken_out_is_found(story: Story, change: str, number: int, problem: str) -> None:
    look(story, times=4)
    tamper(story.database, change.format(chain=chain_of(story)))
    (link,) = broken(story)
    assert (link.chain, link.number) == (chain_of(story), number)
    assert problem in link.problem


def test_an_entry_made_without_the_key_is_found(story: Story) -> None:
    look(story, times=2)
    forger = Keyring({1: b"a key that was never this registry's own, but long enough"})
    with Session(story.database.engine) as session:
        note(session, Look(story.clinic_id, DAY, datetime(2026, 6, 20, 3, tzinfo=UTC), "staff:1", "child.open"))
        seal_pending(session, forger)
        session.commit()
    assert [(link.number, "without the key" in link.problem) for link in broken(story)] == [(3, True)]


def test_a_days_chain_begins_with_the_head_of_the_clinics_day_before(story: Story) -> None:
    look(story, times=3)
    look(story, day=date(2026, 6, 23))
    with story.database.reading() as session:
        head = session.get_one(AuditHead, chain_of(story))
        first = session.get_one(AuditEntry, (chain_of(story, date(2026, 6, 23)), 1))
        assert first.previous_mac == head.mac


def test_a_whole_day_taken_out_breaks_the_next(story: Story) -> None:
    look(story, times=3)
    look(story, day=date(2026, 6, 21))
    tamper(story.database, f"DELETE FROM audit_entries WHERE chain = '{chain_of(story)}'")
    with story.database.engine.begin() as connection:
        connection.execute(text(f"DELETE FROM audit_heads WHERE chain = '{chain_of(story)}'"))
    assert [link.chain for link in broken(story)] == [chain_of(story, date(2026, 6, 21))]


def test_work_of_a_day_whose_successor_has_begun_goes_into_the_successor(story: Story) -> None:
    look(story, times=2)
    look(story, day=date(2026, 6, 21))
    look(story, action="late", times=2)  # as after a rehearsal of tomorrow
    assert broken(story) == []
    with story.database.reading() as session:
        late = session.query(AuditEntry).filter(AuditEntry.action == "late").all()
        assert [(entry.chain, entry.at.date()) for entry in late] == [(chain_of(story, date(2026, 6, 21)), DAY)] * 2


def test_clinics_have_chains_of_their_own(story: Story) -> None:
    other = begin(story.database, story.schedule, name="云溪卫生院")
    look(story, times=2)
    look(other, times=2)
    with story.database.reading() as session:
        assert [session.get_one(AuditHead, chain_of(each)).number for each in (story, other)] == [2, 2]
    assert broken(story) == []


def test_what_is_undone_leaves_no_entry(story: Story) -> None:
    with pytest.raises(ZeroDivisionError), story.on(DAY) as acting:
        acting.note("child.open")
        raise ZeroDivisionError
    look(story)
    with story.database.reading() as session:
        assert session.get_one(AuditHead, chain_of(story)).number == 1
    assert broken(story) == []


def at_once(story: Story, workers: int, times: int) -> list[BaseException]:
    """Several looks at the same moment; returns what went wrong."""
    faults: list[BaseException] = []

    def work() -> None:
        try:
            look(story, times=times)
        except BaseException as fault:  # reported by the test
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


@pytest.mark.parametrize("before", [0, 1])  # also where the day's chain has still to be begun
def test_many_at_once_make_one_chain(story: Story, before: int) -> None:
    look(story, times=before)
    assert at_once(story, workers=6, times=3) == []
    assert broken(story) == []
    with story.database.reading() as session:
        assert session.get_one(AuditHead, chain_of(story)).number == 18 + before
