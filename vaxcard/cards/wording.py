"""The fixed words of the cards, read from data: one large language and one beside it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, time
from functools import cache
from importlib.resources import files
from typing import Any

Opening = tuple[int, time, time]
"""A weekly opening: weekday (0 is Monday), from, to."""


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "data" / "wording.toml").read_text(encoding="utf-8"))


def languages() -> tuple[str, str]:
    """The language printed large, and the one beside it."""
    first, second = _read()["languages"]
    return first, second


def say(key: str, *, second: bool = False, **values: object) -> str:
    """A fixed text in the first or second language, its blanks filled in."""
    text: str = _read()[languages()[second]][key]
    return text.format(**values) if values else text


def parts(key: str, *, second: bool = False) -> tuple[str, ...]:
    """A text that is set in pieces, such as the words between the blanks of a line to write on."""
    return tuple(_read()[languages()[second]][key])


def short_age(age: str) -> str:
    """An age as the cover's map has room for it: no blank, and the unit shortened where the data says how."""
    number, _, unit = age.rpartition(" ")
    units: dict[str, str] = _read()[languages()[0]]["short_units"]
    return number + units.get(unit, unit)


def weekday(day: date) -> str:
    """The day of the week, in the first language."""
    return parts("weekdays")[day.weekday()]


def second_date(day: date) -> str:
    """The date in the second language, year included: `Thu 18 June 2026`."""
    return say(
        "date_line",
        second=True,
        weekday=parts("weekdays", second=True)[day.weekday()],
        day=day.day,
        month=parts("months", second=True)[day.month - 1],
        year=day.year,
    )


def opening_hours(openings: Sequence[Opening]) -> str:
    """The week in one line, `周一三四 Mon Wed Thu 8:00–11:30`; empty when no sessions are known.

    Days with the same hours stand together; with several kinds of day, a semicolon between.
    """
    by_day: dict[int, list[str]] = {}
    for day, opens, closes in sorted(openings):
        by_day.setdefault(day, []).append(f"{_clock(opens)}–{_clock(closes)}")
    by_hours: dict[str, list[int]] = {}
    for day, hours in by_day.items():
        by_hours.setdefault(" ".join(hours), []).append(day)
    return "; ".join(f"{_days(days)} {_days(days, second=True)} {hours}" for hours, days in by_hours.items())


def _clock(hour: time) -> str:
    return f"{hour.hour}:{hour.minute:02}"


def _days(days: Sequence[int], *, second: bool = False) -> str:
    names = parts("days", second=second)
    joined = say("days_between", second=second).join(names[day] for day in days)
    return say("days_before", second=second) + joined
