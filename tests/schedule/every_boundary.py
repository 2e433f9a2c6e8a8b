"""Looks for children in whom one boundary of one rule decides: every edition, every way to give a dose, read from the data.

Courses are tried out: births around an edition's days, products that stand in, doses given late. What decides the first valid day of
the next dose is then an age or one interval of one rule, and the dose can be tried on the day before, the day, and the day after.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import product

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.conditions import Facts
from vaxcard.schedule.evaluation import walk
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.outcomes import EvaluationStatus
from vaxcard.schedule.rules import Schedule
from vaxcard.schedule.selection import relevant_series
from vaxcard.schedule.series import Condition, DoseRule, Series, SeriesDose
from vaxcard.schedule.skips import first_applicable, target_when_given
from vaxcard.schedule.standing import Standing
from vaxcard.schedule.timing import reference
from vaxcard.schedule.vaccines import LiveDoses

SCHEDULE = load_schedule("cn")
DAY = timedelta(1)
LATE = (45, 420, 520, 1200, 1500, 1900, 2250, 2500, 3400, 4700)  # days by which one of the doses before is given later than it might be
SHIFTS = (-2900, -1500, 3, 200, 1000, 2600)  # days from the beginning of an edition to the age at which a dose may be given
END = date(2045, 1, 31)


@dataclass(frozen=True)
class Stretch:
    """The days on which one group is ruled by the same series, however many editions say so."""

    group: str
    series: tuple[Series, ...]
    first: date
    before: date

    def __str__(self) -> str:
        return f"{self.group} {self.first}"


@dataclass(frozen=True)
class Met:
    """A child before a dose, the rule that the dose falls under, and the day that this rule names."""

    child: Child
    known: tuple[Observation, ...]
    doses: tuple[DoseAdministered, ...]
    vaccine: str
    number: int
    rule: DoseRule
    day: date


def stretches() -> Iterator[Stretch]:
    """Every group's stretches, the one that is in force now among them."""
    for group, editions in SCHEDULE.editions.items():
        begun = [each for at, each in enumerate(editions) if at == 0 or each.series is not editions[at - 1].series]
        ends = [*(each.effective_from for each in begun[1:]), END]
        for edition, before in zip(begun, ends, strict=True):
            yield Stretch(group, edition.series, edition.effective_from, before)


@cache
def alone(group: str) -> Schedule:
    """The schedule with one group of it, which is answered sooner."""
    return replace(SCHEDULE, groups={group: SCHEDULE.groups[group]}, editions={group: SCHEDULE.editions[group]})


def boundaries_of(stretch: Stretch) -> set[str]:
    """What there is to be met: the ages and intervals of every rule by which a dose is judged."""
    found = set()
    for series in stretch.series:
        for dose in series.doses:
            for at, rule in enumerate(dose.rules):
                if rule.context != "forecast":
                    found |= {called(series, dose, at, text) for text in _texts(rule, dose.number == series.doses[0].number)}
    return found


def _texts(rule: DoseRule, is_first: bool) -> set[str]:
    """An age behind the one from which the rule holds at all can decide nothing."""
    minimum, from_ages = rule.minimum_age, [condition.age_from for condition in rule.when if condition.age_from]
    decides = minimum is not None and not any(age.shortest >= minimum.longest for age in from_ages)
    ages = {f"age {minimum.text}"} if minimum is not None and decides else set()
    return ages if is_first else ages | {f"interval {each.minimum.text}" for each in rule.intervals if each.from_vaccines is None}


def called(series: Series, dose: SeriesDose, way: int, text: str) -> str:
    """The name of one boundary; the ways to give a dose are counted as the file has them, the plain one last."""
    return f"{series.code} {dose.number} way {way + 1} {text}"


def met_in(stretch: Stretch, wanted: set[str]) -> dict[str, Met]:
    """Those of the wanted boundaries that were met, each with a child in whom it decides."""
    found: dict[str, Met] = {}
    for series in stretch.series:
        for target in series.doses:
            looked_for = {name for name in wanted if name.startswith(f"{series.code} {target.number} ")}
            vaccines = sorted({code for rule in target.rules for code in rule.accepts})
            for course in _courses(stretch, series, target) if looked_for else ():
                for vaccine in vaccines:
                    _try(stretch, series, target, course, vaccine, found)
                if looked_for <= found.keys():
                    break
    return found


Course = tuple[Child, tuple[Observation, ...], tuple[DoseAdministered, ...]]


def _courses(stretch: Stretch, series: Series, target: SeriesDose) -> Iterator[Course]:
    known = tuple(Observation(code, None, value) for code, value in _findings(series, target).items())
    before = [rule for dose in series.doses if dose.number < target.number for rule in dose.rules]
    products = [None, *sorted({code for rule in before for code in rule.accepts})]
    seen = set()
    for born, sex in product(_births(stretch, series, target), _sexes(stretch)):
        for usual, late in product(products, _delays(series, target.number)):
            child = Child(born, sex)
            doses = _lead(stretch.group, series, target.number, child, known, usual, late)
            if doses is not None and (child, doses) not in seen:
                seen.add((child, doses))
                yield child, known, doses


def _delays(series: Series, number: int) -> list[tuple[int, int]]:
    """Which of the doses before is given late, and by how many days."""
    before = [dose.number for dose in series.doses if dose.number < number]
    return [(0, 0), *product(reversed(before), LATE)]


def _sexes(stretch: Stretch) -> tuple[str, ...]:
    asked = any(condition.sex for series in stretch.series for condition in series.when)
    return ("female", "male") if asked else ("female",)


def _births(stretch: Stretch, series: Series, target: SeriesDose) -> list[date]:
    """Days of birth on which the ages of a dose are reached at the beginning of the stretch, at its end, or somewhere within."""
    ages = {age for rule in target.rules for age in (rule.minimum_age, *(condition.age_from for condition in rule.when)) if age}
    lengths = {round(age.months * 30.44 + age.days) for age in ages} or {0}
    days = {stretch.first + (shift - length) * DAY for shift in SHIFTS for length in lengths}
    days |= {stretch.before - (60 + length) * DAY for length in lengths}
    for condition in series.when:
        days |= {day + DAY for day in (condition.born_from,) if day} | {day - DAY for day in (condition.born_before,) if day}
        days = {day for day in days if _is_of_cohort(condition, day)}
    return sorted(days)


def _is_of_cohort(condition: Condition, born: date) -> bool:
    return not (condition.born_from and born < condition.born_from) and not (condition.born_before and born >= condition.born_before)


def _findings(series: Series, target: SeriesDose) -> dict[str, str]:
    """What puts a child on this path and before this dose."""
    skips = [condition for skip in target.skips for condition in skip.when if condition.missing]
    asked = [each for each in (*series.when, *series.prefer) if not each.missing] + skips
    return {
        each.observation: min(each.values) if each.values else str((each.below or 1) - 1) for each in reversed(asked) if each.observation
    }


def _lead(
    group: str, series: Series, number: int, child: Child, known: tuple[Observation, ...], usual: str | None, late: tuple[int, int]
) -> tuple[DoseAdministered, ...] | None:
    """The doses before that number, each on its first day but for the late one; None where they don't lead there."""
    doses: tuple[DoseAdministered, ...] = ()
    on, waited = child.born_on, False
    for _ in range(40):
        following = _next(group, series, child, History(doses, known), on, usual)
        if following is None or following[0] >= number:
            return doses if following and following[0] == number else None
        dose, first, vaccine = following
        if first > on:
            on = first
        elif dose == late[0] and not waited:
            on, waited = on + late[1] * DAY, True
        else:
            doses = (*doses, DoseAdministered(len(doses) + 1, on, vaccine))
            on += DAY
    return None


def _next(group: str, series: Series, child: Child, history: History, on: date, usual: str | None) -> tuple[int, date, str] | None:
    """Number, first day and product of the next dose on this path by the edition of `on`; the usual product where it is accepted."""
    schedule = alone(group)
    facts, live = Facts(schedule, child, history, on), LiveDoses(schedule, history.doses)
    ours = schedule.edition_on(group, on).series_called(series.code, series.follows)
    standing = walk(group, ours, history.doses, facts, live).standing
    target = target_when_given(ours, facts, on, standing)
    if target is None:
        return None
    vaccine = first_applicable(target.rules_ahead, facts, on, standing).vaccines[0]
    if usual and usual in first_applicable(target.rules_when_given(usual), facts, on, standing).accepts:
        vaccine = usual
    rule = first_applicable(target.rules_when_given(vaccine), facts, on, standing)
    return target.number, max(child.born_on, _decisive(rule, facts, standing)[0]), vaccine


def _before(series: Series, number: int) -> int:
    return max((dose.number for dose in series.doses if dose.number < number), default=0)


def _try(stretch: Stretch, series: Series, target: SeriesDose, course: Course, vaccine: str, found: dict[str, Met]) -> None:
    child, known, doses = course
    facts = Facts(alone(stretch.group), child, History(doses, known), END)
    standing = walk(stretch.group, series, doses, facts, LiveDoses(facts.schedule, doses)).standing
    for at, rule in enumerate(target.rules):
        if rule.context == "forecast" or (rule.given and vaccine not in rule.given) or vaccine not in rule.accepts:
            continue
        day, texts = _decisive(rule, facts, standing)
        names = [called(series, target, at, text) for text in texts]
        if not stretch.first < day < stretch.before - DAY or all(name in found for name in names):
            continue
        if rule.maximum_age is not None and facts.age(rule.maximum_age) <= day + DAY:
            continue
        concerns = series in relevant_series(facts.schedule.edition_on(stretch.group, day), facts, day)
        if concerns and _applies(series, target, rule, vaccine, facts, standing, day):
            met = Met(child, known, doses, vaccine, target.number, rule, day)
            found.update({name: met for name in names if name not in found})


def _decisive(rule: DoseRule, facts: Facts, standing: Standing) -> tuple[date, tuple[str, ...]]:
    """The day before which a dose would not count, and what says so: mostly one thing, sometimes two that fall on one day."""
    days = [(facts.age(rule.minimum_age), f"age {rule.minimum_age.text}")] if rule.minimum_age else []
    for interval in rule.intervals:
        since = reference(interval, facts, standing, date.max)
        if since is not None:
            days.append((interval.minimum.after(since), f"interval {interval.minimum.text}"))
    first = max((day for day, _ in days), default=facts.born_on)
    return first, tuple(text for day, text in days if day == first)


def _applies(series: Series, target: SeriesDose, rule: DoseRule, vaccine: str, facts: Facts, standing: Standing, day: date) -> bool:
    """Whether a dose of that day is tried on this target by this rule, and one of the day after as well."""
    for each in (day, day + DAY):
        if target_when_given(series, facts, each, standing) is not target:
            return False
        if first_applicable(target.rules_when_given(vaccine), facts, each, standing) is not rule:
            return False
    return True


def judged(group: str, met: Met, day: date) -> tuple[EvaluationStatus | None, int | None]:
    """The verdict on the dose if given on `day`, by all that the group's rules say."""
    dose = DoseAdministered(len(met.doses) + 1, day, met.vaccine)
    found = assess(alone(group), met.child, History((*met.doses, dose), met.known), day)
    return next(((each.status, each.dose) for each in found.evaluations if each.n == dose.n and each.group == group), (None, None))


def last_ages_of(stretch: Stretch) -> Iterator[Met]:
    """A child before each dose that has a last age, with the first day that is too late; those that this stretch lasts long enough for."""
    for series in stretch.series:
        for target in series.doses:
            for rule in target.rules:
                met = _too_late(stretch, series, target, rule) if rule.maximum_age and rule.context != "forecast" else None
                if met:
                    yield met


def _too_late(stretch: Stretch, series: Series, target: SeriesDose, rule: DoseRule) -> Met | None:
    vaccine = min(rule.given) if rule.given else rule.vaccines[0]
    for child, known, doses in _courses(stretch, series, target):
        facts = Facts(alone(stretch.group), child, History(doses, known), END)
        day = facts.age(rule.maximum_age) if rule.maximum_age else date.min
        standing = walk(stretch.group, series, doses, facts, LiveDoses(facts.schedule, doses)).standing
        if not stretch.first < day < stretch.before - DAY or _decisive(rule, facts, standing)[0] >= day:
            continue
        concerns = series in relevant_series(facts.schedule.edition_on(stretch.group, day), facts, day)
        if concerns and all(_applies(series, target, rule, vaccine, facts, standing, each) for each in (day - DAY, day)):
            return Met(child, known, doses, vaccine, target.number, rule, day)
    return None
