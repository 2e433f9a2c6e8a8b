"""The sticker after a dose: it says what was given and when to come next, and nobody's name."""

from __future__ import annotations

import re
from datetime import date

import pytest
from pypdfium2 import PdfDocument

from tests.cards.conftest import TODAY
from vaxcard.cards.labels import Label, draw_label, label_of, zpl
from vaxcard.errors import NotFound
from vaxcard.records import chart as charts


def words(pdf):
    return PdfDocument(pdf)[0].get_textpage().get_text_range()


def test_a_label_says_vaccine_dose_date_lot_and_the_next_day(story, new_id):
    child = story.child(TODAY, TODAY)
    story.dose(child, "BCG", TODAY, TODAY)
    story.dose(child, "HepB", TODAY, TODAY, lot_number="202510023")
    with story.database.reading() as session:
        chart = charts.read(session, story.database.keyring, story.schedule, child, TODAY)
        label = label_of(story.schedule, chart, next(dose.id for dose in chart.doses if dose.vaccine == "HepB"))
        with pytest.raises(NotFound, match="no such dose"):
            label_of(story.schedule, chart, new_id())
    said = words(draw_label(label))
    for expected in ("HepB", TODAY.isoformat(), "202510023", "Next", label.next_on.isoformat(), label.dose):
        assert expected in said


def test_a_label_never_calls_the_family_back_today(story):
    child = story.newborn(date(2026, 1, 16), TODAY)
    story.dose(child, "IPV", TODAY, TODAY)
    with story.database.reading() as session:
        chart = charts.read(session, story.database.keyring, story.schedule, child, TODAY)
        assert chart.next_visit.visit_on == TODAY, "more is owed and left open"
        label = label_of(story.schedule, chart, next(dose.id for dose in chart.doses if dose.vaccine == "IPV"))
    assert label.next_on is None, "a line to write on"


def test_every_vaccine_fits_its_label(schedule):
    for vaccine in schedule.vaccines.values():
        names = vaccine.short_names["zh"], vaccine.short_names["en"]
        assert draw_label(Label(*names, "", date(2026, 4, 16), None, None))


def test_a_label_printer_is_sent_the_same_picture():
    sent = zpl(draw_label(Label("W", "X", "", date(2026, 4, 16), "L1", None)))
    total, row, drawn = re.fullmatch(r"\^XA\^PW400\^LL240\^FO0,0\^GFA,(\d+),\1,(\d+),([0-9A-F]+)\^FS\^XZ\n", sent).groups()
    assert (int(total), int(row), len(drawn)) == (12000, 50, 24000)
    assert 0.01 < sum(int(digit, 16).bit_count() for digit in drawn) / 96000 < 0.2
