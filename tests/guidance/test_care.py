"""What a family is told goes by the child's age: on the day before an age begins, the day, and the day after; each fact sourced."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from vaxcard.guidance.care import ages, care_at, danger_at, read_care
from vaxcard.guidance.library import GuidanceFault
from vaxcard.papers import icons

BORN = date(2026, 5, 24)
EVERY_FACT = [(care, advice) for care in ages() for advice in care.advice]


@pytest.mark.parametrize(
    ("today", "age"),
    [
        (date(2026, 5, 24), "0–6 月龄"),
        (date(2026, 11, 23), "0–6 月龄"),  # no solids before six months, whatever dose is due
        (date(2026, 11, 24), "6–9 月龄"),
        (date(2026, 11, 25), "6–9 月龄"),
        (date(2027, 2, 23), "6–9 月龄"),
        (date(2027, 2, 24), "9–12 月龄"),
        (date(2027, 5, 23), "9–12 月龄"),
        (date(2027, 5, 24), "1–2 岁"),
        (date(2028, 5, 23), "1–2 岁"),
        (date(2028, 5, 24), "2–6 岁"),
        (date(2032, 5, 23), "2–6 岁"),
        (date(2032, 5, 24), "6 岁以上"),
    ],
)
def test_the_care_told_goes_by_the_childs_age(today: date, age: str) -> None:
    care = care_at(BORN, today)
    assert care is not None and care.names["zh"] == age


def test_before_birth_nothing_is_told() -> None:
    assert care_at(BORN, date(2026, 5, 23)) is None


def test_the_ages_follow_each_other_without_a_gap() -> None:
    assert all(one.ages.until == next_one.ages.start for one, next_one in pairwise(ages()))
    assert (ages()[0].ages.start, ages()[-1].ages.until) == ("birth", None)


def test_solids_begin_at_six_months_and_not_before() -> None:
    young, older = (" ".join(advice.lines["zh"][0] for advice in care.advice) for care in ages()[:2])
    assert "只吃母乳" in young and "辅食" not in young
    assert "辅食" in older and "只吃母乳" not in older


def test_whole_nuts_are_warned_of_from_solids_to_school_in_the_same_words() -> None:
    told = [[advice.lines["zh"][0] for advice in care.advice if advice.icon == "nuts"] for care in ages()]
    assert told == [[], *[["整粒坚果别给"]] * 4, []]


def test_from_six_years_nobody_is_told_how_to_feed() -> None:
    assert {advice.source.key for advice in ages()[-1].advice} <= {"after-visit", "reactions"}


@pytest.mark.parametrize(("care", "advice"), EVERY_FACT)
def test_each_fact_is_drawn_sourced_short_in_chinese_and_whole_in_english(care: object, advice: object) -> None:
    assert advice.icon in icons.names()  # type: ignore[attr-defined]
    assert advice.source.title and advice.source.grade  # type: ignore[attr-defined]
    assert all(sum(character > "\u2e80" for character in line) <= 10 for line in advice.lines["zh"])  # type: ignore[attr-defined]
    assert all(line.endswith(".") and line[0].isupper() | line[0].isdigit() for line in advice.lines["en"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(("today", "fever"), [(date(2026, 8, 23), "不满 3 个月，发烧就看医生"), (date(2026, 8, 24), "发烧，38.6 °C 以上")])
def test_under_three_months_any_fever_is_seen_by_a_doctor(today: date, fever: str) -> None:
    told = [sign.names["zh"] for sign in danger_at(BORN, today).doctor]
    assert told == [fever, "全身起疹", "红肿超过 2.5 厘米"]


def test_the_ambulance_is_for_what_is_a_matter_of_minutes() -> None:
    danger = danger_at(BORN, date(2026, 5, 24))
    assert [sign.names["zh"] for sign in danger.ambulance] == ["抽搐", "脸白", "喘不上气"]
    assert danger.emergency == "120"
    assert all(sign.icon in icons.names() for sign in (*danger.ambulance, *danger.doctor))
    assert {sign.source.grade for sign in danger.doctor if sign.source.key == "young-fever"} == {"GK-H"}


def test_a_fact_without_a_source_is_refused_by_name() -> None:
    written = """
        [sources]
        [[age]]
        names = { zh = "x", en = "x" }
        advice = [{ icon = "sun", zh = ["维生素 D"], en = ["Give it."] }]
        [danger]
        emergency = "120"
        ambulance = []
        doctor = [{ zh = "抽搐", en = "Fits", source = "hearsay" }]
    """
    with pytest.raises(GuidanceFault, match="维生素 D.*抽搐.*hearsay"):
        read_care(written)
