"""The back of a bracket's card: six pictures of what a family needs at that age, danger signs, the ruler, the next card."""

from __future__ import annotations

from vaxcard.cards import drawing, layout, wording
from vaxcard.cards.content import BracketCard, GrowthRange, Look
from vaxcard.cards.layout import ALERT, ALERT_TINT, INK, INK_2, Zone
from vaxcard.guidance import library
from vaxcard.papers import typography
from vaxcard.papers.surface import Surface, Type


def draw(surface: Surface, card: BracketCard, version: int, where: str) -> None:
    """The whole face; what all children share is drawn once a file. Raises DoesNotFit, naming `where`."""
    look = card.look

    def shared() -> None:
        drawing.plates(surface, look, back=True)
        drawing.bracket_header(surface, look)
        pictures(surface, card, where)
        watch(surface, where)
        ruler(surface)

    surface.piece(f"back-{look.key}-{look.tab}-{card.growth.centimetres if card.growth else ''}", layout.WIDTH, layout.HEIGHT, shared)
    start = drawing.identity(surface, card.identity, look.on_fill, facts=False)
    _following(surface, card.following, start, look.on_fill)
    drawing.code(surface, card.identity, wording.say("code_back"), version, back=True)


def _following(surface: Surface, following: Look | None, x: float, colour: str) -> None:
    """What comes next, in the second row of the right plate; beside a sign that moved there, without its caption."""
    y, words_beside = 13.1, x <= drawing.PLATE_TEXT
    surface.icon(following.animal if following else "st-done", x, y, 4.8, colour)
    x, baseline = x + 5.3, drawing.centred(y + 2.4, 7.5)
    if following is None:
        x += surface.text(x, baseline, wording.say("last_card"), Type(7.5, True, colour)) + 0.8
        if words_beside:
            surface.text(x, baseline, wording.say("last_card", second=True), Type(6.5, colour=colour))
        return
    if words_beside:
        x += surface.text(x, baseline, wording.say("next_card"), Type(7, colour=colour)) + 0.8
    surface.text(x, baseline, following.age, Type(7, True, colour))


def pictures(surface: Surface, card: BracketCard, where: str) -> None:
    """Each with its icon, two short lines and one in the second language; the last with the growth range where there is one."""
    first, second = wording.languages()
    for picture, zone in zip(card.advice, layout.picture_zones(len(card.advice)), strict=True):
        surface.box(zone.x, zone.y, zone.width, zone.height, fill=card.look.tint, radius=1.6)
        place = f"{where}, picture {picture.icon}"
        if card.growth and picture.growth:
            _growth(surface, picture.icon, card.growth, zone, place)
            continue
        surface.icon(picture.icon, zone.x + 1, zone.y + 0.9, 7, INK)
        for at, line in enumerate(picture.lines[first]):
            _line(surface, zone, 11.0 + at * 3.35, line, Type(8, True, tracking=-0.01), place)
        _line(surface, zone, 17.2, picture.lines[second][0], Type(6.5, colour=INK_2, tracking=-0.01), place)


def _growth(surface: Surface, icon: str, growth: GrowthRange, zone: Zone, place: str) -> None:
    """The next check-up beside the icon; under it whose range it is, length and weight."""
    surface.icon(icon, zone.x + 0.8, zone.y + 1.2, 6.2, INK)
    x = zone.x + 7.6
    surface.text(x, zone.y + 3.1, wording.say("check_up"), Type(7, tracking=-0.01))
    surface.text(x, zone.y + 5.5, wording.say("check_up", second=True), Type(6.5, colour=INK_2))
    _both(surface, Zone(x, zone.y + 8.1, zone.right - x - 0.4, 0), growth.check_up, Type(7), place)
    _both(surface, Zone(zone.x + 1.3, zone.y + 11.2, zone.width - 1.6, 0), growth.who, Type(7.5, True), place)
    widest = typography.fit(growth.centimetres, zone.width - 1.6, (8, 7.5, 7), place=place, bold=True)
    for baseline, text in ((14.3, growth.centimetres), (17.2, growth.kilograms)):
        surface.text(zone.x + 1.3, zone.y + baseline, text, Type(widest.size, True))


def _both(surface: Surface, line: Zone, words: tuple[str, str], style: Type, place: str) -> None:
    """Words in the first language and, on the same line, in the second."""
    first, gap = typography.width(words[0], style.size, bold=style.bold), 0.7
    second = typography.fit(words[1], line.width - first - gap, (6.5,), place=place)
    surface.text(line.x, line.y, words[0], style)
    surface.text(line.x + first + gap, line.y, second.lines[0], Type(second.size, colour=INK_2))


def _line(surface: Surface, zone: Zone, baseline: float, text: str, style: Type, place: str) -> None:
    sizes = (8, 7.5) if style.bold else (6.5,)
    fitted = typography.fit(text, zone.width - 1.6, sizes, place=place, bold=style.bold, tracking=style.tracking)
    surface.text(zone.x + 1.3, zone.y + baseline, text, Type(fitted.size, style.bold, style.colour, style.tracking))


def watch(surface: Surface, where: str) -> None:
    """The danger signs, and whom to ring."""
    zone, danger = layout.DANGER, library.danger()
    first, second = wording.languages()
    surface.box(zone.x, zone.y, zone.width, zone.height, fill=ALERT_TINT, stroke=ALERT, line=0.3, radius=1.4)
    surface.icon("danger", zone.x + 1.4, zone.y + 0.9, 5.2, ALERT)
    room = zone.width - 8 - 15
    signs = typography.fit(danger.signs[first], room, (8.5, 8), place=f"{where}, danger signs", bold=True)
    surface.text(zone.x + 8, zone.y + 3.15, signs.lines[0], Type(signs.size, True))
    seconds = typography.fit(danger.signs[second], room, (6.5,), place=f"{where}, danger signs")
    surface.text(zone.x + 8, zone.y + 5.9, seconds.lines[0], Type(seconds.size))
    number = surface.text(zone.right - 1.6, zone.y + 5.1, danger.emergency, Type(13, True, ALERT), "right")
    surface.icon("phone", zone.right - 1.6 - number - 5.6, zone.y + 1.1, 4.8, ALERT)


def ruler(surface: Surface) -> None:
    """Fifty millimetres: 0, 25 and 50 heavy."""
    zone = layout.RULER
    light = [(zone.x + at, zone.y, zone.x + at, zone.y + (2.0 if at % 5 == 0 else 1.0)) for at in range(1, 50) if at != 25]
    surface.lines([(zone.x, zone.y, zone.right, zone.y), *light], colour=INK, width=0.14)
    heavy = [(zone.x + at, zone.y, zone.x + at, zone.y + zone.height) for at in (0, 25, 50)]
    surface.lines(heavy, colour=INK, width=0.32)
    first, _ = wording.languages()
    surface.text(zone.x + 52.4, zone.y + 2.5, library.danger().ruler[first], Type(7.5))
