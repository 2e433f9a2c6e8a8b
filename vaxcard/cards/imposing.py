"""Lays the faces of card sets out on pages, and says which symbol must read where on them. Pure: the same sets give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vaxcard.cards import cover_id1, layout
from vaxcard.cards.content import BracketCard, Card, CoverCard
from vaxcard.cards.faces import Draw, faces
from vaxcard.cards.gathering import CardSet
from vaxcard.cards.layout import Zone
from vaxcard.papers import sheets
from vaxcard.papers.check import Expected
from vaxcard.papers.sheets import Paper
from vaxcard.papers.surface import Surface

_TITLE = "Vaccination cards"


@dataclass(frozen=True)
class Drawn:
    """A finished file, and the symbols that must read on it."""

    pdf: bytes
    expected: tuple[Expected, ...]


def draw(
    sets: Sequence[CardSet], *, sheet: str | Paper = "a4", qr_version: int = 3, each: Callable[[int], None] | None = None
) -> Drawn:
    """A file of card sets; `each(done)` is told after every set. Raises DoesNotFit with the child's id and the card."""
    paper = Paper(sheet) if isinstance(sheet, str) else sheet
    surface = sheets.surface(paper, _TITLE)
    expected: list[Expected] = []
    pages = 0
    for done, one in enumerate(sets, start=1):
        drawings = [_drawings(surface, card, f"child {one.child_id}", paper, qr_version) for card in _on(paper, one)]
        expected += _expected(one, pages, paper, qr_version)
        pages += sheets.draw(surface, paper, drawings)
        if each:
            each(done)
    return Drawn(surface.finish(), tuple(expected))


def _on(paper: Paper, one: CardSet) -> list[Card]:
    """The cards of a set that this paper is for: a small card printer prints covers alone."""
    return [card for card in one.cards if paper.sheet != "id1" or isinstance(card, CoverCard)]


def _drawings(surface: Surface, card: Card, where: str, paper: Paper, version: int) -> tuple[Draw, Draw]:
    if paper.sheet != "id1" or not isinstance(card, CoverCard):
        return _with_bleed(surface, card, faces(surface, card, where, qr_version=version), paper)
    place = f"{where}, cover of {card.identity.total} cards"
    return (
        lambda: cover_id1.draw_outside(surface, card, place),
        lambda: cover_id1.draw_inside(surface, card, version, place),
    )


def _zones(card: Card, paper: Paper, version: int, *, back: bool) -> tuple[Zone, ...]:
    """Where a face's symbols stand."""
    if paper.sheet == "id1":
        return (cover_id1.SYMBOL,) if back else ()
    return layout.symbol_zones(version, back=back, cover=isinstance(card, CoverCard))


def _with_bleed(surface: Surface, card: Card, drawn: tuple[Draw, Draw], paper: Paper) -> tuple[Draw, Draw]:
    """Both faces with their tab drawn beyond the cut, where the sheet leaves room for it."""
    if not paper.has_bleed or not isinstance(card, BracketCard):
        return drawn

    def over_the_cut(face: Draw, *, back: bool) -> Draw:
        def with_tab() -> None:
            if zone := layout.tab(card.look.tab, back=back):
                surface.box(zone.x, zone.y - layout.BLEED, zone.width, layout.BLEED + 0.2, fill=card.look.fill)
            face()

        return with_tab

    return over_the_cut(drawn[0], back=False), over_the_cut(drawn[1], back=True)


def _expected(one: CardSet, first_page: int, paper: Paper, version: int) -> Iterator[Expected]:
    """Where each symbol of a set must be read."""
    for position, card in enumerate(_on(paper, one)):
        for back in (False, True):
            face = "back" if back else "front"
            label = f"child {one.child_id}, card {card.identity.number} of {card.identity.total}, {face}"
            for zone in _zones(card, paper, version, back=back):
                page, x, y = sheets.on_page(paper, position, (zone.x, zone.y, zone.width, zone.height), back=back)
                yield Expected(first_page + page, card.identity.code.url, x, y, zone.width, label)


def write(pdf: bytes, path: Path) -> Path:
    """Put a file on disk, whole or not at all: a print that is killed leaves no half file."""
    growing = path.with_name(f".{path.name}.part")
    growing.write_bytes(pdf)
    growing.replace(path)
    return path
