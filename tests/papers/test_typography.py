"""Text is measured, fitted and wrapped; what fits nowhere says where."""

from __future__ import annotations

import pytest
from pypdfium2 import PdfDocument

from vaxcard.papers import typography
from vaxcard.papers.surface import Surface, Type
from vaxcard.papers.typography import DoesNotFit, fit, missing, width, wrap


def text_of(pdf: bytes) -> str:
    return PdfDocument(pdf)[0].get_textpage().get_text_range()


def page_with(text: str) -> bytes:
    surface = Surface(80, 20, title="test")
    surface.text(5, 10, text, Type(12, bold=True))
    return surface.finish()


def test_a_han_character_is_as_wide_as_its_size():
    assert width("禾", 12) == pytest.approx(12 * 25.4 / 72, abs=0.01)


@pytest.mark.parametrize("bold", [False, True])
def test_digits_are_equally_wide_so_that_dates_stand_in_columns(bold):
    assert len({width(digit, 8, bold=bold) for digit in "0123456789"}) == 1


def test_a_short_name_keeps_the_largest_size():
    assert fit("晓禾", 20, (12, 9), place="name") == typography.Fitted(("晓禾",), 12)


def test_a_longer_name_shrinks_before_it_wraps():
    assert fit("欧阳晓禾云", 19, (12, 11, 10, 9), place="name", lines=2).size == 10


def test_thirty_latin_characters_take_two_lines_at_the_least_size():
    fitted = fit("Abdurehim Muhammadjan Tursunov", 35.2, (12, 9), place="name", bold=True, lines=2)
    assert fitted == typography.Fitted(("Abdurehim Muhamm-", "adjan Tursunov"), 9)
    assert all(width(line, 9, bold=True) <= 35.2 for line in fitted.lines)


def test_what_fits_nowhere_is_an_error_that_names_its_place_and_not_the_text():
    with pytest.raises(DoesNotFit, match="child 7, card 2: a text of 40 characters needs more than 2") as fault:
        fit("禾" * 40, 20, (12, 9), place="child 7, card 2", lines=2)
    assert "禾" not in str(fault.value)


def test_a_name_turns_at_its_dot():
    assert wrap("阿卜杜热合曼·买买提", 23, 9) == ("阿卜杜热合曼·", "买买提")


def test_no_line_begins_with_a_dot_or_a_comma():
    assert all(line[0] not in "·，" for line in wrap("一二三四五六·七八九十，一二三", 19.5, 9))


def test_wrapping_loses_nothing():
    text = "江南市滨湖新区第二社区卫生服务中心"
    assert "".join(wrap(text, 20, 9)) == text


def test_all_of_a_rare_name_can_be_drawn():
    assert missing("𬀩𣲗垚堃喆玥䶮") == ""


def test_a_script_outside_the_fonts_is_told():
    assert missing("ئابدۇ晓") == "ئابدۇ"


def test_characters_beyond_the_basic_plane_extract_as_themselves():
    assert text_of(page_with("𬀩𣲗晓")).strip() == "𬀩𣲗晓"


def test_every_font_is_embedded_and_none_is_left_to_the_viewer():
    pdf = page_with("晓禾 123")
    assert b"Helvetica" not in pdf
    assert pdf.count(b"/FontFile2") >= 1


def test_a_word_longer_than_its_line_is_divided_with_a_hyphen_even_where_blanks_are_near():
    lines = typography.wrap("Abdurehim Muhammadjan Tursunov", 22.5, 9, bold=True)
    assert lines == ("Abdurehim", "Muhammadj-", "an Tursunov")
