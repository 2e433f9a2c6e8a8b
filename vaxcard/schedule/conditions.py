"""What is known of a child, looked up quickly, and whether the conditions of a rule hold on a given day."""

from collections.abc import Sequence
from datetime import date

from vaxcard.schedule.dates import Ages, Duration
from vaxcard.schedule.history import Child, Decision, History, Observation
from vaxcard.schedule.rules import Contraindication, Schedule
from vaxcard.schedule.series import Condition, DoseCount, NotCounted
from vaxcard.schedule.standing import Standing


class Facts:
    """A child's birth, sex, and what was observed and decided up to a day, with ages turned into dates once."""

    __slots__ = ("ages", "born_on", "decisions", "observations", "on", "questions", "schedule", "sex")

    def __init__(self, schedule: Schedule, child: Child, history: History, on: date) -> None:
        self.schedule, self.born_on, self.sex, self.on = schedule, child.born_on, child.sex, on
        self.observations: dict[str, list[Observation]] = {}
        for observation in history.observations:
            if observation.on is None or observation.on <= on:
                self.observations.setdefault(observation.code, []).append(observation)
        self.decisions: tuple[Decision, ...] = tuple(each for each in history.decisions if each.on <= on)
        self.questions: tuple[Contraindication, ...] = (
            tuple(each for each in schedule.contraindications if each.observation in self.observations)
            if self.observations
            else ()
        )
        self.ages = Ages(child.born_on)

    def age(self, duration: Duration) -> date:
        """The day on which the child reaches an age."""
        return self.ages[duration]

    def barring(self, vaccine: str, day: date, effect: str) -> Contraindication | None:
        """The contraindication of that effect ("never" or "clinician") that stands against a vaccine on `day`, if any.

        A day gone by is looked at by the rules of that day, a day to come by those of today.
        """
        ruled_on = min(day, self.on)
        for each in self.questions:
            if each.effect == effect and each.span.holds_on(ruled_on) and self._bars(each, vaccine, day):
                return each
        return None

    def _bars(self, rule: Contraindication, vaccine: str, day: date) -> bool:
        if rule.named is None:
            return vaccine in rule.vaccines and holds(rule.when, self, day, None)
        named = {each.value for each in self.observations.get(rule.observation, ()) if each.holds_on(day)}
        if rule.named == "vaccine":
            return vaccine in named
        products, antigens = self.schedule.vaccines, self.schedule.vaccines[vaccine].antigens
        return any(code not in products or products[code].antigens & antigens for code in named)

    def latest(self, code: str, day: date) -> list[Observation]:
        """What stands of one kind of finding on `day`: the later dated one in place of those before it; two of one day both."""
        found = [each for each in self.observations.get(code, ()) if each.holds_on(day)]
        if len(found) > 1:
            last = max(each.on or date.min for each in found)
            found = [each for each in found if (each.on or date.min) == last]
        return found


def holds(conditions: Sequence[Condition], facts: Facts, day: date, standing: Standing | None) -> bool:
    """Whether all conditions hold on `day`; without a standing, no dose counts."""
    for condition in conditions:
        if condition.age_from is not None and day < facts.ages[condition.age_from]:
            return False
        if condition.age_before is not None and day >= facts.ages[condition.age_before]:
            return False
        if condition.asks_more and not _rest_holds(condition, facts, day, standing):
            return False
    return True


def _rest_holds(condition: Condition, facts: Facts, day: date, standing: Standing | None) -> bool:
    if condition.asks_birth and not _birth_fits(condition, facts):
        return False
    if condition.observation is not None and _observed(condition, facts, day) == condition.missing:
        return False
    if condition.counts and not all(_counted(count, facts, standing) for count in condition.counts):
        return False
    if condition.not_counted is not None and not _failed_lately(condition.not_counted, day, standing):
        return False
    return condition.barred is None or all(facts.barring(vaccine, day, "never") for vaccine in condition.barred)


def _birth_fits(condition: Condition, facts: Facts) -> bool:
    if condition.sex is not None and facts.sex not in condition.sex:
        return False
    if condition.born_from is not None and facts.born_on < condition.born_from:
        return False
    return condition.born_before is None or facts.born_on < condition.born_before


def _observed(condition: Condition, facts: Facts, day: date) -> bool:
    return any(_value_fits(condition, each.value) for each in facts.latest(condition.observation or "", day))


def _value_fits(condition: Condition, value: str) -> bool:
    if condition.values is not None and value not in condition.values:
        return False
    if condition.except_values is not None and value in condition.except_values:
        return False
    if condition.below is None:
        return True
    try:
        return float(value) < condition.below
    except ValueError:
        return False


def _failed_lately(asked: NotCounted, day: date, standing: Standing | None) -> bool:
    seen = standing.uncounted if standing else ()
    return any(vaccine in asked.of and given_on <= day < asked.within.after(given_on) for given_on, vaccine in seen)


def _counted(count: DoseCount, facts: Facts, standing: Standing | None) -> bool:
    number = 0
    for dose in standing.valid if standing else ():
        if count.of and dose.vaccine not in count.of and not (dose.antigens & count.of):
            continue
        if count.age_from is not None and dose.given_on < facts.age(count.age_from):
            continue
        if count.age_before is not None and dose.given_on >= facts.age(count.age_before):
            continue
        number += 1
    return number >= count.at_least and (count.at_most is None or number <= count.at_most)
