"""What a family does before a visit, tells at it, and does after it, read from data in which each fact stands beside its source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from vaxcard.guidance.library import Advice, GuidanceFault, Source
from vaxcard.guidance.vaccines import advice_in

_PLACE = "guidance/data/visit.toml"
_PARTS = ("before", "tell", "after")


@dataclass(frozen=True)
class VisitDay:
    """Before, at and after a visit, in order."""

    before: tuple[Advice, ...]
    tell: tuple[Advice, ...]
    after: tuple[Advice, ...]


def read_visit_day(written: str) -> VisitDay:
    """The words of a guidance file. Raises GuidanceFault that lists every fact without a source."""
    told = tomllib.loads(written)
    sources = {key: Source(key, entry["title"], entry["grade"]) for key, entry in told["sources"].items()}
    facts = [entry for part in _PARTS for entry in told[part]]
    faults = [f"{entry['en'][0]}: no source called {entry.get('source')!r}" for entry in facts if entry.get("source") not in sources]
    if faults:
        raise GuidanceFault("; ".join(faults), place=_PLACE, advice="give each fact a source")
    return VisitDay(*(tuple(advice_in(entry, sources) for entry in told[part]) for part in _PARTS))


@cache
def visit_day() -> VisitDay:
    """The programme's own."""
    return read_visit_day((files(__package__) / "data" / "visit.toml").read_text(encoding="utf-8"))
