"""Fronts and backs meet when the sheet is turned, whichever edge the printer turns it over."""

from __future__ import annotations

import pytest
from pypdfium2 import PdfDocument

from vaxcard.papers import sheets
from vaxcard.papers.surface import Type


@pytest.mark.parametrize("position", range(8))
def test_a_turn_over_the_long_edge_brings_each_back_behind_its_front(position):
    front, back = sheets.front_place(position), sheets.back_place(position)
    assert back.y == front.y
    assert back.x + sheets.CARD_WIDTH == sheets.A4_WIDTH - front.x


def test_eight_cards_fill_the_sheet_without_overlap():
    places = {(place.x, place.y) for place in map(sheets.front_place, range(8))}
    assert len(places) == 8
    assert {y for _, y in places} == {0.5, 74.5, 148.5, 222.5}


def test_crop_marks_lie_on_the_cuts_and_inside_what_an_office_printer_reaches():
    for x1, y1, x2, y2 in sheets.crop_marks():
        assert x1 == x2 == 105 or y1 == y2 in (74.5, 148.5, 222.5)
        assert min(x1, x2) >= 4.5 and max(x1, x2) <= 205.5 and min(y1, y2) >= 4.5 and max(y1, y2) <= 292.5


def drawn(count: int, *, turn: sheets.Turn = "long") -> PdfDocument:
    surface = sheets.a4_surface("test")
    faces = [
        (
            lambda at=at: surface.text(10, 10, f"front {at}", Type(9)),
            lambda at=at: surface.text(10, 10, f"back {at}", Type(9)),
        )
        for at in range(count)
    ]
    assert sheets.draw_a4(surface, faces, turn=turn) == 2 * -(-count // 8)
    return PdfDocument(surface.finish())


def place_of(document: PdfDocument, page: int, text: str) -> tuple[float, float]:
    textpage = document[page].get_textpage()
    start, _ = textpage.search(text).get_next()
    left, bottom, _, _ = textpage.get_charbox(start)
    return round(left * 25.4 / 72), round(297 - bottom * 25.4 / 72 - 0.5)


def test_a_set_of_nine_begins_a_second_sheet():
    document = drawn(9)
    assert len(document) == 4
    assert place_of(document, 2, "front 8") == place_of(document, 0, "front 0")


def test_the_second_card_lies_right_in_front_and_left_behind():
    document = drawn(8)
    assert place_of(document, 0, "front 1") == (115, 10)
    assert place_of(document, 1, "back 1") == (10, 10)


def test_for_a_turn_over_the_short_edge_the_back_page_is_upside_down():
    document = drawn(8, turn="short")
    left, bottom = place_of(document, 1, "back 1")
    assert 180 < left <= 200 and bottom > 280
