"""What a family is told at each age, read from data in which every fact stands beside its source.

It chooses nothing by a child's record; cards and family pages ask it for the bracket that they show.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vaxcard.errors import NotFound, VaxcardError

Names = Mapping[str, str]
_NOT_LINES = ("icon", "source", "growth")


class GuidanceFault(VaxcardError):
    """A guidance file says something that cannot be shown, such as a fact without a source."""

    code = "guidance-fault"


@dataclass(frozen=True)
class Source:
    """Where a fact comes from; `grade` A official, B secondary and consistent, GK without a text."""

    key: str
    title: str
    grade: str


@dataclass(frozen=True)
class Growth:
    """The age whose range of length and weight belongs to a picture: in months and in words, and when the next free check-up is."""

    months: int
    age: Names
    check_up: Names | None = None


@dataclass(frozen=True)
class Advice:
    """One picture with its words: the lines of each language, the source, and the growth range that may stand in their place."""

    icon: str
    lines: Mapping[str, tuple[str, ...]]
    source: Source
    growth: Growth | None = None


@dataclass(frozen=True)
class Danger:
    """The signs for which a family gets help at once, the ruler's caption, and whom to ring."""

    signs: Names
    ruler: Names
    emergency: str
    source: Source


def advice(bracket: str) -> tuple[Advice, ...]:
    """What to tell a family of a child in a bracket (the schedule's code), in order. Raises NotFound."""
    told = _read()[0].get(bracket)
    if told is None:
        raise NotFound("no guidance for this age bracket", place=f"guidance/data/cards.toml, {bracket}", advice="write it")
    return told


def danger() -> Danger:
    """The danger signs, the same at every age."""
    return _read()[1]


def brackets() -> tuple[str, ...]:
    """The bracket codes that have guidance."""
    return tuple(_read()[0])


@cache
def signs() -> Mapping[str, Names]:
    """The children's own signs: code → name in each language."""
    return {code: dict(names) for code, names in _toml("signs.toml")["sign"].items()}


def sign_name(code: str, lang: str) -> str:
    """A sign in words. Raises NotFound."""
    names = signs().get(code)
    if names is None:
        raise NotFound(f"there is no sign called {code}", place="guidance/data/signs.toml", advice="name one of its signs")
    return names.get(lang) or names["en"]


@cache
def _read() -> tuple[dict[str, tuple[Advice, ...]], Danger]:
    written = _toml("cards.toml")
    sources = {key: Source(key, entry["title"], entry["grade"]) for key, entry in written["sources"].items()}
    faults = [
        f"{place}: no source called {key!r}"
        for place, key in [
            *((code, entry.get("source")) for code, entries in written["bracket"].items() for entry in entries),
            ("danger", written["danger"].get("source")),
        ]
        if key not in sources
    ]
    if faults:
        raise GuidanceFault("; ".join(faults), place="guidance/data/cards.toml", advice="give each fact a source")
    told = {code: tuple(_advice(entry, sources) for entry in entries) for code, entries in written["bracket"].items()}
    signs_of = written["danger"]
    return told, Danger(signs_of["first"], signs_of["ruler"], signs_of["emergency"], sources[signs_of["source"]])


def _advice(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> Advice:
    lines = {key: (text,) if isinstance(text, str) else tuple(text) for key, text in entry.items() if key not in _NOT_LINES}
    growth = Growth(**entry["growth"]) if "growth" in entry else None
    return Advice(entry["icon"], lines, sources[entry["source"]], growth)


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "data" / name).read_text(encoding="utf-8"))
