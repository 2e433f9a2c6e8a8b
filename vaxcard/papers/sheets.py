"""Where cards lie on paper: eight A7 on an A4 sheet for duplex printing with crop marks, or one A7 a page.

Two by four A7 fill A4 but for half a millimetre above and below: there is no bleed, four cuts make eight cards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from vaxcard.papers.surface import Surface

Draw = Callable[[], None]
Turn = Literal["long", "short"]
"""The edge over which a duplex printer turns the sheet."""

CARD_WIDTH, CARD_HEIGHT = 105.0, 74.0
A4_WIDTH, A4_HEIGHT = 210.0, 297.0
_COLUMNS, _ROWS = 2, 4
A_SHEET = _COLUMNS * _ROWS
_TOP = (A4_HEIGHT - _ROWS * CARD_HEIGHT) / 2
_MARK, _MARK_INSET, _CROSS = 4.5, 4.5, 2.0


@dataclass(frozen=True)
class Place:
    """Where a card's face lies on its page: the corner in mm, and whether the page is turned by 180°."""

    x: float
    y: float
    turned: bool = False


def front_place(position: int) -> Place:
    """Position 0–7 on the front of a sheet, row by row."""
    row, column = divmod(position, _COLUMNS)
    return Place(column * CARD_WIDTH, _TOP + row * CARD_HEIGHT)


def back_place(position: int, turn: Turn = "long") -> Place:
    """The same card on the back: columns swapped for a turn over the long edge; for the short edge the page is turned as well."""
    front = front_place(position)
    return Place(A4_WIDTH - CARD_WIDTH - front.x, front.y, turn == "short")


def a4_surface(title: str) -> Surface:
    """An A4 file to draw sheets on."""
    return Surface(A4_WIDTH, A4_HEIGHT, title=title)


def single_surface(title: str) -> Surface:
    """A file with one A7 card a page, for card printers."""
    return Surface(CARD_WIDTH, CARD_HEIGHT, title=title)


def draw_a4(surface: Surface, cards: Sequence[tuple[Draw, Draw]], *, turn: Turn = "long") -> int:
    """Draw a set as sheets, front page then back page; each set begins a sheet of its own. Returns the number of pages."""
    pages = 0
    remaining = iter(cards)
    while sheet := list(islice(remaining, A_SHEET)):
        _page(surface, [(front_place(at), front) for at, (front, _) in enumerate(sheet)], turned=False)
        _page(surface, [(back_place(at, turn), back) for at, (_, back) in enumerate(sheet)], turned=turn == "short")
        pages += 2
    return pages


def _page(surface: Surface, placed: Sequence[tuple[Place, Draw]], *, turned: bool) -> None:
    if turned:
        surface.turn_page()
    for place, draw in placed:
        with surface.at(place.x, place.y):
            draw()
    surface.lines(crop_marks(), colour="#000000", width=0.12)
    surface.next_page()


def draw_singles(surface: Surface, cards: Sequence[tuple[Draw, Draw]]) -> int:
    """Draw each card's front and back as pages of their own. Returns the number of pages."""
    for front, back in cards:
        for draw in (front, back):
            draw()
            surface.next_page()
    return 2 * len(cards)


def crop_marks() -> list[tuple[float, float, float, float]]:
    """Marks on the cut lines, inside what an office printer can reach."""
    cuts = [_TOP + row * CARD_HEIGHT for row in range(1, _ROWS)]
    middle = A4_WIDTH / 2
    marks = [
        (middle, _MARK_INSET, middle, _MARK_INSET + _MARK),
        (middle, A4_HEIGHT - _MARK_INSET - _MARK, middle, A4_HEIGHT - _MARK_INSET),
    ]
    for y in cuts:
        marks += [
            (middle, y - _CROSS, middle, y + _CROSS),
            (middle - _CROSS, y, middle + _CROSS, y),
            (_MARK_INSET, y, _MARK_INSET + _MARK, y),
            (A4_WIDTH - _MARK_INSET - _MARK, y, A4_WIDTH - _MARK_INSET, y),
        ]
    return marks
