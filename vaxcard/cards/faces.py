"""Which drawing makes which face: the one door from a card's content to ink."""

from __future__ import annotations

from collections.abc import Callable

from vaxcard.cards import back, cover, front, notes
from vaxcard.cards.content import BracketCard, Card, CoverCard
from vaxcard.papers.surface import Surface

Draw = Callable[[], None]


def faces(surface: Surface, card: Card, where: str, *, qr_version: int = 3) -> tuple[Draw, Draw]:
    """What draws a card's front and back at the surface's corner. The drawing raises DoesNotFit, naming `where` and the card."""
    place = f"{where}, card {card.identity.number} of {card.identity.total}"
    if isinstance(card, CoverCard):
        return (
            lambda: cover.draw_outside(surface, card, qr_version, place),
            lambda: cover.draw_inside(surface, card, qr_version, place),
        )
    if isinstance(card, BracketCard):
        return (
            lambda: front.draw(surface, card, qr_version, place),
            lambda: back.draw(surface, card, qr_version, place),
        )
    return (
        lambda: notes.draw_front(surface, card, qr_version, place),
        lambda: notes.draw_back(surface, card, qr_version, place),
    )
