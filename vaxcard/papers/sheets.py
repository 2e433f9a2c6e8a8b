"""Where cards lie on paper: eight A7 on a sheet for duplex printing with crop marks, or one A7 a page.

Two by four A7 fill A4 but for half a millimetre above and below: there is no bleed, four cuts make eight cards.
A print shop's larger sheet leaves 3 mm above each card, into which its tab may run.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any, Literal

from vaxcard.errors import InputFault
from vaxcard.papers.surface import Surface, Type

Draw = Callable[[], None]
Turn = Literal["long", "short"]
"""The edge over which a duplex printer turns the sheet."""

CARD_WIDTH, CARD_HEIGHT = 105.0, 74.0
A4_WIDTH, A4_HEIGHT = 210.0, 297.0
_COLUMNS, _ROWS = 2, 4
A_SHEET = _COLUMNS * _ROWS
_MARK, _MARK_INSET, _CROSS = 4.5, 4.5, 2.0


@dataclass(frozen=True)
class Format:
    """A sheet: its size, the first card's corner, and how far below one another the rows lie, all in mm."""

    width: float
    height: float
    left: float
    top: float
    row: float


FORMATS = {
    "a4": Format(A4_WIDTH, A4_HEIGHT, 0.0, (A4_HEIGHT - _ROWS * CARD_HEIGHT) / 2, CARD_HEIGHT),
    "shop": Format(225.0, 320.0, 7.5, 9.0, CARD_HEIGHT + 3.0),  # SRA4
}
ID1_WIDTH, ID1_HEIGHT = 85.6, 54.0
SHEETS = (*FORMATS, "single", "id1")
"""What cards can be printed on: a sheet of eight, or a card a page, as A7 or (the cover alone) as ID-1."""


@dataclass(frozen=True)
class Paper:
    """What is printed on: the sheet, the edge it turns over, and how far (right, down) in mm the back is shifted for one printer."""

    sheet: str = "a4"
    turn: Turn = "long"
    offset: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        """Refuse a sheet that there is not."""
        if self.sheet not in SHEETS:
            raise InputFault(f"cards are not printed on {self.sheet!r}", advice=f"choose one of {', '.join(SHEETS)}")

    @property
    def card_a_page(self) -> bool:
        """Whether every face is a page of its own."""
        return self.sheet in ("single", "id1")

    @property
    def has_bleed(self) -> bool:
        """Whether a tab may be drawn beyond the cut."""
        return self.sheet == "shop"


@dataclass(frozen=True)
class Place:
    """Where a card's face lies on its page: the corner in mm, and whether the page is turned by 180°."""

    x: float
    y: float
    turned: bool = False


def front_place(position: int, sheet: Format = FORMATS["a4"]) -> Place:
    """Position 0–7 on the front of a sheet, row by row."""
    row, column = divmod(position, _COLUMNS)
    return Place(sheet.left + column * CARD_WIDTH, sheet.top + row * sheet.row)


def back_place(position: int, turn: Turn = "long", sheet: Format = FORMATS["a4"], offset: tuple[float, float] = (0.0, 0.0)) -> Place:
    """The same card on the back: columns swapped for a turn over the long edge; for the short edge the page is turned as well."""
    front = front_place(position, sheet)
    way = -1 if turn == "short" else 1
    return Place(sheet.width - CARD_WIDTH - front.x + way * offset[0], front.y + way * offset[1], turn == "short")


def on_page(paper: Paper, position: int, box: tuple[float, float, float, float], *, back: bool) -> tuple[int, float, float]:
    """Where a box (x, y, width, height) of a set's card comes to lie: the page within the set, and its corner as the page is read."""
    x, y, width, height = box
    if paper.card_a_page:
        shift = paper.offset if back else (0.0, 0.0)
        return 2 * position + back, x + shift[0], y + shift[1]
    sheet = FORMATS[paper.sheet]
    turn, at = divmod(position, A_SHEET)
    place = back_place(at, paper.turn, sheet, paper.offset) if back else front_place(at, sheet)
    x, y = place.x + x, place.y + y
    if place.turned:
        x, y = sheet.width - x - width, sheet.height - y - height
    return 2 * turn + back, x, y


def surface(paper: Paper, title: str) -> Surface:
    """A file to draw on."""
    if paper.card_a_page:
        return Surface(*((CARD_WIDTH, CARD_HEIGHT) if paper.sheet == "single" else (ID1_WIDTH, ID1_HEIGHT)), title=title)
    return Surface(FORMATS[paper.sheet].width, FORMATS[paper.sheet].height, title=title)


def draw(surface: Surface, paper: Paper, cards: Sequence[tuple[Draw, Draw]]) -> int:
    """Draw a set as sheets, front page then back page; each set begins a sheet of its own. Returns the number of pages."""
    if paper.card_a_page:
        return _draw_singles(surface, cards, paper.offset)
    sheet = FORMATS[paper.sheet]
    pages = 0
    remaining = iter(cards)
    while some := list(islice(remaining, A_SHEET)):
        _page(surface, sheet, [(front_place(at, sheet), front) for at, (front, _) in enumerate(some)])
        _page(surface, sheet, [(back_place(at, paper.turn, sheet, paper.offset), back) for at, (_, back) in enumerate(some)])
        pages += 2
    return pages


def _page(surface: Surface, sheet: Format, placed: Sequence[tuple[Place, Draw]]) -> None:
    if placed[0][0].turned:
        surface.turn_page()
    for place, draw_face in placed:
        with surface.at(place.x, place.y):
            draw_face()
    surface.lines(crop_marks(sheet), colour="#000000", width=0.12)
    surface.next_page()


def _draw_singles(surface: Surface, cards: Sequence[tuple[Draw, Draw]], offset: tuple[float, float]) -> int:
    """Draw each card's front and back as pages of their own. Returns the number of pages."""
    for front, back in cards:
        front()
        surface.next_page()
        with surface.at(*offset):
            back()
        surface.next_page()
    return 2 * len(cards)


def crop_marks(sheet: Format = FORMATS["a4"]) -> list[tuple[float, float, float, float]]:
    """Marks on the cut lines: on A4 inside what an office printer can reach, on a larger sheet beyond the cards."""
    middle = sheet.width / 2
    tops = [sheet.top + row * sheet.row for row in range(_ROWS)]
    if sheet.row > CARD_HEIGHT:
        lines = [y for top in tops for y in (top, top + CARD_HEIGHT)]
        columns = [sheet.left + column * CARD_WIDTH for column in range(_COLUMNS + 1)]
        ends = [(x, y, x, y + 3.0) for x in columns for y in (1.0, sheet.height - 4.0)]
        return ends + [(x, y, x + 3.5, y) for y in lines for x in (1.0, sheet.width - 4.5)]
    marks = [
        (middle, _MARK_INSET, middle, _MARK_INSET + _MARK),
        (middle, sheet.height - _MARK_INSET - _MARK, middle, sheet.height - _MARK_INSET),
    ]
    for y in tops[1:]:
        marks += [
            (middle, y - _CROSS, middle, y + _CROSS),
            (middle - _CROSS, y, middle + _CROSS, y),
            (_MARK_INSET, y, _MARK_INSET + _MARK, y),
            (sheet.width - _MARK_INSET - _MARK, y, sheet.width - _MARK_INSET, y),
        ]
    return marks


def calibration(paper: Paper) -> bytes:
    """A sheet to print on both sides and hold against a lamp: by how much the back's cross misses the front's is the offset to set."""
    sheet = FORMATS.get(paper.sheet, FORMATS["a4"])
    surface = Surface(sheet.width, sheet.height, title="Calibration")
    for back in (False, True):
        if back and paper.turn == "short":
            surface.turn_page()
        shift = paper.offset if back else (0.0, 0.0)
        way = -1 if back and paper.turn == "short" else 1
        with surface.at(way * shift[0], way * shift[1]):
            _crosses(surface, sheet, _words()["back" if back else "front"])
        surface.next_page()
    return surface.finish()


def _crosses(surface: Surface, sheet: Format, name: str) -> None:
    """Five crosses with a millimetre scale on both arms, a ruler that proves the print's scale, and which side this is."""
    arm = 10
    for x, y in ((0.5, 0.5), (0.15, 0.1), (0.85, 0.1), (0.15, 0.9), (0.85, 0.9)):
        x, y = sheet.width * x, sheet.height * y
        ticks = [(x + at, y - (2 if at % 5 == 0 else 1), x + at, y + (2 if at % 5 == 0 else 1)) for at in range(-arm, arm + 1)]
        ticks += [(x - (2 if at % 5 == 0 else 1), y + at, x + (2 if at % 5 == 0 else 1), y + at) for at in range(-arm, arm + 1)]
        surface.lines([(x - arm, y, x + arm, y), (x, y - arm, x, y + arm), *ticks], colour="#000000", width=0.1)
    left, y = (sheet.width - 100) / 2, sheet.height * 0.7
    surface.lines([(left + at, y, left + at, y + (4 if at % 10 == 0 else 2)) for at in range(101)], colour="#000000", width=0.1)
    surface.text(sheet.width / 2, y + 9, _words()["ruler"], Type(9), "centre")
    surface.text(sheet.width / 2, sheet.height * 0.28, name, Type(20, True), "centre")
    for at, line in enumerate(_words()["lines"]):
        surface.text(sheet.width / 2, sheet.height * 0.28 + 9 + 5.5 * at, line, Type(9), "centre")


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "data" / "calibration.toml").read_text(encoding="utf-8"))
