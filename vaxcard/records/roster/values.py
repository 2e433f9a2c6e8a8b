"""Single cells as the registry keeps them: text in one width, long numbers with all their digits, codes for sex, site, route.

What a spelling means is data (roster_values.toml); a value that is not listed is kept as it was written.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from vaxcard.records.characters import named_if_unseen, visible
from vaxcard.records.workbooks import Cell, Unreadable

_EXPONENT = re.compile(r"\d(?:\.\d+)?e\+?\d+", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_LONGEST_QUOTED = 120


@cache
def customs() -> dict[str, dict[str, Any]]:
    """How clinics write things: the tables of roster_values.toml."""
    return tomllib.loads(files("vaxcard.records").joinpath("data/roster_values.toml").read_text(encoding="utf-8"))


def plain_text(value: Cell, *, joiners: str = "") -> str:
    """A cell as text: one width, all of it visible but for `joiners`, single blanks; a whole number without its point; "" for a blank."""
    if value is None or isinstance(value, Unreadable):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime | date):
        return value.isoformat()[: len("2024-11-01")]
    return visible(str(value), joiners=joiners)


def shown(value: Cell) -> str | None:
    """A cell as it was written."""
    if isinstance(value, Unreadable):
        return value.shown
    return value if isinstance(value, str) else plain_text(value) or None


def quoted(text: str | None) -> str | None:
    """What was written, for a report: not more than a person reads, and characters that cannot be seen by their numbers."""
    if text is None:
        return None
    return named_if_unseen(text if len(text) <= _LONGEST_QUOTED else text[:_LONGEST_QUOTED] + "…")


def folded(text: str) -> str:
    """The form in which spellings are compared: one width and case, no blanks, nothing that cannot be seen."""
    return "".join(visible(text, joiners="").casefold().split())


def optional_text(value: Cell, longest: int, *, joiners: str = "") -> str | None:
    """The text of a cell, cut to `longest` characters; None where nothing is said, in whatever word."""
    text = plain_text(value, joiners=joiners)
    return None if folded(text) in _said_for("text")["nothing"] else text[:longest]


def has_lost_digits(value: Cell) -> bool:
    """Whether a long number was kept as a number, so that its last digits are gone."""
    exact: int = customs()["number"]["exact_digits"]
    if isinstance(value, float):
        return abs(value) >= float(10**exact)
    if isinstance(value, int) and not isinstance(value, bool):
        digits = str(abs(value))
        return len(digits) > exact and not digits[exact:].strip("0")
    return isinstance(value, str) and _EXPONENT.fullmatch(plain_text(value)) is not None


def identifier(value: Cell) -> str | None:
    """An identifier as kept: no blanks at all, upper case; None where there is none."""
    text = optional_text(value, len(str(value)))
    return "".join(text.split()).upper() if text else None


def code_for(table: str, text: str) -> str | None:
    """The code that a spelling stands for in `sex`, `relation`, `residence`, `site` or `route`; None if it is not listed."""
    return _codes(table).get(folded(text))


def coded(table: str, value: Cell, longest: int) -> str | None:
    """The code of a cell, else what was written."""
    text = optional_text(value, longest)
    return (code_for(table, text) or text) if text else None


def site_code(value: Cell, longest: int) -> str | None:
    """The code of a place on the body: listed, or told by a limb and a side in it; else what was written."""
    text = optional_text(value, longest)
    if text is None or (listed := code_for("site", text)) is not None:
        return None if text is None else listed
    words = customs()["site_words"]
    limbs, sides = ([code for code, said in words[of].items() if any(word in folded(text) for word in said)] for of in ("limbs", "sides"))
    if len(limbs) != 1 or len(sides) > 1:
        return text
    return "-".join([*sides, *limbs]) if limbs != ["oral"] else "oral"


def is_code(table: str, code: str) -> bool:
    """Whether this is one of the table's codes, not a word that was kept as written."""
    return code in customs()[table]


def is_elsewhere(place: str) -> bool:
    """Whether a clinic's name only says that it was somewhere else."""
    return folded(place) in _said_for("clinic")["elsewhere"]


def is_footer(text: str) -> bool:
    """Whether a row that begins so sums up or signs the sheet."""
    return folded(text).startswith(tuple(_said_for("text")["footers"]))


def dose_number(value: Cell) -> int | str | None:
    """The number of a dose, from a number or words around one; None where none is told, else the kind of fault."""
    text = optional_text(value, _LONGEST_QUOTED)
    if text is None or text == "0":
        return None
    digits = _DIGITS.findall(text)
    if len(digits) == 1:
        return int(digits[0]) if len(digits[0]) < 3 else "dose-number-not-understood"
    words = {number for word, number in customs()["number"]["words"].items() if word in text.casefold()}
    return words.pop() if len(words) == 1 else "dose-number-not-understood"


def is_trace_code(code: str) -> bool:
    """Whether a code can be that of a box: its form alone is looked at."""
    return any(re.fullmatch(pattern, code) for pattern in customs()["trace"]["patterns"])


@cache
def _codes(table: str) -> dict[str, str]:
    return {folded(spelling): code for code, spellings in customs()[table].items() for spelling in spellings}


@cache
def _said_for(table: str) -> dict[str, frozenset[str]]:
    return {key: frozenset(folded(word) for word in words) for key, words in customs()[table].items()}
