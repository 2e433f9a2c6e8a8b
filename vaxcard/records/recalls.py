"""Recalls: lots of a vaccine that are being looked into, and which children had a dose of them. Whom to text is decided by `reminders`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Index, String, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from vaxcard.errors import InputFault, NotFound
from vaxcard.records.acting import Acting
from vaxcard.records.columns import Base, Id, Instant
from vaxcard.records.doses import DoseRecord, DoseStatus
from vaxcard.records.people import ChildRecord, ChildState

_LONGEST_REASON = 200
_MOST_LOTS = 50


class RecallRecord(Base):
    """Lots of one vaccine, as compared by `lot_key`, called back for a reason."""

    __tablename__ = "recalls"
    __table_args__ = (Index("ix_recalls_vaccine", "vaccine"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    vaccine: Mapped[str] = mapped_column(String(30))
    lots: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(_LONGEST_REASON))
    called_by: Mapped[str] = mapped_column(String(60))
    called_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class Exposed:
    """A child who had a dose of a recalled lot: when, and which clinic looks after the child."""

    child_id: UUID
    clinic_id: UUID
    given_on: date
    lot_number: str
    is_sensitive: bool


def lot_key(lot: str) -> str:
    """A lot number as it is compared: one width, one case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", lot).split()).upper()


def call_back(acting: Acting, recall_id: UUID, vaccine: str, lots: Iterable[str], reason: str) -> RecallRecord:
    """Note a recall; the same id again is the stored one. Raises InputFault for a vaccine that is none, or no lot, or no reason."""
    stored = acting.session.get(RecallRecord, recall_id)
    if stored is not None:
        return stored
    keys = sorted({key for lot in lots if (key := lot_key(lot))})
    if vaccine not in acting.schedule.vaccines:
        raise InputFault("no vaccine of this schedule", place="vaccine", advice="choose one of the list")
    if not keys or len(keys) > _MOST_LOTS:
        raise InputFault("no lot, or too many at once", place="lots", advice=f"write 1 to {_MOST_LOTS} lot numbers, as on the box")
    if not reason.strip():
        raise InputFault("the reason is missing", place="reason", advice="say who calls the lots back, and why")
    recall = RecallRecord(id=recall_id, vaccine=vaccine, lots=keys, reason=reason.strip()[:_LONGEST_REASON])
    recall.called_by, recall.called_at = acting.actor, acting.now
    acting.session.add(recall)
    acting.session.flush()
    acting.note("recall.call", subjects=[str(recall.id)])
    return recall


def load_recall(session: Session, recall_id: UUID) -> RecallRecord:
    """The recall. Raises NotFound."""
    recall = session.get(RecallRecord, recall_id)
    if recall is None:
        raise NotFound("no such recall", place=str(recall_id))
    return recall


def all_recalls(session: Session) -> list[RecallRecord]:
    """Every recall, latest first."""
    return list(session.scalars(select(RecallRecord).order_by(RecallRecord.called_at.desc(), RecallRecord.id)))


def recall_of_lot(session: Session, vaccine: str, lot: str) -> RecallRecord | None:
    """The recall that a lot of a vaccine falls under, None for a sound one: for whoever is about to give it."""
    key = lot_key(lot)
    rows = select(RecallRecord).where(RecallRecord.vaccine == vaccine).order_by(RecallRecord.called_at)
    return next((recall for recall in session.scalars(rows) if key in recall.lots), None)


def exposed_to(session: Session, recall: RecallRecord, clinic_id: UUID | None = None) -> list[Exposed]:
    """The living children who had a dose of the recalled lots: of one clinic, or all; each with the latest such dose.

    Wherever it was given and however the lot was written. All doses of that vaccine are read: a recall is rare.
    """
    later = aliased(DoseRecord)
    rows = (
        select(DoseRecord.child_id, DoseRecord.given_on, DoseRecord.lot_number, ChildRecord.clinic_id, ChildRecord.is_sensitive)
        .join(ChildRecord, ChildRecord.id == DoseRecord.child_id)
        .where(DoseRecord.vaccine == recall.vaccine, DoseRecord.lot_number.is_not(None), DoseRecord.status == DoseStatus.COMPLETED)
        .where(ChildRecord.state != ChildState.DIED, ~select(later.id).where(later.supersedes_id == DoseRecord.id).exists())
        .order_by(DoseRecord.child_id, DoseRecord.given_on)
    )
    if clinic_id is not None:
        rows = rows.where(ChildRecord.clinic_id == clinic_id)
    lots = frozenset(recall.lots)
    found = {row.child_id: row for row in session.execute(rows) if lot_key(row.lot_number) in lots}
    return [Exposed(row.child_id, row.clinic_id, row.given_on, row.lot_number, row.is_sensitive) for row in found.values()]


def clinics_of(exposed: Sequence[Exposed]) -> dict[UUID, list[Exposed]]:
    """The same by the clinic that looks after them."""
    found: dict[UUID, list[Exposed]] = {}
    for each in exposed:
        found.setdefault(each.clinic_id, []).append(each)
    return found
