"""Texts in numbers: by clinic, day and state; and whether families who were reminded came oftener. Counts only, nobody by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from vaxcard.records.doses import DoseRecord, DoseStatus
from vaxcard.records.messages import MessageChild, MessageKind, MessageRecord, MessageState

_FIRST_TOLD = (MessageKind.BEFORE, MessageKind.APPOINTMENT, MessageKind.TODAY)


@dataclass(frozen=True)
class TextCount:
    """How many texts of a clinic's day are in a state, and the parts that they take."""

    clinic_id: UUID
    day: date
    state: str
    number: int
    parts: int


@dataclass(frozen=True)
class Group:
    """Children in a comparison: how many, and how many of them were vaccinated in time."""

    children: int = 0
    came: int = 0

    def __add__(self, other: Group) -> Group:
        return Group(self.children + other.children, self.came + other.came)


def text_counts(session: Session, first: date, last: date, clinic_id: UUID | None = None) -> list[TextCount]:
    """The texts that were or are to be sent on these days, of one clinic or of all."""
    rows = (
        select(MessageRecord.clinic_id, MessageRecord.send_on, MessageRecord.state, func.count(), func.sum(MessageRecord.parts))
        .where(MessageRecord.state.in_(list(MessageState)), MessageRecord.send_on.between(first, last))
        .group_by(MessageRecord.clinic_id, MessageRecord.send_on, MessageRecord.state)
        .order_by(MessageRecord.send_on)
    )
    rows = rows if clinic_id is None else rows.where(MessageRecord.clinic_id == clinic_id)
    return [TextCount(*row) for row in session.execute(rows)]


def compared(session: Session, first: date, last: date, within: timedelta) -> tuple[Group, Group]:
    """Those reminded and those held out, by the first word about a visit planned on these days: who was vaccinated within so long of it.

    Each child counts in the group that it was put into, whatever became of the text: who came before it went, or has another number
    by then, is in both groups alike.
    """
    reminded, held_out = Group(), Group()
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        for is_held_out, children, came in session.execute(_of_day(day, within)):
            found = Group(children, came or 0)
            reminded, held_out = (reminded, held_out + found) if is_held_out else (reminded + found, held_out)
    return reminded, held_out


def _of_day(day: date, within: timedelta) -> Select[int, int, int]:
    earlier, told, later = aliased(MessageRecord), aliased(MessageChild), aliased(DoseRecord)
    known = (
        select(earlier.id)
        .join(told, told.message_id == earlier.id)
        .where(told.child_id == MessageChild.child_id, earlier.visit_on == MessageRecord.visit_on)
        .where(earlier.kind.in_(_FIRST_TOLD), earlier.send_on < day)
    )
    superseded = select(later.id).where(later.supersedes_id == DoseRecord.id).exists()
    dose = select(DoseRecord.id).where(
        DoseRecord.child_id == MessageChild.child_id,
        DoseRecord.given_on.between(day, day + within),
        and_(DoseRecord.status == DoseStatus.COMPLETED, ~superseded),
    )
    is_held_out = case((MessageRecord.state == MessageState.HELD_OUT, 1), else_=0)
    return (
        select(is_held_out, func.count(), func.sum(case((dose.exists(), 1), else_=0)))
        .select_from(MessageRecord)
        .join(MessageChild, MessageChild.message_id == MessageRecord.id)
        .where(MessageRecord.state.in_(list(MessageState)), MessageRecord.send_on == day)
        .where(MessageRecord.kind.in_(_FIRST_TOLD), ~known.exists())
        .group_by(is_held_out)
    )
