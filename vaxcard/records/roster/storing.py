"""Puts gathered children on file: each whole, with its guardians, its doses and what is owed, a batch of children in one transaction.

What is on file already is only compared. A row that differs is put up for review: never added beside the record, never written over it.
Where name or birth date differ, the doses wait as well, since they may be another child's; anything else concerns the child's row alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.enrolment import ChildForm, GuardianForm, register_child
from vaxcard.records.people import ChildRecord
from vaxcard.records.review import ImportRow
from vaxcard.records.roster.comparing import IDENTITY, child_differences, children_linked, code_of, likely_on_file
from vaxcard.records.roster.dose_storing import DoseStoring, Outcome, Subject, column_of
from vaxcard.records.roster.gathering import Bundle
from vaxcard.records.roster.places import Places
from vaxcard.records.roster.report import Entry
from vaxcard.records.roster.rows import ChildRow, Link
from vaxcard.records.roster.run import Run


class Storing:
    """One batch: everything read and written in one session. In a dry run nothing is written, and the outcome is the same."""

    def __init__(self, run: Run, acting: Acting, in_workbook: frozenset[Link]) -> None:
        self._run, self._acting, self._in_workbook = run, acting, in_workbook
        self._session, self._keyring = acting.session, acting.keyring
        self._places, self.outcome = Places(run, acting), Outcome()
        self._doses = DoseStoring(run, acting, self._places, self.outcome)

    def store(self, bundle: Bundle) -> None:
        """Take in one child with its doses; rows that are no dose are only counted, and held against the record."""
        self.outcome.left_out.update(str(dose.left_out) for dose in bundle.left_out)
        child = bundle.child
        if child is not None and child.refusal is not None:
            self._refuse_child(child.refusal, bundle)
            return
        on_file = children_linked(self._session, self._keyring, bundle.links)
        if child is None:
            self._store_doses_alone(bundle, on_file)
        elif len(on_file) > 1:
            self._refuse_child(child.entry("identifiers-of-two-children", "child_code", child.code), bundle)
        elif on_file:
            self._compare(child, bundle, self._locked(on_file[0]))
        else:
            self._register(child, bundle)

    def _locked(self, record: ChildRecord) -> ChildRecord:
        """The row held until the batch ends, so that nobody records beside the import what it is about to add."""
        return record if self._run.is_dry else chart.load_child(self._session, record.id, lock=True)

    def _refuse_child(self, refusal: Entry, bundle: Bundle) -> None:
        """A refused child takes its doses with it, in one entry."""
        self.outcome.children.refused += 1
        self.outcome.doses.refused += len(bundle.doses)
        self.outcome.entries.append(refusal)

    def _store_doses_alone(self, bundle: Bundle, on_file: Sequence[ChildRecord]) -> None:
        if len(on_file) == 1:
            record = self._locked(on_file[0])
            subject = Subject(record, record.born_on, record.name(self._keyring), is_new=False)
            self._doses.store(bundle.doses, subject, bundle.left_out)
            return
        self.outcome.doses.refused += len(bundle.doses)
        for dose in bundle.doses:
            self.outcome.entries.append(dose.refusal or dose.entry("dose-of-a-child-not-on-file", "child_code", dose.code))

    def _register(self, child: ChildRow, bundle: Bundle) -> None:
        clinic = self._places.home(child, bundle.doses)
        if clinic is None or child.born_on is None:
            self._refuse_child(child.entry("clinic-missing", "home_clinic"), bundle)
            return
        self._warn(child, None)
        self.outcome.children.stored += 1
        record = None
        if not self._run.is_dry:
            record = register_child(self._acting, self._form(child, child.born_on, self._places.receiving(clinic)), note=False)
            self._session.add(ImportRow(batch_id=self._run.batch_id, row_id=record.id, child_id=record.id, kind="child"))
        self._doses.store(bundle.doses, Subject(record, child.born_on, child.name, is_new=True))

    def _warn(self, child: ChildRow, record: ChildRecord | None) -> None:
        self.outcome.entries += child.warnings
        for other in likely_on_file(self._session, self._keyring, child, record.id if record else None):
            link = code_of(self._session, self._keyring, other)
            if link is None or link not in self._in_workbook:  # pairs within the workbook are found when it is read
                code = link[1] if link else str(other.id)
                self.outcome.entries.append(child.entry("likely-the-same-child", "name", child.name, same_as=code, because="phone"))

    def _form(self, child: ChildRow, born_on: date, clinic_id: UUID) -> ChildForm:
        guardians = tuple(
            GuardianForm(
                self._run.new_id(),
                name=guardian.name,
                phone=guardian.phone.kept if guardian.phone else None,
                can_be_texted=guardian.phone is not None and guardian.phone.can_be_texted,
                address=child.address,
                relation=guardian.relation,
            )
            for guardian in child.guardians
        )
        return ChildForm(
            self._run.new_id(),
            child.name,
            born_on,
            child.sex,
            clinic_id,
            residence=child.residence,
            identifiers=child.links,
            guardians=guardians,
        )

    def _compare(self, child: ChildRow, bundle: Bundle, record: ChildRecord) -> None:
        told_clinic = self._places.known(child.clinic) if child.clinic else None
        differing = child_differences(self._session, self._keyring, child, record, told_clinic)
        if differing:
            told, fields = ", ".join(differing.values()), tuple(differing)
            entry = child.entry("differs-from-the-record", column_of(fields), told, fields=fields)
            self._doses.review(record, "child-differs", entry, differing)
            self.outcome.children.refused += 1
        else:
            self._warn(child, record)
            self.outcome.children.unchanged += 1
        if IDENTITY & differing.keys():
            self.outcome.doses.refused += len(bundle.doses)
        else:
            subject = Subject(record, record.born_on, child.name, is_new=False)
            self._doses.store(bundle.doses, subject, bundle.left_out)
