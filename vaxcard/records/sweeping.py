"""Assessing many children again: those whose stored answer has run out, or everyone when an edition changes, a batch a transaction.

Nothing here decides what is owed: that is `answers`'.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcard.records.acting import Acting
from vaxcard.records.answers import compare
from vaxcard.records.kept_answers import renew
from vaxcard.records.people import ChildRecord


def assess_again(acting: Acting, child_ids: Collection[UUID], action: str) -> int:
    """Rewrite what is owed to these children (a few hundred at most), noted as one entry; returns how many.

    Rows are locked in one order, so that two runs never wait for each other in a ring.
    """
    return renew(acting, compare(acting, child_ids), action)


def children_after(session: Session, last: UUID | None, limit: int) -> list[UUID]:
    """The next ids of all children in their own order, from the beginning where `last` is None."""
    rows = select(ChildRecord.id).order_by(ChildRecord.id).limit(limit)
    return list(session.scalars(rows if last is None else rows.where(ChildRecord.id > last)))


def count_children(session: Session) -> int:
    """How many children are on file."""
    return session.scalar(select(func.count()).select_from(ChildRecord)) or 0
