"""Assessing many children again: those whose stored answer has run out, or everyone when an edition changes, a batch a transaction.

Nothing here decides what is owed: that is `chart`'s.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import all_clinics
from vaxcard.records.people import ChildRecord


def assess_again(acting: Acting, child_ids: Collection[UUID], action: str) -> int:
    """Rewrite what is owed to these children (a few hundred at most), noted as one entry; returns how many.

    Rows are locked in one order, so that two runs never wait for each other in a ring.
    """
    clinics = all_clinics(acting.session)  # held, so that each is read once
    rows = select(ChildRecord).where(ChildRecord.id.in_(child_ids)).order_by(ChildRecord.id).with_for_update(key_share=True)
    children = acting.session.scalars(rows.execution_options(populate_existing=True)).all() if clinics else []
    for child in children:
        chart.refresh(acting, child)
    if children:
        acting.note(action, subjects=[str(child.id) for child in children])
    return len(children)


def children_after(session: Session, last: UUID | None, limit: int) -> list[UUID]:
    """The next ids of all children in their own order, from the beginning where `last` is None."""
    rows = select(ChildRecord.id).order_by(ChildRecord.id).limit(limit)
    return list(session.scalars(rows if last is None else rows.where(ChildRecord.id > last)))


def count_children(session: Session) -> int:
    """How many children are on file."""
    return session.scalar(select(func.count()).select_from(ChildRecord)) or 0
