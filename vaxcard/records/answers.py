"""Stored answers beside those of today's rules, a range of children at a time: read in bulk, compared, and written only where they differ.

What an answer is worked out from is `chart`'s reading of a record; this is the same, for hundreds of children in a few statements.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from vaxcard.keyring import Keyring
from vaxcard.records.acting import Acting
from vaxcard.records.audit import AuditEntry
from vaxcard.records.chart import refresh
from vaxcard.records.clinics import ClinicRecord, all_clinics
from vaxcard.records.doses import DoseRecord, DoseStatus, StoredEvaluation
from vaxcard.records.outbox import withdraw_planned
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.safety import DecisionRecord, ObservationRecord
from vaxcard.records.visits import DueRow, NextVisit, VisitKind, next_session_day, work_out_next_visit
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, Decision, DoseAdministered, History, Observation
from vaxcard.schedule.outcomes import Assessment, Evaluation, Forecast, Reason, SeriesStatus
from vaxcard.schedule.rules import Schedule

Facts = dict[str, Any]
_DUE = ("status", "is_optional", "is_due", "dose_number", "vaccines", "earliest", "recommended", "past_due", "latest", "needs", "reasons")
_WORTH = ("status", "dose_number", "reasons")


@dataclass(frozen=True)
class Answer:
    """What was said of a child: each group's due row, and each dose's worth by (dose, group), as plain values."""

    due: Mapping[str, Facts]
    worth: Mapping[tuple[UUID, str], Facts]


@dataclass(frozen=True)
class Standing:
    """One child as read: the row's facts, the history with its doses' ids in order, the answer and the next visit on file."""

    row: Any
    history: History
    dose_ids: tuple[UUID, ...]
    stored: Answer
    visit: Any

    def assessed(self, schedule: Schedule, on: date) -> Assessment:
        """The engine's answer on a day."""
        return assess(schedule, Child(self.row.born_on, self.row.sex), self.history, on)


@dataclass(frozen=True)
class Compared:
    """One child's answer worked out anew, and what of it is on file already: the rows, the next visit, the stamp of rules and version."""

    child_id: UUID
    clinic_id: UUID
    version: int
    assessment: Assessment
    answer: Answer
    same: bool
    visit_stands: bool
    stamped: bool


def read_standings(session: Session, keyring: Keyring, child_ids: Collection[UUID]) -> list[Standing]:
    """These children (some hundreds at most) as they are on file, in the order of their ids."""
    columns = [getattr(ChildRecord, name) for name in _CHILD]
    rows = session.execute(select(*columns).where(ChildRecord.id.in_(child_ids)).order_by(ChildRecord.id)).all()
    keys = {row.id: row.person_key for row in rows}
    doses = {child: _current(found) for child, found in _by_child(session, DoseRecord, _DOSE, child_ids).items()}
    findings = _by_child(session, ObservationRecord, _FINDING, child_ids)
    decisions = _by_child(session, DecisionRecord, _DECIDED, child_ids)
    due = _by_child(session, DueRow, ("group", *_DUE), child_ids)
    worth = _by_child(session, StoredEvaluation, ("dose_id", "group", *_WORTH), child_ids)
    visits = _by_child(session, NextVisit, ("clinic_id", "visit_on", "planned_on", "groups", "kind"), child_ids)
    return [
        Standing(
            row=row,
            history=History(
                tuple(DoseAdministered(n, dose.given_on, dose.vaccine, dose.expires_on) for n, dose in enumerate(doses.get(row.id, []), 1)),
                tuple(_observation(keyring, keys[row.id], each) for each in findings.get(row.id, []) if each.ended_at is None),
                tuple(_decision(keyring, keys[row.id], each) for each in decisions.get(row.id, []) if each.ended_at is None),
            ),
            dose_ids=tuple(dose.id for dose in doses.get(row.id, [])),
            stored=Answer(
                {each.group: {key: getattr(each, key) for key in _DUE} for each in due.get(row.id, [])},
                {(each.dose_id, each.group): {key: getattr(each, key) for key in _WORTH} for each in worth.get(row.id, [])},
            ),
            visit=next(iter(visits.get(row.id, [])), None),
        )
        for row in rows
    ]


_CHILD = (
    *("id", "clinic_id", "person_key", "born_on", "sex", "state", "version"),
    *("assessed_on", "assessed_edition", "assessed_engine", "assessed_version", "assessed_holds_until"),
)
_DOSE = ("id", "status", "supersedes_id", "given_on", "vaccine", "expires_on", "recorded_at")
_FINDING = ("code", "observed_on", "value_sealed", "until", "ended_at", "recorded_at", "id")
_DECIDED = ("decided_on", "group", "given_on", "decision", "until", "reason_sealed", "ended_at", "recorded_at", "id")


def _by_child(session: Session, table: Any, names: Sequence[str], child_ids: Collection[UUID]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    columns = [table.child_id, *[getattr(table, name) for name in names]]
    ordered = [table.recorded_at, table.id] if "recorded_at" in names else []
    for row in session.execute(select(*columns).where(table.child_id.in_(child_ids)).order_by(*ordered)):
        found.setdefault(row.child_id, []).append(row)
    return found


def _current(rows: Sequence[Any]) -> list[Any]:
    superseded = {row.supersedes_id for row in rows}
    standing = [row for row in rows if row.id not in superseded and row.status == DoseStatus.COMPLETED]
    return sorted(standing, key=lambda row: (row.given_on, row.recorded_at, str(row.id)))


def _observation(keyring: Keyring, key: bytes, row: Any) -> Observation:
    return Observation(row.code, row.observed_on, keyring.unseal(key, row.value_sealed, "observation.value"), row.until)


def _decision(keyring: Keyring, key: bytes, row: Any) -> Decision:
    reason = keyring.unseal(key, row.reason_sealed, "decision.reason")
    return Decision(row.decided_on, row.group, row.given_on, row.decision, row.until, reason)


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


def compare(acting: Acting, child_ids: Collection[UUID]) -> list[Compared]:
    """These children assessed for `acting.today` beside what is on file; only reads."""
    clinics = {clinic.id: clinic for clinic in all_clinics(acting.session)}
    first_days = {key: next_session_day(clinic, acting.now) for key, clinic in clinics.items()}
    found = []
    for each in read_standings(acting.session, acting.keyring, child_ids):
        assessment = each.assessed(acting.schedule, acting.today)
        answer = answer_of(assessment, each.dose_ids, is_served=each.row.state == ChildState.ACTIVE)
        clinic = clinics[each.row.clinic_id]
        stands = _visit_stands(each, answer, clinic, first_days[clinic.id], acting.today)
        stamped = (each.row.assessed_edition, each.row.assessed_engine, each.row.assessed_version, each.row.assessed_holds_until)
        due = (assessment.edition, assessment.engine, each.row.version, assessment.holds_until)
        found.append(Compared(each.row.id, clinic.id, each.row.version, assessment, answer, answer == each.stored, stands, stamped == due))
    return found


def _visit_stands(each: Standing, answer: Answer, clinic: ClinicRecord, first_day: date, today: date) -> bool:
    """Whether the next visit on file is the one that would be worked out now, or an appointment that stands."""
    rows = [_Row({"group": group, **facts}) for group, facts in sorted(answer.due.items())]
    wanted = work_out_next_visit(each.row.id, clinic, cast(Sequence[DueRow], rows), first_day)
    if wanted is None or each.visit is None:
        return wanted is None and each.visit is None
    same = (each.visit.planned_on, sorted(each.visit.groups)) == (wanted.planned_on, sorted(wanted.groups))
    if each.visit.kind == VisitKind.APPOINTED and each.visit.visit_on >= today:
        return same
    return same and (each.visit.clinic_id, each.visit.visit_on, each.visit.kind) == (clinic.id, wanted.visit_on, wanted.kind)


class _Row:
    """A due row that is not on file."""

    def __init__(self, facts: Facts) -> None:
        self.__dict__.update(facts)


def write(acting: Acting, compared: Sequence[Compared], action: str, reason: str) -> int:
    """Rewrite the answers that differ and date the others; one entry in the audit trail. Returns how many children.

    A child whose record has changed since it was read, or whose next visit moves, is worked out again alone.
    """
    ids = [each.child_id for each in compared]
    all_clinics(acting.session)  # held, so that each is read once
    rows = select(ChildRecord).where(ChildRecord.id.in_(ids)).order_by(ChildRecord.id).with_for_update(key_share=True)
    children = {child.id: child for child in acting.session.scalars(rows.execution_options(populate_existing=True))}
    as_read = [each for each in compared if each.child_id in children and children[each.child_id].version == each.version]
    together = [each for each in as_read if each.visit_stands]
    alone = children.keys() - {each.child_id for each in together}
    for child in children.values():
        if child.id in alone:
            refresh(acting, child)
    _write_rows(acting, [each for each in together if not each.same])
    _date(acting, together)
    if children:
        acting.note(action, subjects=[str(child_id) for child_id in children], reason=reason)
    return len(children)


def _write_rows(acting: Acting, changed: Sequence[Compared]) -> None:
    """New due rows and evaluations for children whose next visit stays; planned texts that no longer hold are taken back."""
    if not changed:
        return
    session, ids = acting.session, [each.child_id for each in changed]
    session.flush()
    for table in (DueRow, StoredEvaluation):
        session.execute(delete(table).where(table.child_id.in_(ids)).execution_options(synchronize_session=False))
    due = [_due_row(each, group, facts) for each in changed for group, facts in each.answer.due.items()]
    worth = [
        {"dose_id": dose_id, "group": group, "child_id": each.child_id, **facts}
        for each in changed
        for (dose_id, group), facts in each.answer.worth.items()
    ]
    for entity, rows in ((DueRow, due), (StoredEvaluation, worth)):
        if rows:
            session.execute(insert(entity), rows)
    for child_id in ids:
        withdraw_planned(session, child_id, acting.now)


def _due_row(each: Compared, group: str, facts: Facts) -> Facts:
    found, whose = each.assessment, {"child_id": each.child_id, "clinic_id": each.clinic_id, "group": group}
    by = {"edition": found.edition, "engine": found.engine, "record_version": each.version, "holds_until": found.holds_until}
    return {**whose, **facts, **by}


def _date(acting: Acting, untouched: Sequence[Compared]) -> None:
    """Say of answers that did not change on which day and by which rules they hold."""
    stamps = [_stamp(acting, each) for each in untouched]
    if not stamps:
        return
    acting.session.flush()
    connection = acting.session.connection()
    values: Facts = {"assessed_on": bindparam("on"), "assessed_edition": bindparam("by"), "assessed_engine": bindparam("engine_by")}
    values |= {"assessed_version": bindparam("at"), "assessed_holds_until": bindparam("until")}
    connection.execute(update(ChildRecord).where(ChildRecord.id == bindparam("child")).values(values), stamps)
    older = [stamp for stamp, each in zip(stamps, untouched, strict=True) if not each.stamped]
    if older:
        rows: Facts = {"edition": bindparam("by"), "engine": bindparam("engine_by")}
        rows |= {"record_version": bindparam("at"), "holds_until": bindparam("until")}
        connection.execute(update(DueRow).where(DueRow.child_id == bindparam("child")).values(rows), older)


def _stamp(acting: Acting, each: Compared) -> Facts:
    found = each.assessment
    stamp = {"child": each.child_id, "on": acting.today, "by": found.edition, "engine_by": found.engine}
    return {**stamp, "at": each.version, "until": found.holds_until}


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
