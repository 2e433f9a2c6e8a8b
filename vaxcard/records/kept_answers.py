"""Answers on file: due rows, evaluations and next visits written for one child or for hundreds, and the texts that no longer hold.

What they say is `answers`' to judge; here they are only put down, under the children's locks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from vaxcard.records.acting import Acting
from vaxcard.records.answers import Facts, Judged, compare, visit_on_file
from vaxcard.records.doses import StoredEvaluation
from vaxcard.records.messages import MessageChild, MessageRecord, MessageState
from vaxcard.records.outbox import withdraw_planned
from vaxcard.records.people import ChildRecord
from vaxcard.records.visits import DueRow, NextVisit


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
    if changed:
        _replace(acting, DueRow, changed, [_due_row(each, group, facts) for each in changed for group, facts in each.answer.due.items()])
        _replace(acting, StoredEvaluation, changed, [row for each in changed for row in _evaluation_rows(each)])
    if moved:
        _replace(acting, NextVisit, moved, [row for each in moved for row in _visit_rows(each)])
    _withdraw(acting, {each.child_id for each in (*changed, *moved)})


def _replace(acting: Acting, table: type, judged: Sequence[Judged], rows: Sequence[Facts]) -> None:
    child_id = table.child_id  # type: ignore[attr-defined]
    acting.session.execute(delete(table).where(child_id.in_([each.child_id for each in judged])))
    if rows:
        acting.session.execute(insert(table), rows)


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


def date_answers(acting: Acting, judged: Sequence[Judged]) -> None:
    """Say of answers, changed or not, on which day and by which rules they hold."""
    if not judged:
        return
    stamps = [{"child": each.child_id, **{f"_{name}": value for name, value in stamp_of(acting, each).items()}} for each in judged]
    connection = acting.session.connection()
    columns: Facts = {name: bindparam(f"_{name}") for name in stamp_of(acting, judged[0])}
    connection.execute(update(ChildRecord).where(ChildRecord.id == bindparam("child")).values(columns), stamps)
    older = [stamp for stamp, each in zip(stamps, judged, strict=True) if each.same and not each.stamped]
    if older:
        rows: Facts = {"edition": bindparam("_assessed_edition"), "engine": bindparam("_assessed_engine")}
        rows |= {"record_version": bindparam("_assessed_version"), "holds_until": bindparam("_assessed_holds_until")}
        connection.execute(update(DueRow).where(DueRow.child_id == bindparam("child")).values(rows), older)
