"""Every face as it is printed: what stands where, and that nothing leaves its place."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from math import hypot
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument

from tests.cards import invented
from vaxcard.cards import layout
from vaxcard.cards.content import Appointment, ClinicFacts
from vaxcard.cards.drawing import can_be_printed
from vaxcard.cards.printing import draw
from vaxcard.papers.check import read_page, unread
from vaxcard.papers.typography import DoesNotFit
from vaxcard.records.signs import SIGNS

MM = 25.4 / 72
GOLDEN = Path(__file__).parent / "golden"
LONG_NAMES = ["阿卜杜热合曼·买买提吐尔逊江", "Abdurehim Muhammadjan Tursunov", "欧阳𬀩𣲗", "W" * 16]


_DRAWN: dict[str, bytes] = {}


def singles(schedule, **more) -> PdfDocument:
    """The set as one face a page; the same set is drawn once a run."""
    key = repr(sorted(more.items()))
    if key not in _DRAWN:
        _DRAWN[key] = draw([invented.card_set(schedule, **more)], sheet="single", qr_version=more.get("qr_version", 3)).pdf
    return PdfDocument(_DRAWN[key])


def lines(document: PdfDocument, page: int) -> list[tuple[str, float, float]]:
    """Each run of text on a page with its left end and baseline in mm, from the top left."""
    textpage = document[page].get_textpage()
    found = []
    for at in range(textpage.count_rects()):
        left, bottom, right, top = textpage.get_rect(at)
        text = " ".join(textpage.get_text_bounded(left - 0.1, bottom - 0.1, right + 0.1, top + 0.1).split())
        found.append((text, round(left * MM, 1), round(layout.HEIGHT - bottom * MM, 1)))
    return found


def words(document: PdfDocument, page: int) -> str:
    return document[page].get_textpage().get_text_range()


def boxes(document: PdfDocument, page: int) -> list[tuple[str, float, float, float, float]]:
    """Each visible character with its box in mm: left, top, right, bottom."""
    textpage = document[page].get_textpage()
    found = []
    for at in range(textpage.count_chars()):
        character = textpage.get_text_range(at, 1)
        if character.strip():
            left, bottom, right, top = textpage.get_charbox(at)
            found.append((character, left * MM, layout.HEIGHT - top * MM, right * MM, layout.HEIGHT - bottom * MM))
    return found


def test_a_set_has_sixteen_faces(schedule):
    assert len(singles(schedule)) == 16


@pytest.mark.parametrize("name", ["晓禾", *LONG_NAMES])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_no_text_comes_near_the_cut_or_the_hole(schedule, name, sex):
    document = singles(schedule, name=name, sex=sex)
    for page in range(16):
        for character, left, top, right, bottom in boxes(document, page):
            where = f"{character} on face {page}"
            assert left >= 4.9 and right <= 100.1 and top >= 4.9 and bottom <= 69.3, where
            across = max(left - layout.HOLE[0], 0, layout.HOLE[0] - right)
            assert hypot(across, max(top - layout.HOLE[1], 0, layout.HOLE[1] - bottom)) >= 9.9, where


@pytest.mark.parametrize("name", ["晓禾", *LONG_NAMES])
def test_no_two_texts_overlap(schedule, name):
    document = singles(schedule, name=name)
    for page in range(16):
        found = boxes(document, page)
        for at, (one, left, top, right, bottom) in enumerate(found):
            for other, x1, y1, x2, y2 in found[at + 1 :]:
                clear = left >= x2 - 0.25 or x1 >= right - 0.25 or top >= y2 - 0.25 or y1 >= bottom - 0.25
                assert clear, f"{one} and {other} on face {page}"


def test_every_face_bears_the_name_the_count_and_the_short_code(schedule):
    cards, document = invented.cards(schedule), singles(schedule)
    for page in range(16):
        said, who = words(document, page), cards[page // 2].identity
        assert "晓禾" in said
        assert f"{who.number} / 8" in said
        assert f"{who.code.short_code[:4]}-{who.code.short_code[4:]}" in said


def test_the_cover_outwards_shows_no_symbol_birth_date_or_sex(schedule):
    document = singles(schedule)
    assert read_page(document, 0) == []
    assert "2026-02-16" not in words(document, 0) and "女" not in words(document, 0)
    assert len(read_page(document, 1)) == 2
    assert "2026-02-16" in words(document, 1)


def test_every_other_face_carries_its_cards_symbol_and_the_covers_inside_carries_it_twice(schedule):
    cards, document = invented.cards(schedule), singles(schedule)
    for page in range(1, 16):
        times = 2 if page == 1 else 1
        assert [found.text for found in read_page(document, page)] == [cards[page // 2].identity.code.url] * times


@pytest.mark.parametrize("face", range(16))
def test_each_face_is_printed_as_it_wasagreed(schedule, face):
    """Golden text and positions; after an intended change: `VAXCARD_GOLDEN=write pytest tests/cards/test_faces.py`."""
    agreed(lines(singles(schedule), face), GOLDEN / f"face-{face:02}.txt")


OTHER_FACES = {
    "boy-notes": ({"sex": "male"}, (14, 15)),
    "boy-3-6-years": ({"sex": "male"}, (12, 13)),
    "owed-again": ({"given": ((*invented.GIVEN[0],), ("HepB", date(2026, 3, 1), "A2"))}, (2, 3)),
    "no-name": ({"name": ""}, (0, 2)),
    "long-name": ({"name": "Abdurehim Muhammadjan Tursunov"}, (0, 2, 3)),
}


@pytest.mark.parametrize("which", OTHER_FACES)
def test_other_faces_are_printed_as_they_wereagreed(schedule, which):
    """As above, for what a girl with nothing unusual does not have."""
    more, pages = OTHER_FACES[which]
    agreed([line for page in pages for line in lines(singles(schedule, **more), page)], GOLDEN / f"{which}.txt")


def test_both_faces_of_a_divided_bracket_are_printed_as_they_wereagreed(schedule):
    """A bracket fuller than any card: its second card goes on, with praise and remarks of its own."""
    document = PdfDocument(draw([divided(schedule)], sheet="single").pdf)
    agreed([line for page in range(len(document)) for line in lines(document, page)], GOLDEN / "divided.txt")


def divided(schedule):
    """The cards of a bracket with four visits of two doses, as far as one bracket goes."""
    one = invented.card_set(schedule)
    first = one.cards[2]
    full = [replace(visit, boxes=visit.boxes[:1] * 2) for visit in first.visits]
    parts = layout.divided([2] * 6)
    cards = [replace(first, visits=tuple(replace(full[0], number=at + 1) for at, _, _ in piece), part=at) for at, piece in enumerate(parts)]
    assert len(cards) > 1
    return replace(one, cards=tuple(cards))


def agreed(printed: list[tuple[str, float, float]], golden: Path) -> None:
    """Compare text and places with the golden file, or write it where that is asked for."""
    if os.environ.get("VAXCARD_GOLDEN") == "write":
        golden.write_text("".join(f"{x}\t{y}\t{text}\n" for text, x, y in printed), encoding="utf-8")
    known = [line.split("\t") for line in golden.read_text(encoding="utf-8").splitlines()]
    assert [text for text, _, _ in printed] == [text for _, _, text in known]
    for (text, x, y), (agreed_x, agreed_y, _) in zip(printed, known, strict=True):
        assert x == pytest.approx(float(agreed_x), abs=0.3) and y == pytest.approx(float(agreed_y), abs=0.3), text


def test_the_phone_and_the_next_date_stand_on_the_cover(schedule):
    said = words(singles(schedule), 0)
    for expected in ("0551-5550 126", "青禾镇卫生院", "星期四", "Thu 21 May 2026", "以后的日期"):
        assert expected in said


def test_each_back_says_what_comes_next_and_when_to_get_help(schedule):
    document = singles(schedule)
    for page in range(3, 16, 2):
        assert "120" in words(document, page) and "38.6" in words(document, page)
    assert "下一张" in words(document, 3) and "最后一张" in words(document, 15)


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_that_a_child_may_have_can_be_drawn(schedule, sign):
    draw([invented.card_set(schedule, sign=sign)])


def test_a_name_that_cannot_be_drawn_leaves_a_line_and_every_other_word(schedule):
    document = singles(schedule, name="")
    assert "2 / 8" in words(document, 2)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("晓禾", None),
        ("欧阳𬀩𣲗", None),
        ("ئابدۇ", "cannot draw"),
        ("很" * 40, "does not fit"),
        ("W" * 16, None),
        ("W" * 24, "does not fit"),
    ],
)
def test_whether_a_name_can_be_printed_is_known_before_it_is_drawn(name, problem):
    said = can_be_printed(name)
    assert (said is None) if problem is None else (problem in said and name not in said)


def test_a_clinic_without_a_phone_gets_a_line_to_write_one(schedule):
    said = words(singles(schedule, clinic=ClinicFacts("青禾镇卫生院", None)), 0)
    assert "青禾镇卫生院" in said


def test_a_long_phone_shrinks_and_one_that_fits_nowhere_is_an_error_with_its_place(schedule):
    said = words(singles(schedule, clinic=ClinicFacts("青禾镇卫生院", "0551-5550 126 转 8801")), 0)
    assert "转 8801" in said
    with pytest.raises(DoesNotFit, match=r"card 1 of 8, clinic phone"):
        singles(schedule, clinic=ClinicFacts("青禾镇卫生院", "0551-5550 126, 0551-5550 127"))


def test_a_clinic_whose_name_cannot_be_drawn_gets_a_line_to_write_it(schedule):
    assert "0551-5550 126" in words(singles(schedule, clinic=ClinicFacts("", "0551-5550 126")), 0)


def test_a_visit_that_is_in_no_place_of_the_plan_still_has_its_date_on_the_cover(schedule):
    one = invented.card_set(schedule)
    cover = replace(one.cards[0], next=replace(one.cards[0].next, number=None, look=None))
    drawn = draw([replace(one, cards=(cover, *one.cards[1:]))], sheet="single")
    assert "Next: Thu 21 May 2026" in words(PdfDocument(drawn.pdf), 0)


def test_a_child_to_whom_nothing_is_owed_is_told_so(schedule):
    said = words(singles(schedule, appointment=None), 0)
    assert "都打完了" in said and "All done" in said


def test_a_lot_in_letters_that_no_font_has_is_left_to_be_written(schedule):
    given = [(*invented.GIVEN[0][:2], "ئ123")]
    assert "123" not in words(singles(schedule, given=given), 2)


def test_a_clinic_name_that_fits_nowhere_is_an_error_with_its_place(schedule):
    with pytest.raises(DoesNotFit, match=r"child .*1, card 1 of 8, clinic name"):
        singles(schedule, clinic=ClinicFacts("青禾镇卫生院" * 12, "0551-5550 126"))


def test_a_long_lot_is_printed_alone_and_one_that_fits_nowhere_is_left_to_be_written(schedule):
    given = [(*invented.GIVEN[0][:2], "LOT-20250911-B"), (*invented.GIVEN[1][:2], "X" * 40)]
    said = words(singles(schedule, given=given), 2)
    assert "LOT-20250911-B" in said and "XXXX" not in said


def test_a_paid_dose_on_record_is_printed_on_the_notes_card(schedule):
    from vaxcard.cards.composing import dose_box

    box = dose_box(schedule, "PCV13", invented.TODAY, "PN2025")
    said = words(singles(schedule, sex="male", extra=[box]), 14)
    assert "PCV13" in said and "PN2025" in said


@pytest.mark.parametrize(
    ("days", "expected"),
    [([1], "2026-03-01 乙肝"), ([1, 3], "乙肝"), ([1, 3, 5, 7, 9], "乙肝")],
)
def test_what_is_owed_again_is_said_in_the_remarks_as_fully_as_fits(schedule, days, expected):
    given = [invented.GIVEN[0], *(("HepB", date(2026, 3, day), None) for day in days)]
    said = words(singles(schedule, given=given), 2)
    assert expected in said and "已打，不算，要补" in said and "Given, not counted" in said and "备注" not in said


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("sheet", ["a4", "single"])
def test_every_symbol_reads_in_its_place(schedule, sheet, version):
    drawn = draw([invented.card_set(schedule, qr_version=version)], sheet=sheet, qr_version=version)
    assert len(drawn.expected) == 16
    assert unread(drawn.pdf, drawn.expected) == ()


def test_a_swapped_symbol_is_found_out(schedule):
    one, other = invented.card_set(schedule), invented.card_set(schedule, seed=1)
    wrong = draw([other]).expected
    faults = unread(draw([one]).pdf, wrong)
    assert len(faults) == 16 and {fault.problem for fault in faults} == {"another card's symbol stands in its place"}


def test_the_same_sets_give_the_same_bytes(schedule):
    assert draw([invented.card_set(schedule)]).pdf == draw([invented.card_set(schedule)]).pdf


def test_fonts_travel_in_the_file(schedule):
    pdf = draw([invented.card_set(schedule)]).pdf
    assert b"Helvetica" not in pdf and pdf.count(b"/FontFile2") >= 2


def test_a_set_in_a_batch_takes_less_than_25_kilobytes(schedule):
    sets = [invented.card_set(schedule, seed=seed) for seed in range(40)]
    assert len(draw(sets).pdf) / len(sets) < 25 * 1024


def test_a_card_that_says_another_name_is_another_picture(schedule):
    one = invented.card_set(schedule)
    cards = tuple(replace(card, identity=replace(card.identity, display_name="云朵")) for card in one.cards)
    assert draw([one]).pdf != draw([replace(one, cards=cards)]).pdf


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("given", [(), invented.GIVEN])
def test_every_date_fits_the_cover_late_or_not(schedule, month, given):
    visit = Appointment(date(2027, month, 28), ("HepB", "BCG", "Polio"))
    said = words(singles(schedule, appointment=visit, given=given), 0)
    assert "28" in said and "2027" in said


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_no_text_stands_in_a_symbols_quiet_zone(schedule, version, sex):
    document = singles(schedule, qr_version=version, sex=sex)
    for page in range(16):
        for zone in layout.symbol_zones(version, back=bool(page % 2), cover=page < 2):
            quiet = 4 * zone.width / {3: 29, 4: 33}[version]
            for character, left, top, right, bottom in boxes(document, page):
                clear = right <= zone.x - quiet or left >= zone.right + quiet or bottom <= zone.y - quiet or top >= zone.bottom + quiet
                assert clear, f"{character} on face {page}"
