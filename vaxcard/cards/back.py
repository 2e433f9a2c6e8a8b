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
        ruler(surface, where)

    surface.piece(f"back-{look.key}-{look.tab}-{card.growth}", layout.WIDTH, layout.HEIGHT, shared)
    start = drawing.identity(surface, card.identity, look.on_fill, facts=False)
    _following(surface, card.following, start, look.on_fill)
    drawing.code(surface, card.identity, wording.say("code_back"), version, back=True)


def _following(surface: Surface, following: Look | None, x: float, colour: str) -> None:
    """What comes next, in the second row of the right plate; beside a sign that moved there, without its caption."""
    words_beside = x <= drawing.PLATE_TEXT
    y, side, baseline = (12.4, 4.8, 15.9) if words_beside else (13.3, 4.3, 16.6)
    surface.icon(following.animal if following else "st-done", x, y, side, colour)
    x += side + 0.5
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
    """Length and weight beside the icon, whose range it is under them, and the next free check-up where the others have their words."""
    surface.icon(icon, zone.x - 0.1, zone.y + 1.6, 5.4, INK)
    x, numbers = zone.x + 6.2, [text for text in (growth.centimetres, growth.kilograms) if text]
    size = min(typography.fit(text, zone.right - x - 0.2, (8, 7.5, 7), place=place, bold=True).size for text in numbers)
    for at, text in enumerate(numbers):
        surface.text(x, zone.y + (4.1 if len(numbers) > 1 else 5.7) + at * 3.4, text, Type(size, True))
    left, room = zone.x + 1.3, zone.width - 1.6
    end = left + surface.text(left, zone.y + 11, growth.who[0], Type(7, tracking=-0.01)) + 0.6
    beside = typography.fit(growth.who[1], zone.right - end - 0.1, (6.5,), place=place, tracking=-0.01)
    surface.text(end, zone.y + 11, growth.who[1], Type(beside.size, colour=INK_2, tracking=-0.01))
    for second, baseline, sizes, colour in ((False, 14.35, (8, 7.5, 7), INK), (True, 17.2, (6.5,), INK_2)):
        when = growth.check_up[second]
        text = f"{wording.say('check_up', second=second)} {when}" if when else wording.say("most", second=second)
        fitted = typography.fit(text, room, sizes, place=place, bold=not second, tracking=-0.01)
        surface.text(left, zone.y + baseline, text, Type(fitted.size, not second, colour, -0.01))


def _line(surface: Surface, zone: Zone, baseline: float, text: str, style: Type, place: str) -> None:
    sizes = (8, 7.5) if style.bold else (6.5,)
    fitted = typography.fit(text, zone.width - 1.4, sizes, place=place, bold=style.bold, tracking=style.tracking)
    surface.text(zone.x + 1.3, zone.y + baseline, text, Type(fitted.size, style.bold, style.colour, style.tracking))


def watch(surface: Surface, where: str) -> None:
    """The danger signs, and whom to ring."""
    zone, danger = layout.DANGER, library.danger()
    first, second = wording.languages()
    surface.box(zone.x, zone.y, zone.width, zone.height, fill=ALERT_TINT, stroke=ALERT, line=0.3, radius=1.4)
    surface.icon("danger", zone.x + 1.4, zone.y + 1.1, 5.2, ALERT)
    room = zone.width - 8 - 15
    signs = typography.fit(danger.signs[first], room, (8.5, 8), place=f"{where}, danger signs", bold=True)
    surface.text(zone.x + 8, zone.y + 3.5, signs.lines[0], Type(signs.size, True))
    seconds = typography.fit(danger.signs[second], room, (6.5,), place=f"{where}, danger signs")
    surface.text(zone.x + 8, zone.y + 6.35, seconds.lines[0], Type(seconds.size))
    number = surface.text(zone.right - 1.6, zone.y + 5.4, danger.emergency, Type(13, True, ALERT), "right")
    surface.icon("phone", zone.right - 1.6 - number - 5.6, zone.y + 1.35, 4.8, ALERT)


def ruler(surface: Surface, where: str) -> None:
    """Fifty millimetres: 0, 25 and 50 heavy. What a swelling past the middle means stands beside it."""
    zone = layout.RULER
    light = [(zone.x + at, zone.y, zone.x + at, zone.y + (2.0 if at % 5 == 0 else 1.0)) for at in range(1, 50) if at != 25]
    surface.lines([(zone.x, zone.y, zone.right, zone.y), *light], colour=INK, width=0.14)
    heavy = [(zone.x + at, zone.y, zone.x + at, zone.y + zone.height) for at in (0, 25, 50)]
    surface.lines(heavy, colour=INK, width=0.32)
    first, second = wording.languages()
    words = library.danger().ruler
    end = zone.x + 52 + surface.text(zone.x + 52, zone.y + 2.6, words[first], Type(7.5, True))
    beside = typography.fit(words[second], layout.DANGER.right - end - 0.8, (6.5,), place=f"{where}, ruler")
    surface.text(end + 0.8, zone.y + 2.6, words[second], Type(beside.size))
