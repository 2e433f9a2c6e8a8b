"""Which target dose stands next, and which of its ways to be given applies (CDSi 6.2, 7.1)."""

from datetime import date

from vaxcard.schedule.conditions import Facts, holds
from vaxcard.schedule.rules import DoseRule, Series, SeriesDose
from vaxcard.schedule.standing import Standing


def next_target(series: Series, facts: Facts, day: date, standing: Standing, context: str) -> SeriesDose | None:
    """The first target dose not yet met and not passed over on `day`; None when the series is through."""
    reached = standing.reached
    for target in series.doses:
        if target.number > reached and not (target.skips and _skipped(target, facts, day, standing, context)):
            return target
    return None


def _skipped(target: SeriesDose, facts: Facts, day: date, standing: Standing, context: str) -> bool:
    return any(skip.context in ("both", context) and holds(skip.when, facts, day, standing) for skip in target.skips)


def rule_for(target: SeriesDose, facts: Facts, day: date, standing: Standing, given: str | None) -> DoseRule:
    """The way in which the target is given on `day`; `given` is the vaccine being judged, None in a forecast."""
    if len(target.rules) == 1:
        return target.rules[0]
    passed_by = "evaluation" if given is None else "forecast"
    for rule in target.rules:
        if rule.context == passed_by or (rule.given is not None and given not in rule.given):
            continue
        if holds(rule.when, facts, day, standing):
            return rule
    return target.rules[-1]
