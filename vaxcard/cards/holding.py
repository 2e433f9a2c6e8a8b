"""Which cards a child's set has, in their order, and which of them the family holds: what a page offers to print or to replace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vaxcard.cards import composing
from vaxcard.cards.content import MORE, NOTES
from vaxcard.cards.gathering import paid_doses
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.issued_cards import COVER, CardRecord, cards_of
from vaxcard.schedule.brackets import lay_out
from vaxcard.schedule.history import Child
from vaxcard.schedule.plan import Bracket


@dataclass(frozen=True)
class Place:
    """One card of a set, "3 / 8": its bracket (None for cover and notes), and the card in use, if one was issued."""

    number: int
    of: int
    bracket: Bracket | None
    is_cover: bool
    card: CardRecord | None


@dataclass(frozen=True)
class Closing:
    """Cards that were taken out of use together: when, by whom, why, and how many."""

    at: datetime
    by: str
    reason: str
    cards: int


def set_of(acting: Acting, chart: Chart) -> tuple[Place, ...]:
    """The child's set as it would be printed now."""
    child = chart.child
    views = lay_out(acting.schedule, Child(child.born_on, child.sex), chart.assessment)
    numbers = composing.card_numbers(acting.schedule, child.sex, len(paid_doses(acting, chart, views)))
    active = {card.bracket: card for card in cards_of(acting.session, child.id)}
    brackets = {bracket.number: bracket for bracket in acting.schedule.brackets}
    total = len(numbers)
    return tuple(
        Place(at, total, None if number % MORE == NOTES % MORE else brackets.get(number % MORE), number == COVER, active.get(number))
        for at, number in enumerate(numbers, start=1)
    )


def closings(acting: Acting, chart: Chart) -> tuple[Closing, ...]:
    """When cards of this child were taken out of use, the latest first."""
    found: dict[tuple[datetime, str, str], int] = {}
    for card in cards_of(acting.session, chart.child.id, only_active=False):
        if card.closed_at is not None:
            key = (card.closed_at, card.closed_by or "", card.closed_reason or "")
            found[key] = found.get(key, 0) + 1
    return tuple(Closing(at, by, reason, cards) for (at, by, reason), cards in sorted(found.items(), reverse=True))
