"""Reads the series of an antigen file: whom a series concerns, how it is chosen, and the rule for each of its doses."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from vaxcard.schedule.cdsi.elements import Element
from vaxcard.schedule.cdsi.rules import (
    UNSAID,
    AntigenSeries,
    Conflict,
    DatedRule,
    Indication,
    Product,
    Season,
    SeriesType,
    TargetDose,
    Turns,
)
from vaxcard.schedule.cdsi.skips import AgeBetween, DosesCounted, InForce, Question, SeriesComplete, SincePrevious, SkipSet
from vaxcard.schedule.dates import Duration, MonthEnd, day_after, parse_duration
from vaxcard.schedule.series import Interval

FIRST, LAST = date.min, date.max
NOTHING = parse_duration("0 days", MonthEnd.ROLL)
_SEXES = {"female", "male", "unknown", "transgender", "other"}
_CONTEXTS = {"both": "both", "evaluation": "evaluation", "forecast": "forecast"}
_COUNTS = {"vaccine count by age", "vaccine count by date", "vaccine count by date and age", "vaccine count by age and date"}
_COMPARES = {"greater than": operator.gt, "equal to": operator.eq, "less than": operator.lt}
_UNPREFERRED, LOWEST_PRIORITY = 1_000_000, "~"

Conflicts = Mapping[str, Mapping[str, Conflict]]
Products = Mapping[str, tuple[Product, ...]]


def read_series(row: Element, antigen: str, conflicts: Conflicts) -> AntigenSeries:
    """One series with its doses."""
    name = row.needed("seriesName")
    row.place = f'{row.place.rsplit(", ", 1)[0]}, series "{name}"'
    select = next(row.children("selectSeries"), None)
    if select is None:
        row.complain("selectSeries", "is missing or empty")
        select = row
    indications = tuple(_read_indication(each) for each in row.children("indication"))
    targets = tuple(_read_dose(dose, number, conflicts) for number, dose in enumerate(row.children("seriesDose"), 1))
    if not targets:
        row.complain("seriesDose", "is missing: a series has at least one dose")
    return AntigenSeries(
        name=name,
        antigen=antigen,
        kind=row.choice("seriesType", {str(each): each for each in SeriesType}),
        sexes=_read_sexes(row),
        group=select.needed("seriesGroup"),
        equivalent=frozenset(row.text("equivalentSeriesGroups").replace(",", ";").replace(" ", "").split(";")) - {""},
        is_default=select.flag("defaultSeries"),
        is_product_path=select.flag("productPath"),
        priority=select.text("seriesPriority").upper() or LOWEST_PRIORITY,
        preference=select.whole("seriesPreference", _UNPREFERRED),
        starts_from=select.duration("minAgeToStart"),
        starts_before=select.duration("maxAgeToStart"),
        indications=indications,
        targets=targets,
        awaits=_awaited(targets),
        indicated_by=frozenset(each.observation for each in indications),
        source=row.place,
    )


def _read_sexes(row: Element) -> frozenset[str] | None:
    written = frozenset(each.lower() for each in row.texts("requiredGender"))
    for each in sorted(written - _SEXES):
        row.complain("requiredGender", f'"{each}" is not known', "use Female, Male, Transgender, Other or Unknown, or leave it empty")
    return written or None


def _read_indication(row: Element) -> Indication:
    return Indication(row.needed("observationCode/code").zfill(3), row.duration("beginAge"), row.duration("endAge"))


def _awaited(targets: Iterable[TargetDose]) -> frozenset[str]:
    sets = [each for target in targets for each in (*target.skips_when_given, *target.skips_ahead)]
    asked = [question.groups for questions in sets for question in questions if isinstance(question, SeriesComplete)]
    return frozenset().union(*asked)


def _read_dose(row: Element, number: int, conflicts: Conflicts) -> TargetDose:
    written = row.needed("doseNumber")
    row.place = f"{row.place.rsplit(', ', 1)[0]}, {written}"
    if written.split()[-1:] != [str(number)]:
        row.complain("doseNumber", f'"{written}" stands in place {number}', "number the doses from 1 in order")
    preferable = _read_products(row, "preferableVaccine")
    skips, rules = _read_skips(row), _dated_rules(row, number)
    season = next((Season(each.day("startDate"), each.day("endDate")) for each in row.children("seasonalRecommendation")), None)
    skips_ahead = tuple(questions for context, questions in skips if context != "evaluation")
    return TargetDose(
        number=number,
        rules=rules,
        preferable=preferable,
        allowable=_read_products(row, "allowableVaccine"),
        inadvertent=frozenset(each.cvx("cvx") for each in row.children("inadvertentVaccine")),
        skips_when_given=tuple(questions for context, questions in skips if context != "forecast"),
        skips_ahead=skips_ahead,
        recurring=row.flag("recurringDose"),
        season=season,
        live_waits=_live_waits(preferable, conflicts),
        turns=_turns(rules, skips_ahead, season, preferable),
        source=row.place,
    )


def _turns(rules: Iterable[DatedRule], skips: Iterable[SkipSet], season: Season | None, preferable: Products) -> Turns:
    asked = [question for questions in skips for question in questions]
    bounds = [each for question in asked if isinstance(question, AgeBetween) for each in (question.age_from, question.age_before)]
    ages = [each for each in (*bounds, *(rule.maximum_age for rule in rules)) if each is not None]
    spans = [(each.first, each.last) for each in rules]
    spans += [(question.first, question.last) for question in asked if isinstance(question, InForce)]
    days = [each for first, last in spans for each in (first, day_after(last))]
    if season is not None and season.end is not None:
        days.append(day_after(season.end))
    since = [question.interval for question in asked if isinstance(question, SincePrevious)]
    offered = [product for products in preferable.values() for product in products if product.offered]
    bounds = [bound for product in offered for bound in (product.age_from, product.age_before)]
    return Turns(
        ages=tuple(dict.fromkeys(ages)),
        days=tuple(sorted(set(days) - {FIRST, LAST})),
        since_doses=tuple(dict.fromkeys(since)),
        product_ages=tuple(dict.fromkeys(bound for bound in bounds if bound is not None)),
    )


def _read_products(row: Element, tag: str) -> dict[str, tuple[Product, ...]]:
    found: dict[str, tuple[Product, ...]] = {}
    for each in row.children(tag):
        cvx, maker = each.cvx("cvx"), each.text("mvx").upper() or None
        product = Product(cvx, each.duration("beginAge"), each.duration("endAge"), maker, each.flag("forecastVaccineType"))
        found[cvx] = (*found.get(cvx, ()), product)
    return found


def _live_waits(preferable: Iterable[str], conflicts: Conflicts) -> dict[str, tuple[Duration, ...]]:
    waits: dict[str, dict[Duration, None]] = {}
    for cvx in preferable:
        for earlier, pair in conflicts.get(cvx, {}).items():
            waits.setdefault(earlier, {})[pair.end] = None
    return {earlier: tuple(ends) for earlier, ends in waits.items()}


def _dated_rules(row: Element, number: int) -> tuple[DatedRule, ...]:
    """The rule for every stretch of time in which the same ages and intervals are in force."""
    ages = [(_span(each), each) for each in row.children("age")]
    intervals = [(_span(each), _read_interval(each, number)) for each in row.children("interval")]
    allowed = [(_span(each), _read_interval(each, number)) for each in row.children("allowableInterval")]
    spans = [span for span, _ in (*ages, *intervals, *allowed)]
    starts = {first for first, _ in spans} | {last + timedelta(1) for _, last in spans if last < LAST} | {FIRST}
    rules = []
    ordered = sorted(starts)
    for first, following in zip(ordered, [*ordered[1:], None], strict=True):
        last = following - timedelta(1) if following is not None else LAST
        age = next((each for span, each in ages if span[0] <= first <= span[1]), None)
        rules.append(_dated_rule(first, last, age, _in_force(intervals, first), _in_force(allowed, first)))
    return tuple(rules)


def _in_force(intervals: Iterable[tuple[tuple[date, date], Interval]], day: date) -> tuple[Interval, ...]:
    return tuple(interval for (first, last), interval in intervals if first <= day <= last)


def _dated_rule(first: date, last: date, age: Element | None, intervals: tuple[Interval, ...], allowed: tuple[Interval, ...]) -> DatedRule:
    return DatedRule(
        first=first,
        last=last,
        absolute_minimum_age=age.duration("absMinAge") if age else None,
        minimum_age=age.duration("minAge") if age else None,
        earliest_recommended_age=age.duration("earliestRecAge") if age else None,
        latest_recommended_age=age.duration("latestRecAge") if age else None,
        maximum_age=age.duration("maxAge") if age else None,
        intervals=intervals,
        allowed_intervals=allowed,
    )


def _span(row: Element) -> tuple[date, date]:
    first, last = row.day("effectiveDate") or FIRST, row.day("cessationDate") or LAST
    if first > last:
        row.complain("cessationDate", f"{last} lies before effectiveDate {first}")
    return first, last


def _read_interval(row: Element, number: int) -> Interval:
    minimum, absolute = row.duration("minInt"), row.duration("absMinInt")
    from_dose = row.whole("fromTargetDose", 0)
    if from_dose >= number:
        row.complain("fromTargetDose", f"dose {from_dose} does not come before dose {number}")
    return Interval(
        minimum=minimum or UNSAID,
        absolute_minimum=absolute or UNSAID,
        earliest_recommended=row.duration("earliestRecInt"),
        latest_recommended=row.duration("latestRecInt"),
        from_dose=from_dose or None,
        from_vaccines=row.cvx_list("fromMostRecent") or None,
        from_observation=row.text("fromRelevantObs/code").zfill(3) if row.text("fromRelevantObs/code") else None,
        from_previous=row.flag("fromPrevious"),
        has_priority=row.choice("intervalPriority", {"override": True}, False),
    )


def _read_skips(row: Element) -> list[tuple[str, SkipSet]]:
    """Every way to skip the dose, as sets of conditions of which one must hold as a whole."""
    found = []
    for skip in row.children("conditionalSkip"):
        context = skip.choice("context", _CONTEXTS)
        sets = [_read_set(each) for each in skip.children("set")]
        if skip.choice("setLogic", {"or": False, "and": True}, False):
            combined: list[SkipSet] = [()]
            for ways in sets:
                combined = [(*before, *way) for before in combined for way in ways]
            sets = [combined]
        found += [(context, way) for ways in sets for way in ways if way]
    return found


def _read_set(row: Element) -> list[SkipSet]:
    """The set's conditions as one way to skip, or as one way each where any will do."""
    first, last = _span(row)
    questions = [_read_question(each) for each in row.children("condition")]
    if not questions:
        row.complain("condition", "is missing: a set asks at least one thing")
    limits: SkipSet = (InForce(first, last),) if (first, last) != (FIRST, LAST) else ()
    if row.choice("conditionLogic", {"and": False, "or": True}, False):
        return [(*limits, question) for question in questions]
    return [(*limits, *questions)]


def _read_question(row: Element) -> Question:
    kind = " ".join(row.needed("conditionType").lower().split())
    if kind == "age":
        return AgeBetween(row.duration("beginAge"), row.duration("endAge"))
    if kind == "interval":
        interval = row.duration("interval")
        if interval is None:
            row.complain("interval", "is missing or empty")
        return SincePrevious(interval or NOTHING)
    if kind == "completed series":
        return SeriesComplete(frozenset(row.needed("seriesGroups").replace(",", ";").replace(" ", "").split(";")) - {""})
    if kind not in _COUNTS:
        row.complain("conditionType", f'"{kind}" is not known', "a new type of condition needs a new version of this program")
        return AgeBetween(None, None)
    return DosesCounted(
        vaccines=row.cvx_list("vaccineTypes") or None,
        only_valid=row.choice("doseType", {"valid": True, "total": False}, False),
        compares=row.choice("doseCountLogic", _COMPARES),
        number=row.whole("doseCount", 0),
        age_from=row.duration("beginAge"),
        age_before=row.duration("endAge"),
        first=row.day("startDate") or FIRST,
        before=row.day("endDate") or LAST,
    )
