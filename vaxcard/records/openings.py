"""Opening another clinic's child: by its card, or for a reason that is said first and stands in the audit trail.

The reason is one of a few words, never free text: the trail holds nothing personal.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from vaxcard.errors import ReasonNeeded
from vaxcard.records.acting import Acting
from vaxcard.records.audit import AuditEntry
from vaxcard.records.people import ChildRecord

OPEN_FOR = timedelta(hours=10)  # a working day, as long as a session
_OPENED = "child.open"
_LOOKED = "child.look"
_REGISTERED = "child.register"


class OpeningReason(StrEnum):
    """Why somebody opens a child whose card is not in front of them."""

    WITHOUT_CARD = "here-without-card"
    BY_PHONE = "family-on-the-phone"
    MOVING = "moving-here"
    ASKED = "its-clinic-asks"
    REACTION = "reaction-after-a-dose"


def open_for(acting: Acting, child: ChildRecord, reason: OpeningReason) -> None:
    """Say why, and have the child open to this actor for a working day."""
    acting.note(_OPENED, child_id=child.id, subjects=["clinic"], reason=reason.value)


def require_open(rows: Session | Connection, child_id: UUID, *, actor: str, clinic_id: UUID, now: datetime) -> None:
    """Raise ReasonNeeded for another clinic's child that this actor has neither scanned nor opened for a reason today.

    A child that is not on file is for others to miss.
    """
    home = rows.scalar(_HOME, {"child": child_id})
    if home in (None, clinic_id) or _is_open(rows, child_id, actor, now):
        return
    raise ReasonNeeded(
        "this child is looked after by another clinic",
        advice="scan the child's card, or say why you open the record without it",
    )


def _is_open(rows: Session | Connection, child_id: UUID, actor: str, now: datetime) -> bool:
    entries = select(AuditEntry.action, AuditEntry.subjects).where(
        AuditEntry.child_id == child_id,
        AuditEntry.actor == actor,
        AuditEntry.at > now - OPEN_FOR,
        AuditEntry.action.in_((_OPENED, _LOOKED, _REGISTERED)),
    )
    return any(action != _LOOKED or _by_card(subjects) for action, subjects in rows.execute(entries))


def _by_card(subjects: list[str]) -> bool:
    return any(subject.startswith("card:") for subject in subjects)


_HOME = select(ChildRecord.clinic_id).where(ChildRecord.id == bindparam("child"))
