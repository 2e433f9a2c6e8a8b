"""Takes an import back: its doses are voided, and a child that it brought and nobody has touched since is on file no more.

Nothing is deleted that is a fact. What a person has done since the import stands: a corrected dose, a card, a dose given at the counter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from vaxcard.errors import Conflict, InputFault, NotFound
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.database import Database
from vaxcard.records.doses import DoseStatus, doses_of, versions_of
from vaxcard.records.integrity import reseal_child
from vaxcard.records.issued_cards import CardRecord
from vaxcard.records.moves import MoveRecord
from vaxcard.records.people import ChildIdentifier, ChildRecord, ChildState, Guardianship, SearchKey
from vaxcard.records.registry import add_void
from vaxcard.records.review import ImportBatch, ImportRow, Outcome, ReviewItem
from vaxcard.records.safety import decisions_of, observations_of
from vaxcard.schedule.rules import Schedule

_CHILDREN_A_BATCH = 25
_LONGEST_REASON = 200
_TOUCHES = (CardRecord, MoveRecord)  # rows that people's work leaves beside a child


@dataclass
class Undone:
    """What became of what an import added."""

    children_removed: int = 0
    children_kept: int = 0
    doses_voided: int = 0
    doses_kept: int = 0


def runs(session: Session) -> list[ImportBatch]:
    """Every import, the latest first."""
    return list(session.scalars(select(ImportBatch).order_by(ImportBatch.started_at.desc(), ImportBatch.id.desc())))


def undo_import(
    database: Database,
    schedule: Schedule,
    run_id: UUID,
    *,
    now: datetime,
    today: date,
    actor: str,
    new_id: Callable[[], UUID],
    reason: str,
) -> Undone:
    """Take back what the import `run_id` added, a batch of children at a time; stopped half-way, it can be run again.

    Raises NotFound, Conflict for an import that was taken back already, and InputFault for a reason that says nothing.
    """
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        raise InputFault(f"a reason has 1 to {_LONGEST_REASON} characters", place="reason", advice="say why the import is taken back")
    with database.reading() as session:
        batch = session.get(ImportBatch, run_id)
        rows = select(ImportRow.child_id).where(ImportRow.batch_id == run_id).distinct()
        children = list(session.scalars(rows.order_by(ImportRow.child_id)))
    if batch is None:
        raise NotFound("there was no such import", advice="list them with `vaxcard roster runs`")
    if batch.undone_at is not None:
        raise Conflict("this import was taken back already", advice="import the repaired workbook")
    undone = Undone()
    for first in range(0, len(children), _CHILDREN_A_BATCH):
        some = children[first : first + _CHILDREN_A_BATCH]
        with database.writing() as session:
            acting = Acting(session, database.keyring, schedule, actor, batch.clinic_id, now, today)
            for child_id in some:
                _take_back(acting, run_id, child_id, new_id, reason.strip(), undone)
            acting.note("roster.undo", subjects=[str(run_id), *map(str, some)], reason=reason.strip())
    with database.writing() as session:
        _finish(Acting(session, database.keyring, schedule, actor, batch.clinic_id, now, today), run_id, reason.strip())
    return undone


def _take_back(acting: Acting, run_id: UUID, child_id: UUID, new_id: Callable[[], UUID], reason: str, undone: Undone) -> None:
    session = acting.session
    child = chart.load_child(session, child_id, lock=True)
    added = set(session.scalars(select(ImportRow.row_id).where(ImportRow.batch_id == run_id, ImportRow.child_id == child_id)))
    standing = [dose for dose in doses_of(session, child_id) if dose.id in added]
    superseded = {dose.supersedes_id: dose for dose in versions_of(session, child_id)}
    undone.doses_kept += sum(row in superseded and superseded[row].status == DoseStatus.COMPLETED for row in added)
    for dose in standing:
        add_void(acting, child, dose, new_id(), reason)
        session.flush()
    undone.doses_voided += len(standing)
    if child.id in added and child.state == ChildState.ACTIVE:
        if _is_untouched(session, child):
            _take_off_file(acting, child)
            undone.children_removed += 1
        else:
            undone.children_kept += 1
    child.version += 1
    chart.refresh(acting, child)


def _is_untouched(session: Session, child: ChildRecord) -> bool:
    """Whether nobody has done anything with the child but import it: no dose stands, nothing was noted, no card was printed."""
    noted = doses_of(session, child.id) or observations_of(session, child.id) or decisions_of(session, child.id)
    noted = noted or [row for row in versions_of(session, child.id) if row.status == DoseStatus.NOT_DONE]
    return not noted and not any(session.scalar(select(exists().where(table.child_id == child.id))) for table in _TOUCHES)


def _take_off_file(acting: Acting, child: ChildRecord) -> None:
    """Nobody finds the child any more, its number is free for the repaired workbook, and it stands beside no brother or sister."""
    session = acting.session
    reseal_child(acting.keyring, child, lambda: setattr(child, "state", ChildState.ENTERED_IN_ERROR))
    for table in (ChildIdentifier, SearchKey, Guardianship):
        session.execute(delete(table).where(table.child_id == child.id))
    session.flush()
    session.expire(child, ["guardianships"])


def _finish(acting: Acting, run_id: UUID, reason: str) -> None:
    """Mark the import, and settle what it put up for review."""
    session = acting.session
    session.get_one(ImportBatch, run_id).undone_at = acting.now
    waiting = update(ReviewItem).where(ReviewItem.batch_id == run_id, ReviewItem.settled_at.is_(None))
    values = {"settled_at": acting.now, "settled_by": acting.actor, "outcome": Outcome.UNDONE.value, "reason": reason}
    session.execute(waiting.values(**values))
    acting.note("roster.undone", subjects=[str(run_id)], reason=reason)
