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
