"""What a family's page tells at a child's age: feeding, care after a visit, and signs of danger, read from data beside their sources.

It goes by age alone: an infant behind with its doses is fed as its age asks. Cards have their own words, in `library`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from vaxcard.guidance.library import Advice, GuidanceFault, Names, Source
from vaxcard.schedule.dates import Duration, parse_duration

_PLACE = "guidance/data/care.toml"
_NOT_LINES = ("icon", "source", "from", "until")
_BIRTH = "birth"
_ANY_BIRTH = date(2001, 1, 1)  # ages are compared as the days on which one child reaches them


@dataclass(frozen=True)
class Ages:
    """From the day on which a child reaches one age to the day before it reaches another; `until` None has no end."""

    start: str
    until: str | None

    def hold(self, born_on: date, today: date) -> bool:
        """Whether a child born on one day is of these ages on another."""
        if today < parse_duration(self.start).after(born_on):
            return False
        return self.until is None or today < parse_duration(self.until).after(born_on)


@dataclass(frozen=True)
class Care:
    """What is told of an age: its name, and pictures with their lines in order."""

    ages: Ages
    names: Names
    advice: tuple[Advice, ...]


@dataclass(frozen=True)
class Sign:
    """One sign of danger, at some ages or at every one, with its picture."""

    ages: Ages
    icon: str
    names: Names
    source: Source


@dataclass(frozen=True)
class Danger:
    """Signs for which the emergency number is rung, and those for which a doctor is seen."""

    emergency: str
    ambulance: tuple[Sign, ...]
    doctor: tuple[Sign, ...]


def care_at(born_on: date, today: date) -> Care | None:
    """What to tell a family of a child of this age; None before birth."""
    return next((care for care in ages() if care.ages.hold(born_on, today)), None)


def cares_between(start: Duration, until: Duration | None) -> tuple[Care, ...]:
    """What is told from the day on which a child reaches one age to the day before it reaches another."""
    begins, ends = start.after(_ANY_BIRTH), until.after(_ANY_BIRTH) if until else date.max
    spans = [(care, parse_duration(care.ages.start).after(_ANY_BIRTH), care.ages.until) for care in ages()]
    return tuple(care for care, first, last in spans if first < ends and (last is None or parse_duration(last).after(_ANY_BIRTH) > begins))


def danger_at(born_on: date, today: date) -> Danger:
    """The signs of danger that hold at this age."""
    told = _read()[1]
    ambulance, doctor = (tuple(sign for sign in signs if sign.ages.hold(born_on, today)) for signs in (told.ambulance, told.doctor))
    return Danger(told.emergency, ambulance, doctor)


def every_danger() -> Danger:
    """The signs of danger of all ages, for pages that speak of no child; each says for which age it holds."""
    return _read()[1]


def ages() -> tuple[Care, ...]:
    """Every age that has words, in order."""
    return _read()[0]


def read_care(written: str) -> tuple[tuple[Care, ...], Danger]:
    """The words of a guidance file. Raises GuidanceFault that lists every fact without a source."""
    told = tomllib.loads(written)
    sources = {key: Source(key, entry["title"], entry["grade"]) for key, entry in told["sources"].items()}
    facts = [*(entry for age in told["age"] for entry in age["advice"]), *told["danger"]["ambulance"], *told["danger"]["doctor"]]
    faults = [f"{entry['zh']}: no source called {entry.get('source')!r}" for entry in facts if entry.get("source") not in sources]
    if faults:
        raise GuidanceFault("; ".join(faults), place=_PLACE, advice="give each fact a source")
    cares = tuple(Care(_ages(age), age["names"], tuple(_advice(entry, sources) for entry in age["advice"])) for age in told["age"])
    danger = told["danger"]
    return cares, Danger(danger["emergency"], _signs(danger["ambulance"], sources), _signs(danger["doctor"], sources))


@cache
def _read() -> tuple[tuple[Care, ...], Danger]:
    return read_care((files(__package__) / "data" / "care.toml").read_text(encoding="utf-8"))


def _ages(entry: Mapping[str, Any]) -> Ages:
    return Ages(entry.get("from", _BIRTH), entry.get("until"))


def _signs(entries: Iterable[Mapping[str, Any]], sources: Mapping[str, Source]) -> tuple[Sign, ...]:
    return tuple(Sign(_ages(entry), entry["icon"], _words(entry), sources[entry["source"]]) for entry in entries)


def _advice(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> Advice:
    lines = {lang: tuple(said) for lang, said in _words(entry).items()}
    return Advice(entry["icon"], lines, sources[entry["source"]])


def _words(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in _NOT_LINES}
