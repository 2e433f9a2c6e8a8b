"""Print runs: one row for what was printed together, kept so that a run can be taken up again and its cards' scanning be judged.

Where the files lie and what is on them is for the manifest beside them; a card remembers the run that printed it last.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.errors import NotFound
from vaxcard.records.acting import Acting
from vaxcard.records.columns import Base, Id, Instant
from vaxcard.records.issued_cards import CardRecord


class PrintKind(StrEnum):
    """What a run prints: whole sets, single cards of them, or cards that belong to nobody yet."""

    SETS = "sets"
    CARDS = "cards"
    BLANK = "blank"


class PrintRunRecord(Base):
    """A run: how many sets were asked for and are done, and how many of its cards were typed because they did not scan."""

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


def begin_run(acting: Acting, run_id: UUID, kind: PrintKind, *, sheet: str, asked: int) -> PrintRunRecord:
    """A new run, or the one of this id taken up again with what is asked now."""
    run = acting.session.get(PrintRunRecord, run_id)
    if run is None:
        run = PrintRunRecord(id=run_id, kind=kind, sheet=sheet, sets=0, cards=0, files=0, typed=0)
        run.actor, run.started_at = acting.actor, acting.now
        acting.session.add(run)
    run.asked = asked
    acting.note("cards.print", subjects=[str(run_id)])
    return run


def note_progress(session: Session, run_id: UUID, *, sets: int, cards: int, files: int, finished_at: datetime | None) -> None:
    """How far a run is, all its files counted. Raises NotFound for a run that was never begun."""
    run = session.get(PrintRunRecord, run_id)
    if run is None:
        raise NotFound("no such print run", place=str(run_id), advice="print again under another file name")
    run.sets, run.cards, run.files, run.finished_at = sets, cards, files, finished_at


def note_printed(session: Session, run_id: UUID, cards: Collection[UUID]) -> None:
    """These cards came out of this run, the last that printed them."""
    session.execute(update(CardRecord).where(CardRecord.id.in_(cards)).values(print_run_id=run_id))


def note_typed(session: Session, card: CardRecord) -> None:
    """A card's short code was typed because its symbol did not scan: counted for the run that printed it, if one did."""
    if card.print_run_id is not None:
        counted = update(PrintRunRecord).where(PrintRunRecord.id == card.print_run_id)
        session.execute(counted.values(typed=PrintRunRecord.typed + 1))


def runs(session: Session, *, limit: int = 50) -> list[PrintRunRecord]:
    """The latest runs, newest first."""
    return list(session.scalars(select(PrintRunRecord).order_by(PrintRunRecord.started_at.desc(), PrintRunRecord.id).limit(limit)))
