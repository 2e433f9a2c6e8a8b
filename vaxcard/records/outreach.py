"""Which families could be texted: doses owed around a day, visits moved, doses just given, and who is asked first.

Whether and why is decided by `reminders`. A few indexed queries a clinic: their cost grows with what is due, not with who is registered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from vaxcard.keyring import Keyring
from vaxcard.records.doses import DoseRecord, DoseSource, DoseStatus
from vaxcard.records.messages import batches
from vaxcard.records.moved_visits import MovedVisit
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
class MovedDay:
    """A child who was expected on a day that the clinic closed, and comes on another now."""

    child_id: UUID
    from_on: date
    to_on: date
    is_sensitive: bool


@dataclass(frozen=True, slots=True)
class Vaccinated:
    """A child who was vaccinated at the clinic on a day."""

    child_id: UUID
    given_on: date
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


def moved_after(session: Session, clinic_id: UUID, day: date) -> list[MovedDay]:
    """The clinic's children who were expected on a closed day after `day`, and come on another; the last such day of each."""
    rows = (
        select(MovedVisit.child_id, MovedVisit.from_on, NextVisit.visit_on, ChildRecord.is_sensitive)
        .join(NextVisit, NextVisit.child_id == MovedVisit.child_id)
        .join(ChildRecord, ChildRecord.id == MovedVisit.child_id)
        .where(MovedVisit.clinic_id == clinic_id, MovedVisit.from_on > day, NextVisit.visit_on != MovedVisit.from_on)
        .where(ChildRecord.clinic_id == clinic_id, ChildRecord.state == ChildState.ACTIVE)
        .order_by(MovedVisit.child_id, MovedVisit.from_on)
    )
    return list({row.child_id: MovedDay(*row) for row in session.execute(rows)}.values())


def vaccinated_between(session: Session, clinic_id: UUID, first: date, last: date, noted_within: timedelta) -> list[Vaccinated]:
    """The clinic's children who were vaccinated there on these days, by the latest of them; what was noted later was copied from paper."""
    later = aliased(DoseRecord)
    rows = (
        select(DoseRecord.child_id, DoseRecord.given_on, DoseRecord.recorded_at, ChildRecord.is_sensitive)
        .join(ChildRecord, ChildRecord.id == DoseRecord.child_id)
        .where(DoseRecord.clinic_id == clinic_id, DoseRecord.given_on.between(first, last))
        .where(DoseRecord.status == DoseStatus.COMPLETED, DoseRecord.source == DoseSource.CLINIC)
        .where(ChildRecord.clinic_id == clinic_id, ChildRecord.state == ChildState.ACTIVE)
        .where(~select(later.id).where(later.supersedes_id == DoseRecord.id).exists())
        .order_by(DoseRecord.child_id, DoseRecord.given_on)
    )
    told = [row for row in session.execute(rows) if row.recorded_at.date() - row.given_on <= noted_within]
    return list({row.child_id: Vaccinated(row.child_id, row.given_on, row.is_sensitive) for row in told}.values())


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
