"""The bridge from a child's record to the engine: read and assessed for a day, and the answer written back at every change.

A chart that is read is always assessed for the day of reading; what is stored serves lists, texts and sweeps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from vaxcard.errors import NotFound
from vaxcard.keyring import Keyring
from vaxcard.records import kept_answers
from vaxcard.records.acting import Acting
from vaxcard.records.answers import judge, visit_on_file
from vaxcard.records.clinics import load_clinic
from vaxcard.records.coming import Asked
from vaxcard.records.doses import DoseRecord, current, rows_of
from vaxcard.records.histories import Told, assemble
from vaxcard.records.people import ChildRecord
from vaxcard.records.safety import decisions_of, observations_of
from vaxcard.records.visits import NextVisit, next_session_day, next_visit_of
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, DoseAdministered
from vaxcard.schedule.outcomes import Assessment, Evaluation
from vaxcard.schedule.rules import Schedule


@dataclass(frozen=True)
class Chart:
    """A child's record on a day: the row, the doses that stand (numbered from 1 in this order) and the engine's answer."""

    child: ChildRecord
    doses: tuple[DoseRecord, ...]
    assessment: Assessment
    next_visit: NextVisit | None

    def evaluations_of(self, dose: DoseRecord) -> list[Evaluation]:
        """What the engine says of one dose: one evaluation a group, none for a dose in no group."""
        number = self.doses.index(dose) + 1
        return [evaluation for evaluation in self.assessment.evaluations if evaluation.n == number]


def load_child(session: Session, child_id: UUID, *, lock: bool = False) -> ChildRecord:
    """The child's row, locked for writing on request. Raises NotFound.

    The lock holds off other writers of this record, not rows that merely refer to the child, such as a text planned meanwhile.
    """
    child = session.get(ChildRecord, child_id, with_for_update={"key_share": True} if lock else None, populate_existing=lock)
    if child is None:
        raise NotFound("no child with this id is on file", place=str(child_id), advice="scan the card again or search by name")
    return child


def read(session: Session, keyring: Keyring, schedule: Schedule, child_id: UUID, today: date) -> Chart:
    """The child's record, assessed for `today`. Raises NotFound."""
    child = load_child(session, child_id)
    rows, told = _told(session, keyring, child)
    assessment = assess(schedule, Child(child.born_on, child.sex), told.history, today)
    return Chart(child, tuple(current(rows)), assessment, next_visit_of(session, child_id))


def asked(session: Session, keyring: Keyring, schedule: Schedule, child: ChildRecord, today: date) -> Asked:
    """The child's record, to be put to the engine for today and for days to come."""
    _, told = _told(session, keyring, child)
    return Asked(schedule, Child(child.born_on, child.sex), told, assess(schedule, Child(child.born_on, child.sex), told.history, today))


def trial(acting: Acting, child: ChildRecord, dose: DoseAdministered) -> list[Evaluation]:
    """What the engine would say of a dose that is not on file: asked before the needle, of the day on which it is given."""
    _, told = _told(acting.session, acting.keyring, child)
    tried = replace(dose, n=len(told.history.doses) + 1)
    with_it = replace(told.history, doses=(*told.history.doses, tried))
    assessment = assess(acting.schedule, Child(child.born_on, child.sex), with_it, acting.today)
    return [evaluation for evaluation in assessment.evaluations if evaluation.n == tried.n]


def refresh(acting: Acting, child: ChildRecord) -> Chart:
    """Assess a child whose row is locked and rewrite its due rows, evaluations and next visit in the same transaction."""
    session = acting.session
    session.flush()
    rows, told = _told(session, acting.keyring, child)
    clinic, seen = load_clinic(session, child.clinic_id), visit_on_file(next_visit_of(session, child.id))
    judged = judge(acting, child, told, seen, clinic, next_session_day(clinic, acting.now))
    for name, value in kept_answers.stamp_of(acting, judged).items():
        setattr(child, name, value)
    session.flush()
    kept_answers.store(acting, [judged])
    return Chart(child, tuple(current(rows)), judged.assessment, next_visit_of(session, child.id))


def _told(session: Session, keyring: Keyring, child: ChildRecord) -> tuple[list[DoseRecord], Told]:
    rows = rows_of(session, child.id)
    return rows, assemble(keyring, child.person_key, rows, observations_of(session, child.id), decisions_of(session, child.id))
