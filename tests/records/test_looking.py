"""A look reads without holding up whoever writes, and stands in the audit trail before its answer leaves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.story import Story
from vaxcard.records.acting import Acting
from vaxcard.records.audit import AuditEntry, verify
from vaxcard.records.clinics import ClinicRecord
from vaxcard.records.database import afterwards

DAY = date(2026, 6, 20)


@contextmanager
def looking(story: Story) -> Iterator[Acting]:
    with story.database.looking() as session:
        yield Acting(session, story.database.keyring, story.schedule, "staff:1", story.clinic_id, datetime(2026, 6, 20, 2, tzinfo=UTC), DAY)


def looks(story: Story) -> int:
    with story.database.reading() as session:
        assert verify(session, story.database.keyring) == []
        return len(session.scalars(select(AuditEntry).where(AuditEntry.action == "child.look")).all())


def rename(session: Session) -> None:
    session.execute(update(ClinicRecord).values(phone="0571-88880001"))


def test_a_look_is_in_the_trail_when_its_block_has_ended(story: Story) -> None:
    with looking(story) as acting:
        acting.note("child.look", subjects=["name"])
    assert looks(story) == 1


def test_a_look_that_failed_leaves_nothing(story: Story) -> None:
    with pytest.raises(ZeroDivisionError), looking(story) as acting:
        acting.note("child.look")
        afterwards(acting.session, update(ClinicRecord).values(phone="0571-88880001"), {})
        raise ZeroDivisionError
    assert looks(story) == 0
    with story.database.reading() as session:
        assert session.scalars(select(ClinicRecord.phone)).all() == ["0571-88880000"]


def test_what_a_look_leaves_behind_is_written_with_it(story: Story) -> None:
    with looking(story) as acting:
        afterwards(acting.session, update(ClinicRecord).values(phone="0571-88880001"), {})
    with story.database.reading() as session:
        assert session.scalars(select(ClinicRecord.phone)).all() == ["0571-88880001"]


def test_on_one_file_a_look_that_writes_is_refused_rather_than_lost(story: Story) -> None:
    if story.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL writes it in the same transaction")
    with pytest.raises(RuntimeError, match="a look changes nothing"), looking(story) as acting:
        rename(acting.session)


def test_a_look_does_not_wait_for_a_writer_to_read(story: Story) -> None:
    read = threading.Event()

    def look() -> None:
        with looking(story) as acting:
            acting.session.scalars(select(ClinicRecord)).all()
            read.set()
            acting.note("child.look")

    with story.on(DAY) as writer:
        rename(writer.session)
        reader = threading.Thread(target=look)
        reader.start()
        assert read.wait(60)  # before the writer is done
    reader.join()
    assert looks(story) == 1


def test_many_looks_at_once_are_each_chained(story: Story) -> None:
    together, faults = threading.Barrier(6), []

    def work() -> None:
        try:
            together.wait()
            for _ in range(3):
                with looking(story) as acting:
                    acting.note("child.look")
        except BaseException as fault:  # reported by the test
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (faults, looks(story)) == ([], 18)
