"""The cover as a bank card: all that it must carry stands on it, legibly and inside its edges."""

from __future__ import annotations

from datetime import date

import pytest
from pypdfium2 import PdfDocument

from tests.cards import invented
from tests.cards.test_faces import GOLDEN, LONG_NAMES, agreed
from vaxcard.cards import cover_id1
from vaxcard.cards.content import Appointment, ClinicFacts
from vaxcard.cards.printing import draw
from vaxcard.papers.check import read_page, unread
from vaxcard.papers.typography import DoesNotFit

MM = 25.4 / 72


def printed(schedule, **more):
    drawn = draw([invented.card_set(schedule, **more)], sheet="id1")
    return drawn, PdfDocument(drawn.pdf)


def said(document: PdfDocument, page: int) -> str:
    return document[page].get_textpage().get_text_range()


def characters(document: PdfDocument, page: int) -> list[tuple[str, float, float, float, float]]:
    """Each visible character with its box in mm from the top left."""
    text = document[page].get_textpage()
    found = []
    for at in range(text.count_chars()):
        if (character := text.get_text_range(at, 1)).strip():
            left, bottom, right, top = text.get_charbox(at)
            found.append((character, left * MM, cover_id1.HEIGHT - top * MM, right * MM, cover_id1.HEIGHT - bottom * MM))
    return found


def test_it_is_one_card_of_two_faces_and_its_symbol_reads(schedule):
    drawn, document = printed(schedule)
    assert len(document) == 2
    assert [round(side * MM, 1) for side in document[0].get_size()] == [85.6, 54.0]
    assert [one.page for one in drawn.expected] == [1] and unread(drawn.pdf, drawn.expected) == ()


def test_outwards_it_says_whose_when_where_and_whom_to_ring_and_nothing_to_a_stranger(schedule):
    _, document = printed(schedule)
    outside = said(document, 0)
    assert all(expected in outside for expected in ("晓禾", "1 / 8", "3KSN-7FDD", "以后的日期", "青禾镇卫生院", "0551-5550 126"))
    assert all(expected in outside for expected in ("下一次：第 4 次", "Thu 21 May 2026", "星期四"))
    assert "2026-02-16" not in outside and "女" not in outside and read_page(document, 0) == []


def test_inwards_it_says_born_and_sex_what_to_do_when_lost_and_never_on_a_neck(schedule):
    inside = said(printed(schedule)[1], 1)
    for expected in ("晓禾", "1 / 8", "3KSN-7FDD", "2026-02-16", "女", "也能打针", "Come anyway", "不挂孩子脖子", "Not round a neck"):
        assert expected in inside


@pytest.mark.parametrize("name", ["晓禾", "", *LONG_NAMES])
@pytest.mark.parametrize("visit", [invented.NEXT, None, Appointment(date(2027, 12, 28), ("HepB", "BCG", "Polio"))])
def test_nothing_comes_near_the_edge_or_upon_another(schedule, name, visit):
    _, document = printed(schedule, name=name, appointment=visit)
    for page in (0, 1):
        found = characters(document, page)
        for at, (one, left, top, right, bottom) in enumerate(found):
            where = f"{one} on face {page}"
            assert left >= 3 and top >= 3 and right <= cover_id1.WIDTH - 3 and bottom <= cover_id1.HEIGHT - 2.8, where
            for other, x1, y1, x2, y2 in found[at + 1 :]:
                assert left >= x2 - 0.25 or x1 >= right - 0.25 or top >= y2 - 0.25 or y1 >= bottom - 0.25, f"{where} and {other}"


def test_no_ink_of_a_letter_stands_in_the_symbols_quiet_zone(schedule):
    zone, quiet = cover_id1.SYMBOL, 4 * cover_id1.SYMBOL.width / 29
    for character, left, top, right, bottom in characters(printed(schedule)[1], 1):
        outside = right <= zone.x - quiet or left >= zone.right + quiet
        assert outside or bottom <= zone.y - quiet + 0.8 or top >= zone.bottom + quiet, character


def test_both_faces_are_printed_as_they_were_agreed(schedule):
    found = []
    for page in (0, 1):
        text = printed(schedule)[1][page].get_textpage()
        for at in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(at)
            words = " ".join(text.get_text_bounded(left - 0.1, bottom - 0.1, right + 0.1, top + 0.1).split())
            found.append((words, round(left * MM, 1), round(cover_id1.HEIGHT - bottom * MM, 1)))
    agreed(found, GOLDEN / "cover-id1.txt")


def test_a_larger_symbol_is_refused_with_the_way_out(schedule):
    with pytest.raises(DoesNotFit, match="print the cover as A7"):
        draw([invented.card_set(schedule, qr_version=4)], sheet="id1", qr_version=4)


def test_a_clinic_that_nobody_knows_leaves_lines_to_write_on(schedule):
    assert "青禾" not in said(printed(schedule, clinic=ClinicFacts("", None))[1], 0)
