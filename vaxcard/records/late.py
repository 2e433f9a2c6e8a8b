"""Who is late at a clinic, since when, and what came of ringing them: the call list, and the counts that bear no names."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from vaxcard.records.columns import Base, Id, Instant


class CallResult(StrEnum):
    """What came of a call."""

    REACHED = "reached"
    NOT_REACHED = "not-reached"
    WRONG_NUMBER = "wrong-number"


class LateCall(Base):
    """One call to a child's family."""

    __tablename__ = "late_calls"
    __table_args__ = (Index("ix_late_calls_child_id", "child_id"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"))
    result: Mapped[str] = mapped_column(String(20))
    called_on: Mapped[date]
    called_at: Mapped[datetime] = mapped_column(Instant)
    called_by: Mapped[str] = mapped_column(String(60))
