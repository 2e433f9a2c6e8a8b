"""How a written name divides: what a card may show of it, and how it sounds, for finding a child without typing characters."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

from pypinyin import Style, lazy_pinyin

from vaxcard.records.characters import visible

_PARTS = re.compile(r"[\s·•・.]+")


@cache
def _customs() -> tuple[frozenset[str], dict[str, str]]:
    data = tomllib.loads(files("vaxcard.records").joinpath("data/names.toml").read_text(encoding="utf-8"))["han"]
    return frozenset(data["compound_surnames"]), dict(data["surname_readings"])


def tidy_name(written: str) -> str:
    """A name as it is kept: one width, nothing that cannot be seen, no blanks at the ends.

    Inside a name in Han characters there are neither blanks nor joiners; elsewhere single blanks, and joiners as the script wants them.
    """
    plain = visible(written)
    bare = visible(written, joiners="").replace(" ", "")
    return bare if _is_han(bare) else plain


def display_name(name: str) -> str:
    """What cards show until the family has agreed on something else: the given name, without the surname."""
    parts = [part for part in _PARTS.split(name) if part]
    if len(parts) > 1 or not _is_han(name):
        return parts[0] if parts else name
    surname, given = _divide(name)
    return given or surname


def sounds(name: str) -> tuple[str, str]:
    """The name's reading and its initials, as ('zengyichen', 'zyc'); surnames are read as surnames."""
    if not _is_han(name):
        parts = [part for part in _PARTS.split(name.casefold()) if part]
        return "".join(parts), "".join(part[0] for part in parts)
    surname, given = _divide(name)
    _, readings = _customs()
    syllables = readings[surname].split() if surname in readings else lazy_pinyin(surname, style=Style.NORMAL)
    syllables = [*syllables, *lazy_pinyin(given, style=Style.NORMAL)]
    return "".join(syllables), "".join(syllable[0] for syllable in syllables if syllable)


def _divide(name: str) -> tuple[str, str]:
    compound, _ = _customs()
    length = 2 if len(name) > 2 and name[:2] in compound else 1
    return name[:length], name[length:]


def _is_han(text: str) -> bool:
    return bool(text) and all(unicodedata.name(character, "").startswith("CJK") for character in text)
