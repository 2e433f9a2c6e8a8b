"""Numbers at which nobody can be reached: a provider said so for good. They are asked for at the counter and not tried again.

A fault hangs on the keyed hash of the number, so that a new number is free of it at once, and an old one stays known whoever brings it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.records.columns import Base, Instant
from vaxcard.records.messages import batches
from vaxcard.records.people import GuardianRecord, Guardianship


class PhoneFault(Base):
    """A number that can't be reached: the provider's word for why, and since when it is known."""

    __tablename__ = "phone_faults"

    phone_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    fault: Mapped[str] = mapped_column(String(60))
    noted_at: Mapped[datetime] = mapped_column(Instant)


def note_fault(session: Session, phone_key: bytes, fault: str, now: datetime) -> None:
    """A text to this number failed for good."""
    session.merge(PhoneFault(phone_key=phone_key, fault=fault, noted_at=now))


def forget_fault(session: Session, phone_key: bytes) -> None:
    """A text to this number arrived after all."""
    session.execute(delete(PhoneFault).where(PhoneFault.phone_key == phone_key))


def faulty(session: Session, phone_keys: Collection[bytes]) -> set[bytes]:
    """Those of the numbers at which nobody can be reached."""
    found: set[bytes] = set()
    for batch in batches(sorted(phone_keys)):
        found.update(session.scalars(select(PhoneFault.phone_key).where(PhoneFault.phone_key.in_(batch))))
    return found


def guardians_to_ask(session: Session, child_id: UUID) -> dict[UUID, str]:
    """Guardians of a child whose number is to be asked for, with the provider's word for why."""
    rows = (
        select(GuardianRecord.id, PhoneFault.fault)
        .join(Guardianship, Guardianship.guardian_id == GuardianRecord.id)
        .join(PhoneFault, PhoneFault.phone_key == GuardianRecord.phone_key)
        .where(Guardianship.child_id == child_id)
        .order_by(Guardianship.rank)
    )
    return {guardian_id: fault for guardian_id, fault in session.execute(rows)}
