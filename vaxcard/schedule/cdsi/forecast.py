"""Looks ahead along one series: what it still owes on the day of assessment, and from when (CDSi 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vaxcard.schedule.cdsi.rules import UNSAID, Antigen, Bar, DatedRule, TargetDose
from vaxcard.schedule.cdsi.skips import skipped
from vaxcard.schedule.cdsi.standing import Person, Standing
from vaxcard.schedule.outcomes import Reason, ReasonCode, ReasonValue, SeriesStatus
from vaxcard.schedule.timing import ONE_DAY

_NOT_COMPLETE, _FROM_AGE, _FROM_INTERVAL = SeriesStatus.NOT_COMPLETE, ReasonCode.FROM_AGE, ReasonCode.FROM_INTERVAL


@dataclass(slots=True)
class Outlook:
    """Where a series stands; dates only while it is owed. `why` explains the earliest day, or else the status."""

    standing: Standing
    status: SeriesStatus
    why: Reason
    target: int = 0
    number: int | None = None
    earliest: date | None = None
    recommended: date | None = None
    past_due: date | None = None
    latest: date | None = None
    has_priority: bool = False
    vaccines: tuple[str, ...] = ()


def look_ahead(standing: Standing, antigen: Antigen, immune: Reason | None, barred: Reason | None) -> Outlook:
    """The outlook of a series; `immune` and `barred` say what holds of the whole antigen or series."""
    person, targets, at = standing.person, standing.series.targets, standing.cursor
    while True:
        while at < len(targets) and (skips := targets[at].skips_ahead) and skipped(skips, standing, person.on, person.on):
            at += 1
        if at == len(targets):
            return _through(standing)
        if immune is not None:
            return Outlook(standing, SeriesStatus.IMMUNE, immune, at)
        if barred is not None:
            return Outlook(standing, SeriesStatus.CONTRAINDICATED, barred, at)
        outlook = _owed(standing, antigen, at)
        # The target may be skipped by the day on which it becomes possible (CDSi 7.6).
        skips = targets[at].skips_ahead
        if not skips or outlook.earliest is None or not skipped(skips, standing, outlook.earliest, person.on):
            return outlook
        at += 1


def _through(standing: Standing) -> Outlook:
    at, source = len(standing.series.targets), standing.series.source
    if standing.met:
        return Outlook(standing, SeriesStatus.COMPLETE, Reason(ReasonCode.ALL_DOSES_GIVEN, {}, source), at)
    return Outlook(standing, SeriesStatus.NOT_RECOMMENDED, Reason(ReasonCode.NOT_FOR_THIS_CHILD, {}, source), at)


def _owed(standing: Standing, antigen: Antigen, at: int) -> Outlook:
    person, target = standing.person, standing.series.targets[at]
    rule, season = target.rule_on(person.on), target.season
    if season is not None and season.end is not None and person.on > season.end:
        reason = Reason(ReasonCode.SEASON_OVER, {"last_day": season.end}, target.source)
        return Outlook(standing, SeriesStatus.NOT_RECOMMENDED, reason, at)
    earliest, why = _earliest(standing, target, rule)
    maximum = rule.maximum_age
    if maximum is not None and max(person.on, earliest) >= (limit := person.age(maximum)):
        values: dict[str, ReasonValue] = {"maximum_age": maximum.text, "last_day": limit - ONE_DAY}
        return Outlook(standing, SeriesStatus.AGED_OUT, Reason(ReasonCode.TOO_OLD_TO_BEGIN, values, target.source), at)
    recommended = _recommended(standing, rule)
    past_due = _past_due(standing, rule)
    return Outlook(
        standing, _NOT_COMPLETE, why, at, _number(standing, target), earliest,
        max(earliest, recommended) if recommended is not None else earliest,
        max(earliest, past_due) if past_due is not None else None,
        person.age(maximum) - ONE_DAY if maximum is not None else None,
        rule.has_priority,
    )  # fmt: skip


def _earliest(standing: Standing, target: TargetDose, rule: DatedRule) -> tuple[date, Reason]:
    """The first day on which the dose is possible, and what decides it (FORECASTDTCAN-1)."""
    person, day, why = standing.person, date.min, None
    if rule.minimum_age is not None:
        day = person.age(rule.minimum_age)
        why = Reason(_FROM_AGE, {"minimum_age": rule.minimum_age.text, "valid_from": day}, target.source)
    for interval in rule.intervals:
        least = interval.minimum
        if least is UNSAID or (since := standing.reference(interval, len(person.given))) is None:
            continue
        if (reached := least.after(since)) > day:
            values: dict[str, ReasonValue] = {"minimum_interval": least.text, "since": since, "valid_from": reached}
            day, why = reached, Reason(_FROM_INTERVAL, values, target.source)
    if why is None:
        day = _floor(standing)
        why = Reason(_FROM_AGE, {"minimum_age": "0 days", "valid_from": day}, target.source)
    if target.live_waits and person.live:
        day, why = _after_live(person, target, day, why)
    if target.season is not None and target.season.start is not None and target.season.start > day:
        day, why = target.season.start, Reason(ReasonCode.FROM_SEASON, {"valid_from": target.season.start}, target.source)
    # An inadvertent dose is never later than the last one given.
    if standing.taken and (last := standing.taken[-1].on) > day:
        day, why = last, Reason(ReasonCode.FROM_LAST_DOSE, {"valid_from": last}, target.source)
    return day, why


def _floor(standing: Standing) -> date:
    """Where the data names neither age nor interval: the age from which the series concerns the person."""
    person = standing.person
    begins = [
        person.age(each.age_from) if each.age_from is not None else person.born_on
        for each in standing.series.indications
        if each.observation in person.observed and person.in_age(person.on, each.age_from, each.age_before)
    ]
    return min(begins, default=person.born_on)


def _after_live(person: Person, target: TargetDose, day: date, why: Reason) -> tuple[date, Reason]:
    for given in person.live:
        for apart in target.live_waits.get(given.cvx, ()):
            if (reached := apart.after(given.on)) > day:
                values: dict[str, ReasonValue] = {
                    "other_vaccine": given.dose.vaccine,
                    "minimum_interval": apart.text,
                    "since": given.on,
                    "valid_from": reached,
                }
                day, why = reached, Reason(ReasonCode.FROM_LIVE_SPACING, values, target.source)
    return day, why


def _recommended(standing: Standing, rule: DatedRule) -> date | None:
    if rule.earliest_recommended_age is not None:
        return standing.person.age(rule.earliest_recommended_age)
    days = [
        each.earliest_recommended.after(since)
        for each in rule.intervals
        if each.earliest_recommended is not None and (since := standing.reference(each, len(standing.person.given))) is not None
    ]
    return max(days, default=None)


def _past_due(standing: Standing, rule: DatedRule) -> date | None:
    if rule.latest_recommended_age is not None:
        return standing.person.age(rule.latest_recommended_age) - ONE_DAY
    days = [
        each.latest_recommended.after(since)
        for each in rule.intervals
        if each.latest_recommended is not None and (since := standing.reference(each, len(standing.person.given))) is not None
    ]
    return max(days) - ONE_DAY if days else None


def _number(standing: Standing, target: TargetDose) -> int:
    """One more than the targets met; in a season, than those met in it."""
    season = target.season
    if season is None or season.start is None:
        return 1 + len(standing.met)
    return 1 + sum(met >= season.start for met in standing.met)


def products(outlook: Outlook, antigen: Antigen) -> tuple[str, ...]:
    """The vaccines to offer: forecast ones in age on the earliest or the recommended day, today once that is past, that nothing bars."""
    person, target = outlook.standing.person, outlook.standing.series.targets[outlook.target]
    days = [max(day, person.on) for day in (outlook.earliest, outlook.recommended) if day is not None]
    offered: dict[str, None] = {}
    for cvx, ways in target.preferable.items():
        for way in ways:
            if way.offered and any(person.in_age(day, way.age_from, way.age_before) for day in days):
                offered[cvx] = None
    if antigen.barred_by.isdisjoint(person.observed):
        return tuple(offered)
    return tuple(cvx for cvx in offered if not _barred(antigen, person, cvx))


def contraindication(antigen: Antigen, standing: Standing) -> Reason | None:
    """What bars the antigen, or every vaccine that the series prefers."""
    person = standing.person
    for bar in antigen.bars:
        if _applies(bar, person):
            return Reason(ReasonCode.CONTRAINDICATED_BY, {"vaccine": antigen.name, "observation": bar.observation}, antigen.source, True)
    preferred = {cvx for target in standing.series.targets for cvx in target.preferable}
    barred = [found for cvx in sorted(preferred) if (found := _barred(antigen, person, cvx)) is not None]
    if not preferred or len(barred) < len(preferred):
        return None
    values: dict[str, ReasonValue] = {"vaccine": barred[0].cvx or "", "observation": barred[0].observation}
    return Reason(ReasonCode.CONTRAINDICATED_BY, values, antigen.source, True)


def _barred(antigen: Antigen, person: Person, cvx: str) -> Bar | None:
    return next((bar for bar in antigen.vaccine_bars if bar.cvx == cvx and _applies(bar, person)), None)


def _applies(bar: Bar, person: Person) -> bool:
    return bar.observation in person.observed and person.in_age(person.on, bar.age_from, bar.age_before)


def immunity(antigen: Antigen, person: Person) -> Reason | None:
    """Why the person is immune to the antigen: an observation, or birth before a date; None when nothing says so."""
    for code in person.observed:
        if code in antigen.immune_by:
            return Reason(ReasonCode.IMMUNE, {"observation": code}, antigen.source, True)
    for birth in antigen.immune_by_birth:
        if person.born_on >= birth.born_before or not person.is_born_in(birth.country):
            continue
        if not any(code in person.observed for code in birth.unless):
            return Reason(ReasonCode.IMMUNE_BY_BIRTH, {"born_before": birth.born_before}, antigen.source)
    return None
