"""What a family's phone shows of a child: the one next visit, the path of visits, and care at this age. No name, no sex, no lots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from vaxcard.guidance import library
from vaxcard.guidance.library import Advice
from vaxcard.records.chart import Chart
from vaxcard.records.clinics import ClinicRecord
from vaxcard.schedule.brackets import Bracket, BracketView, SlotState, VisitView, lay_out
from vaxcard.schedule.history import Child
from vaxcard.schedule.rules import Schedule

Placed = tuple[VisitView, Bracket]
_OWED = (SlotState.LATE, SlotState.NEXT)
_COUNTED_DAYS = 99  # beyond it a number of days says nothing any more


@dataclass(frozen=True)
class Coming:
    """The next visit as it is told: the day to come, the plan's day where that has gone by, and what will be given."""

    on: date
    planned_on: date
    days: int
    overdue_days: int
    is_told_in_days: bool
    hours: tuple[tuple[time, time], ...]
    injections: int
    oral: int


@dataclass(frozen=True)
class Step:
    """One age bracket on the path, and how many of its visits are still owed."""

    bracket: Bracket
    visits: tuple[VisitView, ...]
    to_go: int
    is_done: bool
    has_begun: bool


@dataclass(frozen=True)
class View:
    """Everything on the first view of the family's page."""

    today: date
    state: str
    numbers: tuple[int, ...]
    done: int
    total: int
    visit: VisitView | None
    bracket: Bracket | None
    coming: Coming | None
    clinic: ClinicRecord
    steps: tuple[Step, ...]
    states: tuple[str, ...]
    sign: str
    sign_names: dict[str, str]
    care: tuple[Advice, ...]
    care_bracket: Bracket | None
    unverified: bool
    danger: library.Danger


def arrange(schedule: Schedule, chart: Chart, clinic: ClinicRecord, today: date, open_from: date) -> View:
    """The page of a child who is served here; `open_from` is the first day on which the clinic still vaccinates."""
    child = chart.child
    plan = lay_out(schedule, Child(child.born_on, child.sex), chart.assessment)
    visits = [(visit, view.bracket) for view in plan for visit in view.visits]
    owed = [(visit, bracket) for visit, bracket in visits if visit.state in _OWED]
    late = [pair for pair in owed if pair[0].state == SlotState.LATE]
    first: Placed | None = next(iter(late or owed), None)
    steps = tuple(_step(view) for view in plan)
    age_bracket = bracket_at(plan, child.born_on, today)
    return View(
        today=today,
        state=_state(visits, late, owed, today),
        numbers=tuple(visit.visit.number for visit, _ in late or owed),
        done=sum(visit.state == SlotState.DONE for visit, _ in visits),
        total=len(visits),
        visit=first[0] if first else None,
        bracket=first[1] if first else None,
        coming=_coming(schedule, chart, clinic, today, open_from),
        clinic=clinic,
        steps=steps,
        states=tuple(state for state in SlotState if any(visit.state == state for visit, _ in visits)),
        sign=child.sign,
        sign_names=dict(library.signs().get(child.sign, {"en": child.sign})),
        care=_care(age_bracket),
        care_bracket=age_bracket,
        unverified=bool(chart.assessment.unverified),
        danger=library.danger(),
    )


def _state(visits: Sequence[Placed], late: Sequence[Placed], owed: Sequence[Placed], today: date) -> str:
    """The one sentence: late, due by now, on time with a next visit, waiting for the clinic's word, or all done."""
    if late:
        return "late"
    if any(slot.state == SlotState.NEXT and slot.due_on and slot.due_on <= today for visit, _ in owed for slot in visit.slots):
        return "due"
    states = {visit.state for visit, _ in visits}
    if SlotState.WAITING in states and not owed:
        return "waiting"
    return "done" if states <= {SlotState.DONE, SlotState.NOT_NEEDED} else "on-time"


def _step(view: BracketView) -> Step:
    states = [visit.state for visit in view.visits]
    is_done = all(state in (SlotState.DONE, SlotState.NOT_NEEDED) for state in states)
    has_begun = any(state != SlotState.LATER for state in states)
    to_go = sum(state not in (SlotState.DONE, SlotState.NOT_NEEDED) for state in states)
    return Step(view.bracket, view.visits, to_go, is_done, has_begun)


def _coming(schedule: Schedule, chart: Chart, clinic: ClinicRecord, today: date, open_from: date) -> Coming | None:
    """The next visit's day; once that has gone by, the clinic's first open day, as its texts say."""
    visit = chart.next_visit
    if visit is None:
        return None
    on = max(visit.visit_on, open_from)
    overdue_days = max(0, (today - visit.planned_on).days)
    routes = [schedule.vaccines[code].route for code in _products(chart, visit.groups) if code in schedule.vaccines]
    return Coming(
        on=on,
        planned_on=visit.planned_on,
        days=(on - today).days,
        overdue_days=overdue_days,
        is_told_in_days=0 < overdue_days <= _COUNTED_DAYS,
        hours=tuple((session.opens, session.closes) for session in clinic.sessions if session.weekday == on.weekday()),
        injections=sum(route != "oral" for route in routes),
        oral=sum(route == "oral" for route in routes),
    )


def _products(chart: Chart, groups: Iterable[str]) -> set[str]:
    """One product a group; a combination that serves two of them is given once."""
    return {each.vaccines[0] for each in chart.assessment.forecasts if each.group in set(groups) and each.vaccines}


def bracket_at(plan: Sequence[BracketView], born_on: date, today: date) -> Bracket | None:
    """The bracket of the child's age, whatever was given: an infant behind with its doses is still fed as its age asks."""
    begun = [view.bracket for view in plan if view.bracket.from_age.after(born_on) <= today]
    return begun[-1] if begun else None


def _care(bracket: Bracket | None) -> tuple[Advice, ...]:
    return library.advice(bracket.code) if bracket and bracket.code in library.brackets() else ()
