"""Ages and intervals: what they say of a dose that was given, and the first day on which the next may be given (CDSi 6.4–6.6, 7.5).

An age is a minimum without grace unless the rule's absolute minimum lies below it; intervals run from doses that did not count as well.
"""

from datetime import date, timedelta

from vaxcard.schedule.conditions import Facts
from vaxcard.schedule.outcomes import Reason, ReasonCode, ReasonValue
from vaxcard.schedule.series import DoseRule, Interval
from vaxcard.schedule.standing import Standing

ONE_DAY = timedelta(1)
_FROM_AGE, _FROM_INTERVAL = ReasonCode.FROM_AGE, ReasonCode.FROM_INTERVAL


def in_time(given_on: date, facts: Facts, rule: DoseRule, standing: Standing) -> bool:
    """Whether a dose keeps age and intervals with nothing to remark; where it does not, the two functions below say why."""
    if rule.minimum_age is not None and given_on < facts.ages[rule.minimum_age]:
        return False
    if rule.maximum_age is not None and given_on >= facts.ages[rule.maximum_age]:
        return False
    for interval in rule.intervals:
        since = standing.last_counted if interval.from_previous and interval.from_dose is None else None
        if since is None:
            since = reference(interval, facts, standing, given_on)
        if since is not None and given_on < interval.absolute_minimum.after(since):
            return False
    return True


def age_reason(given_on: date, facts: Facts, rule: DoseRule) -> Reason | None:
    """What the age at a dose says of it, or None when it is unremarkable (CDSi 6.4)."""
    minimum = rule.minimum_age
    if minimum is not None and given_on < facts.age(minimum):
        absolute = rule.absolute_minimum_age or minimum
        in_grace = given_on >= facts.age(absolute)
        code = ReasonCode.GRACE_PERIOD if in_grace else ReasonCode.TOO_YOUNG
        return Reason(code, {"minimum_age": minimum.text, "valid_from": facts.age(absolute)}, rule.source, rule.sensitive)
    # Too old is extraneous, not invalid: the dose is not repeated.
    if rule.maximum_age is not None and given_on >= facts.age(rule.maximum_age):
        values: dict[str, ReasonValue] = {"maximum_age": rule.maximum_age.text, "last_day": facts.age(rule.maximum_age) - ONE_DAY}
        return Reason(ReasonCode.TOO_OLD, values, rule.source, rule.sensitive)
    return None


def interval_reason(given_on: date, facts: Facts, rule: DoseRule, standing: Standing) -> Reason | None:
    """The first interval that the dose does not keep, or None; an interval without a reference is kept (CDSi 6.5)."""
    for interval in rule.intervals:
        since = reference(interval, facts, standing, given_on)
        if since is not None and given_on < (valid_from := interval.absolute_minimum.after(since)):
            values: dict[str, ReasonValue] = {
                "days": (given_on - since).days,
                "minimum_interval": interval.minimum.text,
                "since": since,
                "valid_from": valid_from,
            }
            return Reason(ReasonCode.INTERVAL_TOO_SHORT, values, rule.source, rule.sensitive)
    return None


def reference(interval: Interval, facts: Facts, standing: Standing, day: date) -> date | None:
    """The day from which an interval runs, None when there is none yet."""
    if interval.from_previous and interval.from_dose is None:
        return standing.previous(day)
    if interval.from_dose is not None:
        return standing.met_on.get(interval.from_dose)
    if interval.from_vaccines is not None:
        return standing.latest_of(interval.from_vaccines)
    if interval.from_observation is not None:
        seen = facts.observations.get(interval.from_observation, ())
        return max((each.on for each in seen if each.on is not None and each.on <= day), default=None)
    return None


def waits(facts: Facts, rule: DoseRule, standing: Standing) -> tuple[date, Interval | None, date | None]:
    """The day before which the next dose would not be valid, and the interval with its beginning if one decides, None for the age."""
    latest, decisive, start = facts.ages[rule.minimum_age] if rule.minimum_age is not None else facts.born_on, None, None
    for interval in rule.intervals:
        since = reference(interval, facts, standing, date.max)
        if since is not None and (day := interval.minimum.after(since)) > latest:
            latest, decisive, start = day, interval, since
    return latest, decisive, start


def wait_reason(rule: DoseRule, day: date, interval: Interval | None, since: date | None) -> Reason:
    """What `waits` found, as a reason."""
    if interval is None or since is None:
        text = rule.minimum_age.text if rule.minimum_age is not None else "birth"
        return Reason(_FROM_AGE, {"minimum_age": text, "valid_from": day}, rule.source, rule.sensitive)
    values: dict[str, ReasonValue] = {"minimum_interval": interval.minimum.text, "since": since, "valid_from": day}
    return Reason(_FROM_INTERVAL, values, rule.source, rule.sensitive)


def recommended_on(facts: Facts, rule: DoseRule, standing: Standing, earliest: date) -> date:
    """The day from which the dose is recommended: never before it is valid (CDSi 7.5)."""
    if rule.earliest_recommended_age is not None:
        return max(earliest, facts.age(rule.earliest_recommended_age))
    for interval in rule.intervals if rule.timed else ():
        since = reference(interval, facts, standing, date.max)
        if since is not None and interval.earliest_recommended is not None:
            earliest = max(earliest, interval.earliest_recommended.after(since))
    return earliest


def last_day_on_time(facts: Facts, rule: DoseRule, standing: Standing, earliest: date) -> date | None:
    """The day before the dose is to be complete, by age or else by interval; never before it is valid; None when nothing is said."""
    if rule.latest_recommended_age is not None:
        return max(earliest, facts.age(rule.latest_recommended_age) - ONE_DAY)
    if not rule.timed:
        return None
    days = []
    for interval in rule.intervals:
        since = reference(interval, facts, standing, date.max)
        if since is not None and interval.latest_recommended is not None:
            days.append(interval.latest_recommended.after(since) - ONE_DAY)
    return max(earliest, *days) if days else None
