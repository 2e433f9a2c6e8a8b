"""What a row says otherwise than the record, field by field.

A blank says nothing; what the record lacks and the row tells is a difference. An address is not compared: brothers and sisters share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcard.keyring import Keyring
from vaxcard.records.clinics import name_key
from vaxcard.records.doses import DoseRecord, DoseStatus, current, versions_of
from vaxcard.records.people import ChildIdentifier, ChildRecord, GuardianRecord
from vaxcard.records.review import taken_back
from vaxcard.records.roster.dose_rows import DoseRow
from vaxcard.records.roster.judging import box_of, same_box_on
from vaxcard.records.roster.likeness import are_one_name
from vaxcard.records.roster.rows import ChildRow, Link

IDENTITY = frozenset({"name", "born_on"})  # where these differ, the doses may be another child's
_TOLD_AS_KEPT = ("lot_number", "expires_on", "manufacturer", "trace_code", "stated_number", "site", "route", "performer")


def children_linked(session: Session, keyring: Keyring, links: Iterable[Link]) -> list[ChildRecord]:
    """The children on file under any of these identifiers: more than one where a workbook mixes two up."""
    keys = [(system, keyring.index(system, value)) for system, value in links]
    found = [session.get(ChildIdentifier, key) for key in keys]
    ids = dict.fromkeys(identifier.child_id for identifier in found if identifier is not None)
    return [child for child in (session.get(ChildRecord, child_id) for child_id in ids) if child is not None]


def child_differences(session: Session, keyring: Keyring, child: ChildRow, record: ChildRecord, clinic_id: UUID | None) -> dict[str, str]:
    """What the row tells otherwise than the record, by field. `clinic_id` is the told clinic's, None if it is not on file."""
    guardians = [guardianship.guardian for guardianship in record.guardianships]
    names = {guardian.name(keyring) for guardian in guardians}
    phones = {guardian.phone(keyring) for guardian in guardians}
    told_names = [guardian.name for guardian in child.guardians if guardian.name and guardian.name not in names]
    told_phones = [guardian.phone.kept for guardian in child.guardians if guardian.phone and guardian.phone.kept not in phones]
    candidates = {
        "name": child.name if child.name != record.name(keyring) else None,
        "born_on": child.born_on.isoformat() if child.born_on and child.born_on != record.born_on else None,
        "sex": child.sex if child.sex not in ("unknown", record.sex) else None,
        "clinic": child.clinic if clinic_id != record.clinic_id else None,
        "guardian_name": ", ".join(told_names) or None,
        "guardian_phone": ", ".join(told_phones) or None,
        "identifier": ", ".join(_new_identifiers(session, keyring, child.links)) or None,
    }
    return {field: told for field, told in candidates.items() if told is not None}


def _new_identifiers(session: Session, keyring: Keyring, links: Sequence[Link]) -> list[str]:
    return [value for system, value in links if session.get(ChildIdentifier, (system, keyring.index(system, value))) is None]


class DosesOnFile:
    """A child's doses on file, to hold a workbook's rows against."""

    def __init__(self, session: Session, child_id: UUID) -> None:
        versions = versions_of(session, child_id)
        self._standing = {(dose.vaccine, dose.given_on): dose for dose in current(versions)}
        undone = taken_back(session, child_id) if len(versions) > len(self._standing) else frozenset()
        undone |= {dose.id for dose in versions if dose.supersedes_id in undone and dose.status != DoseStatus.COMPLETED}
        self._past = {(dose.vaccine, dose.given_on) for dose in versions if dose.id not in undone}
        self.keys = frozenset(self._standing)

    def differences(self, dose: DoseRow, clinic_id: UUID | None) -> dict[str, str] | None:
        """None where the dose is not on file at all; else what the row tells otherwise: field and what was told."""
        key = (dose.vaccine, dose.given_on)
        record = self._standing.get(key)  # type: ignore[arg-type]
        if record is None:
            return {"status": "completed"} if key in self._past else None
        told = {field: getattr(dose, field) for field in _TOLD_AS_KEPT}
        differing = {field: str(value) for field, value in told.items() if value is not None and value != getattr(record, field)}
        if dose.place and not _is_same_place(record, dose.place, clinic_id):
            differing["place"] = dose.place
        return differing


    def in_the_same_box(self, dose: DoseRow) -> date | None:
        """The day of another dose on file that came from this dose's box."""
        same_box = (on for (vaccine, on), record in self._standing.items() if (vaccine, record.trace_code) == box_of(dose))
        return same_box_on(dose, same_box)


def _is_same_place(record: DoseRecord, told: str, clinic_id: UUID | None) -> bool:
    named_alike = record.place is not None and name_key(record.place) == name_key(told)
    return named_alike or (clinic_id is not None and record.clinic_id == clinic_id)


def likely_on_file(session: Session, keyring: Keyring, child: ChildRow, itself: UUID | None) -> list[ChildRecord]:
    """Other children on file who are probably this one: born on the day, a guardian's phone in common, and the name."""
    phones = [guardian.phone.kept for guardian in child.guardians if guardian.phone and guardian.phone.can_be_dialled]
    if not phones:
        return []
    keys = [keyring.index("phone", phone) for phone in phones]
    rows = select(ChildRecord).join(ChildRecord.guardianships).join(GuardianRecord)
    rows = rows.where(ChildRecord.born_on == child.born_on, GuardianRecord.phone_key.in_(keys), ChildRecord.id != itself)
    return [record for record in session.scalars(rows).unique() if are_one_name(record.name(keyring), child.name)]


def code_of(session: Session, keyring: Keyring, record: ChildRecord) -> Link | None:
    """An identifier of a child on file, by which a person can find it."""
    row = session.scalar(select(ChildIdentifier).where(ChildIdentifier.child_id == record.id).order_by(ChildIdentifier.system).limit(1))
    return (row.system, keyring.unseal(record.person_key, row.value_sealed, f"identifier.{row.system}")) if row else None
