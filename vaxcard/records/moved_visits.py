"""Visits that a clinic moved by closing a day: who was expected on it, and when each comes now. Families hear of it from `reminders`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.records.columns import Base, Id, Instant
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.visits import NextVisit


class MovedVisit(Base):
    """A child who was expected on a day that the clinic then closed."""

    __tablename__ = "moved_visits"
    __table_args__ = (Index("ix_moved_visits_child_id", "child_id"),)

    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"), primary_key=True)
    was_appointed: Mapped[bool]
    moved_by: Mapped[str] = mapped_column(String(60))
    moved_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class Moved:
    """A child whose visit was moved from a day: where it is now, None where nothing is owed any more; `was_appointed` by the family."""

    child_id: UUID
    from_on: date
    to_on: date | None
    was_appointed: bool


def moved_from(session: Session, clinic_id: UUID, day: date) -> list[Moved]:
    """Who was expected at the clinic on a day that was closed, and still is a child of it; by child's id."""
    rows = (
        select(MovedVisit, NextVisit.visit_on)
        .join(ChildRecord, ChildRecord.id == MovedVisit.child_id)
        .outerjoin(NextVisit, NextVisit.child_id == MovedVisit.child_id)
        .where(MovedVisit.clinic_id == clinic_id, MovedVisit.from_on == day)
        .where(ChildRecord.clinic_id == clinic_id, ChildRecord.state == ChildState.ACTIVE)
        .order_by(MovedVisit.child_id)
    )
    return [Moved(row.child_id, row.from_on, to_on, row.was_appointed) for row, to_on in session.execute(rows)]


def count_moved(session: Session, clinic_id: UUID, days: Sequence[date]) -> dict[date, int]:
    """How many visits were moved from each of these days."""
    rows = select(MovedVisit.from_on, func.count()).where(MovedVisit.clinic_id == clinic_id, MovedVisit.from_on.in_(days))
    return {day: number for day, number in session.execute(rows.group_by(MovedVisit.from_on))}
