"""Times the engine beside a bare loop over the same rules, in one run: medians for one child of 20 doses and for synthetic children.

The loop gives statuses and next dates only: no reasons, no answer objects, no word on how long an answer holds.
Where VAXCARD_SHARED names CDC's cases and supporting data, their patients are timed as well, all groups, rules loaded once.
Run it as `python benchmarks/engine.py [CHILDREN]`.
"""

import json
import os
import random
import statistics
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.cdsi.loader import load_cdsi
from vaxcard.schedule.exchange import read_patient
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.outcomes import Assessment

SCHEDULE = load_schedule("cn")
ON = date(2026, 11, 24)
ROUNDS, REPEATS = 9, 40
Patient = tuple[Child, History]


def main(children: int = 1000) -> None:
    """Print figures for one child of 20 doses and for a mixed crowd, and whether loop and engine agree."""
    crowd = synthetic(children)
    twenty = next(patient for patient in synthetic(20_000, seed=20) if len(patient[1].doses) == 20)
    for name, patients, repeats in (("one child, 20 doses", [twenty], REPEATS), (f"{children} synthetic children", crowd, 1)):
        floor, engine = medians_us((_each(patients, bare), _each(patients, _whole)), repeats, len(patients))
        print(f"{name}: engine {engine:.0f} µs, bare loop {floor:.0f} µs, ratio {engine / floor:.2f} (to reach: 1.50)")
    doses = sum(len(history.doses) for _, history in crowd) / len(crowd)
    print(f"{doses:.1f} doses a child; the two agree on {agreement(crowd):.1%} of the programme's groups")
    if "VAXCARD_SHARED" in os.environ:
        time_cdsi(Path(os.environ["VAXCARD_SHARED"]) / "cdsi")
    else:
        print("CDSi: not timed, VAXCARD_SHARED names no folder")


def _each(patients: Sequence[Patient], answer: Callable[[Child, History], Any]) -> Callable[[], None]:
    """Answer for everybody and keep nothing, as a run over a nation does."""

    def work() -> None:
        for child, history in patients:
            answer(child, history)

    return work


def _whole(child: Child, history: History) -> Assessment:
    return assess(SCHEDULE, child, history, ON)


def time_cdsi(folder: Path) -> None:
    """CDC's cases against CDC's data: the time to load, and to assess all groups of one patient, until when it holds included."""
    started = time.process_time()
    rules = load_cdsi(folder / "supporting-data-4.64")
    loaded = time.process_time() - started
    for suite in ("healthy-a", "conditions-a"):
        cases = [json.loads(line) for line in (folder / f"{suite}.jsonl").read_text("utf-8").splitlines()]
        people = [read_patient(rules, _person(case)) for case in cases]
        (each,) = medians_us((lambda people=people: [assess(rules, *person).due_now for person in people],), 1, len(people))
        print(f"CDSi, {suite}: {each / 1000:.2f} ms a patient, {len(rules.groups)} groups (to reach: 1.2); loaded once in {loaded:.2f} s")


def _person(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "born_on": case["dob"],
        "sex": {"F": "female", "M": "male"}.get(case["gender"]),
        "assessed_on": case["assessment_date"],
        "doses": [{"given_on": dose["date"], "cvx": dose["cvx"], "mvx": dose["mvx"]} for dose in case["doses"]],
        "observations": [{"code": each["code"], "on": each["date"], "value": each["text"]} for each in case["conditions"]],
    }


def medians_us(works: Sequence[Callable[[], Any]], repeats: int, children: int) -> list[float]:
    """The median time of each work for one child in microseconds; in processor time.

    The works take turns, so that a busy machine hinders all alike.
    """
    rounds: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, times in zip(works, rounds, strict=True):
            started = time.process_time()
            for _ in range(repeats):
                work()
            times.append((time.process_time() - started) / repeats / children * 1e6)
    return [statistics.median(times) for times in rounds]


def synthetic(children: int, seed: int = 7) -> list[Patient]:
    """Children up to fourteen years who follow the routine plan with delays, gaps and the odd early dose; all invented."""
    chance = random.Random(seed)
    return [one_child(chance) for _ in range(children)]


def one_child(chance: random.Random) -> Patient:
    """One invented child who follows the routine plan, more or less."""
    child = Child(ON - timedelta(chance.randrange(14 * 365)), chance.choice(["female", "male"]))
    given, usual = [], chance.choice([0, 10, 40, 200])
    for group in SCHEDULE.groups:
        last = child.born_on
        for target in SCHEDULE.edition_on(group, ON).series[0].doses:
            rule = target.rules[-1]
            if SCHEDULE.groups[group].optional or rule.minimum_age is None or not rule.vaccines or chance.random() < 0.05:
                continue
            late = -1 if chance.random() < 0.02 else chance.randint(0, usual)
            last = max(_kept(rule, last), rule.minimum_age.after(child.born_on)) + timedelta(late)
            if child.born_on <= last <= ON:
                given.append((last, rule.vaccines[0]))
    chance.shuffle(given)
    return child, History(tuple(DoseAdministered(n, day, vaccine) for n, (day, vaccine) in enumerate(given, 1)))


def _kept(rule: Any, last: date) -> date:
    return max((interval.minimum.after(last) for interval in rule.intervals), default=last)


def bare(child: Child, history: History) -> dict[str, Any]:
    """The rules in one loop: each group's statuses, next dose, earliest day and last day on time."""
    born, ages = child.born_on, {}

    def age(duration: Any) -> date:
        if duration not in ages:
            ages[duration] = duration.after(born)
        return ages[duration]

    doses = sorted((dose.given_on, dose.vaccine) for dose in history.doses if dose.given_on <= ON)
    live = [(day, vaccine) for day, vaccine in doses if vaccine in LIVE]
    answers = {}
    for group in GROUPS:
        mine = [dose for dose in doses if dose[1] in MEMBERS[group]]
        paths = [_bare_path(group, series, mine, live, age, child) for series in _relevant(group, age, child)]
        answers[group] = max(paths, key=lambda path: (path["status"] == "complete", path["counted"]))
    return answers


def _relevant(group: str, age: Any, child: Child) -> Sequence[Any]:
    series = SCHEDULE.edition_on(group, ON).series
    if len(series) == 1:
        return series
    found = [each for each in series if all(_fits(condition, ON, age, child, []) for condition in each.when)]
    return [each for each in found if each.overrides] or found


def _fits(condition: Any, day: date, age: Any, child: Child, valid: Sequence[Any]) -> bool:  # noqa: C901
    if condition.age_from is not None and day < age(condition.age_from):
        return False
    if condition.age_before is not None and day >= age(condition.age_before):
        return False
    if condition.sex is not None and child.sex not in condition.sex:
        return False
    if condition.born_from is not None and child.born_on < condition.born_from:
        return False
    if condition.born_before is not None and child.born_on >= condition.born_before:
        return False
    if condition.barred is not None or (condition.observation is not None and not condition.missing):
        return False
    for count in condition.counts:
        number = 0
        for _, given, vaccine in valid:
            known = not count.of or vaccine in count.of or ANTIGENS[vaccine] & count.of
            if known and (count.age_before is None or given < age(count.age_before)):
                number += 1
        if number < count.at_least or (count.at_most is not None and number > count.at_most):
            return False
    return True


def _bare_target(series: Any, reached: int, day: date, given: str | None, age: Any, child: Child, valid: Any) -> Any:
    for target in series.doses:
        if target.number <= reached:
            continue
        if any(all(_fits(condition, day, age, child, valid) for condition in skip.when) for skip in target.skips):
            continue
        for rule in target.rules:
            if rule.context == ("evaluation" if given is None else "forecast") or (rule.given and given not in rule.given):
                continue
            if all(_fits(condition, day, age, child, valid) for condition in rule.when):
                return target, rule
    return None, None


def _bare_path(group: str, series: Any, mine: Any, live: Any, age: Any, child: Child) -> dict[str, Any]:
    reached, previous, valid, met, statuses = 0, None, [], {}, []
    starts, editions = STARTS[group], SCHEDULE.editions[group]
    for day, vaccine in mine:
        edition = editions[max(0, bisect_right(starts, day) - 1)]
        ours = next((each for each in edition.series if each.code == series.code), edition.series[0])
        target, rule = _bare_target(ours, reached, day, vaccine, age, child, valid)
        status = "extraneous" if target is None else "valid"
        if target is not None:
            if rule.maximum_age is not None and day >= age(rule.maximum_age):
                status = "extraneous"
            elif day < age(rule.minimum_age) or vaccine not in rule.accepts or _too_soon(rule, day, met, previous):
                status = "not_valid"
            else:
                close = vaccine in LIVE and any(other < day < SPACING.after(other) for other, _ in live)
                status = "not_valid" if close else "valid"
        if status == "valid":
            reached = met_at = target.number
            met[met_at] = day
            valid.append((met_at, day, vaccine))
        previous = day
        statuses.append(status)
    return _bare_next(series, reached, previous, valid, met, statuses, live, age, child)


def _too_soon(rule: Any, day: date, met: dict[int, date], previous: date | None) -> bool:
    for interval in rule.intervals:
        since = met.get(interval.from_dose) if interval.from_dose is not None else previous
        if since is not None and day < interval.minimum.after(since):
            return True
    return False


def _bare_next(series: Any, reached: int, previous: Any, valid: Any, met: Any, statuses: Any, live: Any, age: Any, child: Child) -> Any:
    answer = {"statuses": statuses, "counted": len(valid), "status": "complete" if valid else "not_recommended"}
    day = ON
    while not series.evaluation_only:
        target, rule = _bare_target(series, reached, day, None, age, child, valid)
        if target is None:
            return answer
        earliest = age(rule.minimum_age)
        for interval in rule.intervals:
            since = met.get(interval.from_dose) if interval.from_dose is not None else previous
            if since is not None:
                earliest = max(earliest, interval.minimum.after(since))
        before = [other for other, _ in live if other < ON]
        if rule.vaccines[0] in LIVE and before:
            earliest = max(earliest, SPACING.after(before[-1]))
        if earliest > day:
            day = earliest
            continue
        limit = rule.maximum_age or SCHEDULE.catch_up_age
        if limit is not None and max(ON, earliest) >= age(limit):
            return {**answer, "status": "aged_out"}
        late = max(earliest, age(rule.latest_recommended_age) - timedelta(1)) if rule.latest_recommended_age else None
        return {**answer, "status": "not_complete", "dose": target.number, "earliest": earliest, "past_due": late}
    return {**answer, "status": "not_recommended"}


def agreement(crowd: Sequence[Patient]) -> float:
    """The share of groups on which loop and engine give the same status, next dose and earliest day."""
    same = []
    for patient in crowd:
        answers = bare(*patient)
        for forecast in assess(SCHEDULE, *patient, ON).forecasts:
            loop = answers.get(forecast.group)
            if loop is not None:
                same.append((loop["status"], loop.get("dose")) == (forecast.status.value, forecast.dose))
    return sum(same) / len(same)


LIVE, SPACING = SCHEDULE.live[0].vaccines, SCHEDULE.live[0].minimum
GROUPS = [code for code, group in SCHEDULE.groups.items() if not group.optional]
MEMBERS = {group: {code for code, vaccine in SCHEDULE.vaccines.items() if group in vaccine.groups} for group in GROUPS}
ANTIGENS = {code: vaccine.antigens for code, vaccine in SCHEDULE.vaccines.items()}
STARTS = {group: [edition.effective_from for edition in SCHEDULE.editions[group]] for group in GROUPS}

if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
