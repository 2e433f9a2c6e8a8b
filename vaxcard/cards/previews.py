"""Pictures of a set for a screen or a document: what is printed, one PNG a face, or all faces on one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from vaxcard.cards import layout
from vaxcard.cards.content import Card
from vaxcard.cards.gathering import CardSet
from vaxcard.cards.imposing import draw
from vaxcard.papers.pictures import contact_sheet, each_page

DPI = 200
_SHOWN_DPI, _ACROSS = 110, 4
_HOLE = (*layout.HOLE, layout.HOLE_RADIUS)
_NOBODY = UUID(int=0)
_KEPT = 16  # pictures of whole sets, some 200 KB each, in the memory of the process alone


@dataclass(frozen=True)
class Preview:
    """A face as a picture: the card's number in the set, which side, and the PNG."""

    number: int
    side: str
    png: bytes


def previews(one: CardSet, *, dpi: int = DPI, qr_version: int = 3) -> tuple[Preview, ...]:
    """Every face of a set, front then back, corners cut and the hole punched. Raises DoesNotFit with the card."""
    pictures = each_page(draw([one], sheet="single", qr_version=qr_version).pdf, dpi=dpi, hole=_HOLE)
    faces = [(card.identity.number, side) for card in one.cards for side in ("front", "back")]
    return tuple(Preview(number, side, png) for (number, side), png in zip(faces, pictures, strict=True))


def whole_set(one: CardSet, *, qr_version: int = 3) -> bytes:
    """All faces on one PNG, each card's back under its front. What was drawn last is kept: half a second is long for a page."""
    return _drawn(_Wanted(sha256(repr((one.cards, qr_version)).encode()).digest(), one.cards, qr_version))


@dataclass(frozen=True)
class _Wanted:
    """Cards to be drawn, told from others by everything that stands on them."""

    digest: bytes
    cards: tuple[Card, ...] = field(compare=False, repr=False)
    qr_version: int


@lru_cache(maxsize=_KEPT)
def _drawn(wanted: _Wanted) -> bytes:
    cards = wanted.cards
    pdf = draw([CardSet(_NOBODY, cards, ())], sheet="single", qr_version=wanted.qr_version).pdf
    rows = [range(first, min(first + _ACROSS, len(cards))) for first in range(0, len(cards), _ACROSS)]
    pages = [2 * card + side for row in rows for side in (0, 1) for card in row]
    return contact_sheet(pdf, pages, columns=_ACROSS, dpi=_SHOWN_DPI, hole=_HOLE)
