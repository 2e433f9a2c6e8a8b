"""What a family reads of a vaccine: which diseases it prevents, what is usual after it, for what to ring, what to tell first.

Which vaccines there are, and what is in each, is the schedule's to say; nothing here goes by a child's record.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from vaxcard.guidance.library import Advice, GuidanceFault, Names, Source

_PLACE = "guidance/data/vaccines.toml"
_NOT_LINES = ("icon", "source")
_PARTS = ("usual", "watch", "tell", "day")


class Kind(StrEnum):
    """How a family comes by a vaccine: free, for money, for a reason of its own, or no longer."""

    PROGRAMME = "programme"
    PAID = "paid"
    OTHER = "other"
    EARLIER = "earlier"


@dataclass(frozen=True)
class Disease:
    """A disease in a family's words, and the antigens by which the schedule knows it."""

    code: str
    names: Names
    said: Names
    antigens: frozenset[str]
    source: Source


@dataclass(frozen=True)
class Leaflet:
    """What is told of some vaccines alike: usual afterwards, for what to ring, what to tell, and the day itself."""

    vaccines: tuple[str, ...]
    kind: Kind
    usual: tuple[Advice, ...]
    watch: tuple[Advice, ...]
    tell: tuple[Advice, ...]
    day: tuple[Advice, ...]
    also: tuple[str, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where its facts come from, each once."""
        told = (*self.usual, *self.watch, *self.tell, *self.day)
        return tuple({advice.source.key: advice.source for advice in told}.values())


def leaflet_of(vaccine: str) -> Leaflet | None:
    """What is told of a vaccine by the schedule's code; None where nobody has written it."""
    return next((leaflet for leaflet in leaflets() if vaccine in leaflet.vaccines), None)


def leaflets() -> tuple[Leaflet, ...]:
    """Every leaflet, in the order of the file."""
    return _read()[1]


def diseases_of(antigens: Iterable[str]) -> tuple[Disease, ...]:
    """The diseases against which these antigens protect, in the order of the file."""
    wanted = frozenset(antigens)
    return tuple(disease for disease in _read()[0] if disease.antigens & wanted)


def read_vaccines(written: str) -> tuple[tuple[Disease, ...], tuple[Leaflet, ...]]:
    """The words of a guidance file. Raises GuidanceFault that lists every fact without a source and every piece that is not there."""
    told = tomllib.loads(written)
    faults = [*_unsourced(told), *_missing(told)]
    if faults:
        raise GuidanceFault("; ".join(faults), place=_PLACE, advice="give each fact a source, and write the pieces that leaflets name")
    sources = {key: Source(key, entry["title"], entry["grade"]) for key, entry in told["sources"].items()}
    diseases = tuple(
        Disease(code, entry["names"], entry["said"], frozenset(entry["antigens"]), sources[entry["source"]])
        for code, entry in told.get("disease", {}).items()
    )
    pieces = {part: {key: advice_in(entry, sources) for key, entry in told.get(part, {}).items()} for part in _PARTS}
    return diseases, tuple(_leaflet(entry, pieces) for entry in told.get("leaflet", ()))


def advice_in(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> Advice:
    """One picture with its lines in every language, as guidance files write it."""
    lines = {lang: tuple(said) for lang, said in entry.items() if lang not in _NOT_LINES}
    return Advice(entry["icon"], lines, sources[entry["source"]])


def _unsourced(told: Mapping[str, Any]) -> list[str]:
    facts = [(f"{part}.{key}", entry) for part in ("disease", *_PARTS) for key, entry in told.get(part, {}).items()]
    return [f"{place}: no source called {entry.get('source')!r}" for place, entry in facts if entry.get("source") not in told["sources"]]


def _missing(told: Mapping[str, Any]) -> list[str]:
    return [
        f"leaflet {entry['vaccines'][0]}: no {part} called {key!r}"
        for entry in told.get("leaflet", ())
        for part in _PARTS
        for key in entry.get(part, ())
        if key not in told.get(part, {})
    ]


def _leaflet(entry: Mapping[str, Any], pieces: Mapping[str, Mapping[str, Advice]]) -> Leaflet:
    usual, watch, tell, day = (tuple(pieces[part][key] for key in entry.get(part, ())) for part in _PARTS)
    return Leaflet(tuple(entry["vaccines"]), Kind(entry["kind"]), usual, watch, tell, day, tuple(entry.get("also", ())))


@cache
def _read() -> tuple[tuple[Disease, ...], tuple[Leaflet, ...]]:
    return read_vaccines((files(__package__) / "data" / "vaccines.toml").read_text(encoding="utf-8"))
