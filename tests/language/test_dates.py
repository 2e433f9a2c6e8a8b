"""Dates, ages and durations are short, exact, and right around month ends."""

from __future__ import annotations

from datetime import date, time

import pytest

from vaxcard.language import say_age, say_clock, say_date, say_duration, say_full_date


def test_a_date_is_told_with_its_weekday_and_without_its_year() -> None:
    assert say_date(date(2026, 6, 18), "zh") == "6月18日 星期四"
    assert say_date(date(2026, 6, 18), "en") == "Thu 18 June"


def test_the_year_is_told_where_it_could_be_mistaken() -> None:
    assert say_date(date(2027, 1, 4), "zh", near=date(2026, 11, 24)) == "2027年1月4日 星期一"
    assert say_date(date(2027, 1, 4), "en", near=date(2026, 11, 24)) == "Mon 4 January 2027"
    assert say_full_date(date(2026, 2, 16), "zh") == "2026年2月16日"


def test_a_time_is_told_on_the_24_hour_clock() -> None:
    assert say_clock(time(8, 0), "zh") == "8:00"
    assert say_clock(time(14, 30), "en") == "14:30"


@pytest.mark.parametrize(
    ("born_on", "on", "zh", "en"),
    [
        ("2026-11-24", "2026-11-24", "0 天", "0 days"),
        ("2026-11-01", "2026-11-24", "23 天", "23 days"),
        ("2026-07-22", "2026-11-24", "4 个月 2 天", "4 months 2 days"),
        ("2026-10-31", "2026-11-30", "1 个月", "1 month"),
        ("2024-02-29", "2025-02-28", "1 岁", "1 year"),
        ("2024-08-24", "2026-11-24", "2 岁 3 个月", "2 years 3 months"),
        ("2021-03-02", "2026-11-24", "5 岁", "5 years"),
    ],
)
def test_an_age_is_told_as_finely_as_it_matters(born_on: str, on: str, zh: str, en: str) -> None:
    days = date.fromisoformat(born_on), date.fromisoformat(on)
    assert say_age(*days, "zh") == zh
    assert say_age(*days, "en") == en


def test_durations_of_the_rule_files_are_words() -> None:
    assert say_duration("28 days", "zh") == "28 天"
    assert say_duration("1 month", "en") == "1 month"
    assert say_duration("9 months - 4 days", "zh") == "9 个月 − 4 天"
    assert say_duration("birth", "zh") == "出生"
    assert say_duration("whenever", "zh") == "whenever"


def test_years_of_age_and_years_apart_are_counted_with_their_own_words() -> None:
    assert say_duration("3 years", "zh") == "3 年"
    assert say_duration("3 years", "zh", of_age=True) == "3 岁"
    assert say_duration("3 years", "en", of_age=True) == "3 years"
