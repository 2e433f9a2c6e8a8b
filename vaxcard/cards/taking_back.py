"""Puts cards that were closed by a wrong tap back into use: by whoever closed them, on the same day, until a newer card has opened the
record. What is not put back is closed once more, with a reason, by `issuing`.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from vaxcard.cards.issuing import BOUND, refuse_closed
from vaxcard.errors import Refused
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import load_clinic
from vaxcard.records.closed_cards import closed_last, have_opened
from vaxcard.records.issued_cards import CardRecord, CardState, cards_of, close_cards, put_back
from vaxcard.records.people import ChildRecord

_FOUND = "the earlier cards were put back into use"


def can_be_taken_back(acting: Acting, child: ChildRecord) -> tuple[CardRecord, ...]:
    """The cards that were closed last, where `take_back` would put them back into use; else none."""
    closed = closed_last(acting.session, child.id, leave_out=(BOUND, _FOUND))
    return closed if closed and why_not(acting, child, closed) is None else ()


def why_not(acting: Acting, child: ChildRecord, closed: tuple[CardRecord, ...]) -> Refused | None:
    """Why cards that were closed together stay closed, in one sentence; None where they can be put back."""
    first = closed[0]
    if first.closed_by != acting.actor:
        return Refused(
            "only the one who closed these cards can put them back into use",
            reason="closed-by-another",
            advice="print new cards instead",
        )
    if not _is_today(acting, first):
        return Refused(
            "cards are put back into use only on the day on which they were closed",
            reason="closed-earlier",
            advice="print new cards instead",
        )
    if first.closed_at and have_opened(acting.session, child.id, _newer(acting, child, closed), since=first.closed_at):
        return Refused(
            "the new cards have been used already",
            reason="new-cards-in-use",
            advice="leave the old ones closed",
        )
    return None


def take_back(acting: Acting, child: ChildRecord) -> tuple[CardRecord, ...]:
    """Put the cards that were closed last back into use; what was printed in their place is revoked. The child's row must be locked.

    Raises Refused, with the reason of `why_not`, where there is nothing to put back, and for a child whose cards are closed.
    """
    refuse_closed(child)
    closed = closed_last(acting.session, child.id, leave_out=(BOUND, _FOUND))
    if not closed:
        raise Refused("no card of this child was closed", reason="nothing-closed", advice="look at the child's cards again")
    if reason := why_not(acting, child, closed):
        raise reason
    newer = _newer(acting, child, closed)
    close_cards(acting.session, newer, CardState.REVOKED, by=acting.actor, reason=_FOUND, now=acting.now)
    put_back(closed)
    acting.note("cards.take-back", child_id=child.id, subjects=[str(card.id) for card in (*closed, *newer)])
    return closed


def _newer(acting: Acting, child: ChildRecord, closed: tuple[CardRecord, ...]) -> list[CardRecord]:
    """What is in use in the place of these cards."""
    brackets = {card.bracket for card in closed}
    return [card for card in cards_of(acting.session, child.id) if card.bracket in brackets]


def _is_today(acting: Acting, card: CardRecord) -> bool:
    """Whether a card was closed on this day of the clinic's calendar; in the programme's hands, of UTC's."""
    zone = ZoneInfo(load_clinic(acting.session, acting.clinic_id).time_zone) if acting.clinic_id else ZoneInfo("UTC")
    return card.closed_at is not None and card.closed_at.astimezone(zone).date() == acting.today
