"""Dates, times, ages and durations in words, short enough to be read at a glance: the year only where it could be mistaken."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, time
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_time

from vaxcard.language.catalogues import marked, translations

_DURATION = re.compile(r"\s*(\d+)\s*(day|week|month|year)s?\s*")
_BABEL = {"zh": "zh_Hans"}
# Patterns of CLDR, one for each language in its catalogue.
_SHORT = marked("EEE d MMMM")
_SHORT_WITH_YEAR = marked("EEE d MMMM y")
_FULL = marked("d MMMM y")
_UNITS = {
    "day": (marked("%(n)s day"), marked("%(n)s days")),
    "week": (marked("%(n)s week"), marked("%(n)s weeks")),
    "month": (marked("%(n)s month"), marked("%(n)s months")),
    "year": (marked("%(n)s year"), marked("%(n)s years")),
}
_BIRTH = marked("birth")
_MONTHS_A_YEAR = 12
_YEARS_TOLD_WITH_MONTHS = 3


def _locale(lang: str) -> str:
    return _BABEL.get(lang, lang)


def say_date(day: date, lang: str, *, near: date | None = None) -> str:
    """A day with its weekday, 'Thu 18 June'; with the year where `near` lies in another one."""
    pattern = _SHORT if near is None or near.year == day.year else _SHORT_WITH_YEAR
    return _written(day, translations(lang).gettext(pattern), _locale(lang))


def say_full_date(day: date, lang: str) -> str:
    """A day with its year and without its weekday, as birth dates are told."""
    return _written(day, translations(lang).gettext(_FULL), _locale(lang))


@lru_cache(maxsize=20_000)
def _written(day: date, pattern: str, locale: str) -> str:
    """Days come again and again on a page and from child to child."""
    return format_date(day, pattern, locale=locale)


def say_month(day: date, lang: str) -> str:
    """The name of the day's month."""
    return format_date(day, "LLLL", locale=_locale(lang))


def say_weekday(day: date, lang: str) -> str:
    """The name of the weekday in full."""
    return format_date(day, "EEEE", locale=_locale(lang))


def name_of_language(lang: str) -> str:
    """What a language calls itself."""
    return Locale.parse(lang).get_language_name(lang) or lang


def direction_of(lang: str) -> str:
    """Which way a language is written: `ltr` or `rtl`, as pages tell the browser."""
    return str(Locale.parse(_locale(lang)).text_direction)


def say_clock(moment: time, lang: str) -> str:
    """A time of day on the 24-hour clock, '8:00'."""
    return format_time(moment, "H:mm", locale=_locale(lang))


def say_count(number: int, unit: str, lang: str, *, of_age: bool = False) -> str:
    """A number of days, weeks, months or years in words; some languages count years of age with another word."""
    one, many = _UNITS[unit]
    words = translations(lang)
    said = words.npgettext("age", one, many, number) if of_age and unit == "year" else words.ngettext(one, many, number)
    return str(said) % {"n": number}


def say_duration(written: str, lang: str, *, of_age: bool = False) -> str:
    """A duration of the rule files ('28 days', '9 months - 4 days') in words; what is not one stays as it is."""
    if written == _BIRTH:
        return translations(lang).gettext(_BIRTH)
    parts = re.split(r"([+-])", written)
    said = []
    for part in parts:
        match = _DURATION.fullmatch(part)
        if match is None and part.strip() not in ("+", "-"):
            return written
        said.append(say_count(int(match[1]), match[2], lang, of_age=of_age) if match else "−" if part.strip() == "-" else "+")
    return " ".join(said)


def say_age(born_on: date, on: date, lang: str) -> str:
    """How old a child is on a day: days in the first month, months and days in the first year, then years and months."""
    months, days = _months_and_days(born_on, on)
    if months == 0:
        return say_count(days, "day", lang)
    if months < _MONTHS_A_YEAR:
        return _joined([(months, "month"), (days, "day")], lang)
    years, rest = divmod(months, _MONTHS_A_YEAR)
    return _joined([(years, "year"), (rest if years < _YEARS_TOLD_WITH_MONTHS else 0, "month")], lang)


def _joined(parts: list[tuple[int, str]], lang: str) -> str:
    return " ".join(say_count(number, unit, lang, of_age=True) for number, unit in parts if number)


def _months_and_days(born_on: date, on: date) -> tuple[int, int]:
    months = (on.year - born_on.year) * _MONTHS_A_YEAR + on.month - born_on.month
    turned = _in_month(born_on, months)
    if turned > on:
        months -= 1
        turned = _in_month(born_on, months)
    return months, (on - turned).days


def _in_month(day: date, months: int) -> date:
    """The same day of the month, `months` later; the month's last day where it has none."""
    year, month = divmod(day.year * _MONTHS_A_YEAR + day.month - 1 + months, _MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
