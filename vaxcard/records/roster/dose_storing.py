"""Puts a child's judged doses on file: new ones are added, known ones compared, differing ones put up for review."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.doses import DoseForm, DoseSource
from vaxcard.records.people import ChildRecord
from vaxcard.records.registry import add_dose
from vaxcard.records.review import ReviewItem, open_items
from vaxcard.records.roster.comparing import DosesOnFile
from vaxcard.records.roster.dose_rows import DoseRow
from vaxcard.records.roster.judging import DoseKey, Miscounts, judge, miscounts
from vaxcard.records.roster.places import Places
from vaxcard.records.roster.report import Counts, Entry
from vaxcard.records.roster.run import Run

_EXPIRED = "expired"  # the registry's word for that incident
_COLUMNS = {
    "stated_number": "dose_number",
    "place": "given_at",
    "status": "given_on",
    "clinic": "home_clinic",
    "identifier": "child_code",
}


@dataclass
class Outcome:
    """What became of a batch of children."""

    children: Counts = field(default_factory=Counts)
    doses: Counts = field(default_factory=Counts)
    entries: list[Entry] = field(default_factory=list)
    miscounts: list[Miscounts] = field(default_factory=list)
    changed: list[UUID] = field(default_factory=list)


@dataclass(frozen=True)
class Subject:
    """The child whose doses are stored. `record` is None in a dry run for a child who is not on file."""

    record: ChildRecord | None
    born_on: date
    name: str
    is_new: bool


def column_of(differing: Sequence[str]) -> str:
    """The heading's field under which a difference is shown."""
    return _COLUMNS.get(differing[0], differing[0])


class DoseStoring:
    """The doses of one batch of children."""

    def __init__(self, run: Run, acting: Acting, places: Places, outcome: Outcome) -> None:
        self._run, self._acting, self._places, self._outcome = run, acting, places, outcome

    def store(self, doses: Sequence[DoseRow], subject: Subject) -> None:
        """Store what is new of a child's doses and work out again what is owed."""
        record, outcome = subject.record, self._outcome
        on_file = DosesOnFile(self._acting.session, record.id) if record is not None and not subject.is_new else None
        judged = judge(doses, subject.name, subject.born_on, self._run.today)
        outcome.doses.refused += len(judged.refused)
        outcome.entries += judged.refused
        new = [dose for dose in judged.sound if self._is_new(dose, record, on_file)]
        outcome.doses.stored += len(new)
        keys: frozenset[DoseKey] = on_file.keys if on_file else frozenset()
        outcome.miscounts.append(miscounts(self._run.schedule, doses, judged.sound, keys))
        if record is not None and not self._run.is_dry and (new or subject.is_new):
            self._write(record, new, subject)

    def _is_new(self, dose: DoseRow, record: ChildRecord | None, on_file: DosesOnFile | None) -> bool:
        clinic_id = self._places.known(dose.place) if dose.place else None
        differing = on_file.differences(dose, clinic_id) if on_file else None
        if not differing:
            self._outcome.entries += dose.warnings
            self._outcome.doses.unchanged += differing is not None
            return differing is None
        told = ", ".join(differing.values())
        entry = dose.entry("differs-from-the-record", column_of(tuple(differing)), told, fields=tuple(differing))
        self._outcome.doses.refused += 1
        if record is not None:
            self.review(record, "dose-differs", entry, differing)
        return False

    def _write(self, record: ChildRecord, doses: Sequence[DoseRow], subject: Subject) -> None:
        for dose in doses:
            incidents = [_EXPIRED] if dose.expires_on and dose.given_on and dose.expires_on < dose.given_on else []
            add_dose(self._acting, record, self._form(dose), incidents)
        if not subject.is_new:
            record.version += 1
        chart.refresh(self._acting, record)
        self._outcome.changed.append(record.id)

    def _form(self, dose: DoseRow) -> DoseForm:
        clinic_id = self._places.known(dose.place) if dose.place else None
        return DoseForm(
            self._run.new_id(),
            dose.vaccine or "",
            dose.given_on or self._run.today,
            lot_number=dose.lot_number,
            expires_on=dose.expires_on,
            manufacturer=dose.manufacturer,
            trace_code=dose.trace_code,
            product_name=dose.product_name,
            stated_number=dose.stated_number,
            site=dose.site,
            route=dose.route,
            clinic_id=clinic_id,
            place=None if clinic_id else dose.place,
            performer=dose.performer,
            source=DoseSource.IMPORT,
        )

    def review(self, record: ChildRecord, kind: str, entry: Entry, told: dict[str, str]) -> None:
        """Put a difference up for review, once: values sealed under the child's key, and its entry into the report."""
        self._outcome.entries.append(entry)
        session, keyring = self._acting.session, self._acting.keyring
        values = json.dumps(told, ensure_ascii=False, sort_keys=True)
        waiting = {
            (item.kind, keyring.unseal(record.person_key, item.values_sealed, "review.values")) for item in open_items(session, record.id)
        }
        if self._run.is_dry or (kind, values) in waiting:
            return
        item = ReviewItem(
            id=self._run.new_id(),
            batch_id=self._run.batch_id,
            child_id=record.id,
            kind=kind,
            sheet=entry.sheet,
            row=entry.row,
            fields=list(told),
            values_sealed=keyring.seal(record.person_key, values, "review.values"),
            raised_at=self._acting.now,
        )
        session.add(item)
        session.flush()
