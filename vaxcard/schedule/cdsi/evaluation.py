"""Judges the doses given against one series, each on the target dose whose turn it is (CDSi 4.4 and 6)."""

from __future__ import annotations

from datetime import date

from vaxcard.schedule.cdsi.rules import UNSAID, DatedRule, Product, TargetDose
from vaxcard.schedule.cdsi.skips import skipped
from vaxcard.schedule.cdsi.standing import Given, Standing
from vaxcard.schedule.dates import Duration
from vaxcard.schedule.outcomes import EvaluationStatus, Reason, ReasonCode, ReasonValue
from vaxcard.schedule.series import Interval
from vaxcard.schedule.timing import ONE_DAY

VALID, NOT_VALID = EvaluationStatus.VALID, EvaluationStatus.NOT_VALID
EXTRANEOUS, SUB_STANDARD = EvaluationStatus.EXTRANEOUS, EvaluationStatus.SUB_STANDARD


def walk(standing: Standing) -> None:
    """Take every dose along the series, in order; a later dose never changes the verdict on an earlier one."""
    for given in standing.taken:
        status, reasons = _judged(standing, given)
        standing.statuses.append(status)
        standing.numbers.append(len(standing.met) if status is VALID else None)
        standing.reasons.append(reasons)
        if status is VALID:
            given.counted = True
            standing.previous_on = given.on
        elif given.counted is None:
            given.counted = False


def _judged(standing: Standing, given: Given) -> tuple[EvaluationStatus, tuple[Reason, ...]]:
    target = _target(standing, given)
    if target is None:
        return EXTRANEOUS, (Reason(ReasonCode.SERIES_ALREADY_COMPLETE, {}, standing.series.source),)
    accepted_on = standing.accepted_on(given) if standing.person.accepted else None
    if accepted_on is not None:
        _satisfy(standing, target, given.on)
        return VALID, (Reason(ReasonCode.ACCEPTED, {"decided_on": accepted_on}, "clinician"),)
    if given.flaw is not None:
        return SUB_STANDARD, (given.flaw,)
    if given.cvx in target.inadvertent:
        standing.inadvertent.append(given)
        return NOT_VALID, (Reason(ReasonCode.INADVERTENT, {"vaccine": given.dose.vaccine}, target.source),)
    rule = target.rule_on(given.on)
    young, old = _age(standing, given.on, rule, target)
    if old is not None:
        return EXTRANEOUS, (old,)
    failed = _failed(standing, given, target, rule)
    if young is not None and young.code == ReasonCode.TOO_YOUNG:
        failed.insert(0, young)
    if failed:
        standing.previous_on = given.on
        return NOT_VALID, tuple(failed)
    _satisfy(standing, target, given.on)
    return VALID, (young,) if young is not None else ()


def _target(standing: Standing, given: Given) -> TargetDose | None:
    """The target that the dose is tried on: the next one that is not skipped on its day; a flawed dose skips none."""
    targets = standing.series.targets
    while standing.cursor < len(targets):
        target = targets[standing.cursor]
        flawed = given.flaw is not None
        if flawed or not target.skips_when_given or not skipped(target.skips_when_given, standing, given.on, given.on):
            return target
        standing.cursor += 1
        standing.skipped += 1
    return None


def _satisfy(standing: Standing, target: TargetDose, on: date) -> None:
    """A recurring target stays open behind the dose that met it."""
    standing.met.append(on)
    standing.met_on[target.number] = on
    if not target.recurring:
        standing.cursor += 1


def _age(standing: Standing, on: date, rule: DatedRule, target: TargetDose) -> tuple[Reason | None, Reason | None]:
    """What speaks of too young (or in grace), and of too old."""
    age, absolute, minimum, maximum = standing.person.age, rule.absolute_minimum_age, rule.minimum_age, rule.maximum_age
    if absolute is not None and on < age(absolute):
        text = (minimum or absolute).text
        return Reason(ReasonCode.TOO_YOUNG, {"minimum_age": text, "valid_from": age(absolute)}, target.source), None
    if maximum is not None and on >= age(maximum):
        return None, Reason(ReasonCode.TOO_OLD, {"maximum_age": maximum.text, "last_day": age(maximum) - ONE_DAY}, target.source)
    if minimum is not None and on < age(minimum):
        since = age(absolute) if absolute is not None else standing.person.born_on
        return Reason(ReasonCode.GRACE_PERIOD, {"minimum_age": minimum.text, "valid_from": since}, target.source), None
    return None, None


def _failed(standing: Standing, given: Given, target: TargetDose, rule: DatedRule) -> list[Reason]:
    found = []
    if rule.intervals and (short := _too_short(standing, given, rule.intervals, target)) is not None:
        allowed = rule.allowed_intervals
        if not allowed or _too_short(standing, given, allowed, target) is not None:
            found.append(short)
    if (close := _conflict(standing, given)) is not None:
        found.append(close)
    if not _fits(standing, given, target.preferable.get(given.cvx, ())) and not _fits(standing, given, target.allowable.get(given.cvx, ())):
        expected = next(iter(target.preferable), "")
        found.append(Reason(ReasonCode.WRONG_VACCINE, {"vaccine": given.dose.vaccine, "expected": expected}, target.source))
    return found


def _too_short(standing: Standing, given: Given, intervals: tuple[Interval, ...], target: TargetDose) -> Reason | None:
    """The first interval that is not kept; one without a day to run from is kept (CDSi 6.5, 6.6)."""
    for interval in intervals:
        least = interval.absolute_minimum
        if least is UNSAID or (since := standing.reference(interval, given.at)) is None:
            continue
        if given.on < (valid_from := least.after(since)):
            values: dict[str, ReasonValue] = {
                "days": (given.on - since).days,
                "minimum_interval": (interval.minimum if interval.minimum is not UNSAID else least).text,
                "since": since,
                "valid_from": valid_from,
            }
            return Reason(ReasonCode.INTERVAL_TOO_SHORT, values, target.source)
    return None


def _conflict(standing: Standing, given: Given) -> Reason | None:
    """The earlier live dose that this one comes too close to; one that did not count asks for the longer distance (CDSi 6.7)."""
    pairs = standing.person.schedule.conflicts.get(given.cvx)
    if pairs is None:
        return None
    for earlier in standing.person.live:
        if earlier.at >= given.at:
            break
        pair = pairs.get(earlier.cvx)
        if pair is None or given.on < pair.begin.after(earlier.on):
            continue
        apart: Duration = pair.end if earlier.counted is False else pair.minimum_end
        if given.on < (valid_from := apart.after(earlier.on)):
            values: dict[str, ReasonValue] = {
                "days": (given.on - earlier.on).days,
                "other_vaccine": earlier.dose.vaccine,
                "since": earlier.on,
                "minimum_interval": apart.text,
                "valid_from": valid_from,
            }
            return Reason(ReasonCode.LIVE_TOO_SOON, values, "ScheduleSupportingData, liveVirusConflicts")
    return None


def _fits(standing: Standing, given: Given, products: tuple[Product, ...]) -> bool:
    for product in products:
        if product.maker is not None and product.maker != given.dose.maker:
            continue
        if standing.person.in_age(given.on, product.age_from, product.age_before):
            return True
    return False
