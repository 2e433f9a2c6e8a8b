"""Where a child lives and whether: moved in, moved away, come back, died. Each move is a row that stays; the last says how it is.

A row is signed as a dose is, and the child's state and clinic must be those of the last row: `integrity` looks.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.records.columns import Base, Id, Instant, Sealed


class MoveKind(StrEnum):
    """What happened to the child, or that what was recorded did not."""

    MOVED_IN = "moved-in"
    MOVED_AWAY = "moved-away"
    DIED = "died"
    TAKEN_BACK = "taken-back"  # a move recorded in error: the child is vaccinated here again


class MoveRecord(Base):
    """One move of a child; `number` counts its moves from 1. The words that explain it are sealed."""

    __tablename__ = "child_moves"
    __table_args__ = (UniqueConstraint("child_id", "number"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    happened_on: Mapped[date]
    from_clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"))
    to_clinic_id: Mapped[UUID | None] = mapped_column(Id, ForeignKey("clinics.id"))
    reason_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    recorded_by: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


def moves_of(session: Session, child_id: UUID) -> list[MoveRecord]:
    """The child's moves, the first first."""
    return list(session.scalars(select(MoveRecord).where(MoveRecord.child_id == child_id).order_by(MoveRecord.number)))
