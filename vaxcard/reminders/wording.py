"""What a text says: templates filled with the clinic, the children's display names, the day and its hours, and how many parts it takes.

A template holds one sentence a line; a line that names something unknown, such as a telephone that the clinic never told, is left out.
Neither a full name nor a vaccine nor a link is ever offered to a template.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cache, lru_cache
from pathlib import Path
from string import Template

from vaxcard import language
from vaxcard.errors import SettingsError

_CODE = re.compile(r"[a-z]{2,3}")

# 3GPP TS 23.038: the default alphabet, and what costs two places in it. One other character turns a text into UCS-2.
_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_DOUBLE = frozenset("^{}\\[~]|€\f")
_GSM7_PLACES, _UCS2_PLACES = (160, 153), (70, 67)  # alone, and in each of several parts


@dataclass(frozen=True)
class Facts:
    """All that a text may name. `children` are display names; `hours` are the clinic's on the day of the visit, none if it told none;
    `code` opens a page for `minutes`.

    A visit on the day of sending is told as today.
    """

    clinic: str
    phone: str | None
    children: tuple[str, ...]
    visit_on: date
    send_on: date
    hours: tuple[tuple[time, time], ...] = ()
    code: str = ""
    minutes: str = ""


def word(kind: str, lang: str, facts: Facts) -> str:
    """The text of a kind in a language. Raises SettingsError where no such template exists."""
    written = language_of(lang)
    told = {
        "clinic": facts.clinic,
        "phone": facts.phone or "",
        "children": _listed(facts.children, written),
        "when": _when(facts, written),
        "code": facts.code,
        "minutes": facts.minutes,
    }
    sentences = [line.substitute(told) for line, names in _template(written, kind) if all(told[name] for name in names)]
    return _style(written)["between_sentences"].join(sentences)


# A day's texts name a handful of days and hours.
_say_date = lru_cache(maxsize=64)(language.say_date)
_say_clock = lru_cache(maxsize=64)(language.say_clock)


def _when(facts: Facts, lang: str) -> str:
    """The day to come, with the hours in which the clinic vaccinates on it."""
    style = _style(lang)
    day = style["today"] if facts.visit_on == facts.send_on else _say_date(facts.visit_on, lang)
    told = [f"{_say_clock(opens, lang)}–{_say_clock(closes, lang)}" for opens, closes in facts.hours]
    return day + style["before_hours"] + style["between_hours"].join(told) if told else day


def _listed(names: Sequence[str], lang: str) -> str:
    if len(names) < 2:
        return "".join(names)
    style = _style(lang)
    return style["between_names"].join(names[:-1]) + style["before_last_name"] + names[-1]


@cache
def _style(lang: str) -> dict[str, str]:
    """How sentences, names, a day and its hours are joined in a language: beside its templates."""
    return tomllib.loads((_folder() / lang / "style.toml").read_text(encoding="utf-8"))


@cache
def language_of(*wanted: str | None) -> str:
    """The first wanted language in which texts can be written, by its main code: `zh` of `zh-Hans`. Raises SettingsError for none."""
    codes = [match.group() for code in wanted if code and (match := _CODE.match(code.lower()))]
    found = [code for code in codes if (_folder() / code).is_dir()]
    if not found:
        raise SettingsError(
            "texts can't be written in this language", place=str(wanted[-1]), advice=f"add a folder to {_folder().name} with its templates"
        )
    return found[0]


def languages() -> list[str]:
    """The languages in which texts can be written."""
    return sorted(path.name for path in _folder().iterdir() if path.is_dir())


def example_name(lang: str) -> str:
    """A child's display name for a preview in a language."""
    return _style(lang)["example"]


@cache
def stop_words() -> frozenset[str]:
    """What a family may write to end the texts, in every language that there is."""
    return frozenset(word.casefold() for lang in languages() for word in _style(lang).get("stop", "").split())


@cache
def _template(lang: str, kind: str) -> tuple[tuple[Template, tuple[str, ...]], ...]:
    """A template's lines, each with the names that it needs."""
    path = _folder() / lang / f"{kind}.txt"
    if not path.is_file():
        raise SettingsError("there is no such template", place=f"{lang}/{kind}.txt", advice="write one, with $children, $when and $clinic")
    lines = [Template(line.strip()) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return tuple((line, tuple(line.get_identifiers())) for line in lines)


@cache
def _folder() -> Path:
    """The templates of texts: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "templates" / "messages"
    return inside if inside.is_dir() else package.parent / "templates" / "messages"


def parts(text: str) -> int:
    """How many parts a text is sent, and paid, in: GSM-7 if every character is in that alphabet, else UCS-2."""
    if all(character in _GSM7 or character in _GSM7_DOUBLE for character in text):
        return _packed([2 if character in _GSM7_DOUBLE else 1 for character in text], *_GSM7_PLACES)
    return _packed([2 if ord(character) > 0xFFFF else 1 for character in text], *_UCS2_PLACES)


def _packed(widths: Sequence[int], alone: int, each: int) -> int:
    """Parts needed when no character may be torn apart."""
    if sum(widths) <= alone:
        return 1
    count, filled = 1, 0
    for width in widths:
        if filled + width > each:
            count, filled = count + 1, 0
        filled += width
    return count
