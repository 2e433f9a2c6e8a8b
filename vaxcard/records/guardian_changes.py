"""What changed about a child's guardians, row by row: who told it, when, and what was on file before; sealed under the child's key."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.records.columns import Base, Id, Instant, Sealed


class GuardianChangeKind(StrEnum):
    """What was done to a child's guardians."""

    CHANGED = "changed"  # name, number, relation, language or consent of one
    ADDED = "added"
    REMOVED = "removed"
    ORDERED = "ordered"  # who is asked first


class GuardianChange(Base):
    """One change. `content_hash` tells a repeated request from another one under the same id."""

    __tablename__ = "guardian_changes"
    __table_args__ = (Index("ix_guardian_changes_child_id", "child_id"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    kind: Mapped[str] = mapped_column(String(20))
    told_sealed: Mapped[bytes] = mapped_column(Sealed)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    recorded_by: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


def guardian_changes_of(session: Session, child_id: UUID) -> list[GuardianChange]:
    """The child's changes, the newest first."""
    rows = select(GuardianChange).where(GuardianChange.child_id == child_id)
    return list(session.scalars(rows.order_by(GuardianChange.recorded_at.desc(), GuardianChange.id.desc())))
