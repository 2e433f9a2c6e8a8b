"""The cover as a bank card (ID-1, 85.6 × 54 mm) for card printers: all that the larger cover must carry, the strip of ages left out.

Outwards whose, when next with room for later dates, where and whom to ring; inwards the symbol, birth date and sex, and what to
do when the card is lost. Such a printer prints to the edge and punches nothing, so that there is no hole and no tab.
"""

from __future__ import annotations

from vaxcard.cards import drawing, next_visit, wording
from vaxcard.cards.content import CoverCard, NextVisit
from vaxcard.cards.layout import ALERT, COVER_FILL, COVER_ON, COVER_TINT, INK, INK_2, LINE_STRONG, Zone
from vaxcard.cards.payload import grouped
from vaxcard.papers import typography
from vaxcard.papers.surface import Surface, Type
from vaxcard.papers.typography import DoesNotFit

WIDTH, HEIGHT = 85.6, 54.0
MARGIN = 3.2
SYMBOL = Zone(MARGIN + 4.4, 15.4, 25.0, 25.0)
"""Four modules of white around it, and no ink nearer; version 4 prints at 28 mm and stands on the A7 cover only."""

_HEADER = Zone(MARGIN, MARGIN, WIDTH - 2 * MARGIN, 9.6)
_NEXT = Zone(MARGIN, 14, 49, 24)
_LATER = Zone(53.8, 14, WIDTH - MARGIN - 53.8, 24)
_CLINIC = Zone(MARGIN, 41.4, WIDTH - 2 * MARGIN, 9.4)
_LATER_LINES = 3
_NAME_SIZES = (12, 11, 10, 9)
_NAME_ROOM = 36.0


def draw_outside(surface: Surface, card: CoverCard, where: str) -> None:
    """The face that is looked at. Raises DoesNotFit, naming `where`."""
    _header(surface, card, where)
    surface.text(_HEADER.right - 1.6, _HEADER.y + 4.2, wording.say("title"), Type(7.5, True), "right")
    drawing.count(surface, card.identity, _HEADER.right - 1.6, _HEADER.y + 7.9, COVER_ON)
    code = grouped(card.identity.code.short_code)
    surface.text(_HEADER.right - 12, _HEADER.y + 7.9, code, Type(7.5, True, tracking=0.04), "right")
    if card.is_blank:
        _first(surface)
    else:
        _next(surface, card.next, where)
    drawing.label(surface, _LATER.x, _LATER.y + 3, "later")
    pitch = (_LATER.height - 3) / _LATER_LINES
    for at in range(1, _LATER_LINES + 1):
        drawing.write_line(surface, Zone(_LATER.x, _LATER.y, _LATER.width, 2.6 + at * pitch), wording.parts("write"), (0.8, 1, 1), size=7.5)
    _clinic(surface, card, where)


def _header(surface: Surface, card: CoverCard, where: str) -> None:
    zone, who = _HEADER, card.identity
    surface.box(zone.x, zone.y, zone.width, zone.height, fill=COVER_FILL, radius=1.8)
    if who.sign:
        surface.icon(f"sign-{who.sign}", zone.x + 1.4, zone.y + 1.2, 7.2, INK)
    if not who.display_name:
        surface.line(zone.x + 10, zone.y + 7.4, zone.x + 10 + _NAME_ROOM, zone.y + 7.4, colour=INK)
        return
    name = typography.fit(who.display_name, _NAME_ROOM, _NAME_SIZES, place=where, bold=True, lines=2)
    first = drawing.centred(zone.y + 4.8, name.size) if len(name.lines) == 1 else zone.y + 4.2
    for at, line in enumerate(name.lines):
        surface.text(zone.x + 10, first + at * 3.7, line, Type(name.size, True))


def _first(surface: Surface) -> None:
    zone = _NEXT
    surface.box(zone.x, zone.y, zone.width, zone.height, fill=COVER_TINT, radius=1.6)
    words = wording.say("next_blank"), wording.say("next_blank", second=True)
    drawing.two_lines(surface, zone.x + 2, zone.y + 5, *words, size=9)
    drawing.write_line(surface, Zone(zone.x + 2, zone.y, zone.width - 4, 19.5), wording.parts("write"), (0.8, 1, 1), size=12)


def _next(surface: Surface, visit: NextVisit | None, where: str) -> None:
    """When, on the tint of the visit's card."""
    zone = _NEXT
    surface.box(zone.x, zone.y, zone.width, zone.height, fill=visit.look.tint if visit and visit.look else COVER_TINT, radius=1.6)
    if visit is None:
        surface.icon("st-done", zone.x + 2, zone.y + 6.5, 10, INK)
        surface.text(zone.x + 14, zone.y + 12, wording.say("finished"), Type(15, True))
        surface.text(zone.x + 14, zone.y + 15.6, wording.say("finished", second=True), Type(6.5, colour=INK_2))
        return
    next_visit.draw(surface, zone, visit, next_visit.ID1, where)


def _clinic(surface: Surface, card: CoverCard, where: str) -> None:
    """Where and whom to ring; a line to write on for what is not known."""
    zone = _CLINIC
    surface.line(zone.x, zone.y, zone.right, zone.y, width=0.3)
    surface.icon("clinic", zone.x, zone.y + 2, 6, INK)
    width = 26.0
    if card.clinic.phone:
        phone = typography.fit(card.clinic.phone, 38, (14, 12, 11, 10), place=f"{where}, clinic phone", bold=True)
        width = surface.text(zone.right, zone.y + 6.8, phone.lines[0], Type(phone.size, True), "right")
    else:
        surface.line(zone.right - width, zone.y + 7.6, zone.right, zone.y + 7.6, colour=LINE_STRONG)
    surface.icon("phone", zone.right - width - 6.4, zone.y + 2.2, 5.6, INK)
    x = zone.x + 7
    room = zone.right - width - 7.4 - x
    if not card.clinic.name:
        surface.line(x, zone.y + 7.6, x + room, zone.y + 7.6, colour=LINE_STRONG)
        return
    name = typography.fit(card.clinic.name, room, (9, 8, 7.5, 7), place=f"{where}, clinic name", bold=True, lines=2)
    first = zone.y + (6.2 if len(name.lines) == 1 else 4.4)
    for at, line in enumerate(name.lines):
        surface.text(x, first + at * 3.2, line, Type(name.size, True))


def draw_inside(surface: Surface, card: CoverCard, version: int, where: str) -> None:
    """The other face: symbol, birth date and sex, lost, and where to hang it. Raises DoesNotFit for a version that needs more room."""
    if version != 3:
        raise DoesNotFit("a symbol of 28 mm leaves no room on a card of this size", place=where, advice="print the cover as A7")
    _header(surface, card, where)
    surface.text(_HEADER.right - 1.6, _HEADER.y + 4.5, drawing.born_and_sex(card.identity), Type(7.5, True), "right")
    drawing.count(surface, card.identity, _HEADER.right - 1.6, _HEADER.y + 7.9, COVER_ON)
    drawing.place_symbol(surface, card.identity, SYMBOL, version)
    surface.text(SYMBOL.middle, 46.6, grouped(card.identity.code.short_code), Type(9.5, True, tracking=0.06), "centre")
    surface.text(SYMBOL.middle, 50.1, wording.say("code_cover"), Type(7.5), "centre")
    x = 40.4
    surface.text(x, 19.2, "".join(wording.parts("lost")), Type(11, True))
    surface.text(x, 23.4, wording.say("lost_line"), Type(8, True))
    for at, line in enumerate(wording.parts("lost", second=True)):
        surface.text(x, 26.8 + at * 2.7, line, Type(6.5, colour=INK_2))
    for at, (icon, key, colour) in enumerate((("pouch", "bag", INK), ("noneck", "neck", ALERT))):
        y = 32.6 + at * 7.4
        surface.icon(icon, x - 0.4, y, 6, colour)
        drawing.two_lines(surface, x + 6.6, y + 2.7, wording.say(key), wording.say(key, second=True))
    x += surface.text(x, 50.1, wording.say("code_back"), Type(7)) + 0.8
    surface.text(x, 50.1, wording.say("code_back", second=True), Type(6.5, colour=INK_2))
