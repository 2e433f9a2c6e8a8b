"""What a family's phone shows of a child: the one next visit, the path of visits, and care at this age. No name, no sex, no lots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vaxcard.guidance import library
from vaxcard.guidance.care import Care, Danger, care_at, danger_at
from vaxcard.records.chart import Chart
from vaxcard.records.clinics import ClinicRecord
from vaxcard.schedule.brackets import Bracket, BracketView, SlotState, VisitView, lay_out
from vaxcard.schedule.history import Child
from vaxcard.schedule.rules import Schedule
from vaxcard.web.family_coming import Coming, Wait, coming, waits

Placed = tuple[VisitView, Bracket]
_OWED = (SlotState.LATE, SlotState.NEXT)
_SETTLED = (SlotState.DONE, SlotState.NOT_NEEDED)


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
    """Everything on the first view of the family's page.

    `numbers` are the visits that the state speaks of; `settled` counts those before the first of them, 0 unless all are settled.
    """

    today: date
    state: str
    numbers: tuple[int, ...]
    settled: int
    done: int
    total: int
    visit: VisitView | None
    bracket: Bracket | None
    coming: Coming | None
    waits: tuple[Wait, ...]
    clinic: ClinicRecord
    steps: tuple[Step, ...]
    states: tuple[str, ...]
    sign: str
    sign_names: dict[str, str]
    care: Care | None
    danger: Danger
    unverified: bool


def arrange(schedule: Schedule, chart: Chart, clinic: ClinicRecord, today: date, open_from: date) -> View:
    """The page of a child who is served here; `open_from` is the first day on which the clinic still vaccinates."""
    child = chart.child
    plan = lay_out(schedule, Child(child.born_on, child.sex), chart.assessment)
    visits = [(visit, view.bracket) for view in plan for visit in view.visits]
    why = waits(chart, plan)
    state, spoken_of = _state(visits, why, today)
    first: Placed | None = next(iter(spoken_of), None)
    return View(
        today=today,
        state=state,
        numbers=tuple(visit.visit.number for visit, _ in spoken_of),
        settled=_settled_before(visits, first),
        done=sum(visit.state == SlotState.DONE for visit, _ in visits),
        total=len(visits),
        visit=first[0] if first else None,
        bracket=first[1] if first else None,
        coming=coming(schedule, chart, plan, clinic, today, open_from),
        waits=why,
        clinic=clinic,
        steps=tuple(_step(view) for view in plan),
        states=tuple(state for state in SlotState if any(visit.state == state for visit, _ in visits)),
        sign=child.sign,
        sign_names=dict(library.signs().get(child.sign, {"en": child.sign})),
        care=care_at(child.born_on, today),
        danger=danger_at(child.born_on, today),
        unverified=bool(chart.assessment.unverified),
    )


def _state(visits: Sequence[Placed], why: Sequence[Wait], today: date) -> tuple[str, Sequence[Placed]]:
    """The one sentence, and the visits that it speaks of: late, due by now, on time with a next visit, held until a day,
    waiting for the clinic's word, or all done."""
    late = [pair for pair in visits if pair[0].state == SlotState.LATE]
    if late:
        return "late", late
    owed = [pair for pair in visits if pair[0].state in _OWED]
    if any(slot.state == SlotState.NEXT and slot.due_on and slot.due_on <= today for visit, _ in owed for slot in visit.slots):
        return "due", owed
    if owed:
        return "on-time", owed
    held = min((wait for wait in why if wait.until), key=lambda wait: (wait.until, wait.number), default=None)
    if held is not None:
        return "held", [pair for pair in visits if pair[0].visit.number == held.number]
    if why:
        return "waiting", ()
    return ("done" if all(visit.state in _SETTLED for visit, _ in visits) else "on-time"), ()


def _settled_before(visits: Sequence[Placed], first: Placed | None) -> int:
    before = [visit for visit, _ in visits if first and visit.visit.number < first[0].visit.number]
    return len(before) if all(visit.state in _SETTLED for visit in before) else 0


def _step(view: BracketView) -> Step:
    states = [visit.state for visit in view.visits]
    is_done = all(state in _SETTLED for state in states)
    has_begun = any(state != SlotState.LATER for state in states)
    to_go = sum(state not in _SETTLED for state in states)
    return Step(view.bracket, view.visits, to_go, is_done, has_begun)
