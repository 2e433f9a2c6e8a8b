"""The cover. Outwards: whose, when next, where and whom to ring, room for later dates, and nothing a stranger could use.
Inwards: the symbol, birth date and sex, what to do when it is lost, and the map of the set.
"""

from __future__ import annotations

from vaxcard.cards import drawing, layout, next_visit, wording
from vaxcard.cards.content import CoverCard, Identity, MapEntry, NextVisit
from vaxcard.cards.layout import ALERT, COVER_ON, COVER_TINT, INK, INK_2, LINE_STRONG, WHITE, Zone
from vaxcard.cards.payload import grouped
from vaxcard.papers import typography
from vaxcard.papers.surface import Surface, Type
from vaxcard.papers.typography import DoesNotFit

_NAME_SIZES = (15, 14, 13, 12, 11, 10, 9)
_PHONE_SIZES, _PHONE_ROOM = (14, 12, 11, 10), 46.0
_LATER_LINES = 5


def draw_outside(surface: Surface, card: CoverCard, version: int, where: str) -> None:
    """The face that hangs outwards. Raises DoesNotFit, naming `where`."""

    def shared() -> None:
        drawing.plates(surface, None)
        _title(surface, where)
        _later(surface, layout.LATER)

    surface.piece("cover-outside", layout.WIDTH, layout.HEIGHT, shared)
    _name(surface, card.identity, where)
    drawing.count(surface, card.identity, 98.2, 16.2, COVER_ON)
    if card.is_blank:
        _first(surface, layout.NEXT)
    else:
        _next(surface, card.next, where)
    zone = layout.COVER_CODE
    width = drawing.label(surface, zone.x, zone.y + 4.6, "code", size=7.5)
    surface.text(zone.x + width + 1.6, zone.y + 4.6, grouped(card.identity.code.short_code), Type(9.5, True, tracking=0.06))
    _clinic(surface, card, where)


def _title(surface: Surface, where: str) -> None:
    title = typography.fit(wording.say("title"), 31, (11, 10), place=f"{where}, title", bold=True)
    surface.text(drawing.PLATE_TEXT, 11.2, title.lines[0], Type(title.size, True))
    surface.text(drawing.PLATE_TEXT, 16.2, wording.say("title", second=True), Type(6.5, colour=INK_2))


def _name(surface: Surface, who: Identity, where: str) -> None:
    """The sign large and the name beside it, or a line to write it on."""
    if who.sign:
        surface.icon(f"sign-{who.sign}", 7, 6.25, 10.5, INK)
    else:
        surface.box(7.4, 6.65, 9.7, 9.7, fill=WHITE, stroke=LINE_STRONG, radius=1.4)
    if not who.display_name:
        surface.line(19.4, 13.4, 19.4 + drawing.COVER_NAME_ROOM, 13.4, colour=INK)
        return
    x = 19.4
    try:
        name = typography.fit(who.display_name, drawing.COVER_NAME_ROOM, _NAME_SIZES, place=where, bold=True)
    except DoesNotFit:
        x = 18.3
        name = typography.fit(who.display_name, drawing.COVER_LONG_NAME_ROOM, _NAME_SIZES[-1:], place=where, bold=True, lines=3)
    first = {1: drawing.centred(11.5, name.size), 2: 10.6, 3: 9.0}[len(name.lines)]
    for at, line in enumerate(name.lines):
        surface.text(x, first + at * 3.75, line, Type(name.size, True))


def _next(surface: Surface, visit: NextVisit | None, where: str) -> None:
    zone = layout.NEXT
    tint = visit.look.tint if visit and visit.look else COVER_TINT
    surface.box(zone.x, zone.y, zone.width, zone.height, fill=tint, radius=1.8)
    if visit is None:
        surface.icon("st-done", zone.x + 2.4, zone.y + 6.8, 14, INK)
        surface.text(zone.x + 20, zone.y + 12.2, wording.say("finished"), Type(22, True))
        surface.text(zone.x + 20, zone.y + 17.6, wording.say("finished_line"), Type(9))
        for at, key in enumerate(("finished", "finished_line")):
            english = typography.fit(wording.say(key, second=True), zone.width - 22, (6.5,), place=f"{where}, finished")
            surface.text(zone.x + 20, zone.y + 21.2 + at * 2.7, english.lines[0], Type(6.5, colour=INK_2))
        return
    next_visit.draw(surface, zone, visit, next_visit.A7, where)


def _first(surface: Surface, zone: Zone) -> None:
    """Room to write the next visit of a card that was printed before anybody knew it."""
    surface.box(zone.x, zone.y, zone.width, zone.height, fill=COVER_TINT, radius=1.8)
    words = wording.say("next_blank"), wording.say("next_blank", second=True)
    drawing.two_lines(surface, zone.x + 2.4, zone.y + 5.9, *words, size=11)
    inner = Zone(zone.x + 2.4, zone.y + 12, zone.width - 4.8, 12)
    drawing.write_line(surface, inner, wording.parts("write"), (0.8, 1, 1), size=14)


def _later(surface: Surface, zone: Zone) -> None:
    """Room to write the visits that follow."""
    drawing.label(surface, zone.x, zone.y + 3, "later", size=7.5)
    pitch = (zone.height - 4) / _LATER_LINES
    for at in range(1, _LATER_LINES + 1):
        row = Zone(zone.x, zone.y, zone.width, 3.4 + at * pitch)
        drawing.write_line(surface, row, wording.parts("write"), (0.8, 1, 1))


def _clinic(surface: Surface, card: CoverCard, where: str) -> None:
    """The clinic with its hours, and its phone as large as can be."""
    zone = layout.CLINIC
    surface.line(zone.x, zone.y, zone.right, zone.y, width=0.3)
    surface.icon("clinic", zone.x, zone.y + 2.1, 6.6, INK)
    x, right = zone.x + 7.8, zone.right
    if card.clinic.phone:
        phone = typography.fit(card.clinic.phone, _PHONE_ROOM, _PHONE_SIZES, place=f"{where}, clinic phone", bold=True)
        width = surface.text(right, zone.y + 7.1, phone.lines[0], Type(phone.size, True), "right")
    else:
        width = 32.0
        surface.line(right - width, zone.y + 8.2, right, zone.y + 8.2, colour=LINE_STRONG)
    surface.icon("phone", right - width - 7.8, zone.y + 2.1, 6.6, INK)
    room = right - width - 9.4 - x
    if not card.clinic.name:
        surface.line(x, zone.y + 8.2, x + room, zone.y + 8.2, colour=LINE_STRONG)
        return
    name = _clinic_name(card.clinic.name, room, where)
    hours = _fitting_hours(card.hours, room) if len(name.lines) == 1 else ""
    first = zone.y + (4.9 if hours or len(name.lines) > 1 else 6.6)
    for at, line in enumerate(name.lines):
        surface.text(x, first + at * 3.2, line, Type(name.size, True))
    surface.text(x, zone.y + 8.4, hours, Type(7.5))


def _clinic_name(name: str, room: float, where: str) -> typography.Fitted:
    """On one line where it can be, so that the hours stand under it; a visit after hours is a visit in vain."""
    place = f"{where}, clinic name"
    try:
        return typography.fit(name, room, (9.5, 8.5, 7.5), place=place, bold=True)
    except DoesNotFit:
        return typography.fit(name, room, (9.5, 8.5, 7.5), place=place, bold=True, lines=2)


def _fitting_hours(hours: str, room: float) -> str:
    """The hours where there is room for all of them: half a week's hours would send somebody on the wrong day."""
    return hours if typography.width(hours, 7.5) <= room else ""


def draw_inside(surface: Surface, card: CoverCard, version: int, where: str) -> None:
    """The face towards the other cards. Raises DoesNotFit, naming `where`."""

    def shared() -> None:
        drawing.plates(surface, None)
        _lost(surface, layout.LOST)
        _safe(surface, layout.SAFE)
        _map(surface, card.map)

    key = "-".join(str(entry.look.tab) for entry in card.map)
    surface.piece(f"cover-inside-{key}", layout.WIDTH, layout.HEIGHT, shared)
    _name(surface, card.identity, where)
    surface.text(drawing.PLATE_TEXT, 11.2, drawing.born_and_sex(card.identity), Type(10, True))
    drawing.count(surface, card.identity, 98.2, 16.2, COVER_ON)
    drawing.code(surface, card.identity, wording.say("code_cover"), version, back=True)
    second = layout.symbol_zones(version, back=True, cover=True)[1]
    drawing.place_symbol(surface, card.identity, second, version)
    baseline = layout.CODE_BASELINE[version]
    surface.text(second.middle, baseline, wording.say("code_back"), Type(7.5, True), "centre")
    if baseline < layout.CAPTION_BASELINE - 2:
        surface.text(second.middle, layout.CAPTION_BASELINE, wording.say("code_back", second=True), Type(6.5, colour=INK_2), "centre")


def _lost(surface: Surface, zone: Zone) -> None:
    """A lost card never costs a child the dose."""
    for at, line in enumerate(wording.parts("lost")):
        surface.text(zone.x, zone.y + 4 + at * 4.8, line, Type(11, True))
    surface.text(zone.x, zone.y + 13.2, wording.say("lost_line"), Type(8, True))
    for at, line in enumerate(wording.parts("lost", second=True)):
        surface.text(zone.x, zone.y + 16.4 + at * 2.7, line, Type(6.5, colour=INK_2))


def _safe(surface: Surface, zone: Zone) -> None:
    """On a bag or a hook, never round a neck."""
    for at, (icon, key, colour) in enumerate((("pouch", "bag", INK), ("noneck", "neck", ALERT))):
        y = zone.y + at * 7.8
        surface.icon(icon, zone.x - 0.4, y, 6, colour)
        drawing.two_lines(surface, zone.x + 5.8, y + 2.7, wording.say(key), wording.say(key, second=True), size=7)


def _map(surface: Surface, entries: tuple[MapEntry, ...]) -> None:
    """The set at a glance: each card's colour, animal, age, and the numbers of its visits."""
    zone, gap, icon = layout.MAP, 0.9, 4.8
    labels = [wording.short_age(entry.look.age) for entry in entries]
    wide = [icon + 0.4 + typography.width(text, 7, bold=True) for text in labels]
    spare = (zone.width - gap * (len(entries) - 1) - sum(wide)) / len(entries)
    x = zone.x
    for entry, text, natural in zip(entries, labels, wide, strict=True):
        width = natural + spare
        surface.box(x, zone.y, width, 7.2, fill=entry.look.fill, radius=1.2)
        surface.icon(entry.look.animal, x + spare / 2, zone.y + 1.2, icon, entry.look.on_fill)
        start = x + spare / 2 + icon + 0.4
        surface.text(start, drawing.centred(zone.y + 3.6, 7), text, Type(7, True, entry.look.on_fill))
        surface.text(x + width / 2, zone.y + 10.1, entry.visits, Type(7, colour=INK_2), "centre")
        x += width + gap
