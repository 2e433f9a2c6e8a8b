"""Where things stand on a card: A7 landscape, millimetres from the top left corner; the back mirrors hole, tab and symbol.

One place for every position, so that a printed card, its tests and the print shop's sheet speak of the same zones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 105.0, 74.0
MARGIN = 5.0
"""Nothing but the tab is printed nearer to the cut."""

INK, INK_2, INK_3 = "#1C1B19", "#4A4743", "#66625C"
LINE_STRONG, WHITE = "#8A847A", "#FFFFFF"
ALERT, ALERT_TINT = "#9B1B30", "#FAEEEF"
COVER_FILL, COVER_TINT, COVER_ON = "#F1ECE2", "#F8F6F1", INK


@dataclass(frozen=True)
class Zone:
    """A rectangle on a face."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The x half way across."""
        return self.x + self.width / 2


HOLE = (52.5, 8.0)
HOLE_RADIUS, KEEP_OUT = 3.0, 10.0

# Two plates end in the keep-out curve around the hole; corners 1.8.
PLATE_LEFT = "M6.8 5H42.96A10 10 0 0 0 46.2 15.77C46.8 17.26 46.4 18 45 18H6.8A1.8 1.8 0 0 1 5 16.2V6.8A1.8 1.8 0 0 1 6.8 5Z"
PLATE_RIGHT = "M98.2 5H62.04A10 10 0 0 1 58.8 15.77C58.2 17.26 58.6 18 60 18H98.2A1.8 1.8 0 0 0 100 16.2V6.8A1.8 1.8 0 0 0 98.2 5Z"
HEADER = Zone(5, 5, 95, 13)

_TAB_PLACES = (5.0, 14.1, 23.2, 32.3, 63.6, 72.7, 81.8, 90.9)
TAB_WIDTH, TAB_HEIGHT, BLEED = 8.0, 6.0, 3.0


def tab(place: int, *, back: bool = False) -> Zone | None:
    """The index tab of a card: place 0 (the cover) has none, and neither has a card beyond the last place."""
    if not 1 <= place < len(_TAB_PLACES):
        return None
    x = _TAB_PLACES[place]
    return Zone(WIDTH - TAB_WIDTH - x if back else x, 0, TAB_WIDTH, TAB_HEIGHT)


# The symbol, by QR version: the side of its dark square, and its corner on the front. It keeps four modules of white,
# and at version 3 ten millimetres from every edge and from the hole; version 4 prints larger and comes to 8.6 of the edge.
_SYMBOLS = {3: Zone(69.95, 22.55, 25.0, 25.0), 4: Zone(68.4, 22.3, 28.0, 28.0)}


def symbol_zones(version: int, *, back: bool = False, cover: bool = False) -> tuple[Zone, ...]:
    """Every symbol of a face: one on each, but for the cover, which has none outwards and two inwards."""
    if cover:
        return (symbol_zone(version, back=True), symbol_zone(version)) if back else ()
    return (symbol_zone(version, back=back),)


def symbol_zone(version: int, *, back: bool = False) -> Zone:
    """Where the dark square of the symbol stands."""
    front = _SYMBOLS[version]
    return Zone(WIDTH - front.right, front.y, front.width, front.height) if back else front


CODE_BASELINE = {3: 53.7, 4: 56.4}
CAPTION_BASELINE = 56.8  # under a version 3 symbol; a larger one leaves no room for it
REMARKS = Zone(66.6, 58.4, 33.4, 10.6)

# The front's table: numeral and age, then a row per dose.
TABLE = Zone(5, 20.2, 60, 48.8)
VISIT_GAP, BOX_GAP, PADDING = 1.2, 0.7, 0.5
VISIT_LEAST, BOX_LEAST, BOX_WIDTH = 10.0, 8.0, 22.2
NUMERAL_X, ICON_X, NAME_X, NAME_WIDTH, BOX_X = 6.6, 17.1, 23.7, 17.9, 42.3
ICON_SIDE = 6.0


def visit_zones(doses: Sequence[int]) -> tuple[tuple[Zone, tuple[Zone, ...]], ...]:
    """The tinted block of each visit with its white boxes, given how many doses each visit has.

    All boxes are equally high, but for a visit that would be lower than its numeral needs.
    """
    heights = _visit_heights(doses)
    zones = []
    y = TABLE.y
    for count, height in zip(doses, heights, strict=True):
        box = (height - 2 * PADDING - (count - 1) * BOX_GAP) / count
        tops = [y + PADDING + row * (box + BOX_GAP) for row in range(count)]
        zones.append((Zone(TABLE.x, y, TABLE.width, height), tuple(Zone(BOX_X, top, BOX_WIDTH, box) for top in tops)))
        y += height + VISIT_GAP
    return tuple(zones)


def _visit_heights(doses: Sequence[int]) -> list[float]:
    room = TABLE.height - (len(doses) - 1) * VISIT_GAP
    fixed = [2 * PADDING + (count - 1) * BOX_GAP for count in doses]
    low: set[int] = set()
    while True:
        shared = room - VISIT_LEAST * len(low) - sum(fixed[at] for at in range(len(doses)) if at not in low)
        boxes = sum(count for at, count in enumerate(doses) if at not in low)
        share = shared / boxes if boxes else 0.0
        heights = [VISIT_LEAST if at in low else fixed[at] + count * share for at, count in enumerate(doses)]
        more = {at for at, height in enumerate(heights) if height < VISIT_LEAST - 1e-9}
        if not more:
            return heights
        low |= more


def fits(doses: Sequence[int]) -> bool:
    """Whether visits with so many doses leave boxes that can be stamped or written in."""
    zones = visit_zones(doses)
    high_enough = all(box.height >= BOX_LEAST - 1e-9 for _, boxes in zones for box in boxes)
    return high_enough and zones[-1][0].bottom <= TABLE.bottom + 1e-9


Piece = tuple[int, int, int]
"""A part of a visit on a card: the visit's place in its bracket, and its doses from one place up to another."""


def divided(doses: Sequence[int]) -> tuple[tuple[Piece, ...], ...]:
    """A bracket's visits, given how many doses each has, over as many cards as it takes: one for nearly every bracket.

    A card ends between visits where it can; a visit that is too full for a whole card goes on, under its number, on the next.
    """
    cards: list[list[Piece]] = [[]]
    for visit, count in enumerate(doses):
        if not fits([count]):
            most = max(size for size in range(1, count) if fits([size]))
            pieces = [(visit, first, min(first + most, count)) for first in range(0, count, most)]
        else:
            pieces = [(visit, 0, count)]
        for piece in pieces:
            if cards[-1] and not fits([last - first for _, first, last in [*cards[-1], piece]]):
                cards.append([])
            cards[-1].append(piece)
    return tuple(tuple(pieces) for pieces in cards)


# The back: six pictures, danger signs, the ruler that proves the print's scale and measures a swelling.
PICTURES = Zone(40, 19.6, 60, 37.2)
PICTURE_GAP, PICTURE_WIDTHS = 1.2, (17.9, 17.9, 21.8)
"""The last column is wider: below it stand how tall and heavy, and the next check-up."""
DANGER = Zone(5, 58, 95, 7.4)
RULER = Zone(5, 66, 50, 3)


def picture_zones(count: int) -> tuple[Zone, ...]:
    """The tiles of `count` pictures, three across."""
    across = len(PICTURE_WIDTHS)
    rows = -(-count // across)
    height = (PICTURES.height - (rows - 1) * PICTURE_GAP) / rows
    lefts = [PICTURES.x + sum(PICTURE_WIDTHS[:column]) + column * PICTURE_GAP for column in range(across)]
    places = (divmod(at, across) for at in range(count))
    return tuple(
        Zone(lefts[column], PICTURES.y + row * (height + PICTURE_GAP), PICTURE_WIDTHS[column], height) for row, column in places
    )


# The cover: outwards when next, where and whom to ring; inwards two symbols, since outwards there is none, what to do
# when it is lost between them, and the map of the set.
NEXT = Zone(5, 20.2, 60, 27.6)
COVER_CODE = Zone(5, 49.6, 60, 8)
LATER = Zone(67, 20.2, 33, 37.4)
CLINIC = Zone(5, 59.4, 95, 9.6)
LOST = Zone(40.1, 20.2, 24.8, 20)
SAFE = Zone(40.1, 41.6, 24.8, 15.2)
MAP = Zone(5, 58.4, 95, 10.4)

# A notes card's lines.
NOTE_ROWS = 5
