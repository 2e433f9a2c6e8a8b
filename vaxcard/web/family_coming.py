"""How the next visit is told to a family: the day to come, what is given then, and for what a waiting visit waits.

Which day it is was decided by records, and what waits by the schedule's laying out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise

from vaxcard.language import say_reason
from vaxcard.language.catalogues import marked
from vaxcard.language.reasons import SENTENCES, say_withheld
from vaxcard.records.chart import Chart
from vaxcard.records.clinics import ClinicRecord
from vaxcard.records.visits import hours_on
from vaxcard.schedule.brackets import BracketView, SlotState, VisitView
from vaxcard.schedule.outcomes import Forecast, Reason, ReasonCode
from vaxcard.schedule.questions import load_family_questions
from vaxcard.schedule.rules import Schedule

_ASKED = (ReasonCode.CLINICIAN_DECIDES, ReasonCode.SKIN_TEST_FIRST, ReasonCode.SEX_UNKNOWN)
# Whoever finds a card learns neither a vaccine nor a finding of the child.
_FOR_FAMILIES = {
    **SENTENCES,
    ReasonCode.FROM_LIVE_SPACING: marked("It has to be %(minimum_interval)s after the injection before"),
    ReasonCode.FROM_OBSERVATION: marked("Some time has to pass first"),
    ReasonCode.FROM_DECISION: marked("The doctor set this day"),
    ReasonCode.CLINICIAN_DECIDES: marked("The doctor decides"),
}
# A finding that nothing sensitive hangs on, such as an early birth: still not named.
_LOOKED_AT = {**_FOR_FAMILIES, ReasonCode.CLINICIAN_DECIDES: marked("The doctor looks at your child first, and then decides")}


@dataclass(frozen=True)
class Doses:
    """How many products are given by injection and how many by mouth."""

    injections: int
    oral: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.injections + self.oral


@dataclass(frozen=True)
class Coming:
    """The next visit as it is told: the day to come, the day first meant for it where that is certain, and what is given.

    `paid` are doses that the family may buy on the same day; they call for no visit.
    """

    on: date
    days: int
    planned_on: date | None
    hours: tuple[tuple[time, time], ...]
    given: Doses
    paid: Doses


@dataclass(frozen=True)
class Wait:
    """Why a visit waits: for a day, or where `until` is None for the clinic's word."""

    number: int
    reason: Reason
    until: date | None


def coming(
    schedule: Schedule, chart: Chart, plan: Sequence[BracketView], clinic: ClinicRecord, today: date, open_from: date
) -> Coming | None:
    """The next visit's day; once that has gone by, the clinic's first open day, as its texts say."""
    visit = chart.next_visit
    if visit is None:
        return None
    on = max(visit.visit_on, open_from)
    called = [each for each in chart.assessment.forecasts if each.group in visit.groups]
    given = _products(each for each in called if not each.optional)
    paid = _products(each for each in called if each.optional) - given
    return Coming(
        on=on,
        days=(on - today).days,
        planned_on=visit.planned_on if visit.planned_on < today and _was_meant(plan, called, chart, visit.planned_on) else None,
        hours=hours_on(clinic, on),
        given=_counted(schedule, given),
        paid=_counted(schedule, paid),
    )


def _products(forecasts: Iterable[Forecast]) -> set[str]:
    """One product a group; a combination that serves two of them is given once."""
    return {each.vaccines[0] for each in forecasts if each.vaccines}


def _counted(schedule: Schedule, products: Iterable[str]) -> Doses:
    routes = [schedule.vaccines[code].route for code in products if code in schedule.vaccines]
    oral = sum(route == "oral" for route in routes)
    return Doses(len(routes) - oral, oral)


def _was_meant(plan: Sequence[BracketView], called: Iterable[Forecast], chart: Chart, day: date) -> bool:
    """Whether a day is the one that the child's age alone set, among the ages of the card that prints the dose."""
    by_age = {
        (each.group, each.dose)
        for each in called
        if each.recommended == day and each.reasons and each.reasons[0].code == ReasonCode.FROM_AGE
    }
    begins = [*(view.bracket.from_age.after(chart.child.born_on) for view in plan), date.max]
    return any(
        begin <= day < end and any((slot.slot.group, slot.slot.dose) in by_age for visit in view.visits for slot in visit.slots)
        for view, (begin, end) in zip(plan, pairwise(begins), strict=True)
    )


def waits(chart: Chart, plan: Sequence[BracketView]) -> tuple[Wait, ...]:
    """Why each waiting visit waits, in the order of the plan; every visit shown as waiting has its reason here."""
    forecasts = {each.group: each for each in chart.assessment.forecasts}
    found = [
        _wait(visit, forecasts[slot.slot.group])
        for view in plan
        for visit in view.visits
        if visit.state == SlotState.WAITING
        for slot in visit.slots
        if slot.state == SlotState.WAITING
    ]
    return tuple({(each.number, each.reason.code, each.until): each for each in found}.values())


def _wait(visit: VisitView, forecast: Forecast) -> Wait:
    number = visit.visit.number
    if forecast.needs is None:
        return Wait(number, forecast.reasons[0], forecast.recommended)
    asked = next((each for each in forecast.reasons if each.code in _ASKED), None)
    return Wait(number, asked or Reason(ReasonCode.CLINICIAN_DECIDES, {}, ""), None)


def why(reason: Reason, lang: str, country: str | None = None) -> str:
    """A reason in a family's words, without what only the clinic may know; `country` (a schedule's code) words what is left to a doctor."""
    if reason.sensitive:
        return say_withheld(lang)
    sentences = _LOOKED_AT if "observation" in reason.values else _FOR_FAMILIES
    return say_reason(reason, lang, sentences=sentences, questions=load_family_questions(country) if country else None)
