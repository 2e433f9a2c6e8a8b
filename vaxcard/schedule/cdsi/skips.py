"""The conditions under which a target dose is skipped (CDSi 6.2): each asks one thing of a series in progress and says yes or no.

Which dose or day is asked about is the caller's business: the day given in evaluation, the day of assessment or the earliest day ahead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from vaxcard.schedule.dates import Duration
from vaxcard.schedule.outcomes import EvaluationStatus

if TYPE_CHECKING:
    from vaxcard.schedule.cdsi.standing import Standing


class Question(Protocol):
    """One condition; `day` is the reference day, `anchor` the day on which the rule must be in force."""

    def holds(self, standing: Standing, day: date, anchor: date) -> bool:
        """Whether the condition is met."""


SkipSet = tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class AgeBetween:
    """The age on the reference day lies in a range."""

    age_from: Duration | None
    age_before: Duration | None

    def holds(self, standing: Standing, day: date, anchor: date) -> bool:
        """Whether the range contains the age."""
        return standing.person.in_age(day, self.age_from, self.age_before)


@dataclass(frozen=True, slots=True)
class SincePrevious:
    """A dose came before, at least this long ago."""

    interval: Duration

    def holds(self, standing: Standing, day: date, anchor: date) -> bool:
        """Whether that long has passed since the previous dose."""
        since = standing.previous_on
        return since is not None and day >= self.interval.after(since)


@dataclass(frozen=True, slots=True)
class SeriesComplete:
    """Another series of the antigen, in one of these series groups, is complete."""

    groups: frozenset[str]

    def holds(self, standing: Standing, day: date, anchor: date) -> bool:
        """Whether any such series is complete."""
        return standing.is_any_complete(self.groups)


@dataclass(frozen=True, slots=True)
class InForce:
    """The rule itself holds from `first` to `last`, both included."""

    first: date
    last: date

    def holds(self, standing: Standing, day: date, anchor: date) -> bool:
        """Whether the rule is in force on the anchor."""
        return self.first <= anchor <= self.last


@dataclass(frozen=True, slots=True)
class DosesCounted:
    """How many earlier doses of these vaccines (None: of any) were given at such an age and in such a time."""

    vaccines: frozenset[str] | None
    only_valid: bool
    compares: Callable[[int, int], bool]
    number: int
    age_from: Duration | None
    age_before: Duration | None
    first: date
    before: date

    def holds(self, standing: Standing, day: date, anchor: date) -> bool:
        """Whether the count compares as the rule says."""
        count, in_age = 0, standing.person.in_age
        for given, status in zip(standing.taken, standing.statuses, strict=False):
            if self.only_valid and status is not EvaluationStatus.VALID:
                continue
            if self.vaccines is not None and given.cvx not in self.vaccines:
                continue
            if self.first <= given.on < self.before and in_age(given.on, self.age_from, self.age_before):
                count += 1
        return self.compares(count, self.number)


def skipped(sets: tuple[SkipSet, ...], standing: Standing, day: date, anchor: date) -> bool:
    """Whether any set of conditions holds as a whole."""
    for questions in sets:
        for question in questions:
            if not question.holds(standing, day, anchor):
                break
        else:
            return True
    return False
