"""What stands on each card, and what never does."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, time

import pytest

from tests.cards import invented
from vaxcard.cards import composing, wording
from vaxcard.cards.content import NOTES, Appointment, BracketCard, CoverCard, NotesCard


def test_a_girl_gets_a_cover_and_a_card_for_each_of_seven_ages(schedule):
    cards = invented.cards(schedule)
    assert [type(card) for card in cards] == [CoverCard] + [BracketCard] * 7
    assert [card.look.key for card in cards[1:]] == [bracket.code for bracket in schedule.brackets]


def test_a_boys_eighth_card_is_for_notes(schedule):
    cards = invented.cards(schedule, sex="male")
    assert len(cards) == 8 and isinstance(cards[-1], NotesCard)
    assert composing.card_numbers(schedule, "male") == (0, 1, 2, 3, 4, 5, 6, NOTES)


def test_while_the_sex_is_unknown_no_age_is_left_out(schedule):
    assert composing.card_numbers(schedule, "unknown") == composing.card_numbers(schedule, "female")


def test_every_card_says_whose_it_is_and_which_of_how_many(schedule):
    cards = invented.cards(schedule)
    assert [(card.identity.number, card.identity.total) for card in cards] == [(at, 8) for at in range(1, 9)]
    assert {(card.identity.display_name, card.identity.sign) for card in cards} == {("晓禾", "leaf")}
    assert len({card.identity.code.url for card in cards}) == 8


def test_a_dose_given_is_printed_with_its_lot(schedule):
    birth = invented.cards(schedule)[1]
    assert [(box.code, box.given_on, box.lot) for box in birth.visits[0].boxes] == [
        ("HepB", date(2026, 2, 16), "20250911B"),
        ("BCG", date(2026, 2, 16), "202506A04"),
    ]


def test_a_card_is_finished_once_all_on_it_is_given(schedule):
    cards = invented.cards(schedule)
    assert [card.is_finished for card in cards[1:4]] == [True, False, False]


def test_a_combined_product_stands_in_each_row_under_that_rows_own_name(schedule):
    given = (*invented.GIVEN[:3], ("DTaP-IPV/Hib", date(2026, 4, 16), "P1"))
    second = invented.cards(schedule, given=given)[2]
    combined = schedule.vaccine("DTaP-IPV/Hib").short_names["zh"]
    own = [schedule.vaccine(code).short_names["zh"] for code in ("IPV", "DTaP")]
    assert [(box.name, box.code, box.lot) for box in second.visits[0].boxes] == [(name, combined, "P1") for name in own]


def test_drops_are_told_from_injections(schedule):
    fifth = invented.cards(schedule)[2].visits[2]
    assert [(box.code, box.oral) for box in fifth.boxes] == [("bOPV", True), ("DTaP", False)]


def test_the_cover_names_the_visit_that_the_registry_has_planned(schedule):
    cover = invented.cards(schedule, appointment=Appointment(date(2026, 5, 21), ("Polio",)))[0]
    assert (cover.next.on, cover.next.number, cover.next.look.animal) == (date(2026, 5, 21), 4, "fish")
    assert not cover.next.show_year


def test_a_late_visit_is_said_to_be_late(schedule):
    cover = invented.cards(schedule, given=(), appointment=Appointment(date(2026, 5, 20), ("HepB", "BCG")))[0]
    assert cover.next.number == 1 and cover.next.is_late


def test_a_date_in_another_year_is_printed_with_its_year(schedule):
    assert invented.cards(schedule, appointment=Appointment(date(2027, 1, 4), ("Polio",)))[0].next.show_year


def test_with_nothing_owed_the_cover_has_no_date(schedule):
    assert invented.cards(schedule, appointment=None)[0].next is None


def test_cards_carry_no_name_in_full_no_number_no_address_and_no_diagnosis(schedule):
    known = set(asdict(invented.cards(schedule)[0].identity))
    assert known == {"display_name", "sign", "born_on", "sex", "number", "total", "code"}
    assert set(asdict(invented.CLINIC)) == {"name", "phone", "openings"}


def test_each_card_points_to_the_next_and_the_last_to_none(schedule):
    cards = invented.cards(schedule)[1:]
    assert [card.following and card.following.key for card in cards] == [*(card.look.key for card in cards[1:]), None]


@pytest.mark.parametrize(
    ("openings", "said"),
    [
        ((), ""),
        (invented.CLINIC.openings, "周一三四 Mon Wed Thu 8:00–11:30"),
        (
            ((0, time(8), time(11)), (0, time(14), time(16, 30)), (2, time(9), time(12))),
            "周一 Mon 8:00–11:00 14:00–16:30; 周三 Wed 9:00–12:00",
        ),
    ],
)
def test_days_with_the_same_hours_are_told_together(openings, said):
    assert wording.opening_hours(openings) == said


def test_every_fixed_text_of_the_second_language_has_one_in_the_first():
    first, second = (set(wording._read()[language]) for language in wording.languages())
    assert second - first <= {"date_line", "months"}


def test_a_back_shows_the_range_of_the_childs_own_sex_and_an_unknown_one_has_none(schedule):
    def ranges(sex: str) -> list[str | None]:
        cards = invented.cards(schedule, sex=sex)
        return [card.growth and card.growth.centimetres for card in cards if isinstance(card, BracketCard)]

    assert ranges("female")[1] == "58–66 cm" and ranges("male")[1] == "60–68 cm"
    assert ranges("female")[-1] == "143–169 cm"
    thirteen = [card for card in invented.cards(schedule) if isinstance(card, BracketCard)][-1]
    assert thirteen.growth.kilograms == ""  # weight alone says nothing at that age
    assert set(ranges("unknown")) == {None}


def test_paid_doses_beyond_one_notes_card_go_on_to_a_second_and_a_girl_has_one_too(schedule):
    paid = [composing.dose_box(schedule, "PCV13", date(2026, 4, day), f"L{day}") for day in range(1, 8)]
    for sex, places in (("female", [9, 10]), ("male", [8, 9])):
        cards = invented.cards(schedule, sex=sex, extra=paid)
        notes = [card for card in cards if isinstance(card, NotesCard)]
        assert [card.identity.number for card in notes] == places
        assert [box.lot for card in notes for box in card.boxes] == [f"L{day}" for day in range(1, 8)]
        assert {card.identity.total for card in cards} == {len(cards)}


def test_a_bracket_too_full_for_one_card_becomes_two_in_the_same_colour(schedule):
    full = crowded(schedule)
    assert composing.card_numbers(full, "female")[:4] == (0, 1, 101, 2)
    cards = invented.cards(full)
    first, second = cards[1], cards[2]
    assert first.look == second.look and (first.part, second.part) == (0, 1)
    assert first.following == first.look and second.following == cards[3].look
    assert len(cards) == 9 and first.identity.code != second.identity.code
    assert sum(len(visit.boxes) for card in (first, second) for visit in card.visits) == 7


def crowded(schedule):
    """The schedule with seven doses on its first card."""
    bracket = schedule.brackets[0]
    visit = bracket.visits[0]
    full = replace(bracket, visits=(replace(visit, doses=visit.doses * 3), *bracket.visits[1:]))
    return replace(schedule, brackets=(full, *schedule.brackets[1:]))


TOO_SOON = (
    ("HepB", date(2026, 2, 16), "A1"),
    ("HepB", date(2026, 3, 1), "A2"),
    ("IPV", date(2026, 3, 20), "B1"),
)


def test_a_dose_that_does_not_count_stands_in_the_remarks_of_the_card_on_which_it_is_owed(schedule):
    cards = [card for card in invented.cards(schedule, given=TOO_SOON) if isinstance(card, BracketCard)]
    said = [[(dose.name, dose.given_on) for dose in card.uncounted] for card in cards]
    assert said[:2] == [[("乙肝", date(2026, 3, 1))], [("脊灰", date(2026, 3, 20))]] and not any(said[2:])


def test_a_dose_that_was_given_again_is_no_longer_remarked_upon(schedule):
    again = (*TOO_SOON, ("HepB", date(2026, 4, 1), "A3"), ("HepB", date(2026, 10, 20), "A4"), ("IPV", date(2026, 4, 20), "B2"))
    cards = [card for card in invented.cards(schedule, given=again) if isinstance(card, BracketCard)]
    assert cards[0].uncounted == ()


def test_a_paid_dose_is_never_remarked_upon(schedule):
    given = [("PCV13", date(2026, 2, 20), "P1")]
    assert not any(card.uncounted for card in invented.cards(schedule, given=given) if isinstance(card, BracketCard))
