"""What the engine answers of children, beside what is on file: read in bulk, judged, compared, and written only where it differs.

One child's record after a change (`chart`) and everyone's after a new edition are judged here alike, and written by `kept_answers`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcard.keyring import Keyring
from vaxcard.records.acting import Acting
from vaxcard.records.audit import AuditEntry
from vaxcard.records.clinics import ClinicRecord, all_clinics
from vaxcard.records.coming import Asked, Coming, next_visit
from vaxcard.records.doses import StoredEvaluation
from vaxcard.records.histories import Told, read_many, rows_by_child
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.visits import DueRow, NextVisit, VisitKind, next_session_day
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, History
from vaxcard.schedule.outcomes import Assessment, Evaluation, Forecast, Reason, SeriesStatus
from vaxcard.schedule.rules import Schedule

Facts = dict[str, Any]
_DUE = ("status", "is_optional", "is_due", "dose_number", "vaccines", "earliest", "recommended", "past_due", "latest", "needs", "reasons")
_WORTH = ("status", "dose_number", "reasons")
_VISIT = ("clinic_id", "visit_on", "planned_on", "groups", "kind")
_CHILD = (
    *("id", "clinic_id", "person_key", "born_on", "sex", "state", "version"),
    *("assessed_on", "assessed_edition", "assessed_engine", "assessed_version", "assessed_holds_until"),
)


@dataclass(frozen=True)
class Answer:
    """What was said of a child: each group's due row, and each dose's worth by (dose, group), as plain values."""

    due: Mapping[str, Facts]
    worth: Mapping[tuple[UUID, str], Facts]


@dataclass(frozen=True)
class Standing:
    """One child as read: the row's facts, what its record tells, the answer and the next visit on file."""

    row: Any
    told: Told
    stored: Answer
    visit: Coming | None

    @property
    def history(self) -> History:
        """What the engine reads."""
        return self.told.history

    @property
    def dose_ids(self) -> tuple[UUID, ...]:
        """The ids of the history's doses, in its order."""
        return self.told.dose_ids

    def assessed(self, schedule: Schedule, on: date) -> Assessment:
        """The engine's answer on a day."""
        return assess(schedule, Child(self.row.born_on, self.row.sex), self.told.history, on)


@dataclass(frozen=True)
class Judged:
    """One child's answer worked out anew, the next visit, and what of both is on file already, with the stamp of rules and version.

    `seen` is the next visit that was on file when it was judged, `stored` the answer on file, None where it was not looked at.
    """

    child_id: UUID
    clinic_id: UUID
    version: int
    assessment: Assessment
    answer: Answer
    coming: Coming | None
    seen: Coming | None
    same: bool = False
    stamped: bool = False
    stored: Answer | None = None

    @property
    def visit_stands(self) -> bool:
        """Whether the next visit on file is the one that was worked out."""
        return self.coming == self.seen


def read_standings(session: Session, keyring: Keyring, child_ids: Collection[UUID]) -> list[Standing]:
    """These children (some hundreds at most) as they are on file, in the order of their ids."""
    columns = [getattr(ChildRecord, name) for name in _CHILD]
    rows = session.execute(select(*columns).where(ChildRecord.id.in_(child_ids)).order_by(ChildRecord.id)).all()
    told = read_many(session, keyring, {row.id: row.person_key for row in rows})
    due = rows_by_child(session, DueRow, ("group", *_DUE), child_ids)
    worth = rows_by_child(session, StoredEvaluation, ("dose_id", "group", *_WORTH), child_ids)
    visits = rows_by_child(session, NextVisit, _VISIT, child_ids)
    return [
        Standing(
            row=row,
            told=told[row.id],
            stored=Answer(
                {each[1]: dict(zip(_DUE, each[2:], strict=True)) for each in due.get(row.id, [])},
                {(each[1], each[2]): dict(zip(_WORTH, each[3:], strict=True)) for each in worth.get(row.id, [])},
            ),
            visit=visit_on_file(next(iter(visits.get(row.id, [])), None)),
        )
        for row in rows
    ]


def visit_on_file(row: Any) -> Coming | None:
    """A row of next visits as it would be worked out."""
    if row is None:
        return None
    return Coming(row.clinic_id, row.visit_on, row.planned_on, tuple(row.groups), VisitKind(row.kind))


def answer_of(assessment: Assessment, dose_ids: Sequence[UUID], *, is_served: bool = True) -> Answer:
    """An assessment in the form in which it is kept; nothing is owed to a child who is not vaccinated here."""
    due = {each.group: _due(each, assessment) for each in assessment.forecasts} if is_served else {}
    return Answer(due, {(dose_ids[each.n - 1], each.group): _worth(each) for each in assessment.evaluations if each.group})


def _due(each: Forecast, assessment: Assessment) -> Facts:
    owed = each.status is SeriesStatus.NOT_COMPLETE
    return {
        "status": each.status.value,
        "is_optional": each.optional,
        "is_due": each.group in assessment.due_now,
        "dose_number": each.dose,
        "vaccines": list(each.vaccines),
        "earliest": each.earliest if owed else None,
        "recommended": each.recommended if owed else None,
        "past_due": each.past_due,
        "latest": each.latest,
        "needs": each.needs,
        "reasons": [_reason(reason) for reason in each.reasons],
    }


def _worth(each: Evaluation) -> Facts:
    reasons = [_reason(reason) for reason in each.reasons]
    return {"status": each.status.value if each.status else None, "dose_number": each.dose, "reasons": reasons}


def _reason(reason: Reason) -> Facts:
    values = {name: value.isoformat() if isinstance(value, date) else value for name, value in reason.values.items()}
    return {"code": str(reason.code), "values": values, "source": reason.source, "sensitive": reason.sensitive}


def judge(acting: Acting, child: Any, told: Told, seen: Coming | None, clinic: ClinicRecord, first_day: date) -> Judged:
    """A child's answer for `acting.today` and its next visit; `child` is its row, `first_day` the clinic's (`visits.next_session_day`)."""
    person = Child(child.born_on, child.sex)
    assessment = assess(acting.schedule, person, told.history, acting.today)
    is_served = child.state == ChildState.ACTIVE
    coming = None
    if is_served:
        kept = seen is not None and seen.kind == VisitKind.APPOINTED and seen.visit_on >= acting.today and seen.clinic_id == clinic.id
        asked = Asked(acting.schedule, person, told, assessment)
        coming = next_visit(asked, clinic, first_day, seen.visit_on if kept and seen is not None else None)
    answer = answer_of(assessment, told.dose_ids, is_served=is_served)
    return Judged(child.id, clinic.id, child.version, assessment, answer, coming, seen)


def compare(acting: Acting, child_ids: Collection[UUID]) -> list[Judged]:
    """These children judged for `acting.today` beside what is on file; only reads."""
    clinics = {clinic.id: clinic for clinic in all_clinics(acting.session)}
    first_days = {key: next_session_day(clinic, acting.now) for key, clinic in clinics.items()}
    found = []
    for each in read_standings(acting.session, acting.keyring, child_ids):
        row = each.row
        judged = judge(acting, row, each.told, each.visit, clinics[row.clinic_id], first_days[row.clinic_id])
        stamped = (row.assessed_edition, row.assessed_engine, row.assessed_version, row.assessed_holds_until)
        due = (judged.assessment.edition, judged.assessment.engine, row.version, judged.assessment.holds_until)
        found.append(replace(judged, same=judged.answer == each.stored, stamped=stamped == due, stored=each.stored))
    return found


def done_under(session: Session, today: date, action: str, reason: str) -> set[UUID]:
    """The children whom an action of the programme has reached today for this reason, and for no other since, as the audit trail tells."""
    entries = select(AuditEntry.reason, AuditEntry.subjects).where(AuditEntry.action == action)
    done: set[UUID] = set()
    for said, subjects in session.execute(entries.where(AuditEntry.chain == f"programme:{today.isoformat()}").order_by(AuditEntry.number)):
        if said == reason:
            done.update(map(UUID, subjects))
        else:
            done.clear()
    return done
