"""What families have been told already: the latest day of a kind of text about a child, and how many a number had lately."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcard.records.messages import MessageChild, MessageKind, MessageRecord, MessageState, batches

_WENT = (MessageState.PLANNED, MessageState.SENDING, MessageState.SENT, MessageState.UNKNOWN, MessageState.DELIVERED)


def latest_day(session: Session, child_ids: Sequence[UUID], kind: MessageKind) -> dict[UUID, date]:
    """By child, the latest day on which a text of a kind went or was to go; held out counts as told."""
    found: dict[UUID, date] = {}
    states = (*_WENT, MessageState.FAILED, MessageState.HELD_OUT)
    for batch in batches(child_ids):
        rows = (
            select(MessageChild.child_id, func.max(MessageRecord.send_on))
            .join(MessageRecord, MessageRecord.id == MessageChild.message_id)
            .where(MessageChild.child_id.in_(batch), MessageRecord.kind == kind, MessageRecord.state.in_(states))
            .group_by(MessageChild.child_id)
        )
        found.update({child_id: day for child_id, day in session.execute(rows)})
    return found


def count_since(session: Session, family_keys: Collection[bytes], since: date) -> dict[bytes, int]:
    """By number, the texts that went or are to go from a day on; codes and recalls are not counted."""
    counts: dict[bytes, int] = {}
    for batch in batches(sorted(family_keys)):
        rows = (
            select(MessageRecord.family_key, func.count())
            .where(MessageRecord.family_key.in_(batch), MessageRecord.send_on >= since)
            .where(MessageRecord.one_a_day, MessageRecord.state.in_(_WENT))
            .group_by(MessageRecord.family_key)
        )
        counts.update({key: number for key, number in session.execute(rows)})
    return counts


def days_told(session: Session, child_ids: Sequence[UUID], kind: MessageKind) -> set[tuple[UUID, date]]:
    """Child and day of visit of every text of a kind that told something."""
    found: set[tuple[UUID, date]] = set()
    for batch in batches(child_ids):
        rows = (
            select(MessageChild.child_id, MessageRecord.visit_on)
            .join(MessageRecord, MessageRecord.id == MessageChild.message_id)
            .where(MessageChild.child_id.in_(batch), MessageRecord.kind == kind, MessageRecord.state.in_(_WENT))
        )
        found.update((child_id, day) for child_id, day in session.execute(rows))
    return found


def states_about(session: Session, child_ids: Sequence[UUID], kind: MessageKind, *, called_on: date | None = None) -> dict[UUID, str]:
    """By child, what became of the latest text of a kind, about a day where one is told; a child of whom none speaks is not in it."""
    found: dict[UUID, str] = {}
    for batch in batches(child_ids):
        rows = (
            select(MessageChild.child_id, MessageRecord.state)
            .join(MessageRecord, MessageRecord.id == MessageChild.message_id)
            .where(MessageChild.child_id.in_(batch), MessageRecord.kind == kind)
            .order_by(MessageRecord.planned_at)
        )
        rows = rows if called_on is None else rows.where(MessageChild.called_on == called_on)
        found.update({child_id: state for child_id, state in session.execute(rows)})
    return found


def states_of_cause(session: Session, cause: str) -> dict[UUID, str]:
    """By child, what became of the latest text that something other than a visit calls for."""
    rows = (
        select(MessageChild.child_id, MessageRecord.state)
        .join(MessageRecord, MessageRecord.id == MessageChild.message_id)
        .where(MessageRecord.cause == cause)
        .order_by(MessageRecord.planned_at)
    )
    return {child_id: state for child_id, state in session.execute(rows)}
