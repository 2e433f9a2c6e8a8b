"""Cards out of use: which were closed together last, and whether what came in their place has opened the record since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcard.records.audit import AuditEntry
from vaxcard.records.issued_cards import CardRecord, cards_of


def closed_last(session: Session, child_id: UUID, *, leave_out: Collection[str] = ()) -> tuple[CardRecord, ...]:
    """The child's cards that one person closed at one moment, the latest such closing; closings for a reason to `leave_out` don't count."""
    closed = [card for card in cards_of(session, child_id, only_active=False) if card.closed_at and card.closed_reason not in leave_out]
    if not closed:
        return ()
    last = max(closed, key=lambda card: card.closed_at or card.issued_at)
    return tuple(card for card in closed if (card.closed_at, card.closed_by) == (last.closed_at, last.closed_by))


def have_opened(session: Session, child_id: UUID, cards: Collection[CardRecord], *, since: datetime) -> bool:
    """Whether one of these cards has opened the record, at a counter or in a family's hands, as the audit trail tells."""
    wanted = {f"card:{card.id}" for card in cards}
    rows = select(AuditEntry.subjects).where(AuditEntry.child_id == child_id, AuditEntry.at >= since)
    return bool(wanted) and any(wanted & set(subjects) for subjects in session.scalars(rows))
