"""Puts a child's judged doses on file: new ones are added, known ones compared, differing ones put up for review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.doses import DoseForm, DoseSource
from vaxcard.records.people import ChildRecord
from vaxcard.records.registry import add_dose
from vaxcard.records.review import ROW_REFUSED, ImportRow, Put, put_up
from vaxcard.records.roster.comparing import DosesOnFile
from vaxcard.records.roster.dose_rows import DoseRow
from vaxcard.records.roster.judging import DoseKey, Miscounts, judge, miscounts
from vaxcard.records.roster.places import Places
from vaxcard.records.roster.report import Counts, Entry
from vaxcard.records.roster.run import Run
from vaxcard.records.roster.statuses import VOIDED

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
    left_out: Counter[str] = field(default_factory=Counter)


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

    def store(self, doses: Sequence[DoseRow], subject: Subject, left_out: Sequence[DoseRow] = ()) -> None:
        """Store what is new of a child's doses and work out again what is owed. What cannot be stored waits with the child.

        A row of `left_out` that voids a dose on file is put up for review: the record stays as it is.
        """
        record, outcome = subject.record, self._outcome
        on_file = DosesOnFile(self._acting.session, record.id) if record is not None and not subject.is_new else None
        judged = judge(doses, subject.name, subject.born_on, self._run.today)
        outcome.doses.refused += len(judged.refused)
        for dose, entry in judged.refused:
            self._put_up(record, dose, entry)
        if on_file is not None and record is not None:
            self._compare_voided(record, left_out, judged.sound, on_file)
        new = [dose for dose in judged.sound if self._is_new(dose, record, on_file)]
        outcome.doses.stored += len(new)
        keys: frozenset[DoseKey] = on_file.keys if on_file else frozenset()
        outcome.miscounts.append(miscounts(self._run.schedule, doses, judged.sound, keys))
        if record is not None and not self._run.is_dry and (new or subject.is_new):
            self._write(record, new, subject)

    def _is_new(self, dose: DoseRow, record: ChildRecord | None, on_file: DosesOnFile | None) -> bool:
        clinic_id = self._places.known(dose.place) if dose.place else None
        differing = on_file.differences(dose, clinic_id) if on_file else None
        other = on_file.in_the_same_box(dose) if on_file and differing is None else None
        if other is not None:
            self._outcome.doses.refused += 1
            self._put_up(record, dose, dose.entry("the-same-box-on-another-day", "trace_code", dose.trace_code, other=str(other)))
            return False
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
            form = self._form(dose)
            add_dose(self._acting, record, form, incidents)
            self._acting.session.add(ImportRow(batch_id=self._run.batch_id, row_id=form.id, child_id=record.id, kind="dose"))
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

    def _compare_voided(self, record: ChildRecord, left_out: Sequence[DoseRow], sound: Sequence[DoseRow], on_file: DosesOnFile) -> None:
        anew = {(dose.vaccine, dose.given_on) for dose in sound}  # voided and entered anew: the new row is compared
        for dose in left_out:
            key = (dose.vaccine, dose.given_on)
            if dose.left_out == VOIDED and key in on_file.keys and key not in anew:
                entry = dose.entry("differs-from-the-record", "status", VOIDED, fields=("status",))
                told = {"status": VOIDED, "vaccine": str(key[0]), "given_on": str(key[1])}
                self.review(record, "dose-differs", entry, told, ("status",))

    def _put_up(self, record: ChildRecord | None, dose: DoseRow, entry: Entry) -> None:
        """Report a dose that is not stored, and keep its row with the child so that nobody takes the record for whole."""
        if record is None:
            self._outcome.entries.append(entry)
            return
        told = {"kind": entry.kind, "column": entry.column, "value": entry.value, "details": dict(entry.details)}
        about = {"vaccine": dose.product_name or dose.vaccine, "given_on": dose.written_date, "lot_number": dose.lot_number}
        self.review(record, ROW_REFUSED, entry, {**told, **about}, ())

    def review(
        self, record: ChildRecord, kind: str, entry: Entry, told: Mapping[str, object], fields: Sequence[str] | None = None
    ) -> None:
        """Report an entry and put it up for review, once: its values sealed under the child's key."""
        self._outcome.entries.append(entry)
        if not self._run.is_dry:
            named = tuple(told) if fields is None else fields
            put = Put(self._run.batch_id, kind, entry.sheet, entry.row, named, told)
            put_up(self._acting, record, put, self._run.new_id)
