"""Durations written as words ("28 days", "9 months - 4 days") and calendar arithmetic with a month-end rule.

What happens to a day that a month does not have is a property of the schedule: clamp to its last day, or roll to the first of the next.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache


class MonthEnd(StrEnum):
    """What a month does with a day that it does not have."""

    CLAMP = "clamp"
    ROLL = "roll"


def add_months(day: date, months: int, rolls: bool) -> date:
    """The same day of the month, `months` calendar months later (or earlier, when negative); `rolls` tells the month-end rule."""
    index = day.year * 12 + day.month - 1 + months
    number = day.day
    if number <= 28:
        return date(index // 12, index % 12 + 1, number)
    year, month = index // 12, index % 12 + 1
    if number <= monthrange(year, month)[1]:
        return date(year, month, number)
    if rolls:
        return date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, monthrange(year, month)[1])


@dataclass(frozen=True, slots=True, eq=False)
class Duration:
    """A length of time in calendar months and days; months are added first, then days.

    Durations read from the same words are the same object, so that an age is looked up by identity.
    """

    months: int
    days: int
    text: str
    month_end: MonthEnd = MonthEnd.CLAMP
    span: timedelta = field(init=False, repr=False)
    rolls: bool = field(init=False, repr=False)
    shortest: int = field(init=False, repr=False)
    longest: int = field(init=False, repr=False)
    """Bounds in days, whatever the day from which it is counted: most ages need no calendar to be told from today's."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "span", timedelta(self.days))
        object.__setattr__(self, "shortest", self.days + min(self.months * 30 - 2, self.months * 32))
        object.__setattr__(self, "longest", self.days + max(self.months * 32, self.months * 30 + 2))
        object.__setattr__(self, "rolls", self.month_end is MonthEnd.ROLL)

    def after(self, day: date) -> date:
        """The date this long after `day`; a date past the calendar's end stops at its last day."""
        try:
            if not self.months:
                return day + self.span
            reached = add_months(day, self.months, self.rolls)
            return reached + self.span if self.days else reached
        except (OverflowError, ValueError):
            return date.max


class Ages(dict[Duration, date]):
    """The days on which somebody born on a day reaches the ages asked about, each worked out once: `ages[duration]`."""

    def __init__(self, born_on: date) -> None:
        super().__init__()
        self.born_on = born_on

    def __missing__(self, duration: Duration) -> date:
        reached = self[duration] = duration.after(self.born_on)
        return reached


_PART = re.compile(r"([+-]?)\s*(\d+)\s*(day|week|month|year)(s?)")
_WHOLE = re.compile(r"\s*(?:[+-]?\s*\d+\s*(?:day|week|month|year)s?\s*)+")
_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}


def day_after(day: date) -> date:
    """The next day; the calendar's last day stays itself."""
    return day + timedelta(1) if day < date.max else day


@lru_cache(maxsize=4096)
def parse_duration(text: str, month_end: MonthEnd = MonthEnd.CLAMP) -> Duration:
    """Read a duration in words; raises ValueError that says how to write it.

    Accepted: whole numbers of days, weeks, months and years, joined by + or -: "6 weeks", "9 months - 4 days".
    """
    lowered = text.strip().lower()
    if lowered == "birth":
        return Duration(0, 0, "birth", month_end)
    if not _WHOLE.fullmatch(lowered):
        raise ValueError(f'"{text}" is not a duration; write it like "28 days", "6 weeks" or "9 months - 4 days"')
    months = days = 0
    for sign, number, unit, plural in _PART.findall(lowered):
        if int(number) != 1 and not plural:
            raise ValueError(f'"{text}" is not a duration; write it as "{number} {unit}s"')
        amount = -int(number) if sign == "-" else int(number)
        months += amount * _MONTHS.get(unit, 0)
        days += amount * _DAYS.get(unit, 0)
    return Duration(months, days, " ".join(lowered.split()), month_end)
