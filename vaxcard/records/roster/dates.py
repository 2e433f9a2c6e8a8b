"""Dates as clinics write them: real ones, text in many spellings, bare serial numbers. What has two meanings is not guessed at."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from vaxcard.records.roster.values import customs, optional_text, plain_text
from vaxcard.records.workbooks import Cell

_SERIAL_ZERO = date(1899, 12, 30)  # day 0 of a spreadsheet whose leap-year slip is left behind: right from 1900-03-01 on
_SERIALS = range(20_000, 80_000)  # 1954 to 2119, as spreadsheets count days
_MONTHS = 12
_TIME = re.compile(r"(?:\bT|(?<=\d)T|[ -])\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?:?$")
_BETWEEN = re.compile(r"[-./\\,_ ]+")
_FULL = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WITHOUT_YEAR = re.compile(r"(\d{1,2})-(\d{1,2})")
_WITHOUT_DAY = re.compile(r"(\d{4})-?(\d{1,2})")
_YEAR = re.compile(r"\d{4}")
_DAY_FIRST = re.compile(r"(\d{1,2})-?([a-z]{3,9})-?(\d{4})")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})-(\d{1,2})(?:st|nd|rd|th)?-(\d{4})")


def read_date(value: Cell) -> date | str:
    """The date that a cell means, else the kind of fault: missing, without a year, without a day, impossible, not understood."""
    if isinstance(value, date):
        return _day(value.year, value.month, value.day)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value)
    return _from_text(_one_spelling(plain_text(value))) if optional_text(value, 60) else "date-missing"


def read_expiry(value: Cell) -> date | str:
    """As `read_date`; a label that gives only a month means that month's last day."""
    found = read_date(value)
    month = _WITHOUT_DAY.fullmatch(_one_spelling(plain_text(value))) if found == "date-without-a-day" else None
    if month is None:
        return found
    year, number = int(month[1]), int(month[2])
    return date(year, number, calendar.monthrange(year, number)[1]) if 1 <= number <= _MONTHS else "date-impossible"


def _one_spelling(text: str) -> str:
    """A date without its time of day, and with hyphens for whatever stands between its parts."""
    signs = customs()["dates"]
    text = text.translate(_signs(signs["between"], "-") | _signs(signs["after_the_day"], " ") | _signs(signs["in_times"], ":"))
    return "-".join(part for part in _BETWEEN.split(_TIME.sub("", text.strip(" '"))) if part)


def _signs(signs: str, plain: str) -> dict[int, str]:
    return dict.fromkeys(map(ord, signs), plain)


def _from_number(value: int | float) -> date | str:
    if int(value) in _SERIALS:
        return _SERIAL_ZERO + timedelta(days=int(value))
    return _from_text(_one_spelling(plain_text(value)))


def _from_text(text: str) -> date | str:
    for pattern in (_FULL, _COMPACT):
        if match := pattern.fullmatch(text):
            return _day(int(match[1]), int(match[2]), int(match[3]))
    if text.isdigit() and int(text) in _SERIALS and len(text) == len(str(_SERIALS.start)):
        return _SERIAL_ZERO + timedelta(days=int(text))
    if _WITHOUT_DAY.fullmatch(text) or _YEAR.fullmatch(text):
        return "date-without-a-day"
    if _WITHOUT_YEAR.fullmatch(text):
        return "date-without-a-year"
    return _from_words(text.casefold())


def _from_words(text: str) -> date | str:
    """A date whose month is a word: the only way in which day and month cannot be mixed up without the year in front."""
    day_first, month_first = _DAY_FIRST.fullmatch(text), _MONTH_FIRST.fullmatch(text)
    if day_first:
        day, month, year = day_first.groups()
    elif month_first:
        month, day, year = month_first.groups()
    else:
        return "date-not-understood"
    months = customs()["months"]["names"]
    return _day(int(year), months.index(month[:3]) + 1, int(day)) if month[:3] in months else "date-not-understood"


def _day(year: int, month: int, day: int) -> date | str:
    try:
        found = date(year, month, day)
    except ValueError:
        return "date-impossible"
    return found if found > _SERIAL_ZERO else "date-impossible"
