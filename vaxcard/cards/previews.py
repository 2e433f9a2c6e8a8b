"""Pictures of every face of a set, for a screen or a document: what is printed, one PNG a face."""

from __future__ import annotations

from dataclasses import dataclass

from vaxcard.cards import layout
from vaxcard.cards.gathering import CardSet
from vaxcard.cards.imposing import draw
from vaxcard.papers.pictures import each_page

DPI = 200


@dataclass(frozen=True)
class Preview:
    """A face as a picture: the card's number in the set, which side, and the PNG."""

    number: int
    side: str
    png: bytes


def previews(one: CardSet, *, dpi: int = DPI, qr_version: int = 3) -> tuple[Preview, ...]:
    """Every face of a set, front then back, corners cut and the hole punched. Raises DoesNotFit with the card."""
    drawn = draw([one], sheet="single", qr_version=qr_version)
    pictures = each_page(drawn.pdf, dpi=dpi, hole=(*layout.HOLE, layout.HOLE_RADIUS))
    faces = [(card.identity.number, side) for card in one.cards for side in ("front", "back")]
    return tuple(Preview(number, side, png) for (number, side), png in zip(faces, pictures, strict=True))
