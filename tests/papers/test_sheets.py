"""Fronts and backs meet when the sheet is turned, whichever edge the printer turns it over."""

from __future__ import annotations

import pytest
from pypdfium2 import PdfDocument

from vaxcard.errors import InputFault
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


def drawn(count: int, *, turn: sheets.Turn = "long", sheet: str = "a4", offset: tuple[float, float] = (0, 0)) -> PdfDocument:
    surface = sheets.surface(paper := sheets.Paper(sheet, turn, offset), "test")
    faces = [
        (
            lambda at=at: surface.text(10, 10, f"front {at}", Type(9)),
            lambda at=at: surface.text(10, 10, f"back {at}", Type(9)),
        )
        for at in range(count)
    ]
    assert sheets.draw(surface, paper, faces) == 2 * -(-count // 8)
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


@pytest.mark.parametrize(("turn", "left", "top"), [("long", 12, 9), ("short", None, None)])
def test_the_back_is_shifted_to_the_right_and_down_as_the_page_is_read(turn, left, top):
    straight, shifted = (drawn(8, turn=turn, offset=offset) for offset in ((0, 0), (2, -1)))
    before, after = place_of(straight, 1, "back 1"), place_of(shifted, 1, "back 1")
    assert (after[0] - before[0], after[1] - before[1]) == (2, -1)
    assert left is None or after == (left, top)
    assert place_of(straight, 0, "front 1") == place_of(shifted, 0, "front 1")


@pytest.mark.parametrize("turn", ["long", "short"])
@pytest.mark.parametrize("sheet", ["a4", "shop", "single"])
def test_a_box_is_found_where_it_is_printed(sheet, turn):
    paper = sheets.Paper(sheet, turn, (1.5, -0.5))
    surface = sheets.surface(paper, "test")
    blocks = [(lambda: None, lambda at=at: surface.box(20, 30, 10, 10, fill="#000000") if at == 2 else None) for at in range(3)]
    sheets.draw(surface, paper, blocks)
    page, x, y = sheets.on_page(paper, 2, (20, 30, 10, 10), back=True)
    picture = PdfDocument(surface.finish())[page].render(scale=1, grayscale=True).to_pil()
    middle = [round((corner + 5) * 72 / 25.4) for corner in (x, y)]
    beside = round((x + 12) * 72 / 25.4), middle[1]
    assert picture.getpixel(tuple(middle)) == 0 and picture.getpixel(beside) == 255


def test_on_a_print_shops_sheet_rows_leave_room_for_the_bleed_and_marks_lie_outside_the_cards():
    shop = sheets.FORMATS["shop"]
    tops = sorted({sheets.front_place(at, shop).y for at in range(8)})
    assert all(below - above - sheets.CARD_HEIGHT >= 3 for above, below in zip(tops, tops[1:], strict=False))
    assert tops[0] >= 3 and tops[-1] + sheets.CARD_HEIGHT <= shop.height - 5
    for x1, y1, x2, y2 in sheets.crop_marks(shop):
        assert max(x1, x2) <= shop.left or min(x1, x2) >= shop.left + 210 or max(y1, y2) <= tops[0] or min(y1, y2) >= 314


def test_a_sheet_that_there_is_not_is_refused():
    with pytest.raises(InputFault, match="choose one of a4, shop, single"):
        sheets.Paper("letter")


def test_the_calibration_sheet_has_a_front_and_a_back():
    document = PdfDocument(sheets.calibration(sheets.Paper("a4", "short", (1, 0))))
    assert len(document) == 2
    front, back = (document[page].get_textpage().get_text_range() for page in (0, 1))
    assert "正面 Front" in front and "背面 Back" in back
    assert "对着灯看" in back and "Hold it against a lamp" in back
