"""Whether the record is still as the house wrote it: a MAC in every dose row, one over a child's findings and decisions, a seal on every
child, triggers that guard the facts.

The keys are not in the database. Whoever holds the database alone can destroy, but cannot change, add or take out unseen.
What only an older copy of a whole row could hide is found by comparing with a backup's manifest (`backup.check_against`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from vaxcard.keyring import Keyring
from vaxcard.records.doses import DoseRecord
from vaxcard.records.moves import MoveRecord
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.safety import DecisionRecord, ObservationRecord

Fact = ObservationRecord | DecisionRecord
_GUARDED = ("doses", "audit_entries")
_TRIGGERS_EACH = {"sqlite": 3, "postgresql": 1}  # UPDATE, DELETE and replacing INSERT; one trigger of PostgreSQL refuses both verbs


@dataclass(frozen=True)
class Tampered:
    """A row, or the lack of one, that the house did not write."""

    place: str
    problem: str


def seal_child(keyring: Keyring, child: ChildRecord) -> None:
    """Seal who the child is, how many dose rows it has and the last one's MAC; for a child just registered, and after `append_dose`."""
    child.record_seal = _child_seal(keyring, child)


def append_dose(keyring: Keyring, child: ChildRecord, dose: DoseRecord) -> None:
    """Number and sign a new dose row of a child whose row is locked. A child whose seal is broken already keeps it broken."""
    is_intact = child.record_seal == _child_seal(keyring, child)
    child.dose_count += 1
    dose.number = child.dose_count
    dose.mac = child.dose_head = _dose_mac(keyring, child.dose_head, dose)
    if is_intact:
        seal_child(keyring, child)


def reseal_child(keyring: Keyring, child: ChildRecord, change: Callable[[], None]) -> None:
    """Change a child whose row is locked and seal it anew. A child whose seal is broken already keeps it broken."""
    is_intact = child.record_seal == _child_seal(keyring, child)
    change()
    if is_intact:
        seal_child(keyring, child)


def reseal_facts(session: Session, keyring: Keyring, child: ChildRecord, change: Callable[[], None]) -> None:
    """Change the findings or decisions of a child whose row is locked, and sign them anew, all together. What is broken stays broken."""
    session.flush()
    is_intact = child.facts_mac == _facts_mac(keyring, _facts_of(session, child.id)) and child.record_seal == _child_seal(keyring, child)
    change()
    session.flush()
    if is_intact:
        child.facts_mac = _facts_mac(keyring, _facts_of(session, child.id))
        seal_child(keyring, child)


def move_mac(keyring: Keyring, previous: bytes, move: MoveRecord) -> bytes:
    """Signs a move; depends on this row and on all of the child's moves before it."""
    fields = sorted(column.key for column in inspect(MoveRecord).column_attrs if column.key != "mac")
    content = {field: _plain(getattr(move, field)) for field in fields}
    return keyring.audit_mac(previous or b"move", json.dumps(content, ensure_ascii=True, sort_keys=True).encode())


def _child_seal(keyring: Keyring, child: ChildRecord) -> bytes:
    names = hashlib.sha256(child.person_key + child.name_sealed + child.display_name_sealed).hexdigest()
    state = str(child.state or ChildState.ACTIVE)
    content = [str(child.id), child.born_on.isoformat(), child.sex, state, names, child.dose_count, child.dose_head.hex()]
    if child.facts_mac is not None:
        content.append(child.facts_mac.hex())
    return keyring.audit_mac(b"child", json.dumps(content).encode())


def _facts_of(session: Session, child_id: UUID) -> list[str]:
    findings = session.scalars(select(ObservationRecord).where(ObservationRecord.child_id == child_id))
    decisions = session.scalars(select(DecisionRecord).where(DecisionRecord.child_id == child_id))
    return [_fact(row) for row in (*findings, *decisions)]


def _fact(row: Fact) -> str:
    """A finding or a decision in one spelling, its end included."""
    mapper = inspect(ObservationRecord) if isinstance(row, ObservationRecord) else inspect(DecisionRecord)
    fields = sorted(column.key for column in mapper.column_attrs)
    return json.dumps({"table": row.__tablename__, **{field: _plain(getattr(row, field)) for field in fields}}, sort_keys=True)


def _facts_mac(keyring: Keyring, facts: Sequence[str]) -> bytes | None:
    """Signs all findings and decisions of one child, whatever their order; None where there is none."""
    return keyring.audit_mac(b"facts", json.dumps(sorted(facts)).encode()) if facts else None


def _dose_mac(keyring: Keyring, previous: bytes, dose: DoseRecord) -> bytes:
    """Depends on this row and on all of the child's before it."""
    fields = sorted(column.key for column in inspect(DoseRecord).column_attrs if column.key != "mac")
    content = {field: _plain(getattr(dose, field)) for field in fields}
    return keyring.audit_mac(previous or b"dose", json.dumps(content, ensure_ascii=True, sort_keys=True).encode())


def _plain(value: object) -> object:
    """One spelling for a value, before it is stored and after it is read from either database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID | date):
        return str(value)
    return value.hex() if isinstance(value, bytes) else value


def verify(session: Session, keyring: Keyring) -> list[Tampered]:
    """Look at every child and every dose; an empty list means that nothing was changed, added or taken out."""
    of_children = (*_children(session, keyring), *_doses(session, keyring), *_facts(session, keyring), *_moves(session, keyring))
    return [*_missing_triggers(session), *of_children]


def _missing_triggers(session: Session) -> Iterator[Tampered]:
    dialect = session.get_bind().dialect.name
    asked = {
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name",
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgrelid = CAST(:name AS regclass) AND NOT tgisinternal AND tgenabled <> 'D'",
    }[dialect]
    for name in _GUARDED:
        if session.scalar(text(asked), {"name": name}) != _TRIGGERS_EACH[dialect]:
            yield Tampered(f"table {name}", "the triggers that guard it are not all there")


def _children(session: Session, keyring: Keyring) -> Iterator[Tampered]:
    with session.execute(select(ChildRecord).execution_options(yield_per=500)) as rows:
        for child in rows.scalars():
            if child.record_seal != _child_seal(keyring, child):
                yield Tampered(f"child {child.id}", "who it is, or the number of its doses, was changed without the key")


def _doses(session: Session, keyring: Keyring) -> Iterator[Tampered]:
    """Each child's rows are numbered from 1, each follows from the one before, and the last is the one its child knows of."""
    known = {child_id: (count, head) for child_id, count, head in session.execute(_ENDS)}
    seen: dict[UUID, tuple[int, bytes]] = {}
    statement = select(DoseRecord).order_by(DoseRecord.child_id, DoseRecord.number)
    with session.execute(statement.execution_options(yield_per=1000)) as rows:
        for dose in rows.scalars():
            number, previous = seen.get(dose.child_id, (0, b""))
            seen[dose.child_id] = dose.number, dose.mac
            if dose.number != number + 1:
                yield Tampered(f"child {dose.child_id}", f"dose row {number + 1} is missing")
            elif dose.mac != _dose_mac(keyring, previous, dose):
                yield Tampered(f"dose {dose.id}", "it was changed, or made without the key")
    for child_id, end in known.items():
        if seen.get(child_id, (0, b"")) != end:
            yield Tampered(f"child {child_id}", f"dose row {end[0]} is missing, or is not the one that was written")


def _facts(session: Session, keyring: Keyring) -> Iterator[Tampered]:
    """A child's findings and decisions are those that its row has signed, all of them and as they were written."""
    found: dict[UUID, list[str]] = {}
    for rows in (session.scalars(select(ObservationRecord)), session.scalars(select(DecisionRecord))):
        for row in rows:
            found.setdefault(row.child_id, []).append(_fact(row))
    signed = {child_id: mac for child_id, mac in session.execute(_SIGNED)}
    for child_id in sorted(signed.keys() | found.keys()):
        if signed.get(child_id) != _facts_mac(keyring, found.get(child_id, [])):
            yield Tampered(f"child {child_id}", "a finding or a decision was changed, added or taken out without the key")


def _moves(session: Session, keyring: Keyring) -> Iterator[Tampered]:
    """Each child's moves are numbered from 1, and each follows from the one before."""
    seen: dict[UUID, tuple[int, bytes]] = {}
    with session.execute(select(MoveRecord).order_by(MoveRecord.child_id, MoveRecord.number).execution_options(yield_per=1000)) as rows:
        for move in rows.scalars():
            number, previous = seen.get(move.child_id, (0, b""))
            seen[move.child_id] = move.number, move.mac
            if move.number != number + 1 or move.mac != move_mac(keyring, previous, move):
                yield Tampered(f"move {move.id}", "it was changed, made without the key, or one before it is missing")


_SIGNED = select(ChildRecord.id, ChildRecord.facts_mac).where(ChildRecord.facts_mac.is_not(None))
_ENDS = select(ChildRecord.id, ChildRecord.dose_count, ChildRecord.dose_head)
