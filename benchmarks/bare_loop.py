"""China's schedule as one hand-coded loop: the floor under the engine.

The loop works by the same rules as the engine and answers the same: every verdict, status, next dose with all its dates, what a
clinician is asked, and the day on which any of it changes; it makes no reasons and no answer objects, knows only what the invented
children have (doses: no observations, decisions or spoilt lots), and reads the rules as they are loaded, without tables made of them.
How often the two agree is printed; less than always means that one of them is wrong.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from vaxcard.schedule.history import Child, History
from vaxcard.schedule.loader import load_schedule

SCHEDULE = load_schedule("cn")
ON = date(2026, 11, 24)
LIVE, SPACING = SCHEDULE.live[0].vaccines, SCHEDULE.live[0].minimum
MEMBERS = {group: {code for code, vaccine in SCHEDULE.vaccines.items() if group in vaccine.groups} for group in SCHEDULE.groups}
ANTIGENS = {code: vaccine.antigens for code, vaccine in SCHEDULE.vaccines.items()}
STARTS = {group: [edition.effective_from for edition in SCHEDULE.editions[group]] for group in SCHEDULE.groups}


def bare(child: Child, history: History) -> dict[str, Any]:
    """The rules in one loop: for each group the verdicts, status, next dose with its dates, and the day on which any of it changes."""
    born, ages = child.born_on, {}

    def age(duration: Any) -> date:
        if duration not in ages:
            ages[duration] = duration.after(born)
        return ages[duration]

    doses = sorted((dose.given_on, dose.vaccine) for dose in history.doses if dose.given_on <= ON)
    live = [(day, vaccine) for day, vaccine in doses if vaccine in LIVE]
    answers, walked = {}, {}
    for group in SCHEDULE.groups:
        mine = [dose for dose in doses if dose[1] in MEMBERS[group]]
        if not mine and SCHEDULE.groups[group].optional:
            continue
        walked[group] = {each.code: _bare_path(group, each, mine, live, age, child) for each in _relevant(group, ON, age, child)}
        answers[group] = _bare_choice(group, ON, walked, mine, live, age, child)
    return {"groups": answers, "changes": _bare_change(answers, walked, doses, live, age, child)}


def _bare_choice(group: str, day: date, walked: Any, mine: Any, live: Any, age: Any, child: Child) -> dict[str, Any]:
    """The best path of a group as seen on a day; what counted on another counts as well, and then a clinician has to look."""
    paths = []
    for series in _relevant(group, day, age, child):
        if series.code not in walked[group]:
            walked[group][series.code] = _bare_path(group, series, mine, live, age, child)
        path = walked[group][series.code]
        paths.append({**_bare_next(group, series, path, live, day, age, child), "statuses": path[5], "numbered": path[6]})
        if paths[-1]["status"] == "complete" and path[6] == len(mine):
            return paths[-1]
    best = max(paths, key=lambda path: (path["status"] == "complete", path["numbered"], path["needs"] is None))
    counted = [any(path["statuses"][at] == "valid" for path in paths) for at in range(len(mine))]
    merged = ["valid" if counted[at] and found != "through" else found for at, found in enumerate(best["statuses"])]
    if merged != best["statuses"] and best["status"] == "not_complete":
        return {**best, "statuses": merged, "needs": best["needs"] or "clinician"}
    return {**best, "statuses": merged}


def _bare_change(answers: Any, walked: Any, doses: Any, live: Any, age: Any, child: Child) -> date | None:
    """The first day ahead on which any group is answered otherwise."""
    owed = [each for each in answers.values() if each["status"] == "not_complete" and each["needs"] is None]
    certain = [each["earliest"] for each in owed if each["earliest"] > ON]
    period = SCHEDULE.in_force(ON)
    if period.ends_before is not None:
        certain.append(period.ends_before)
    limit, possible = min(certain, default=None), {}
    tomorrow = [ON + timedelta(1)] if doses and doses[-1][0] == ON else []
    for group, answer in answers.items():
        edition, complete = period.editions[group], answer["status"] == "complete"
        days = tomorrow + [age(each) for each in (edition.reopening if complete else edition.thresholds)]
        if not complete and SCHEDULE.catch_up_age is not None:
            days.append(age(SCHEDULE.catch_up_age))
        for asked in edition.fading:
            days += [asked.within.after(day) for day, vaccine in doses if vaccine in asked.of]
        for day in days:
            if day > ON and (limit is None or day < limit):
                possible.setdefault(day, []).append(group)
    for day in sorted(possible):
        for group in possible[day]:
            mine = [dose for dose in doses if dose[1] in MEMBERS[group]]
            then = _bare_choice(group, day, walked, mine, live, age, child)
            if then != answers[group] or _is_open(then, day) != _is_open(answers[group], ON):
                return day
    return limit


def _is_open(answer: Any, day: date) -> bool:
    return answer["status"] == "not_complete" and answer["needs"] is None and answer["earliest"] <= day


def _relevant(group: str, day: date, age: Any, child: Child) -> Sequence[Any]:
    series = SCHEDULE.edition_on(group, ON).series
    if len(series) == 1:
        return series
    found = [each for each in series if all(_fits(condition, day, age, child, []) for condition in each.when)]
    return [each for each in found if each.overrides] or found or series[:1]


def _fits(condition: Any, day: date, age: Any, child: Child, valid: Sequence[Any], failed: Sequence[Any] = ()) -> bool:  # noqa: C901
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
            is_of_age = count.age_from is None or given >= age(count.age_from)
            if known and is_of_age and (count.age_before is None or given < age(count.age_before)):
                number += 1
        if number < count.at_least or (count.at_most is not None and number > count.at_most):
            return False
    asked = condition.not_counted
    return asked is None or any(vaccine in asked.of and given <= day < asked.within.after(given) for given, vaccine in failed)


def _bare_target(series: Any, reached: int, day: date, given: str | None, age: Any, child: Child, valid: Any, failed: Any) -> Any:
    other = "forecast" if given is None else "evaluation"
    passed_by = "evaluation" if given is None else "forecast"
    for target in series.doses:
        if target.number <= reached:
            continue
        for skip in target.skips:
            if skip.context in ("both", other) and all(_fits(condition, day, age, child, valid, failed) for condition in skip.when):
                break
        else:
            for rule in target.rules:
                if rule.context == passed_by or (rule.given and given not in rule.given):
                    continue
                if all(_fits(condition, day, age, child, valid, failed) for condition in rule.when):
                    return target, rule
            return target, target.rules[-1]
    return None, None


def _bare_path(group: str, series: Any, mine: Any, live: Any, age: Any, child: Child) -> Any:
    reached, previous, valid, met, statuses, failed, numbered = 0, None, [], {}, [], [], 0
    starts, editions = STARTS[group], SCHEDULE.editions[group]
    for day, vaccine in mine:
        edition = editions[max(0, bisect_right(starts, day) - 1)]
        ours = next((each for each in edition.series if each.code == series.code), None)
        ours = ours or next((each for each in edition.series if each.code == series.follows), edition.series[0])
        target, rule = _bare_target(ours, reached, day, vaccine, age, child, valid, failed)
        status = _bare_status(target, rule, day, vaccine, met, previous, valid, live, age)
        if status == "not_valid" and any(_is_beyond(each, day, vaccine, met, previous, valid, live, age, child) for each in ours.beyond):
            status = "valid"
            valid.append((None, day, vaccine))
        elif status == "valid":
            met[target.number] = day
            reached = target.number - 1 if target.recurring else target.number
            valid.append((target.number, day, vaccine))
            numbered += 1
        elif status == "not_valid":
            failed.append((day, vaccine))
        previous = _before_next(previous, day, status == "valid")
        statuses.append(status)
    return reached, previous, valid, met, failed, statuses, numbered


def _before_next(previous: Any, day: date, counted: bool) -> Any:
    """The last dose and whether it counted, and what stands before it on an earlier day."""
    return day, counted, previous


def _since_previous(previous: Any, day: date) -> date | None:
    while previous is not None:
        given, counted, previous = previous
        if counted or given < day:
            return given
    return None


def _bare_status(target: Any, rule: Any, day: date, vaccine: str, met: Any, previous: Any, valid: Any, live: Any, age: Any) -> str:
    if target is None:
        return "through"
    if rule.maximum_age is not None and day >= age(rule.maximum_age):
        return "extraneous"
    if rule.minimum_age is not None and day < age(rule.absolute_minimum_age or rule.minimum_age):
        return "not_valid"
    if vaccine not in rule.accepts or _too_soon(rule, day, met, previous, valid):
        return "not_valid"
    return "not_valid" if vaccine in LIVE and any(other < day < SPACING.after(other) for other, _ in live) else "valid"


def _is_beyond(rule: Any, day: date, vaccine: str, met: Any, previous: Any, valid: Any, live: Any, age: Any, child: Child) -> bool:
    fits = vaccine in (rule.given or ()) and all(_fits(condition, day, age, child, valid) for condition in rule.when)
    return fits and _bare_status(rule, rule, day, vaccine, met, previous, valid, live, age) == "valid"


def _since(interval: Any, day: date, met: Any, previous: Any, valid: Any) -> date | None:
    if interval.from_dose is not None:
        return met.get(interval.from_dose)
    if interval.from_previous:
        return _since_previous(previous, day)
    return next((given for _, given, vaccine in reversed(valid) if vaccine in interval.from_vaccines), None)


def _too_soon(rule: Any, day: date, met: Any, previous: Any, valid: Any) -> bool:
    for interval in rule.intervals:
        since = _since(interval, day, met, previous, valid)
        if since is not None and day < interval.absolute_minimum.after(since):
            return True
    return False


def _bare_dates(rule: Any, earliest: date, met: Any, previous: Any, valid: Any, age: Any) -> tuple[date, date | None]:
    wish = age(rule.earliest_recommended_age) if rule.earliest_recommended_age is not None else earliest
    late = max(earliest, age(rule.latest_recommended_age) - timedelta(1)) if rule.latest_recommended_age is not None else None
    for interval in rule.intervals if rule.timed else ():
        since = _since(interval, date.max, met, previous, valid)
        if since is not None and interval.earliest_recommended is not None and rule.earliest_recommended_age is None:
            wish = max(wish, interval.earliest_recommended.after(since))
        if since is not None and interval.latest_recommended is not None and rule.latest_recommended_age is None:
            late = max(late or earliest, interval.latest_recommended.after(since) - timedelta(1))
    return wish, late


def _bare_next(group: str, series: Any, path: Any, live: Any, on: date, age: Any, child: Child) -> dict[str, Any]:
    reached, previous, valid, met, failed, _, _ = path
    answer: dict[str, Any] = {"status": "complete" if valid else "not_recommended", "needs": None}
    optional, owed_from, day = SCHEDULE.groups[group].optional, SCHEDULE.edition_on(group, ON).owed_from, on
    while not series.evaluation_only:
        target, rule = _bare_target(series, reached, day, None, age, child, valid, failed)
        if target is None:
            return answer
        earliest = age(rule.minimum_age) if rule.minimum_age is not None else child.born_on
        for interval in rule.intervals:
            since = _since(interval, date.max, met, previous, valid)
            if since is not None:
                earliest = max(earliest, interval.minimum.after(since))
        if owed_from is not None:
            earliest = max(earliest, owed_from)
        before = [other for other, _ in live if other < on or earliest > on] or [other for other, _ in live if other < on]
        if rule.vaccines[0] in LIVE and before:
            earliest = max(earliest, SPACING.after(before[-1]))
        if earliest > day:
            day = earliest
            continue
        for limit in (rule.maximum_age, None if optional else SCHEDULE.catch_up_age):
            if limit is not None and max(on, earliest) >= age(limit):
                return {**answer, "status": "aged_out"}
        wish, late = _bare_dates(rule, earliest, met, previous, valid, age)
        latest = age(rule.maximum_age) - timedelta(1) if rule.maximum_age is not None else None
        owed = {"status": "not_complete", "dose": target.number, "needs": rule.needs, "earliest": earliest, "vaccines": rule.vaccines}
        return {**owed, "recommended": max(earliest, wish), "past_due": None if optional else late, "latest": latest}
    return {**answer, "status": "not_recommended"}
