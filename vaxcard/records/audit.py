"""Who looked at what and who changed it: an append-only trail of ids and field names, never values.

One chain per acting clinic and day; each entry's MAC depends on all before it, under a key that is not in the database.
A day's first entry carries the head of the clinic's day before. `seal_pending` runs as the last statement before commit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, Select, String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.keyring import Keyring
from vaxcard.records.columns import Base, Id, Instant

_PENDING = "audit_pending"


class AuditEntry(Base):
    """One look or change."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_child_id", "child_id"),)

    chain: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(40))
    child_id: Mapped[UUID | None] = mapped_column(Id, ForeignKey("children.id"))
    subjects: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(String(200))
    previous_mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Base):
    """The last link of a chain; taken and moved under its row lock."""

    __tablename__ = "audit_heads"
    __table_args__ = (Index("ix_audit_heads_clinic_id_day", "clinic_id", "day"),)

    chain: Mapped[str] = mapped_column(String(60), primary_key=True)
    clinic_id: Mapped[UUID | None] = mapped_column(Id)
    day: Mapped[date]
    number: Mapped[int]
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))

    def sealed_with(self, keyring: Keyring) -> bytes:
        """What `seal` must be: without the key nobody can move a head back to an earlier entry."""
        return keyring.audit_mac(b"head", f"{self.chain}:{self.number}:{self.mac.hex()}".encode())


@dataclass(frozen=True)
class Look:
    """An entry still to be chained: what was done, to whose record, touching which rows and fields."""

    clinic_id: UUID | None
    day: date
    at: datetime
    actor: str
    action: str
    child_id: UUID | None = None
    subjects: Sequence[str] = ()
    reason: str | None = None


@dataclass(frozen=True)
class BrokenLink:
    """The first entry of a chain that does not follow from the one before."""

    chain: str
    number: int
    problem: str


def note(session: Session, look: Look) -> None:
    """Put an entry aside until the transaction ends."""
    session.info.setdefault(_PENDING, []).append(look)


def seal_pending(session: Session, keyring: Keyring) -> None:
    """Chain what was noted. The heads are locked here, last, so that no clinic waits on another's thinking."""
    pending: list[Look] = session.info.pop(_PENDING, [])
    heads: dict[UUID | None, AuditHead] = {}
    for look in sorted(pending, key=lambda look: (str(look.clinic_id), look.day)):
        head = heads.get(look.clinic_id)
        if head is None or head.day < look.day:
            head = heads[look.clinic_id] = _head(session, look)
        entry = _entry(keyring, look, head)
        session.add(entry)
        head.number, head.mac = entry.number, entry.mac
        head.seal = head.sealed_with(keyring)
    session.flush()


def _head(session: Session, look: Look) -> AuditHead:
    """The chain that an entry goes into, locked: its day's, begun where there is none yet.

    A day whose successor has begun is never added to: its head stands in the successor's first entry.
    """
    latest = _locked(session, _latest(look))
    while latest is not None and latest.chain != session.scalar(_latest(look).with_only_columns(AuditHead.chain)):
        latest = _locked(session, _latest(look))  # a day was begun while we waited for the lock
    if latest is not None and latest.day >= look.day:
        return latest
    chain = f"{look.clinic_id or 'programme'}:{look.day.isoformat()}"
    values = {"chain": chain, "clinic_id": look.clinic_id, "day": look.day, "number": 0, "mac": latest.mac if latest else b"", "seal": b""}
    # Where two clinics' first looks of all times meet, one begins the chain and the other waits and finds it.
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(AuditHead).values(**values).on_conflict_do_nothing())
    begun = _locked(session, select(AuditHead).where(AuditHead.chain == chain))
    assert begun is not None  # inserted by us, or by the one we waited for
    return begun


def _latest(look: Look) -> Select[AuditHead]:
    return select(AuditHead).where(AuditHead.clinic_id == look.clinic_id).order_by(AuditHead.day.desc()).limit(1)


def _locked(session: Session, statement: Select[AuditHead]) -> AuditHead | None:
    return session.scalar(statement.with_for_update().execution_options(populate_existing=True))


def _entry(keyring: Keyring, look: Look, head: AuditHead) -> AuditEntry:
    entry = AuditEntry(
        chain=head.chain,
        number=head.number + 1,
        at=look.at,
        actor=look.actor,
        action=look.action,
        child_id=look.child_id,
        subjects=list(look.subjects),
        reason=look.reason,
        previous_mac=head.mac,
        mac=b"",
    )
    entry.mac = keyring.audit_mac(head.mac, _body(entry))
    return entry


def _body(entry: AuditEntry) -> bytes:
    """The entry's content in one spelling, whatever the database."""
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    child = str(entry.child_id) if entry.child_id else None
    content = [entry.chain, entry.number, moment, entry.actor, entry.action, child, entry.subjects, entry.reason]
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()


def verify(session: Session, keyring: Keyring) -> list[BrokenLink]:
    """Walk every chain; the first broken link of each is reported, an empty list means that nothing was changed or taken out."""
    heads = list(session.scalars(select(AuditHead).order_by(AuditHead.clinic_id, AuditHead.day)))
    broken: list[BrokenLink] = []
    last_mac: dict[UUID | None, bytes] = {}
    for head in heads:
        fault = _walk(session, keyring, head, last_mac.get(head.clinic_id, b""))
        broken += [fault] if fault else []
        last_mac[head.clinic_id] = head.mac
    return broken


def _walk(session: Session, keyring: Keyring, head: AuditHead, mac: bytes) -> BrokenLink | None:
    number = 0
    entries = select(AuditEntry).where(AuditEntry.chain == head.chain).order_by(AuditEntry.number)
    with session.execute(entries.execution_options(yield_per=1000)) as rows:
        for entry in rows.scalars():
            if entry.number != number + 1:
                return BrokenLink(head.chain, number + 1, "an entry is missing")
            if entry.previous_mac != mac or entry.mac != keyring.audit_mac(mac, _body(entry)):
                return BrokenLink(head.chain, entry.number, "an entry was changed, or made without the key")
            number, mac = entry.number, entry.mac
    if (number, mac) != (head.number, head.mac):
        return BrokenLink(head.chain, number + 1, "the chain ends before its head")
    if head.seal != head.sealed_with(keyring):
        return BrokenLink(head.chain, head.number, "the head was moved without the key")
    return None
