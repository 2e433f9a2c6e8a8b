"""After a visit: how long a family stays, until when it is asked how the child is, and the signs to choose from, read from data.

Which signs are told of at which age is decided here; what becomes of an answer, by whoever asks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from vaxcard.guidance.care import Ages
from vaxcard.guidance.library import GuidanceFault, Names, Source

_PLACE = "guidance/data/after.toml"
_NOT_WORDS = ("code", "level", "icon", "source", "from", "until")


class Level(StrEnum):
    """What a sign asks for."""

    AMBULANCE = "ambulance"
    DOCTOR = "doctor"
    MILD = "mild"


@dataclass(frozen=True)
class AfterSign:
    """A sign that a family may choose: its code, what it asks for, its picture and words."""

    code: str
    level: Level
    icon: str
    ages: Ages
    names: Names
    source: Source


@dataclass(frozen=True)
class AfterVisit:
    """How long to stay, the last day on which a family is asked (the visit's is 0), and every sign."""

    stay: timedelta
    ask_until_day: int
    signs: tuple[AfterSign, ...]

    def signs_at(self, born_on: date, today: date) -> tuple[AfterSign, ...]:
        """The signs that are asked about at this age, the dangerous ones first."""
        return tuple(sign for sign in self.signs if sign.ages.hold(born_on, today))

    def named(self, code: str) -> AfterSign | None:
        """The sign of a code, at whatever age."""
        return next((sign for sign in self.signs if sign.code == code), None)


def read_after(written: str) -> AfterVisit:
    """What a guidance file says. Raises GuidanceFault for a sign without its source."""
    told = tomllib.loads(written)
    sources = {key: Source(key, entry["title"], entry["grade"]) for key, entry in told["sources"].items()}
    faults = [f"{entry['code']}: no source called {entry.get('source')!r}" for entry in told["sign"] if entry.get("source") not in sources]
    if faults:
        raise GuidanceFault("; ".join(faults), place=_PLACE, advice="give each sign a source")
    signs = tuple(_sign(entry, sources) for entry in told["sign"])
    return AfterVisit(timedelta(minutes=told["stay_minutes"]), told["ask_until_day"], signs)


def _sign(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> AfterSign:
    names = {key: value for key, value in entry.items() if key not in _NOT_WORDS}
    ages = Ages(entry.get("from", "birth"), entry.get("until"))
    return AfterSign(entry["code"], Level(entry["level"]), entry["icon"], ages, names, sources[entry["source"]])


@cache
def after_visit() -> AfterVisit:
    """The programme's own."""
    return read_after((files(__package__) / "data" / "after.toml").read_text(encoding="utf-8"))
