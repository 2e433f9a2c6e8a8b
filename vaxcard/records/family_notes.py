"""What families tell their clinic from a telephone: how the child is after a visit, and that they can't come on the day.

Each stands on the clinic's list with its age until somebody has seen it. Told with a card alone it is unverified, and it changes
nothing of the record.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.errors import NotFound, Refused
from vaxcard.keyring import Keyring
from vaxcard.records.acting import Acting
from vaxcard.records.columns import Base, Id, Instant, Sealed
from vaxcard.records.people import ChildRecord

NOTES_A_DAY = 5
"""How many notes a child's family may leave on a day; the last of them is not lost, since each shows the number to ring."""
LONGEST_WORDS = 300  # characters


class NoteKind(StrEnum):
    """What a note is about."""

    REACTION = "reaction"
    WELL = "well"  # asked, and all is well: nobody has to see to it
    CANNOT_COME = "cannot-come"


class NoteRecord(Base):
    """A note. What was told is sealed under the child's key; `is_verified` where it came from an opened telephone."""

    __tablename__ = "family_notes"
    __table_args__ = (Index("ix_family_notes_clinic_id_told_at", "clinic_id", "told_at"), Index("ix_family_notes_child_id", "child_id"))

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"))
    card_id: Mapped[UUID | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(20))
    is_urgent: Mapped[bool]
    is_verified: Mapped[bool]
    told_sealed: Mapped[bytes] = mapped_column(Sealed)
    told_on: Mapped[date]
    told_at: Mapped[datetime] = mapped_column(Instant)
    seen_by: Mapped[str | None] = mapped_column(String(60))
    seen_at: Mapped[datetime | None] = mapped_column(Instant)

    def told(self, keyring: Keyring, child: ChildRecord) -> Told:
        """What was told."""
        read = json.loads(keyring.unseal(child.person_key, self.told_sealed, f"family.note {self.id}"))
        return Told(**{**read, "chosen": tuple(read["chosen"])})


@dataclass(frozen=True)
class Told:
    """What a family chose and wrote: codes of signs or of a reason, the day that it is about, the day wished for instead, own words."""

    chosen: tuple[str, ...]
    about: str | None = None
    instead: str | None = None
    words: str = ""


def leave_note(
    acting: Acting,
    child: ChildRecord,
    note_id: UUID,
    kind: NoteKind,
    told: Told,
    *,
    card_id: UUID,
    is_urgent: bool = False,
    is_verified: bool = False,
) -> NoteRecord:
    """Put a note on the list of the child's clinic; the same id again is the note that lies there. Raises Refused after too many a day."""
    stored = acting.session.get(NoteRecord, note_id)
    if stored is not None and stored.child_id == child.id:
        return stored
    today = select(func.count()).where(NoteRecord.child_id == child.id, NoteRecord.told_on == acting.today)
    if (acting.session.scalar(today) or 0) >= NOTES_A_DAY:
        raise Refused("today's notes are used up", reason="too-many-notes", advice="ring the clinic")
    words = told.words.strip()[:LONGEST_WORDS]
    sealed = json.dumps({**asdict(told), "words": words}, ensure_ascii=False)
    note = NoteRecord(
        id=note_id,
        child_id=child.id,
        clinic_id=child.clinic_id,
        card_id=card_id,
        kind=kind.value,
        is_urgent=is_urgent,
        is_verified=is_verified,
        told_sealed=acting.keyring.seal(child.person_key, sealed, f"family.note {note_id}"),
        told_on=acting.today,
        told_at=acting.now,
    )
    if kind == NoteKind.WELL:
        note.seen_at, note.seen_by = acting.now, acting.actor
    acting.session.add(note)
    acting.note("family.note", child_id=child.id, subjects=[f"note:{note_id}", kind.value])
    return note


def notes_of_clinic(session: Session, clinic_id: UUID, *, since: datetime, limit: int = 200) -> Sequence[NoteRecord]:
    """What nobody has seen, the urgent first and then the oldest; then what was seen since a moment, the newest first."""
    mine = select(NoteRecord).where(NoteRecord.clinic_id == clinic_id)
    open_ones = mine.where(NoteRecord.seen_at.is_(None)).order_by(NoteRecord.is_urgent.desc(), NoteRecord.told_at).limit(limit)
    seen = mine.where(NoteRecord.seen_at > since, NoteRecord.kind != NoteKind.WELL).order_by(NoteRecord.told_at.desc()).limit(limit)
    return [*session.scalars(open_ones), *session.scalars(seen)]


def count_unseen(session: Session, clinic_id: UUID) -> int:
    """How many notes nobody has seen yet."""
    return session.scalar(select(func.count()).where(NoteRecord.clinic_id == clinic_id, NoteRecord.seen_at.is_(None))) or 0


def mark_seen(acting: Acting, note_id: UUID) -> NoteRecord:
    """Say that this actor has seen a note of their clinic; seen twice, the first stays. Raises NotFound."""
    note = acting.session.get(NoteRecord, note_id)
    if note is None or note.clinic_id != acting.clinic_id:
        raise NotFound("no such note lies at this clinic", advice="open the list again")
    if note.seen_at is None:
        note.seen_at, note.seen_by = acting.now, acting.actor
        acting.note("family.note-seen", child_id=note.child_id, subjects=[f"note:{note_id}"])
    return note
