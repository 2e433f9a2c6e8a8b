"""What a family is told is there for every age, short, in both languages, drawn, and sourced."""

from __future__ import annotations

import pytest

from vaxcard.errors import NotFound
from vaxcard.guidance import library
from vaxcard.papers import icons
from vaxcard.records.signs import SIGNS

BRACKETS = library.brackets()


def test_every_bracket_of_the_schedule_has_guidance(schedule):
    assert {bracket.code for bracket in schedule.brackets} == set(BRACKETS)


@pytest.mark.parametrize("bracket", BRACKETS)
def test_each_card_has_six_pictures_that_can_be_drawn(bracket):
    told = library.advice(bracket)
    assert len(told) == 6
    assert {picture.icon for picture in told} <= set(icons.names())


@pytest.mark.parametrize("bracket", BRACKETS)
def test_each_fact_has_its_source_and_its_grade(bracket):
    for picture in library.advice(bracket):
        assert picture.source.title and picture.source.grade in ("A", "B+", "B", "GK")


@pytest.mark.parametrize("bracket", BRACKETS)
def test_each_picture_has_two_short_lines_and_one_in_english(bracket):
    for picture in library.advice(bracket):
        assert len(picture.lines["zh"]) == 2 and len(picture.lines["en"]) == 1
        assert all(sum(character > "\u2e80" for character in line) <= 6 for line in picture.lines["zh"])
        assert "’" not in picture.lines["en"][0]


@pytest.mark.parametrize("bracket", BRACKETS)
def test_every_family_is_told_to_stay_half_an_hour(bracket):
    assert "observe" in [picture.icon for picture in library.advice(bracket)]


def test_the_danger_signs_name_a_temperature_and_a_number_to_ring():
    danger = library.danger()
    assert "38.6" in danger.signs["zh"] and "38.6" in danger.signs["en"]
    assert "2.5" in danger.ruler["en"] and "中线" in danger.ruler["zh"]
    assert danger.emergency.isdigit()


def test_an_age_without_guidance_is_said_so():
    with pytest.raises(NotFound, match="no guidance for this age bracket"):
        library.advice("99-years")


def test_every_sign_has_a_name_in_both_languages_and_a_drawing():
    assert set(library.signs()) == set(SIGNS)
    assert {f"sign-{code}" for code in SIGNS} == {name for name in icons.names() if name.startswith("sign-")}
    assert all(library.sign_name(code, lang) for code in SIGNS for lang in ("zh", "en"))
    assert len({library.sign_name(code, "zh") for code in SIGNS}) == len(SIGNS)


def test_no_sign_is_an_animal_of_a_bracket(schedule):
    assert not set(SIGNS) & {bracket.animal for bracket in schedule.brackets}


def test_an_unknown_sign_is_named():
    with pytest.raises(NotFound, match="no sign called unicorn"):
        library.sign_name("unicorn", "zh")
