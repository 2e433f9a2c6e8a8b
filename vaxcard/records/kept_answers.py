"""Answers on file: due rows, evaluations and next visits written for one child or for hundreds, and the texts that no longer hold.

What they say is `answers`' to judge; here they are only put down, under the children's locks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from vaxcard.records.acting import Acting
from vaxcard.records.answers import Answer, Facts, Judged, answer_of, compare, visit_on_file
from vaxcard.records.doses import StoredEvaluation
from vaxcard.records.messages import MessageChild, MessageRecord, MessageState
from vaxcard.records.outbox import withdraw_planned
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.visits import DueRow, NextVisit
from vaxcard.schedule.outcomes import Assessment


def renew(acting: Acting, judged: Sequence[Judged], action: str, reason: str | None = None) -> int:
    """Write the answers that differ and date the others; one entry in the audit trail. Returns how many children.

    A child whose record or next visit has changed since it was judged is judged again under its lock.
    """
    locked = _locked(acting, [each.child_id for each in judged])
    as_read = [each for each in judged if each.child_id in locked and _is_as_read(each, locked)]
    again = locked.keys() - {each.child_id for each in as_read}
    if again:
        as_read = [*as_read, *compare(acting, sorted(again))]
    store(acting, as_read)
    date_answers(acting, as_read)
    if locked:
        acting.note(action, subjects=[str(child_id) for child_id in locked], reason=reason)
    return len(locked)


def _locked(acting: Acting, ids: Collection[UUID]) -> dict[UUID, Facts]:
    """The children's rows, locked in one order, with the next visits that stand now."""
    columns = select(ChildRecord.id, ChildRecord.version, ChildRecord.clinic_id)
    rows = columns.where(ChildRecord.id.in_(ids)).order_by(ChildRecord.id).with_for_update(key_share=True)
    found: dict[UUID, Facts] = {
        row.id: {"version": row.version, "clinic_id": row.clinic_id, "visit": None} for row in acting.session.execute(rows)
    }
    table = NextVisit.__table__
    for visit in acting.session.execute(select(table).where(NextVisit.child_id.in_(ids))):
        if visit.child_id in found:
            found[visit.child_id]["visit"] = visit_on_file(visit)
    return found


def _is_as_read(each: Judged, locked: dict[UUID, Facts]) -> bool:
    return locked[each.child_id] == {"version": each.version, "clinic_id": each.clinic_id, "visit": each.seen}


def store(acting: Acting, judged: Sequence[Judged]) -> None:
    """Put down what differs from what is on file, for children whose rows are locked; texts that no longer hold are taken back."""
    changed, moved = [each for each in judged if not each.same], [each for each in judged if not each.visit_stands]
    _replace(acting, DueRow, [each for each in changed if each.stored is None], _due_rows)
    _replace(acting, StoredEvaluation, [each for each in changed if each.stored is None], _evaluation_rows)
    _replace(acting, NextVisit, moved, _visit_rows)
    _mend(acting.session.connection(), [each for each in changed if each.stored is not None])
    _withdraw(acting, {each.child_id for each in (*changed, *moved)})


def _replace(acting: Acting, table: type, judged: Sequence[Judged], rows_of: Callable[[Judged], list[Facts]]) -> None:
    if judged:
        child_id = table.child_id  # type: ignore[attr-defined]
        acting.session.execute(delete(table).where(child_id.in_([each.child_id for each in judged])))
        rows = [row for each in judged for row in rows_of(each)]
        if rows:
            acting.session.execute(insert(table), rows)


def _mend(connection: Connection, judged: Sequence[Judged]) -> None:
    """Write of answers whose stored rows are known only the rows that differ, and date the others."""
    gone, came = [row for each in judged for row in _gone(each)], [row for each in judged for row in _came(each)]
    for table, out in ((DueRow, _TAKE_DUE), (StoredEvaluation, _TAKE_WORTH)):
        leaving = [values for of, values in gone if of is table]
        if leaving:
            connection.execute(out, leaving)
    if judged:
        connection.execute(_DATE_DUE, [_stamps(each) for each in judged])
    for table in (DueRow, StoredEvaluation):
        coming = [values for of, values in came if of is table]
        if coming:
            connection.execute(_PUT[table], coming)


def _gone(each: Judged) -> Iterator[tuple[type, Facts]]:
    """The keys of the rows on file that the answer does not have, or not so."""
    stored = each.stored
    assert stored is not None
    for group, facts in stored.due.items():
        if each.answer.due.get(group) != facts:
            yield DueRow, {"_child": each.child_id, "_group": group}
    for (dose_id, group), facts in stored.worth.items():
        if each.answer.worth.get((dose_id, group)) != facts:
            yield StoredEvaluation, {"_dose": dose_id, "_group": group}


def _came(each: Judged) -> Iterator[tuple[type, Facts]]:
    """The rows of the answer that are not on file, or not so."""
    stored = each.stored
    assert stored is not None
    for group, facts in each.answer.due.items():
        if stored.due.get(group) != facts:
            yield DueRow, {**_due_row(each, group, facts), "vaccine_group": group}
    for key, facts in each.answer.worth.items():
        if stored.worth.get(key) != facts:
            yield StoredEvaluation, {"dose_id": key[0], "vaccine_group": key[1], "child_id": each.child_id, **facts}


def _due_rows(each: Judged) -> list[Facts]:
    return [_due_row(each, group, facts) for group, facts in each.answer.due.items()]


def _due_row(each: Judged, group: str, facts: Facts) -> Facts:
    found, whose = each.assessment, {"child_id": each.child_id, "clinic_id": each.clinic_id, "group": group}
    by = {"edition": found.edition, "engine": found.engine, "record_version": each.version, "holds_until": found.holds_until}
    return {**whose, **facts, **by}


def _evaluation_rows(each: Judged) -> list[Facts]:
    worth = each.answer.worth.items()
    return [{"dose_id": dose_id, "group": group, "child_id": each.child_id, **facts} for (dose_id, group), facts in worth]


def _visit_rows(each: Judged) -> list[Facts]:
    coming = each.coming
    if coming is None:
        return []
    days = {"visit_on": coming.visit_on, "planned_on": coming.planned_on}
    return [{"child_id": each.child_id, "clinic_id": coming.clinic_id, **days, "groups": list(coming.groups), "kind": coming.kind.value}]


def _withdraw(acting: Acting, child_ids: Collection[UUID]) -> None:
    """Look again at the planned texts of these children; most have none."""
    if child_ids:
        planned = select(MessageChild.child_id).join(MessageRecord).where(MessageRecord.state == MessageState.PLANNED)
        for child_id in acting.session.scalars(planned.where(MessageChild.child_id.in_(child_ids)).distinct()).all():
            withdraw_planned(acting.session, child_id, acting.now)


def stamp_of(acting: Acting, each: Judged) -> Facts:
    """What a child's row says of its answer: the day, the rules and the version that it was worked out for, and until when it holds."""
    found = each.assessment
    by = {"assessed_edition": found.edition, "assessed_engine": found.engine, "assessed_version": each.version}
    return {"assessed_on": acting.today, **by, "assessed_holds_until": found.holds_until}


def stored_of(acting: Acting, child: ChildRecord, assessment: Assessment, dose_ids: Sequence[UUID]) -> Answer | None:
    """The answer on file, known without reading it: what was worked out of the record as it is stands as long as it holds.

    None where the rows may say something else: another edition or engine, an older version of the record, a day that has passed.
    Asked before the record's version is counted on.
    """
    stamp = (child.assessed_edition, child.assessed_engine, child.assessed_version)
    day, until = child.assessed_on, child.assessed_holds_until
    holds = day is not None and day <= acting.today and (until is None or acting.today <= until)
    if not holds or stamp != (assessment.edition, assessment.engine, child.version):
        return None
    return answer_of(assessment, dose_ids, is_served=child.state == ChildState.ACTIVE)


def visit_of(each: Judged) -> NextVisit | None:
    """The next visit as it was written, for whoever tells of it."""
    return next((NextVisit(**row) for row in _visit_rows(each)), None)


def date_answers(acting: Acting, judged: Sequence[Judged]) -> None:
    """Say of answers, changed or not, on which day and by which rules they hold."""
    if not judged:
        return
    connection = acting.session.connection()
    connection.execute(_DATE_CHILD, [{**_stamps(each), "_assessed_on": acting.today} for each in judged])
    older = [_stamps(each) for each in judged if each.same and not each.stamped]
    if older:
        connection.execute(_DATE_DUE, older)


def _stamps(each: Judged) -> Facts:
    found = each.assessment
    by = {"_edition": found.edition, "_engine": found.engine, "_version": each.version, "_holds_until": found.holds_until}
    return {"_child": each.child_id, **by}


# Made once: to build a statement costs more than to run it.
_PUT: dict[type, Any] = {DueRow: insert(DueRow.__table__), StoredEvaluation: insert(StoredEvaluation.__table__)}  # type: ignore[arg-type]
_TAKE_DUE = delete(DueRow).where(DueRow.child_id == bindparam("_child"), DueRow.group == bindparam("_group"))
_TAKE_WORTH = delete(StoredEvaluation).where(StoredEvaluation.dose_id == bindparam("_dose"), StoredEvaluation.group == bindparam("_group"))
_BY: Facts = {"edition": bindparam("_edition"), "engine": bindparam("_engine")}
_BY |= {"record_version": bindparam("_version"), "holds_until": bindparam("_holds_until")}
_DATE_DUE = update(DueRow).where(DueRow.child_id == bindparam("_child")).values(_BY)
_ASSESSED: Facts = {"assessed_on": bindparam("_assessed_on"), "assessed_edition": bindparam("_edition")}
_ASSESSED |= {"assessed_engine": bindparam("_engine"), "assessed_version": bindparam("_version")}
_ASSESSED |= {"assessed_holds_until": bindparam("_holds_until")}
_DATE_CHILD = update(ChildRecord).where(ChildRecord.id == bindparam("_child")).values(_ASSESSED)
