"""When the family comes next, as both covers draw it: the visit's number on its card's colour, the animal of the card to bring out,
the date in words and as the largest numerals.
"""

from __future__ import annotations

from dataclasses import dataclass

from vaxcard.cards import drawing, wording
from vaxcard.cards.content import NextVisit
from vaxcard.cards.layout import ALERT, INK, INK_2, Zone
from vaxcard.papers import typography
from vaxcard.papers.surface import Surface, Type


@dataclass(frozen=True)
class Size:
    """How large a cover draws it: lengths in mm, baselines from the zone's top, type in points."""

    inset: float
    tile: tuple[float, float, float]
    """The number's tile: its top, its side, its corners' radius."""
    number: tuple[int, int]
    """Of one digit, and of two."""
    animal: tuple[float, float]
    """Its top, and its side."""
    words: tuple[float, int]
    """Which visit it is: baseline, type."""
    second: tuple[float, tuple[float, ...]]
    late: tuple[float, float]
    """The sign of a late visit: its top, and its side."""
    date: tuple[float, int, int]
    """Baseline, numerals, words between."""
    weekday: int
    year: tuple[float, float]
    """How far above the date, type."""


A7 = Size(2.4, (2.2, 9.4, 1.4), (18, 15), (2.4, 9), (5.9, 11), (10.6, (7.5, 7, 6.5)), (2.1, 4.8), (23.9, 33, 14), 14, (5.8, 9))
ID1 = Size(2.0, (1.8, 7.4, 1.1), (14, 12), (1.6, 6), (4.6, 9), (8.4, (6.5,)), (1.5, 3.8), (20.6, 26, 11), 9, (4.2, 7.5))


def draw(surface: Surface, zone: Zone, visit: NextVisit, size: Size, where: str) -> None:
    """What stands on the zone's tint. Raises DoesNotFit, naming `where`."""
    _which(surface, zone, visit, size, where)
    _day(surface, zone, visit, size)


def _which(surface: Surface, zone: Zone, visit: NextVisit, size: Size, where: str) -> None:
    """The visit's number on its card's colour, and the animal of the card to bring out."""
    x, right = zone.x + size.inset, zone.right - size.inset
    if visit.look and visit.number:
        top, side, radius = size.tile
        surface.box(x, zone.y + top, side, side, fill=visit.look.fill, radius=radius)
        style = Type(size.number[visit.number > 9], True, visit.look.on_fill)
        surface.text(x + side / 2, drawing.centred(zone.y + top + side / 2, style.size), str(visit.number), style, "centre")
        right += 0.3 * size.inset - size.animal[1]
        surface.icon(visit.look.animal, right, zone.y + size.animal[0], size.animal[1], INK)
        x += side + 0.6 * size.inset
    key = "late" if visit.is_late and visit.number else "next" if visit.number else "next_unnumbered"
    on, start = wording.second_date(visit.on), x
    if visit.is_late:
        surface.icon("st-late", x, zone.y + size.late[0], size.late[1], ALERT)
        start += size.late[1] + 0.8
    surface.text(start, zone.y + size.words[0], wording.say(key, visit=visit.number, date=on), Type(size.words[1], True))
    baseline, sizes = size.second
    second = wording.say(key, second=True, visit=visit.number, date=on)
    beside = typography.fit(second, right - 0.2 - x, sizes, place=f"{where}, next visit")
    surface.text(x, zone.y + baseline, beside.lines[0], Type(beside.size, colour=INK_2))


def _day(surface: Surface, zone: Zone, visit: NextVisit, size: Size) -> None:
    """The date, the largest thing on the card, in numerals and words."""
    below, numerals, words = size.date
    x, baseline = zone.x + size.inset, zone.y + below
    for number, word in zip((visit.on.month, visit.on.day), wording.parts("date"), strict=True):
        x += surface.text(x, baseline, str(number), Type(numerals, True, tracking=-0.03)) + 0.012 * numerals
        x += surface.text(x, baseline, word, Type(words, True)) + 0.024 * numerals
    surface.text(zone.right - size.inset, baseline, wording.weekday(visit.on), Type(size.weekday, True), "right")
    if visit.show_year:
        above, style = size.year
        surface.text(zone.right - size.inset, baseline - above, wording.say("year", year=visit.on.year), Type(style, True), "right")
