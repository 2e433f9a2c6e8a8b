"""The words of headings: in which spellings a heading is compared, and which field it means. The words themselves are data."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
_SIGNS = re.compile(r"[\W_]+")


def heading_forms(text: str) -> Iterator[str]:
    """A heading as it is compared: whole, without what stands in brackets, without the word in front."""
    whole, bare = _whole(text), _whole(_IN_BRACKETS.sub("", unicodedata.normalize("NFKC", text)))
    yield from dict.fromkeys(form for form in (whole, bare) if form)
    yield from (bare.removeprefix(prefix) for prefix in _prefixes() if bare.startswith(prefix) and bare != prefix)


def _whole(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())


@cache
def headings_data() -> dict[str, dict[str, Any]]:
    """The tables of roster_headings.toml."""
    return tomllib.loads(files("vaxcard.records").joinpath("data/roster_headings.toml").read_text(encoding="utf-8"))


@cache
def lookup(section: str) -> dict[str, str]:
    """The fields of a section of the data (`child` or `dose`) by their headings as they are compared."""
    known = {_whole(heading): field for field, headings in headings_data()[section].items() for heading in headings}
    return known if section == "dose" else {**_compounds(), **known}


def _compounds() -> dict[str, str]:
    whose, what = headings_data()["compound"]["whose"], headings_data()["compound"]["what"]
    pairs = product(whose.items(), what.items())
    return {_whole(one + other): f"{who}_{of}" for (who, ones), (of, others) in pairs for one in ones for other in others}


@cache
def _prefixes() -> tuple[str, ...]:
    return tuple(_whole(prefix) for prefixes in headings_data()["prefixes"].values() for prefix in prefixes)


def synonyms() -> dict[str, list[str]]:
    """The usual headings of every field, the commonest first."""
    return headings_data()["child"] | headings_data()["dose"]
