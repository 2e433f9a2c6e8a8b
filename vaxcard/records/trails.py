"""Who looked at one child's record and who changed it, read back from the audit trail: for an auditor, and for the family on request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from vaxcard.records.audit import AuditEntry, AuditHead
from vaxcard.records.clinics import ApiKeyRecord, ClinicRecord, StaffRecord

_STAFF, _KEY = "staff:", "key:"


@dataclass(frozen=True)
class TrailEntry:
    """One look or change: who (a name and role, or a program's), where, what, and why where a reason was told."""

    chain: str
    number: int
    at: datetime
    who: str
    role: str | None
    clinic: str | None
    action: str
    reason: str | None


Place = tuple[datetime, str, int]


def trail_of(session: Session, child_id: UUID, *, limit: int, after: Place | None = None) -> list[TrailEntry]:
    """The newest entries first; with `after` (moment, chain and number of the last of a page) those that follow it."""
    entry = AuditEntry
    rows = select(entry, ClinicRecord.name).join(AuditHead, AuditHead.chain == entry.chain)
    rows = rows.outerjoin(ClinicRecord, ClinicRecord.id == AuditHead.clinic_id).where(entry.child_id == child_id)
    if after is not None:
        moment, chain, number = after
        same_moment = and_(entry.at == moment, or_(entry.chain < chain, and_(entry.chain == chain, entry.number < number)))
        rows = rows.where(or_(entry.at < moment, same_moment))
    found = session.execute(rows.order_by(entry.at.desc(), entry.chain.desc(), entry.number.desc()).limit(limit)).all()
    people = _people(session, {row[0].actor for row in found})
    return [_entry(row[0], row[1], people) for row in found]


def _entry(row: AuditEntry, clinic: str | None, people: Mapping[str, tuple[str, str | None]]) -> TrailEntry:
    who, role = people.get(row.actor, (row.actor, None))
    return TrailEntry(row.chain, row.number, row.at, who, role, clinic, row.action, row.reason)


def _people(session: Session, actors: set[str]) -> dict[str, tuple[str, str | None]]:
    staff = [UUID(actor.removeprefix(_STAFF)) for actor in actors if actor.startswith(_STAFF) and _is_id(actor.removeprefix(_STAFF))]
    keys = [UUID(actor.removeprefix(_KEY)) for actor in actors if actor.startswith(_KEY) and _is_id(actor.removeprefix(_KEY))]
    told: dict[str, tuple[str, str | None]] = {}
    for one in session.scalars(select(StaffRecord).where(StaffRecord.id.in_(staff))):
        told[f"{_STAFF}{one.id}"] = (one.name, one.role)
    for key in session.scalars(select(ApiKeyRecord).where(ApiKeyRecord.id.in_(keys))):
        told[f"{_KEY}{key.id}"] = (key.name, None)
    return told


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
