"""Print runs: one row for what was printed together, kept so that a run can be taken up again and its cards' scanning be judged.

Where the files lie and what is on them is for the manifest beside them; a card remembers the run that printed it last.
What waits in the queue is for `print_queue`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.errors import NotFound
from vaxcard.records.acting import Acting
from vaxcard.records.columns import Base, Id, Instant
from vaxcard.records.issued_cards import CardRecord
from vaxcard.records.people import ChildRecord

_ZERO = text("0")


class PrintKind(StrEnum):
    """What a run prints: whole sets, single cards of them, or cards that belong to nobody yet."""

    SETS = "sets"
    CARDS = "cards"
    BLANK = "blank"


class RunState(StrEnum):
    """How far a run is. A printed one is `done`; of a failed one nothing more is printed until somebody tries again."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PrintRunRecord(Base):
    """A run: how many sets were asked for and are done.

    A queued run bears a `choice` (whose cards) and the number of its last `claim`. `scanned` and `typed` hold what its
    cards counted before a later run printed them again; what they count now stands on the cards.
    """

    __tablename__ = "print_runs"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    sheet: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(60))
    asked: Mapped[int]
    sets: Mapped[int]
    cards: Mapped[int]
    files: Mapped[int]
    typed: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    clinic_id: Mapped[UUID | None] = mapped_column(Id)
    state: Mapped[str] = mapped_column(String(20), server_default=text("'done'"))
    choice: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))
    turn: Mapped[str] = mapped_column(String(10), default="long", server_default=text("'long'"))
    offset_right: Mapped[float] = mapped_column(default=0.0, server_default=_ZERO)
    offset_down: Mapped[float] = mapped_column(default=0.0, server_default=_ZERO)
    done: Mapped[int] = mapped_column(default=0, server_default=_ZERO)
    claim: Mapped[int] = mapped_column(default=0, server_default=_ZERO)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    scanned: Mapped[int] = mapped_column(default=0, server_default=_ZERO)


class PrintRunChild(Base):
    """Whose set a queued run prints, fixed when it was asked for."""

    __tablename__ = "print_run_children"

    run_id: Mapped[UUID] = mapped_column(Id, ForeignKey("print_runs.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    child_id: Mapped[UUID] = mapped_column(Id)


@dataclass(frozen=True)
class Reading:
    """How a run's cards are read at counters: by scanner, and by hand because that failed."""

    scanned: int
    typed: int

    @property
    def typed_share(self) -> float | None:
        """Which part was typed, 0 to 1; None while nobody has read a card."""
        read = self.scanned + self.typed
        return self.typed / read if read else None


def begin_run(acting: Acting, run_id: UUID, kind: PrintKind, *, sheet: str, asked: int) -> PrintRunRecord:
    """A new run, or the one of this id taken up again with what is asked now."""
    run = acting.session.get(PrintRunRecord, run_id)
    if run is None:
        run = PrintRunRecord(id=run_id, kind=kind, sheet=sheet, sets=0, cards=0, files=0, typed=0)
        run.actor, run.started_at, run.clinic_id = acting.actor, acting.now, acting.clinic_id
        acting.session.add(run)
    if not run.choice:  # what was asked of a queued run, and whose turn it is, is for the queue to say
        run.asked, run.state = asked, RunState.WORKING
    acting.note("cards.print", subjects=[str(run_id)])
    return run


def note_progress(session: Session, run_id: UUID, *, sets: int, cards: int, files: int, finished_at: datetime | None) -> None:
    """How far a run is, all its files counted. Raises NotFound for a run that was never begun."""
    run = session.get(PrintRunRecord, run_id)
    if run is None:
        raise NotFound("no such print run", place=str(run_id), advice="print again under another file name")
    run.sets, run.cards, run.files, run.finished_at = sets, cards, files, finished_at
    if finished_at is not None and not run.choice:  # a queued run is ended by the queue
        run.state = RunState.DONE


def note_printed(session: Session, run_id: UUID, cards: Collection[UUID]) -> None:
    """These cards came out of this run, the last that printed them; what they counted before stays with the run before."""
    counted = select(CardRecord.print_run_id, func.sum(CardRecord.scanned), func.sum(CardRecord.typed))
    earlier = (CardRecord.id.in_(cards), CardRecord.print_run_id.is_not(None), CardRecord.print_run_id != run_id)
    for before, scanned, typed in session.execute(counted.where(*earlier).group_by(CardRecord.print_run_id)).all():
        if scanned or typed:
            more = {"scanned": PrintRunRecord.scanned + scanned, "typed": PrintRunRecord.typed + typed}
            session.execute(update(PrintRunRecord).where(PrintRunRecord.id == before).values(**more))
    session.execute(update(CardRecord).where(*earlier).values(scanned=0, typed=0))
    session.execute(update(CardRecord).where(CardRecord.id.in_(cards)).values(print_run_id=run_id))


def runs(session: Session, *, clinic_id: UUID | None = None, limit: int = 50) -> list[PrintRunRecord]:
    """The latest runs, newest first: all, or those of a clinic and of the programme, which prints for every clinic."""
    rows = select(PrintRunRecord).order_by(PrintRunRecord.started_at.desc(), PrintRunRecord.id.desc()).limit(limit)
    if clinic_id is not None:
        rows = rows.where(or_(PrintRunRecord.clinic_id == clinic_id, PrintRunRecord.clinic_id.is_(None)))
    return list(session.scalars(rows))


def readings(session: Session, found: Collection[PrintRunRecord]) -> dict[UUID, Reading]:
    """How the cards of each of these runs were read."""
    ids = [run.id for run in found]
    counted = select(CardRecord.print_run_id, func.sum(CardRecord.scanned), func.sum(CardRecord.typed))
    grouped = counted.where(CardRecord.print_run_id.in_(ids)).group_by(CardRecord.print_run_id)
    now = {run_id: (int(scanned), int(typed)) for run_id, scanned, typed in session.execute(grouped)}
    none = (0, 0)
    return {run.id: Reading(run.scanned + now.get(run.id, none)[0], run.typed + now.get(run.id, none)[1]) for run in found}


@dataclass(frozen=True)
class Share:
    """What of a run that printed for several clinics is one clinic's: whose cards it printed last, and how they are read."""

    sets: int
    cards: int
    reading: Reading


def shares(session: Session, found: Collection[PrintRunRecord], clinic_id: UUID) -> dict[UUID, Share]:
    """A clinic's share of each of these runs; runs that printed nothing for its children are left out."""
    if not found:
        return {}
    numbers = (func.count(CardRecord.child_id.distinct()), func.count(), func.sum(CardRecord.scanned), func.sum(CardRecord.typed))
    rows = select(CardRecord.print_run_id, *numbers).join(ChildRecord, ChildRecord.id == CardRecord.child_id)
    rows = rows.where(ChildRecord.clinic_id == clinic_id, CardRecord.print_run_id.in_([run.id for run in found]))
    grouped = session.execute(rows.group_by(CardRecord.print_run_id))
    return {run_id: Share(sets, cards, Reading(int(scanned), int(typed))) for run_id, sets, cards, scanned, typed in grouped if run_id}
