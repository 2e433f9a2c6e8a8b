"""Telephones on which a child's whole record lies open to its family: remembered for half a year, listed, forgotten.

One is dropped by itself once its card is out of use or anything about the child's guardians and their numbers changes: `family_mark`
is a mark of these as they were when it was opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.keyring import Keyring
from vaxcard.records.acting import Acting
from vaxcard.records.columns import Base, Id, Instant
from vaxcard.records.issued_cards import CardRecord, CardState
from vaxcard.records.people import ChildRecord, ChildState, GuardianRecord, Guardianship

KEPT_FOR = timedelta(days=180)
"""How long a device is remembered."""


class DeviceRecord(Base):
    """One child's record open on one device. Of its secret only the SHA-256 is kept; `kind` says what it is."""

    __tablename__ = "family_devices"
    __table_args__ = (Index("ix_family_devices_child_id", "child_id"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    card_id: Mapped[UUID] = mapped_column(Id, ForeignKey("cards.id"))
    guardian_id: Mapped[UUID | None] = mapped_column(Id)
    device_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    family_mark: Mapped[bytes] = mapped_column(LargeBinary(32))
    kind: Mapped[str] = mapped_column(String(40))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    seen_on: Mapped[date]
    good_until: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True)
class NewDevice:
    """A device to remember: its secret, what it is, the card that it came by, and which guardian holds it, where that is known."""

    id: UUID
    secret: str
    kind: str
    card_id: UUID
    guardian_id: UUID | None


def is_shown(child: ChildRecord) -> bool:
    """Whether families may be shown a child at all: not one whose family must not be found, and none that has died."""
    return not child.is_sensitive and child.state not in (ChildState.DIED, ChildState.ENTERED_IN_ERROR)


def family_mark(session: Session, child_id: UUID) -> bytes:
    """SHA-256 over who the child's guardians are and by which numbers they are reached, as keyed hashes."""
    rows = (
        select(Guardianship.guardian_id, GuardianRecord.phone_key)
        .join(GuardianRecord, GuardianRecord.id == Guardianship.guardian_id)
        .where(Guardianship.child_id == child_id)
        .order_by(Guardianship.guardian_id)
    )
    return hashlib.sha256(b"".join(guardian.bytes + (phone or b"") for guardian, phone in session.execute(rows))).digest()


def remember(acting: Acting, child: ChildRecord, new: NewDevice) -> DeviceRecord:
    """Open a child's record on a device; what was open there for this child ends."""
    device_hash = Keyring.token_hash(new.secret)
    _end(acting, DeviceRecord.child_id == child.id, DeviceRecord.device_hash == device_hash)
    device = DeviceRecord(
        id=new.id,
        child_id=child.id,
        card_id=new.card_id,
        guardian_id=new.guardian_id,
        device_hash=device_hash,
        family_mark=family_mark(acting.session, child.id),
        kind=new.kind[:40],
        opened_at=acting.now,
        seen_on=acting.today,
        good_until=acting.now + KEPT_FOR,
    )
    acting.session.add(device)
    acting.note("family.open", child_id=child.id, subjects=[f"device:{device.id}", f"card:{new.card_id}"])
    return device


def device_with(session: Session, child_id: UUID, secret: str, now: datetime) -> DeviceRecord | None:
    """The device that holds this secret, where the child's record is open on it."""
    key = Keyring.token_hash(secret)
    return next((device for device in devices_of(session, child_id, now) if device.device_hash == key), None)


def devices_of(session: Session, child_id: UUID, now: datetime) -> list[DeviceRecord]:
    """Every device on which the child's record is open, the newest first."""
    rows = (
        select(DeviceRecord)
        .join(CardRecord, CardRecord.id == DeviceRecord.card_id)
        .where(DeviceRecord.child_id == child_id, DeviceRecord.ended_at.is_(None), DeviceRecord.good_until > now)
        .where(CardRecord.state == CardState.ACTIVE, CardRecord.child_id == child_id)
        .order_by(DeviceRecord.opened_at.desc(), DeviceRecord.id.desc())
    )
    mark = family_mark(session, child_id)
    return [device for device in session.scalars(rows) if device.family_mark == mark]


def forget(acting: Acting, child_id: UUID, device_id: UUID) -> bool:
    """Close the child's record on one of its devices; whether one was open."""
    ended = _end(acting, DeviceRecord.child_id == child_id, DeviceRecord.id == device_id)
    if ended:
        acting.note("family.forget", child_id=child_id, subjects=[f"device:{device_id}"])
    return bool(ended)


def forget_everywhere(acting: Acting, secret: str) -> list[UUID]:
    """Close everything that is open on a device, whichever child's; returns the children."""
    device_hash = Keyring.token_hash(secret)
    rows = select(DeviceRecord.child_id, DeviceRecord.id).where(DeviceRecord.device_hash == device_hash, DeviceRecord.ended_at.is_(None))
    found = acting.session.execute(rows).all()
    _end(acting, DeviceRecord.device_hash == device_hash)
    for child_id, device_id in found:
        acting.note("family.forget", child_id=child_id, subjects=[f"device:{device_id}"])
    return [child_id for child_id, _ in found]


def forget_all(acting: Acting, child_id: UUID) -> None:
    """Close the child's record on every device: who its guardians are, or how they are reached, is no longer what it was."""
    for device_id in _end(acting, DeviceRecord.child_id == child_id):
        acting.note("family.forget", child_id=child_id, subjects=[f"device:{device_id}"])


def _end(acting: Acting, *which: object) -> Sequence[UUID]:
    statement = update(DeviceRecord).where(*which, DeviceRecord.ended_at.is_(None))  # type: ignore[arg-type]
    return acting.session.scalars(statement.values(ended_at=acting.now).returning(DeviceRecord.id)).all()
