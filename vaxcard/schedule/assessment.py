"""The engine's one door: a child's history against a schedule on one day. Deterministic, and never raises on a well-formed history."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter, eq

from vaxcard.schedule.cdsi.assessment import assess_antigens
from vaxcard.schedule.cdsi.rules import AntigenSchedule
from vaxcard.schedule.conditions import Facts
from vaxcard.schedule.dates import day_after
from vaxcard.schedule.evaluation import Path, walk
from vaxcard.schedule.forecast import forecast
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.outcomes import (
    Assessment,
    Evaluation,
    EvaluationStatus,
    Forecast,
    Reason,
    ReasonCode,
    ReasonValue,
    SeriesStatus,
)
from vaxcard.schedule.rules import Schedule, Vaccine
from vaxcard.schedule.selection import Choice, choose, relevant_series
from vaxcard.schedule.series import Series
from vaxcard.schedule.timing import ONE_DAY
from vaxcard.schedule.vaccines import LiveDoses

ENGINE = "vaxcard-schedule 1"
AnySchedule = Schedule | AntigenSchedule
_NOT_COMPLETE, _COMPLETE = SeriesStatus.NOT_COMPLETE, SeriesStatus.COMPLETE
_BY_DAY, _BY_NUMBER = attrgetter("given_on", "vaccine"), attrgetter("n")


def assess(schedule: AnySchedule, child: Child, history: History, on: date) -> Assessment:
    """What the doses given are worth and what is owed on `on`; doses after it are left out and listed."""
    if isinstance(schedule, AntigenSchedule):
        return assess_antigens(schedule, child, history, on, ENGINE)
    today = _Day(schedule, child, history, on)
    choices = today.choices()
    forecasts = today.forecasts(choices)
    due_now = _due(forecasts, on)
    return Assessment(
        on=on,
        edition=today.in_force.label,
        engine=ENGINE,
        holds_until=_holds_until(today, choices, forecasts),
        evaluations=today.evaluations(choices),
        forecasts=forecasts,
        due_now=due_now,
        unverified=today.in_force.unverified,
    )


def _due(forecasts: tuple[Forecast, ...], on: date) -> tuple[str, ...]:
    return tuple([each.group for each in forecasts if _is_due(each, on)])


def _is_due(each: Forecast, on: date) -> bool:
    return each.status is _NOT_COMPLETE and each.needs is None and each.earliest is not None and each.earliest <= on


@dataclass(slots=True)
class _Sorted:
    """The doses of a history: those of each group in order, those that no rule judges with the reason, and all given by the day."""

    by_group: dict[str, list[DoseAdministered]]
    aside: list[Evaluation]
    judged: list[DoseAdministered]


class _Day:
    """One child on one day; paths are walked once and serve every look ahead."""

    def __init__(self, schedule: Schedule, child: Child, history: History, on: date) -> None:
        self.schedule, self.child, self.history, self.on = schedule, child, history, on
        self.in_force = schedule.in_force(on)
        self.facts = Facts(schedule, child, history, on)
        self.sorted = _sort(schedule, child, history, on)
        self.live = LiveDoses(schedule, self.sorted.judged)
        self._paths: dict[tuple[str, str], Path] = {}

    def choices(self) -> dict[str, Choice]:
        """Each group's path with its forecast; optional groups only once begun."""
        groups = self.schedule.groups.values()
        by_group = self.sorted.by_group
        return {group.code: self.choice(group.code, self.on) for group in groups if not group.optional or group.code in by_group}

    def choice(self, group: str, on: date) -> Choice:
        """A group's path and forecast seen from `on`, which may lie ahead as long as the same edition is in force."""
        edition = self.in_force.editions[group]
        series = relevant_series(edition, self.facts, on)
        if len(series) == 1:
            path = self._path(group, series[0])
            return Choice(path, forecast(edition, path, self.facts, self.live, on), path.evaluations)
        paths = (self._path(group, each) for each in series)
        return choose(edition, paths, self.facts, on, lambda path: forecast(edition, path, self.facts, self.live, on))

    def _path(self, group: str, series: Series) -> Path:
        path = self._paths.get((group, series.code))
        if path is None:
            doses = self.sorted.by_group.get(group, [])
            path = self._paths[group, series.code] = walk(group, series, doses, self.facts, self.live)
        return path

    def forecasts(self, choices: dict[str, Choice]) -> tuple[Forecast, ...]:
        """The forecasts in the schedule's order; an optional group is never late."""
        return tuple([self.shown(each.forecast) for each in choices.values()])

    def shown(self, each: Forecast) -> Forecast:
        """A forecast as it is answered."""
        return replace(each, optional=True, past_due=None) if self.schedule.groups[each.group].optional else each

    def evaluations(self, choices: dict[str, Choice]) -> tuple[Evaluation, ...]:
        """One entry a dose and group, in the order in which the doses came."""
        found = list(self.sorted.aside)
        for choice in choices.values():
            found += choice.evaluations
        found.sort(key=_BY_NUMBER)
        return tuple(found)


def _sort(schedule: Schedule, child: Child, history: History, on: date) -> _Sorted:
    by_group: dict[str, list[DoseAdministered]] = {}
    aside: list[Evaluation] = []
    judged: list[DoseAdministered] = []
    vaccines, born_on = schedule.vaccines, child.born_on
    for dose in _in_order(history.doses):
        vaccine = vaccines.get(dose.vaccine)
        if vaccine is None or not born_on <= dose.given_on <= on:
            aside.append(_left_out(child, dose, vaccine, on))
            continue
        judged.append(dose)
        if not vaccine.groups:
            # In no group and yet perhaps a live vaccine, from which others keep their distance.
            aside.append(_left_out(child, dose, vaccine, on))
        for group in vaccine.groups:
            if group in by_group:
                by_group[group].append(dose)
            else:
                by_group[group] = [dose]
    return _Sorted(by_group, aside, judged)


def _in_order(doses: tuple[DoseAdministered, ...]) -> list[DoseAdministered]:
    """By date and vaccine; what else tells doses apart is asked only where two are alike in both."""
    found = sorted(doses, key=_BY_DAY)
    if any(map(eq, map(_BY_DAY, found), map(_BY_DAY, found[1:]))):
        found.sort(key=_order)
    return found


def _order(dose: DoseAdministered) -> tuple[date, str, bool, date, int]:
    """By date; on one day by vaccine, and the sounder of two alike first, so that the order of recording does not matter."""
    return dose.given_on, dose.vaccine, dose.substandard, dose.expires_on or date.max, dose.n


def _left_out(child: Child, dose: DoseAdministered, vaccine: Vaccine | None, on: date) -> Evaluation:
    """Why a dose is not judged: the first that applies."""
    if vaccine is None:
        return _aside(dose, None, ReasonCode.UNKNOWN_VACCINE, {"vaccine": dose.vaccine})
    if dose.given_on > on:
        return _aside(dose, None, ReasonCode.AFTER_ASSESSMENT, {})
    if dose.given_on < child.born_on:
        return _aside(dose, EvaluationStatus.NOT_VALID if vaccine.groups else None, ReasonCode.BEFORE_BIRTH, {"born_on": child.born_on})
    return _aside(dose, None, ReasonCode.NOT_IN_PROGRAMME, {"vaccine": dose.vaccine})


def _aside(dose: DoseAdministered, status: EvaluationStatus | None, code: ReasonCode, values: dict[str, ReasonValue]) -> Evaluation:
    return Evaluation(dose.n, dose.given_on, dose.vaccine, None, None, status, (Reason(code, values, "record"),))


def _holds_until(today: _Day, choices: dict[str, Choice], forecasts: tuple[Forecast, ...]) -> date | None:
    """The last day on which the answer is the same by time alone: the day before the first change that can be foreseen."""
    limit = min(_certain_changes(today, forecasts), default=None)
    possible: dict[date, set[str]] = {}
    for day, group in _possible_changes(today, choices, limit or date.max):
        if limit is None or day < limit:
            possible.setdefault(day, set()).add(group)
    for day in sorted(possible):
        if _differs(today, choices, possible[day], day):
            limit = day
            break
    return limit - ONE_DAY if limit else None


def _certain_changes(today: _Day, forecasts: tuple[Forecast, ...]) -> Iterator[date]:
    """Doses that become due, doses recorded ahead, and the next edition."""
    on = today.on
    for each in forecasts:
        if each.earliest is not None and each.earliest > on and _is_due(each, each.earliest):
            yield each.earliest
    for left_out in today.sorted.aside:
        if left_out.given_on > on and left_out.vaccine in today.schedule.vaccines:
            yield left_out.given_on
    if today.in_force.ends_before is not None:
        yield today.in_force.ends_before


def _possible_changes(today: _Day, choices: dict[str, Choice], before: date) -> Iterator[tuple[date, str]]:
    """Days ahead, with the group concerned, on which an age is reached, an observation or decision begins or ends, or a live dose
    of today becomes yesterday's; ages reached after `before` may be left out."""
    on, ages, limit = today.on, today.facts.ages, today.schedule.catch_up_age
    lived, ahead = (on - today.child.born_on).days, (before - today.child.born_on).days
    everyone = list(_for_every_group(today))
    for group, choice in choices.items():
        for day in everyone:
            yield day, group
        edition, complete = today.in_force.editions[group], choice.forecast.status is _COMPLETE
        for age in edition.reopening if complete else edition.thresholds:
            if age.longest > lived and age.shortest < ahead and (day := ages[age]) > on:
                yield day, group
        if not complete and limit is not None and limit.shortest < ahead and (day := ages[limit]) > on:
            yield day, group
        for asked in edition.fading:
            doses = today.sorted.by_group.get(group, ())
            yield from ((day, group) for dose in doses if dose.vaccine in asked.of and (day := asked.within.after(dose.given_on)) > on)


def _for_every_group(today: _Day) -> Iterator[date]:
    on, judged = today.on, today.sorted.judged
    if judged and judged[-1].given_on == on:
        yield day_after(on)
    for condition in (condition for each in today.facts.questions for condition in each.when):
        yield from (day for age in (condition.age_from, condition.age_before) if age is not None and (day := today.facts.ages[age]) > on)
    for first, last in _spans(today.history):
        yield from (day for day in (first, day_after(last) if last else None) if day is not None and day > on)


def _spans(history: History) -> Iterator[tuple[date | None, date | None]]:
    for observation in history.observations:
        yield observation.on, observation.until
    for decision in history.decisions:
        yield decision.on, decision.until


def _differs(today: _Day, choices: dict[str, Choice], groups: set[str], day: date) -> bool:
    history = today.history
    days = {each.on for each in history.observations} | {each.on for each in history.decisions}
    # Something observed or decided ahead can change the verdict on doses: then everything is worked out anew.
    later = _Day(today.schedule, today.child, history, day) if day in days else today
    for group in groups:
        choice, then = choices[group], later.choice(group, day)
        if then.forecast != choice.forecast or _is_due(then.forecast, day) != _is_due(choice.forecast, today.on):
            return True
        if then.evaluations is not choice.evaluations and then.evaluations != choice.evaluations:
            return True
    return False
