"""The vocabulary of a series: its doses, the ways to give each, intervals, skips, and the conditions under which a rule applies.

What can be known of a rule once for all children is worked out when it is made: which ways concern a vaccine, which doses stay open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from vaxcard.schedule.dates import Duration


@dataclass(frozen=True, slots=True)
class DoseCount:
    """A number of valid doses in the group, of vaccines or antigens `of` (empty: any), given at an age in a range."""

    of: frozenset[str]
    at_least: int
    at_most: int | None
    age_from: Duration | None
    age_before: Duration | None


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A dose of one of these vaccines that did not count, given less than `within` before the day."""

    of: frozenset[str]
    within: Duration


@dataclass(frozen=True, slots=True)
class Condition:
    """Facts that must all hold; what is None is not asked. Ages are those on the reference date."""

    age_from: Duration | None = None
    age_before: Duration | None = None
    born_from: date | None = None
    born_before: date | None = None
    sex: frozenset[str] | None = None
    observation: str | None = None
    values: frozenset[str] | None = None
    except_values: frozenset[str] | None = None
    below: int | None = None
    missing: bool = False
    counts: tuple[DoseCount, ...] = ()
    barred: frozenset[str] | None = None
    not_counted: NotCounted | None = None
    asks_birth: bool = True
    asks_more: bool = field(init=False, repr=False, compare=False)
    """Whether anything but the age is asked."""

    def __post_init__(self) -> None:
        asked = (self.observation, self.barred, self.not_counted)
        more = self.asks_birth or bool(self.counts) or any(each is not None for each in asked)
        object.__setattr__(self, "asks_more", more)


@dataclass(frozen=True, slots=True)
class Interval:
    """A distance that a dose keeps: from the previous dose, from target dose `from_dose`, from the latest of `from_vaccines`,
    or from an observation."""

    minimum: Duration
    absolute_minimum: Duration
    earliest_recommended: Duration | None = None
    latest_recommended: Duration | None = None
    from_dose: int | None = None
    from_vaccines: frozenset[str] | None = None
    from_observation: str | None = None
    from_previous: bool = True
    has_priority: bool = False
    """Whether it prevails over the other antigens of its group (CDSi's intervalPriority "override")."""


@dataclass(frozen=True, slots=True)
class DoseRule:
    """One way to give a series dose; `vaccines` are offered, `accepts` (which contains them) are valid when given.

    `context` is "evaluation", "forecast" or "both"; `given` limits it to doses of these vaccines, as for a label that differs.
    """

    when: tuple[Condition, ...]
    context: str
    given: frozenset[str] | None
    absolute_minimum_age: Duration | None
    minimum_age: Duration | None
    earliest_recommended_age: Duration | None
    latest_recommended_age: Duration | None
    maximum_age: Duration | None
    intervals: tuple[Interval, ...]
    vaccines: tuple[str, ...]
    accepts: frozenset[str]
    needs: str | None
    rule: str
    source: str
    by_label: bool
    sensitive: bool
    unverified: tuple[str, ...]
    timed: bool = True
    """Whether an interval says more than a minimum: when the dose is recommended, or late."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Conditions under which a target dose is passed over; `context` is "evaluation", "forecast" or "both"."""

    context: str
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class SeriesDose:
    """The rule for the nth dose: ways to give it, tried in order (the last always applies), and when to pass it over."""

    number: int
    rules: tuple[DoseRule, ...]
    skips: tuple[Skip, ...]
    recurring: bool
    skips_when_given: tuple[Skip, ...] = field(init=False, repr=False, compare=False)
    skips_ahead: tuple[Skip, ...] = field(init=False, repr=False, compare=False)
    rules_ahead: tuple[DoseRule, ...] = field(init=False, repr=False, compare=False)
    """The ways that a forecast may take, in order, up to the first that always applies; so are those of each vaccine given below."""
    _rules_of: Mapping[str, tuple[DoseRule, ...]] = field(init=False, repr=False, compare=False)
    _rules_of_others: tuple[DoseRule, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named = {vaccine for rule in self.rules for vaccine in rule.given or ()}
        compiled = {
            "skips_when_given": tuple(skip for skip in self.skips if skip.context != "forecast"),
            "skips_ahead": tuple(skip for skip in self.skips if skip.context != "evaluation"),
            "rules_ahead": self._applicable("evaluation", None),
            "_rules_of": {vaccine: self._applicable("forecast", vaccine) for vaccine in named},
            "_rules_of_others": self._applicable("forecast", None),
        }
        for name, value in compiled.items():
            object.__setattr__(self, name, value)

    def rules_when_given(self, vaccine: str) -> tuple[DoseRule, ...]:
        """The ways by which a dose of a vaccine may be judged, in order, up to the first that always applies."""
        return self._rules_of.get(vaccine, self._rules_of_others)

    def _applicable(self, passed_by: str, vaccine: str | None) -> tuple[DoseRule, ...]:
        found = []
        for rule in self.rules[:-1]:
            if rule.context != passed_by and (rule.given is None or vaccine in rule.given):
                found.append(rule)
                if not rule.when:
                    return tuple(found)
        return (*found, *self.rules[-1:])


@dataclass(frozen=True, slots=True)
class Series:
    """One path to protection in a group; `overrides` puts every other path aside for the child it concerns."""

    code: str
    when: tuple[Condition, ...]
    overrides: bool
    evaluation_only: bool
    prefer: tuple[Condition, ...]
    doses: tuple[SeriesDose, ...]
    beyond: tuple[DoseRule, ...]
    follows: str | None = None
    """The series of editions before it by which their doses are judged; without it, the one of its code or else their first."""
    _still_open: tuple[tuple[SeriesDose, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        last = max((dose.number for dose in self.doses), default=0)
        still_open = (tuple(dose for dose in self.doses if dose.number > reached) for reached in range(last))
        object.__setattr__(self, "_still_open", tuple(still_open))

    def open_after(self, reached: int) -> tuple[SeriesDose, ...]:
        """The doses behind the number reached."""
        return self._still_open[reached] if reached < len(self._still_open) else ()
