"""The notes card: lines for paid vaccines on the front, room for questions on the back; neutral, without a tab."""

from __future__ import annotations

from vaxcard.cards import back, drawing, layout, wording
from vaxcard.cards.content import DoseBox, NotesCard
from vaxcard.cards.layout import COVER_ON, COVER_TINT, INK, INK_2, INK_3, LINE_STRONG, WHITE, Zone
from vaxcard.papers import typography
from vaxcard.papers.surface import Surface, Type
from vaxcard.papers.typography import DoesNotFit

_ROW_GAP = 1.0
_WRITING_LINES = 4


def draw_front(surface: Surface, card: NotesCard, version: int, where: str) -> None:
    """A row for each paid dose: what, when, which lot. Raises DoesNotFit, naming `where`."""

    def shared() -> None:
        drawing.plates(surface, None)
        _header(surface)
        for zone in _rows():
            _row(surface, zone)

    surface.piece("notes-front", layout.WIDTH, layout.HEIGHT, shared)
    drawing.identity(surface, card.identity, COVER_ON, facts=True)
    drawing.code(surface, card.identity, wording.say("code_front"), version, back=False)
    drawing.remarks(surface)
    drawing.label(surface, layout.REMARKS.x + 1.3, layout.REMARKS.y + 3.2, "remarks")
    for at, zone in enumerate(_rows()):
        if at < len(card.boxes):
            _printed(surface, card.boxes[at], zone)
        else:
            drawing.empty_box(surface, _box(zone))


def _rows() -> tuple[Zone, ...]:
    table = layout.TABLE
    height = (table.height - (layout.NOTE_ROWS - 1) * _ROW_GAP) / layout.NOTE_ROWS
    return tuple(Zone(table.x, table.y + at * (height + _ROW_GAP), table.width, height) for at in range(layout.NOTE_ROWS))


def _header(surface: Surface) -> None:
    surface.icon("pen", 7, 6.25, 10.5, COVER_ON)
    surface.text(19.7, 11.6, wording.say("notes"), Type(14, True))
    surface.text(19.7, 15.8, wording.say("notes", second=True), Type(6.5, colour=INK_2))


def _row(surface: Surface, zone: Zone) -> None:
    surface.box(zone.x, zone.y, zone.width, zone.height, fill=COVER_TINT, radius=1.6)
    surface.text(zone.x + 1.6, zone.y + 3, wording.say("vaccine"), Type(7, colour=INK_3))
    box = _box(zone)
    surface.box(box.x, box.y, box.width, box.height, fill=WHITE, stroke=LINE_STRONG, radius=0.9)


def _box(zone: Zone) -> Zone:
    return Zone(layout.BOX_X, zone.y + 0.4, layout.BOX_WIDTH, zone.height - 0.8)


def _printed(surface: Surface, box: DoseBox, zone: Zone) -> None:
    """A paid dose on record; its name is left to be written where it is too long."""
    try:
        name = typography.fit(box.name, 26, (9, 8, 7.5), place="", bold=True)
        surface.text(zone.x + 10, zone.y + 4.6, name.lines[0], Type(name.size, True, INK))
        code = typography.fit(box.code, 26, (6.5,), place="")
        surface.text(zone.x + 10, zone.y + 7.6, code.lines[0], Type(code.size, colour=INK_2))
    except DoesNotFit as fault:
        raise DoesNotFit(fault.problem, place=f"notes card, {box.code}", advice="shorten the vaccine's short name") from fault
    drawing.fill_box(surface, box, _box(zone))


def draw_back(surface: Surface, card: NotesCard, version: int, where: str) -> None:
    """Lines to write on, and when to get help, as on every back. Raises DoesNotFit, naming `where`."""

    def shared() -> None:
        drawing.plates(surface, None)
        _header(surface)
        zone = layout.PICTURES
        drawing.label(surface, zone.x, zone.y + 3.4, "notes_back", size=7.5)
        for at in range(1, _WRITING_LINES + 1):
            y = zone.y + 3.4 + at * 8.1
            surface.line(zone.x, y, zone.right, y, colour=LINE_STRONG)
        back.watch(surface, where)
        back.ruler(surface, where)

    surface.piece("notes-back", layout.WIDTH, layout.HEIGHT, shared)
    drawing.identity(surface, card.identity, COVER_ON, facts=False)
    drawing.code(surface, card.identity, wording.say("code_back"), version, back=True)
