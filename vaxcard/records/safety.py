"""What bears on a child's doses besides doses: observations, and decisions that a physician took. Values are sealed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.records.columns import Base, Id, Instant, Sealed


class ObservationRecord(Base):
    """A finding such as birth weight, a skin test or an immunoglobulin, in the schedule's codes; `ended_at` takes it back."""

    __tablename__ = "observations"
    __table_args__ = (Index("ix_observations_child_id", "child_id"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    code: Mapped[str] = mapped_column(String(40))
    observed_on: Mapped[date | None]
    value_sealed: Mapped[bytes] = mapped_column(Sealed)
    until: Mapped[date | None]
    recorded_by: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_version: Mapped[int | None]  # of the child's record, with this
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_version: Mapped[int | None]


class DecisionRecord(Base):
    """A physician's decision on a dose given or on a group: accept, complete, give or never."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_child_id", "child_id"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    decided_on: Mapped[date]
    group: Mapped[str] = mapped_column("vaccine_group", String(20))
    given_on: Mapped[date | None]
    decision: Mapped[str] = mapped_column(String(20))
    until: Mapped[date | None]
    reason_sealed: Mapped[bytes] = mapped_column(Sealed)
    decided_by: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_version: Mapped[int | None]  # of the child's record, with this
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_version: Mapped[int | None]


def observations_of(session: Session, child_id: UUID) -> list[ObservationRecord]:
    """The findings that stand."""
    rows = select(ObservationRecord).where(ObservationRecord.child_id == child_id, ObservationRecord.ended_at.is_(None))
    return list(session.scalars(rows.order_by(ObservationRecord.recorded_at, ObservationRecord.id)))


def decisions_of(session: Session, child_id: UUID) -> list[DecisionRecord]:
    """The decisions that stand."""
    rows = select(DecisionRecord).where(DecisionRecord.child_id == child_id, DecisionRecord.ended_at.is_(None))
    return list(session.scalars(rows.order_by(DecisionRecord.recorded_at, DecisionRecord.id)))
