"""Assessing many children again: those whose stored answer has run out, or everyone when an edition changes, a batch a transaction.

A child that no longer has an open question is passed over; nothing here decides what is owed.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.people import ChildRecord


def assess_again(acting: Acting, child_ids: Sequence[UUID], action: str) -> int:
    """Rewrite what is owed to these children, noted as one entry; returns how many. Rows are locked in one order, so that two runs
    never wait for each other in a ring."""
    for child_id in sorted(child_ids):
        chart.refresh(acting, chart.load_child(acting.session, child_id, lock=True))
    if child_ids:
        acting.note(action, subjects=[str(child_id) for child_id in child_ids])
    return len(child_ids)


def children_after(session: Session, last: UUID | None, limit: int) -> list[UUID]:
    """The next ids of all children in their own order, from the beginning where `last` is None."""
    rows = select(ChildRecord.id).order_by(ChildRecord.id).limit(limit)
    return list(session.scalars(rows if last is None else rows.where(ChildRecord.id > last)))


def count_children(session: Session) -> int:
    """How many children are on file."""
    return session.scalar(select(func.count()).select_from(ChildRecord)) or 0
