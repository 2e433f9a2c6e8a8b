"""The bridge from a child's record to the engine: read and assessed for a day, and the answer written back at every change.

A chart that is read is always assessed for the day of reading; what is stored serves lists, texts and sweeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from vaxcard.errors import Conflict, NotFound
from vaxcard.keyring import Keyring
from vaxcard.records import kept_answers
from vaxcard.records.acting import Acting
from vaxcard.records.answers import Answer, judge, visit_on_file
from vaxcard.records.clinics import ClinicRecord, load_clinic
from vaxcard.records.coming import Asked
from vaxcard.records.doses import DoseRecord, current, rows_of
from vaxcard.records.histories import Told, assemble, given_besides
from vaxcard.records.issued_cards import CardRecord, in_use
from vaxcard.records.people import ChildRecord, Guardianship
from vaxcard.records.safety import DecisionRecord, ObservationRecord, decisions_of, observations_of
from vaxcard.records.visits import NextVisit, next_session_day
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, DoseAdministered
from vaxcard.schedule.outcomes import Assessment, Evaluation
from vaxcard.schedule.rules import Schedule

_LOCKED = "vaxcard_locked_children"


@dataclass(frozen=True)
class Chart:
    """A child's record on a day: the row, the doses that stand (numbered from 1 in this order) and the engine's answer.

    `rows` are all dose rows, in no order, and `told` is what the engine read.
    """

    child: ChildRecord
    doses: tuple[DoseRecord, ...]
    assessment: Assessment
    next_visit: NextVisit | None
    clinic_name: str
    may_have_siblings: bool
    rows: tuple[DoseRecord, ...]
    told: Told

    def evaluations_of(self, dose: DoseRecord) -> list[Evaluation]:
        """What the engine says of one dose: one evaluation a group, none for a dose in no group or one that does not stand."""
        return self._worth.get(dose.id, [])

    @cached_property
    def _worth(self) -> dict[UUID, list[Evaluation]]:
        found: dict[UUID, list[Evaluation]] = {}
        for each in self.assessment.evaluations:
            if each.n <= len(self.doses):
                found.setdefault(self.doses[each.n - 1].id, []).append(each)
        return found


def stale(child: ChildRecord, seen_version: int, **since: object) -> Conflict:
    """The fault of a change by whoever has seen another version of the record; `since` tells what has become of it."""
    return Conflict(
        "the record has changed since you opened it",
        difference={"version_seen": seen_version, "version_now": child.version, **since},
        advice="open the child again and look at what changed",
    )


def load_child(session: Session, child_id: UUID, *, lock: bool = False) -> ChildRecord:
    """The child's row, locked for writing on request. Raises NotFound.

    The lock holds off other writers of this record, not rows that merely refer to the child, such as a text planned meanwhile.
    """
    locked: set[UUID] = session.info.setdefault(_LOCKED, set())
    lock = lock and child_id not in locked  # who holds a lock need not ask for it again
    child = session.get(ChildRecord, child_id, with_for_update={"key_share": True} if lock else None, populate_existing=lock)
    if child is None:
        raise _not_on_file(child_id)
    if lock:
        locked.add(child_id)
    return child


def _not_on_file(child_id: UUID) -> NotFound:
    return NotFound("no child with this id is on file", place=str(child_id), advice="scan the card again or search by name")


def read(session: Session, keyring: Keyring, schedule: Schedule, child_id: UUID, today: date) -> Chart:
    """The child's record, assessed for `today`. Raises NotFound."""
    seen = session.execute(_BY_ID, {"child": child_id}).first()
    if seen is None:
        raise _not_on_file(child_id)
    return _chart(session, keyring, schedule, seen, today)


def read_by_card(session: Session, keyring: Keyring, schedule: Schedule, token: str, today: date) -> tuple[CardRecord, Chart]:
    """The active card of a token and the record behind it. Raises as `issued_cards.card_by_token`."""
    seen = session.execute(_BY_CARD, {"token_hash": keyring.token_hash(token)}).first()
    card = in_use(session, seen.CardRecord if seen is not None else None)
    return card, _chart(session, keyring, schedule, seen, today)


def _chart(session: Session, keyring: Keyring, schedule: Schedule, seen: Any, today: date) -> Chart:
    child: ChildRecord = seen.ChildRecord
    rows, told = _told(session, keyring, child, has_findings=seen.has_findings, has_decisions=seen.has_decisions)
    assessment = assess(schedule, Child(child.born_on, child.sex), told.history, today)
    return Chart(child, tuple(current(rows)), assessment, seen.NextVisit, seen.clinic_name, seen.has_siblings, tuple(rows), told)


def asked(session: Session, keyring: Keyring, schedule: Schedule, child: ChildRecord, today: date) -> Asked:
    """The child's record, to be put to the engine for today and for days to come."""
    _, told = _told(session, keyring, child)
    return Asked(schedule, Child(child.born_on, child.sex), told, assess(schedule, Child(child.born_on, child.sex), told.history, today))


def trial(acting: Acting, read: Chart, dose: DoseAdministered) -> list[Evaluation]:
    """What the engine would say of a dose that is not on file: asked before the needle, of the day on which it is given."""
    history, child = read.told.history, read.child
    tried = replace(dose, n=len(history.doses) + 1)
    assessment = assess(acting.schedule, Child(child.born_on, child.sex), replace(history, doses=(*history.doses, tried)), acting.today)
    return [evaluation for evaluation in assessment.evaluations if evaluation.n == tried.n]


def refresh(acting: Acting, child: ChildRecord) -> Chart:
    """Assess a child whose row is locked and rewrite its due rows, evaluations and next visit in the same transaction."""
    acting.session.flush()
    seen = acting.session.execute(_BY_ID, {"child": child.id}).one()
    rows, told = _told(acting.session, acting.keyring, child, has_findings=seen.has_findings, has_decisions=seen.has_decisions)
    return _renewed(acting, child, rows, told, seen.NextVisit, seen.has_siblings, stored=None)


def refresh_with(acting: Acting, before: Chart, added: DoseRecord) -> Chart:
    """As `refresh`, for a record that was read under the lock and has one dose more now: counted, and only what it changes written."""
    child, rows = before.child, [*before.rows, added]
    stored = kept_answers.stored_of(acting, child, before.assessment, before.told.dose_ids)
    child.version += 1
    told = given_besides(before.told, rows)
    return _renewed(acting, child, rows, told, before.next_visit, before.may_have_siblings, stored=stored)


def _renewed(
    acting: Acting,
    child: ChildRecord,
    rows: Sequence[DoseRecord],
    told: Told,
    visit: NextVisit | None,
    may_have_siblings: bool,
    *,
    stored: Answer | None,
) -> Chart:
    with acting.session.no_autoflush:  # the child's row is written once, when it has its stamp
        clinic, seen = load_clinic(acting.session, child.clinic_id), visit_on_file(visit)
    judged = replace(judge(acting, child, told, seen, clinic, next_session_day(clinic, acting.now)), stored=stored)
    for name, value in kept_answers.stamp_of(acting, judged).items():
        setattr(child, name, value)
    acting.session.flush()
    kept_answers.store(acting, [judged])
    visit = visit if judged.visit_stands else kept_answers.visit_of(judged)
    return Chart(child, tuple(current(rows)), judged.assessment, visit, clinic.name, may_have_siblings, tuple(rows), told)


def _told(
    session: Session, keyring: Keyring, child: ChildRecord, *, has_findings: bool = True, has_decisions: bool = True
) -> tuple[list[DoseRecord], Told]:
    rows = rows_of(session, child.id)
    findings = observations_of(session, child.id) if has_findings else []
    decisions = decisions_of(session, child.id) if has_decisions else []
    return rows, assemble(keyring, child.person_key, rows, findings, decisions)


# One question instead of six; most children have neither findings nor decisions, and nobody is asked for what is not there.
_MINE, _THEIRS = aliased(Guardianship), aliased(Guardianship)
_SEEN = (
    ChildRecord,
    NextVisit,
    ClinicRecord.name.label("clinic_name"),
    exists().where(ObservationRecord.child_id == ChildRecord.id).label("has_findings"),
    exists().where(DecisionRecord.child_id == ChildRecord.id).label("has_decisions"),
    exists()
    .where(_MINE.child_id == ChildRecord.id, _THEIRS.guardian_id == _MINE.guardian_id, _THEIRS.child_id != _MINE.child_id)
    .label("has_siblings"),
)


def _seen(rows: Any) -> Any:
    visits = rows.outerjoin(NextVisit, NextVisit.child_id == ChildRecord.id)
    return visits.outerjoin(ClinicRecord, ClinicRecord.id == ChildRecord.clinic_id)


_BY_ID = _seen(select(*_SEEN).select_from(ChildRecord).where(ChildRecord.id == bindparam("child")))
_CARD = select(CardRecord, *_SEEN).select_from(CardRecord).outerjoin(ChildRecord, ChildRecord.id == CardRecord.child_id)
_BY_CARD = _seen(_CARD.where(CardRecord.token_hash == bindparam("token_hash")))
