"""Who looked at what and who changed it: an append-only trail of ids and field names, never values.

One chain per acting clinic and day; each entry's MAC depends on all before it, under a key that is not in the database.
A day's first entry carries the head of the clinic's day before. `seal_pending` runs as the last statement before commit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Update,
    bindparam,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

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
        return _seal(keyring, self.chain, self.number, self.mac)


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
    pending = taken(session)
    if pending:
        session.flush()
        seal(session.connection(), keyring, pending)


def taken(session: Session) -> list[Look]:
    """What was noted in this session and not chained yet; whoever takes it chains it."""
    pending: list[Look] = session.info.pop(_PENDING, [])
    return pending


def seal(connection: Connection, keyring: Keyring, looks: Sequence[Look]) -> None:
    """Chain these entries in a transaction that writes, and has nothing else to write after them."""
    waiting = sorted(looks, key=lambda look: (str(look.clinic_id), look.day))
    while waiting:
        head = _head(connection, waiting[0])
        together = list(takewhile(partial(_goes_into, head), waiting))
        if _moved(connection, keyring, head, together):
            waiting = waiting[len(together) :]


def _goes_into(head: Any, look: Look) -> bool:
    return bool(look.clinic_id == head.clinic_id and look.day <= head.day)


def _moved(connection: Connection, keyring: Keyring, head: Any, looks: Sequence[Look]) -> bool:
    """Add entries to a chain whose head is locked; False, and nothing is added, where the clinic's next day has begun meanwhile."""
    entries: list[dict[str, Any]] = []
    mac, number = head.mac, head.number
    for number, look in enumerate(looks, head.number + 1):
        entries.append(_entry(keyring, look, head.chain, number, mac))
        mac = entries[-1]["mac"]
    values = {"new_number": number, "new_mac": mac, "new_seal": _seal(keyring, head.chain, number, mac)}
    whose = {"in_chain": head.chain, "of_clinic": head.clinic_id, "of_day": head.day}
    if connection.execute(_MOVE_OF[head.clinic_id is None], {**values, **whose}).rowcount != 1:
        return False
    connection.execute(_ADD, entries)
    return True


def _head(connection: Connection, look: Look) -> Any:
    """The head of the chain that an entry goes into, locked: its day's, begun where there is none yet.

    A day whose successor has begun is never added to: its head stands in the successor's first entry.
    """
    latest = connection.execute(_LATEST_OF[look.clinic_id is None], {"of_clinic": look.clinic_id}).first()
    if latest is not None and latest.day >= look.day:
        return latest
    chain = f"{look.clinic_id or 'programme'}:{look.day.isoformat()}"
    values = {"chain": chain, "clinic_id": look.clinic_id, "day": look.day, "number": 0, "mac": latest.mac if latest else b"", "seal": b""}
    # Where two clinics' first looks of all times meet, one begins the chain and the other waits and finds it.
    insert_one = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert_one(AuditHead).values(**values).on_conflict_do_nothing())
    return connection.execute(_HEAD.where(AuditHead.chain == chain).with_for_update()).one()  # ours, or the one we waited for


def _seal(keyring: Keyring, chain: str, number: int, mac: bytes) -> bytes:
    return keyring.audit_mac(b"head", f"{chain}:{number}:{mac.hex()}".encode())


def _entry(keyring: Keyring, look: Look, chain: str, number: int, previous: bytes) -> dict[str, Any]:
    entry = {"chain": chain, "number": number, "at": look.at, "actor": look.actor, "action": look.action, "child_id": look.child_id}
    entry |= {"subjects": list(look.subjects), "reason": look.reason, "previous_mac": previous}
    return {**entry, "mac": keyring.audit_mac(previous, _body(entry))}


# Made once: to build a statement costs more than to run it.
_HEAD = select(*AuditHead.__table__.columns)
_NEWEST = _HEAD.order_by(AuditHead.day.desc()).limit(1).with_for_update()
_ADD = insert(AuditEntry)
_LATER = aliased(AuditHead)
_CLINIC = bindparam("of_clinic", type_=Id)


def _move(is_of_the_clinic: ColumnElement[bool]) -> Update:
    """Put a chain's head on its new last entry, unless a later day of the clinic has begun."""
    later = exists().where(is_of_the_clinic, _LATER.day > bindparam("of_day"))
    moved: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("number", "mac", "seal")}
    return update(AuditHead).where(AuditHead.chain == bindparam("in_chain"), ~later).values(moved)


# For a clinic, and for the programme.
_LATEST_OF = (_NEWEST.where(AuditHead.clinic_id == _CLINIC), _NEWEST.where(AuditHead.clinic_id.is_(None)))
_MOVE_OF = (_move(_LATER.clinic_id == _CLINIC), _move(_LATER.clinic_id.is_(None)))


def _body(entry: Mapping[str, Any]) -> bytes:
    """The entry's content in one spelling, whatever the database."""
    moment = entry["at"].astimezone(UTC).isoformat(timespec="microseconds")
    child = str(entry["child_id"]) if entry["child_id"] else None
    who = (entry["actor"], entry["action"], child, entry["subjects"], entry["reason"])
    return json.dumps([entry["chain"], entry["number"], moment, *who], ensure_ascii=True, separators=(",", ":")).encode()


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
    entries = select(*AuditEntry.__table__.columns).where(AuditEntry.chain == head.chain).order_by(AuditEntry.number)
    with session.execute(entries.execution_options(yield_per=1000)) as rows:
        for entry in rows:
            if entry.number != number + 1:
                return BrokenLink(head.chain, number + 1, "an entry is missing")
            if entry.previous_mac != mac or entry.mac != keyring.audit_mac(mac, _body(entry._asdict())):
                return BrokenLink(head.chain, entry.number, "an entry was changed, or made without the key")
            number, mac = entry.number, entry.mac
    if (number, mac) != (head.number, head.mac):
        return BrokenLink(head.chain, number + 1, "the chain ends before its head")
    if head.seal != head.sealed_with(keyring):
        return BrokenLink(head.chain, head.number, "the head was moved without the key")
    return None
