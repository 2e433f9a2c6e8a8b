"""Who is late at a clinic, since when, and what came of ringing them: the call list, and the counts that bear no names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.errors import Conflict
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.columns import Base, Id, Instant
from vaxcard.records.messages import MessageChild, MessageRecord, batches
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.phone_faults import note_fault
from vaxcard.records.visits import DueRow

_SAID_AT_THE_CALL = "wrong-number"


class CallResult(StrEnum):
    """What came of a call."""

    REACHED = "reached"
    NOT_REACHED = "not-reached"
    WRONG_NUMBER = "wrong-number"


class LateCall(Base):
    """One call to a child's family."""

    __tablename__ = "late_calls"
    __table_args__ = (Index("ix_late_calls_child_id", "child_id"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"))
    result: Mapped[str] = mapped_column(String(20))
    called_on: Mapped[date]
    called_at: Mapped[datetime] = mapped_column(Instant)
    called_by: Mapped[str] = mapped_column(String(60))


@dataclass(frozen=True)
class Late:
    """A child of the clinic with programme doses whose last day on time has gone by: which groups, and the first late day."""

    child: ChildRecord
    groups: tuple[str, ...]
    since: date
    last_call: LateCall | None
    last_text: MessageRecord | None


Place = tuple[date, UUID]


def late_children(session: Session, clinic_id: UUID, today: date, *, limit: int, after: Place | None = None) -> list[Late]:
    """Who is late at a clinic, the longest late first; with `after` (since and id of the last of a page) those that follow it."""
    since = func.min(DueRow.past_due).label("since")
    rows = select(DueRow.child_id, since).join(ChildRecord, ChildRecord.id == DueRow.child_id)
    rows = rows.where(*is_late(today), DueRow.clinic_id == clinic_id, ChildRecord.state == ChildState.ACTIVE).group_by(DueRow.child_id)
    if after is not None:
        last = after[0] - timedelta(days=1)
        rows = rows.having((since > last) | ((since == last) & (DueRow.child_id > after[1])))
    found = session.execute(rows.order_by(since, DueRow.child_id).limit(limit)).all()
    ids = [row.child_id for row in found]
    children = _by_id(session, ids)
    groups, calls, texts = _groups(session, ids, today), _last_calls(session, ids), _last_texts(session, ids)
    return [
        Late(children[child_id], groups[child_id], past + timedelta(days=1), calls.get(child_id), texts.get(child_id))
        for child_id, past in found
        if past is not None
    ]


def is_late(today: date) -> tuple[ColumnElement[bool], ...]:
    """Of a due row: a programme dose that waits for nothing and whose last day on time has gone by."""
    return (
        DueRow.recommended < today,
        DueRow.past_due < today,
        DueRow.earliest <= today,
        DueRow.needs.is_(None),
        DueRow.is_optional.is_(False),
    )


def _by_id(session: Session, ids: Sequence[UUID]) -> dict[UUID, ChildRecord]:
    found: dict[UUID, ChildRecord] = {}
    for batch in batches(ids):
        found.update({child.id: child for child in session.scalars(select(ChildRecord).where(ChildRecord.id.in_(batch)))})
    return found


def _groups(session: Session, ids: Sequence[UUID], today: date) -> dict[UUID, tuple[str, ...]]:
    found: dict[UUID, tuple[str, ...]] = {}
    for batch in batches(ids):
        rows = select(DueRow.child_id, DueRow.group).where(DueRow.child_id.in_(batch), *is_late(today))
        for child_id, group in session.execute(rows.order_by(DueRow.past_due, DueRow.group)):
            found[child_id] = (*found.get(child_id, ()), group)
    return found


def _last_calls(session: Session, ids: Sequence[UUID]) -> dict[UUID, LateCall]:
    found: dict[UUID, LateCall] = {}
    for batch in batches(ids):
        rows = select(LateCall).where(LateCall.child_id.in_(batch)).order_by(LateCall.called_at, LateCall.id)
        found.update({call.child_id: call for call in session.scalars(rows)})
    return found


def _last_texts(session: Session, ids: Sequence[UUID]) -> dict[UUID, MessageRecord]:
    found: dict[UUID, MessageRecord] = {}
    for batch in batches(ids):
        rows = select(MessageChild.child_id, MessageRecord).join(MessageRecord, MessageRecord.id == MessageChild.message_id)
        rows = rows.where(MessageChild.child_id.in_(batch)).order_by(MessageRecord.send_on, MessageRecord.planned_at)
        found.update({child_id: message for child_id, message in session.execute(rows)})
    return found


def calls_of(session: Session, child_id: UUID) -> list[LateCall]:
    """The calls about a child, the newest first."""
    rows = select(LateCall).where(LateCall.child_id == child_id)
    return list(session.scalars(rows.order_by(LateCall.called_at.desc(), LateCall.id.desc())))


def note_call(acting: Acting, child_id: UUID, call_id: UUID, result: CallResult) -> LateCall:
    """What came of ringing the guardian who is asked first. A wrong number is asked for at the next visit, and not texted.

    The same id and result again is the call that is on file. Raises NotFound and Conflict.
    """
    child = chart.load_child(acting.session, child_id, lock=True)
    stored = acting.session.get(LateCall, call_id)
    if stored is not None:
        if (stored.child_id, stored.result) != (child.id, result.value):
            raise Conflict("this id already stands for something else", advice="make a new id for each fact")
        return stored
    told = {"child_id": child.id, "clinic_id": child.clinic_id, "result": result.value}
    call = LateCall(id=call_id, **told, called_on=acting.today, called_at=acting.now, called_by=acting.actor)
    acting.session.add(call)
    rung = next((bond.guardian for bond in child.guardianships if bond.guardian.phone_key is not None), None)
    if result == CallResult.WRONG_NUMBER and rung is not None and rung.phone_key is not None:
        rung.phone_confirmed_on = None
        note_fault(acting.session, rung.phone_key, _SAID_AT_THE_CALL, acting.now)
    acting.note("late.call", child_id=child.id, subjects=[str(call.id), result.value])
    return call
