"""The front of a bracket's card: its visits with a box a dose to stamp or write in, what is known printed."""

from __future__ import annotations

from vaxcard.cards import drawing, layout, wording
from vaxcard.cards.content import BracketCard, DoseBox, UncountedDose, VisitBlock
from vaxcard.cards.layout import INK, INK_2, LINE_STRONG, WHITE, Zone
from vaxcard.papers import typography
from vaxcard.papers.surface import Surface, Type
from vaxcard.papers.typography import DoesNotFit

_NAME_SIZES, _SMALL_SIZES = (9, 8, 7.5, 7), (6.5,)


def draw(surface: Surface, card: BracketCard, version: int, where: str) -> None:
    """The whole face; what all children share is drawn once a file. Raises DoesNotFit, naming `where`."""
    look = card.look

    def shared() -> None:
        drawing.plates(surface, look)
        drawing.bracket_header(surface, look)
        table(surface, card.visits, look.tint, where)
        drawing.remarks(surface)

    plan = [(visit.number, box.name, box.code) for visit in card.visits for box in visit.boxes]
    surface.piece(f"front-{look.key}-{look.tab}-{plan}", layout.WIDTH, layout.HEIGHT, shared)
    drawing.identity(surface, card.identity, look.on_fill, facts=True)
    for visit, (_, zones) in zip(card.visits, _zones(card.visits), strict=True):
        for box, zone in zip(visit.boxes, zones, strict=True):
            drawing.fill_box(surface, box, zone)
    drawing.code(surface, card.identity, wording.say("code_front"), version, back=False)
    _remarks(surface, card, layout.REMARKS)


def _remarks(surface: Surface, card: BracketCard, zone: Zone) -> None:
    """Praise on a card that is done; a dose that is to be given again, so that nobody wonders why its box is empty; or room to write."""
    if card.is_finished:
        surface.icon("st-done", zone.x + 1.6, zone.y + 2.5, 5.6, INK)
        words = wording.say("done_card"), wording.say("done_card", second=True)
        drawing.two_lines(surface, zone.x + 8.4, zone.y + 4.9, *words)
    elif card.uncounted:
        named = _uncounted(card.uncounted, zone.width - 2.6)
        surface.text(zone.x + 1.3, zone.y + 3.3, named.lines[0], Type(named.size, True))
        surface.text(zone.x + 1.3, zone.y + 6.3, wording.say("uncounted"), Type(7.5, True))
        surface.text(zone.x + 1.3, zone.y + 9.1, wording.say("uncounted", second=True), Type(6.5, colour=INK_2))
    else:
        drawing.label(surface, zone.x + 1.3, zone.y + 3.2, "remarks")


def _uncounted(doses: tuple[UncountedDose, ...], room: float) -> typography.Fitted:
    """As much of the doses as fits: days with names, else names, else how many there are."""
    between = wording.say("between")
    days = between.join(f"{dose.given_on.isoformat()} {dose.name}" for dose in doses)
    names = between.join(dict.fromkeys(dose.name for dose in doses))
    for text in (days, names):
        try:
            return typography.fit(text, room, (7.5, 7), place="", bold=True)
        except DoesNotFit:
            continue
    return typography.Fitted((wording.say("uncounted_many", count=len(doses)),), 7.5)


def _zones(visits: tuple[VisitBlock, ...]) -> tuple[tuple[Zone, tuple[Zone, ...]], ...]:
    return layout.visit_zones([len(visit.boxes) for visit in visits])


def table(surface: Surface, visits: tuple[VisitBlock, ...], tint: str, where: str) -> None:
    """The visits with their doses and empty boxes."""
    for visit, (block, zones) in zip(visits, _zones(visits), strict=True):
        surface.box(block.x, block.y, block.width, block.height, fill=tint, radius=1.6)
        middle = block.y + block.height / 2
        surface.text(layout.NUMERAL_X, middle + 1.2, str(visit.number), Type(22, True, tracking=-0.03))
        age = typography.fit(visit.age, layout.ICON_X - layout.NUMERAL_X - 0.5, (7.5, 7), place=f"{where}, visit {visit.number}", bold=True)
        surface.text(layout.NUMERAL_X, middle + 4.4, age.lines[0], Type(age.size, True))
        for box, zone in zip(visit.boxes, zones, strict=True):
            _dose(surface, box, zone, f"{where}, visit {visit.number}")
            surface.box(zone.x, zone.y, zone.width, zone.height, fill=WHITE, stroke=LINE_STRONG, radius=0.9)


def _dose(surface: Surface, box: DoseBox, zone: Zone, where: str) -> None:
    middle = zone.y + zone.height / 2
    side = min(layout.ICON_SIDE, zone.height)
    surface.icon("drops" if box.oral else "injection", layout.ICON_X, middle - side / 2, side, layout.INK)
    room, gap = layout.NAME_WIDTH, 0.6
    dose_width = typography.width(box.dose, 7.5)
    beside = dose_width + gap + typography.width(box.code, 6.5) <= room
    name = typography.fit(box.name, room if beside else room - dose_width - gap, _NAME_SIZES, place=where, bold=True)
    end = surface.text(layout.NAME_X, middle - 0.35, name.lines[0], Type(name.size, True))
    if beside:
        end = surface.text(layout.NAME_X, middle + 3.1, box.dose, Type(7.5))
        surface.text(layout.NAME_X + end + gap, middle + 3.1, box.code, Type(6.5, colour=INK_2))
    else:
        surface.text(layout.NAME_X + end + gap, middle - 0.35, box.dose, Type(7.5))
        code = typography.fit(box.code, room, _SMALL_SIZES, place=where)
        surface.text(layout.NAME_X, middle + 3.1, code.lines[0], Type(code.size, colour=INK_2))
