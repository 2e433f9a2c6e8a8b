"""What of a patient was passed over: keys that nobody reads, findings and values that no rule of the schedule asks about.

It changes no answer. Whoever wrote the patient is told, so that a misspelt finding does not quietly leave a barred vaccine due.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from vaxcard.schedule.rules import Schedule
from vaxcard.schedule.series import Condition, Interval

_TOP = {"id", "born_on", "sex", "assessed_on", "doses", "observations", "decisions"}
_LET_PASS = {"title", "rule", "expect"}
_ROWS = {
    "doses": {"given_on", "vaccine", "cvx", "mvx", "expires_on", "substandard"},
    "observations": {"code", "on", "value", "until"},
    "decisions": {"on", "group", "given_on", "decision", "until", "reason"},
}
_DENIALS = {"negative", "no", "none", "resolved", "uninfected"}
"""Words that say of a finding that it is not there; no rule has to name them."""
_OUTCOMES = {"positive", "negative"}
"""The outcomes of a test: where rules name one, the other is known as well, and no other word stands for it."""


class Why(StrEnum):
    """Why something was passed over."""

    KEY = "key"  # nobody reads it
    CODE = "code"  # no rule asks about the finding
    VALUE = "value"  # no rule knows the value
    DAY = "day"  # a rule counts from the day, which is missing


@dataclass(frozen=True, slots=True)
class Unread:
    """One thing passed over: its place, why, what was written, and the known words nearest to it, best first."""

    place: str
    key: str
    why: Why
    written: str = ""
    near: tuple[str, ...] = ()


def nearest(written: str, known: Iterable[str], closeness: float = 0.7) -> tuple[str, ...]:
    """Up to three known words that a misspelt one probably stands for, best first; none when nothing is near."""
    exact = {word.casefold().replace("_", "-"): word for word in sorted(known)}
    found = get_close_matches(written.casefold().strip().replace("_", "-").replace(" ", "-"), exact, 3, closeness)
    return tuple(exact[word] for word in found)


@dataclass
class _Asked:
    """What the rules ask of one finding: the words they name, whether any word will do, a number, a day."""

    words: set[str]
    any_value: bool = False
    number: bool = False
    day: bool = False

    def knows(self, value: str) -> bool:
        if self.any_value or value in self.words:
            return True
        if self.number:
            return _is_number(value)
        return value in self.beside

    @property
    def beside(self) -> set[str]:
        """The words that are known though no rule names them."""
        return set() if self.number else _OUTCOMES if self.words & _OUTCOMES else _DENIALS


class Findings:
    """What a schedule's rules ask about a child besides doses, gathered once; empty for a schedule of another kind, which is not judged."""

    def __init__(self, schedule: object) -> None:
        self.asked: dict[str, _Asked] = {}
        self.judges = isinstance(schedule, Schedule)
        if isinstance(schedule, Schedule):
            self._gather(schedule)

    def _gather(self, schedule: Schedule) -> None:
        for condition in _conditions(schedule):
            if condition.observation:
                self._add(condition)
        for barred in schedule.contraindications:
            if barred.named:
                self._of(barred.observation).any_value = True
        counted_from = [each.from_observation for each in _intervals(schedule)]
        for code in (*(each.observation for each in schedule.observation_spacing), *counted_from):
            if code:
                asked = self._of(code)
                asked.any_value = asked.day = True

    def _add(self, condition: Condition) -> None:
        asked = self._of(condition.observation or "")
        asked.words |= (condition.values or set()) | (condition.except_values or set())
        asked.number = asked.number or condition.below is not None
        # Where all but some words are meant, every other word takes effect.
        asked.any_value = asked.any_value or (condition.below is None and condition.values is None)

    def _of(self, code: str) -> _Asked:
        return self.asked.setdefault(code, _Asked(set()))

    def unread(self, place: str, code: str, value: str, has_day: bool) -> Iterator[Unread]:
        """What of one finding no rule reads."""
        if not self.judges:
            return
        asked = self.asked.get(code)
        if asked is None:
            yield Unread(place, "code", Why.CODE, code, nearest(code, self.asked))
            return
        if not asked.knows(value):
            yield Unread(place, "value", Why.VALUE, value, nearest(value, asked.words | asked.beside))
        if asked.day and not has_day:
            yield Unread(place, "on", Why.DAY)


def passed_over(findings: Findings, patient: Mapping[str, Any]) -> tuple[Unread, ...]:
    """Everything of a patient that could be read and yet was passed over, in the order of the exchange form."""
    return tuple(_passed_over(findings, patient))


def _passed_over(findings: Findings, patient: Mapping[str, Any]) -> Iterator[Unread]:
    for key in sorted(patient.keys() - _TOP - _LET_PASS) if not patient.keys() <= _TOP else ():
        if (near := nearest(key, _TOP - {"id"})) or _holds_rows(patient[key]):
            yield Unread("", key, Why.KEY, key, near)
    for name, known in _ROWS.items():
        for n, row in enumerate(patient.get(name) or (), 1):
            place = f"{name} {n}"
            for key in sorted(row.keys() - known) if not row.keys() <= known else ():
                yield Unread(place, key, Why.KEY, key, nearest(key, known))
            if name == "observations":
                value = row.get("value")
                yield from findings.unread(place, row["code"], "" if value is None else str(value), row.get("on") is not None)


def _holds_rows(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _conditions(schedule: Schedule) -> Iterator[Condition]:
    for barred in schedule.contraindications:
        # One that names its vaccine asks for no word, and says so itself.
        yield from barred.when if not barred.named else ()
    for series in (each for editions in schedule.editions.values() for edition in editions for each in edition.series):
        yield from (*series.when, *series.prefer, *(condition for rule in series.beyond for condition in rule.when))
        for dose in series.doses:
            yield from (condition for rule in dose.rules for condition in rule.when)
            yield from (condition for skip in dose.skips for condition in skip.when)


def _intervals(schedule: Schedule) -> Iterator[Interval]:
    for series in (each for editions in schedule.editions.values() for edition in editions for each in edition.series):
        yield from (interval for dose in series.doses for rule in dose.rules for interval in rule.intervals)
        yield from (interval for rule in series.beyond for interval in rule.intervals)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
