"""The sticker after a dose, 50 × 30 mm for a box of the card: what was given, when, which lot, and when to come next.

It bears no name and no code: stuck on the wrong card it tells nobody's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vaxcard.cards import drawing, wording
from vaxcard.cards.layout import INK
from vaxcard.errors import NotFound
from vaxcard.papers import typography
from vaxcard.papers.pictures import dots
from vaxcard.papers.surface import Surface, Type
from vaxcard.records.chart import Chart
from vaxcard.schedule.rules import Schedule

WIDTH, HEIGHT = 50.0, 30.0
_MARGIN = 2.5
DOTS_PER_INCH = 203
"""Of the usual label printer: 8 dots a millimetre."""


@dataclass(frozen=True)
class Label:
    """What a sticker says; `dose` is empty where the dose does not count in a series, `next_on` where no visit after today is known yet."""

    vaccine: str
    code: str
    dose: str
    given_on: date
    lot: str | None
    next_on: date | None


def label_of(schedule: Schedule, chart: Chart, dose_id: UUID) -> Label:
    """The label of a dose that stands in a record. Raises NotFound."""
    dose = next((one for one in chart.doses if one.id == dose_id), None)
    if dose is None:
        raise NotFound("no such dose stands in this record", place=str(dose_id), advice="print the label of a dose that is listed")
    number = next((found.dose for found in chart.evaluations_of(dose) if found.dose), None)
    vaccine = schedule.vaccine(dose.vaccine)
    first, second = wording.languages()
    visit = chart.next_visit
    return Label(
        vaccine.short_names[first],
        vaccine.short_names[second],
        wording.say("dose", dose=number) if number else "",
        dose.given_on,
        dose.lot_number,
        visit.visit_on if visit and visit.visit_on > chart.assessment.on else None,  # today is no day to come back
    )


def draw_label(label: Label) -> bytes:
    """A PDF of one label, in black. Raises DoesNotFit, naming the vaccine."""
    surface = Surface(WIDTH, HEIGHT, title="Label")
    room, place = WIDTH - 2 * _MARGIN, f"label of {label.code}"
    dose = typography.width(label.dose, 9)
    name = typography.fit(label.vaccine, room - dose - 1, (13, 11, 9, 8), place=place, bold=True)
    surface.text(_MARGIN, 6.4, name.lines[0], Type(name.size, True, INK))
    surface.text(WIDTH - _MARGIN, 6.4, label.dose, Type(9, colour=INK), "right")
    code = typography.fit(label.code, room, (8, 7, 6.5), place=place)
    surface.text(_MARGIN, 10, code.lines[0], Type(code.size, colour=INK))
    surface.text(_MARGIN, 15.6, label.given_on.isoformat(), Type(11, True, INK))
    for line in drawing.lot_lines(label.lot, room)[:1]:
        surface.text(_MARGIN, 19.6, line, Type(8, colour=INK))
    surface.line(_MARGIN, 21.6, WIDTH - _MARGIN, 21.6, colour=INK, width=0.25)
    x = _MARGIN + drawing.label(surface, _MARGIN, 26.6, "label_next", size=7.5) + 1.5
    if label.next_on:
        surface.text(x, 26.6, label.next_on.isoformat(), Type(11, True, INK))
    else:
        surface.line(x, 27, WIDTH - _MARGIN, 27, colour=INK)
    return surface.finish()


def zpl(pdf: bytes, dpi: int = DOTS_PER_INCH) -> str:
    """The label for a printer that speaks ZPL II, as a picture: it needs no Chinese font of its own."""
    row, drawn = dots(pdf, dpi)
    return f"^XA^PW{row * 8}^LL{len(drawn) // row}^FO0,0^GFA,{len(drawn)},{len(drawn)},{row},{drawn.hex().upper()}^FS^XZ\n"
