"""Which families could be texted: doses owed around a day, and who is asked first. Whether and why is decided by `reminders`.

Two indexed queries a clinic, joined in the database: their cost grows with what is due, not with who is registered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from vaxcard.keyring import Keyring
from vaxcard.records.messages import batches
from vaxcard.records.people import ChildRecord, ChildState, GuardianRecord, Guardianship, context
from vaxcard.records.visits import DueRow, NextVisit, VisitKind


@dataclass(frozen=True, slots=True)
class OwedDose:
    """A programme dose that awaits nothing but its day, beside the child's next visit."""

    child_id: UUID
    group: str
    recommended: date
    planned_on: date
    visit_on: date
    is_appointed: bool
    is_sensitive: bool


@dataclass(frozen=True, slots=True)
class Recipient:
    """A guardian of a child, as far as texting is concerned; rank 1 is asked first."""

    child_id: UUID
    guardian_id: UUID
    person_key: bytes
    family_key: bytes | None
    can_be_texted: bool
    agrees: bool
    language: str | None


def owed_between(session: Session, clinic_id: UUID, first: date, last: date) -> list[OwedDose]:
    """All that is owed by `last` to the clinic's children of whom something is recommended from `first` on, or who have an
    appointment in those days; by child."""
    called = select(DueRow.child_id).where(
        DueRow.clinic_id == clinic_id, DueRow.recommended.between(first, last), DueRow.needs.is_(None), DueRow.is_optional.is_(False)
    )
    appointed = select(NextVisit.child_id).where(
        NextVisit.clinic_id == clinic_id, NextVisit.visit_on.between(first, last), NextVisit.kind == VisitKind.APPOINTED
    )
    owed = _owed(clinic_id).where(DueRow.recommended <= last, DueRow.child_id.in_(called.union(appointed)))
    return [
        OwedDose(row.child_id, row.group, row.recommended, row.planned_on, row.visit_on, row.kind == VisitKind.APPOINTED, row.is_sensitive)
        for row in session.execute(owed.order_by(DueRow.child_id, DueRow.group))
    ]


def _owed(clinic_id: UUID) -> Select[UUID, str, date | None, date, date, str, bool]:
    return (
        select(
            DueRow.child_id,
            DueRow.group,
            DueRow.recommended,
            NextVisit.planned_on,
            NextVisit.visit_on,
            NextVisit.kind,
            ChildRecord.is_sensitive,
        )
        .join(NextVisit, NextVisit.child_id == DueRow.child_id)
        .join(ChildRecord, ChildRecord.id == DueRow.child_id)
        .where(
            DueRow.clinic_id == clinic_id,
            DueRow.recommended.is_not(None),
            DueRow.needs.is_(None),
            DueRow.is_optional.is_(False),
            ChildRecord.state == ChildState.ACTIVE,
        )
    )


def recipients_of(session: Session, child_ids: Sequence[UUID]) -> dict[UUID, list[Recipient]]:
    """Each child's guardians, first asked first."""
    found: dict[UUID, list[Recipient]] = {child_id: [] for child_id in child_ids}
    for batch in batches(child_ids):
        rows = (
            select(
                Guardianship.child_id,
                GuardianRecord.id,
                GuardianRecord.person_key,
                GuardianRecord.phone_key,
                GuardianRecord.phone_can_be_texted,
                GuardianRecord.agrees_to_texts,
                GuardianRecord.language,
            )
            .join(GuardianRecord, GuardianRecord.id == Guardianship.guardian_id)
            .where(Guardianship.child_id.in_(batch))
            .order_by(Guardianship.child_id, Guardianship.rank)
        )
        for row in session.execute(rows):
            found[row.child_id].append(Recipient(*row))
    return found


def display_names(session: Session, keyring: Keyring, child_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The name that each child's card shows."""
    names: dict[UUID, str] = {}
    for batch in batches(list(child_ids)):
        rows = select(ChildRecord.id, ChildRecord.person_key, ChildRecord.display_name_sealed).where(ChildRecord.id.in_(batch))
        for child_id, key, sealed in session.execute(rows):
            names[child_id] = keyring.unseal(key, sealed, context("child.display-name", child_id))
    return names


def count_in_backlog(session: Session, clinic_id: UUID, before: date, on: date) -> int:
    """Children of the clinic of whom all that was recommended by `on` had been recommended before the day `before`."""
    recent = aliased(DueRow)
    newer = select(recent.child_id).where(
        recent.child_id == DueRow.child_id,
        recent.recommended.between(before, on),
        recent.needs.is_(None),
        recent.is_optional.is_(False),
    )
    rows = select(func.count(DueRow.child_id.distinct())).where(
        DueRow.clinic_id == clinic_id,
        DueRow.recommended < before,
        DueRow.needs.is_(None),
        DueRow.is_optional.is_(False),
        ~newer.exists(),
    )
    return session.scalar(rows) or 0
