"""Calendars that a family's telephone subscribes to: each under a secret of its own that can be taken back, apart from any card.

What one shows is the child's one next visit. It ends with a protected child, and when anything about the guardians changes.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.keyring import Keyring
from vaxcard.records.acting import Acting
from vaxcard.records.chart import load_child
from vaxcard.records.columns import Base, Id, Instant, Sealed
from vaxcard.records.family_devices import family_mark, is_shown
from vaxcard.records.people import ChildRecord


class CalendarRecord(Base):
    """A subscription. It is found by its secret's SHA-256; the secret is kept sealed, to be shown to the family again."""

    __tablename__ = "family_calendars"
    __table_args__ = (Index("ix_family_calendars_child_id", "child_id"), UniqueConstraint("secret_hash"))

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    secret_sealed: Mapped[bytes] = mapped_column(Sealed)
    family_mark: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    def secret(self, keyring: Keyring, child: ChildRecord) -> str:
        """The secret that stands in the calendar's address."""
        return keyring.unseal(child.person_key, self.secret_sealed, _context(self.id))


def _context(calendar_id: UUID) -> str:
    return f"family.calendar {calendar_id}"


def calendar_of(session: Session, child_id: UUID) -> CalendarRecord | None:
    """The child's calendar in force, if it has one."""
    rows = select(CalendarRecord).where(CalendarRecord.child_id == child_id, CalendarRecord.revoked_at.is_(None))
    return session.scalar(rows.where(CalendarRecord.family_mark == family_mark(session, child_id)).limit(1))


def open_calendar(acting: Acting, child: ChildRecord, calendar_id: UUID, secret: str) -> CalendarRecord:
    """A new calendar for a child; the one before ends."""
    revoke_calendar(acting, child.id)
    calendar = CalendarRecord(
        id=calendar_id,
        child_id=child.id,
        secret_hash=Keyring.token_hash(secret),
        secret_sealed=acting.keyring.seal(child.person_key, secret, _context(calendar_id)),
        family_mark=family_mark(acting.session, child.id),
        made_at=acting.now,
    )
    acting.session.add(calendar)
    acting.note("calendar.open", child_id=child.id, subjects=[str(calendar_id)])
    return calendar


def revoke_calendar(acting: Acting, child_id: UUID) -> bool:
    """End the child's calendar; whether there was one."""
    statement = update(CalendarRecord).where(CalendarRecord.child_id == child_id, CalendarRecord.revoked_at.is_(None))
    ended = acting.session.scalars(statement.values(revoked_at=acting.now).returning(CalendarRecord.id)).all()
    for calendar_id in ended:
        acting.note("calendar.close", child_id=child_id, subjects=[str(calendar_id)])
    return bool(ended)


def child_of_calendar(session: Session, secret: str) -> tuple[CalendarRecord, ChildRecord] | None:
    """The calendar of a secret with its child, as long as both may be shown."""
    rows = select(CalendarRecord).where(CalendarRecord.secret_hash == Keyring.token_hash(secret), CalendarRecord.revoked_at.is_(None))
    calendar = session.scalar(rows)
    if calendar is None or calendar.family_mark != family_mark(session, calendar.child_id):
        return None
    child = load_child(session, calendar.child_id)
    return (calendar, child) if is_shown(child) else None
