"""Children whom a nurse could take for another: born on the same day at the same clinic, with a name that reads or sounds alike."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select

from vaxcard.records.acting import Acting
from vaxcard.records.names import sounds
from vaxcard.records.people import ChildRecord, ChildState

_READ = 60  # children of one birth date at one clinic whose names are compared


def look_alikes(acting: Acting, child: ChildRecord, *, beside: Collection[UUID] = ()) -> list[ChildRecord]:
    """Children in the clinic's care who are born on the child's day and whose name is alike; those `beside` are shown already."""
    others = _alike(acting, child.name(acting.keyring), child.born_on, child.clinic_id)
    return [other for other in others if other.id != child.id and other.id not in beside]


def alike_on_file(acting: Acting, name: str, born_on: date) -> list[ChildRecord]:
    """Children of the clinic of the one who acts who may be the one about to be put on file: born on that day, named alike."""
    assert acting.clinic_id is not None  # whoever puts a child on file acts for a clinic
    return _alike(acting, name, born_on, acting.clinic_id)


def _alike(acting: Acting, name: str, born_on: date, clinic_id: UUID) -> list[ChildRecord]:
    rows = select(ChildRecord).where(
        ChildRecord.born_on == born_on,
        ChildRecord.clinic_id == clinic_id,
        ChildRecord.state == ChildState.ACTIVE,
        ChildRecord.is_sensitive.is_(False),
    )
    others = acting.session.scalars(rows.order_by(ChildRecord.id).limit(_READ))
    return [other for other in others if are_alike(name, other.name(acting.keyring))]


def are_alike(name: str, other: str) -> bool:
    """Whether two names sound the same, or differ in one character at most."""
    if sounds(name)[0] == sounds(other)[0]:
        return True
    return len(name) == len(other) > 1 and sum(one != two for one, two in zip(name, other, strict=True)) == 1
