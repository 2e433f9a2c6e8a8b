"""Durations in words, and what becomes of a day that a month does not have."""

from datetime import date

import pytest

from vaxcard.schedule.dates import MonthEnd, day_after, parse_duration


@pytest.mark.parametrize(
    ("words", "start", "reached"),
    [
        ("28 days", date(2026, 1, 31), date(2026, 2, 28)),
        ("6 weeks", date(2026, 1, 1), date(2026, 2, 12)),
        ("1 month", date(2026, 1, 31), date(2026, 2, 28)),
        ("1 month", date(2024, 1, 31), date(2024, 2, 29)),
        ("18 months", date(2024, 8, 31), date(2026, 2, 28)),
        ("2 years", date(2024, 2, 29), date(2026, 2, 28)),
        ("9 months - 4 days", date(2026, 1, 10), date(2026, 10, 6)),
        ("birth", date(2026, 1, 10), date(2026, 1, 10)),
    ],
)
def test_a_duration_clamps_to_the_last_day_of_the_month(words: str, start: date, reached: date) -> None:
    assert parse_duration(words, MonthEnd.CLAMP).after(start) == reached


def test_cdsi_rolls_forward_to_the_first_and_then_takes_days() -> None:
    assert parse_duration("6 months", MonthEnd.ROLL).after(date(2026, 3, 31)) == date(2026, 10, 1)
    assert parse_duration("6 months - 4 days", MonthEnd.ROLL).after(date(2026, 3, 31)) == date(2026, 9, 27)


@pytest.mark.parametrize("words", ["28 day", "four weeks", "28", "", "days 28", "28 days later", "1.5 months"])
def test_words_that_are_no_duration_are_refused_with_how_to_write_them(words: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; write it"):
        parse_duration(words)


def test_the_singular_is_corrected_by_name() -> None:
    with pytest.raises(ValueError, match='"28 day" is not a duration; write it as "28 days"'):
        parse_duration("28 day")


def test_the_calendar_ends_without_an_error() -> None:
    assert parse_duration("18 years").after(date(9999, 12, 1)) == date.max
    assert day_after(date.max) == date.max
