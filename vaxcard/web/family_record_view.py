"""What a family's telephone shows of the whole record: every visit with days, places and lots, and why a dose does not count.

Sensitive reasons are withheld here as at a crowded counter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vaxcard.language import say_reason, say_withheld
from vaxcard.records.chart import Chart
from vaxcard.records.doses import DoseRecord
from vaxcard.schedule.brackets import Bracket, BracketView, SlotState, SlotView, VisitView, lay_out
from vaxcard.schedule.history import Child
from vaxcard.schedule.outcomes import Evaluation, EvaluationStatus
from vaxcard.schedule.rules import Schedule

_SETTLED = (SlotState.DONE, SlotState.NOT_NEEDED)


@dataclass(frozen=True)
class DoseLine:
    """One dose of a visit: given (day, product, lot, place, site), or to come from a day on."""

    names: Mapping[str, str]
    number: int | None
    vaccine: str
    is_oral: bool
    state: str
    on: date | None
    lot: str | None = None
    place: str | None = None
    site: str | None = None
    counts: bool = True
    why: tuple[str, ...] = ()
    dose: DoseRecord | None = None


@dataclass(frozen=True)
class VisitLines:
    """One visit: its number and age, its state, the day where all was given on one, and its doses."""

    number: int
    age: Mapping[str, str]
    state: str
    on: date | None
    doses: tuple[DoseLine, ...]


@dataclass(frozen=True)
class BracketLines:
    """One age bracket, the visits with the latest first, and how many are still to come."""

    bracket: Bracket
    visits: tuple[VisitLines, ...]
    done: int
    to_go: int


@dataclass(frozen=True)
class Record:
    """The record as it is shown: brackets that have begun, the latest first, and doses that have no place on the plan."""

    brackets: tuple[BracketLines, ...]
    others: tuple[DoseLine, ...]


def record_of(schedule: Schedule, chart: Chart, places: Mapping[UUID, str], lang: str) -> Record:
    """The whole record. `places` are the names of our clinics by id."""
    plan = lay_out(schedule, Child(chart.child.born_on, chart.child.sex), chart.assessment)
    given = {n: _given(schedule, chart, dose, places, lang) for n, dose in enumerate(chart.doses, start=1)}
    begun = [view for view in plan if any(visit.state != SlotState.LATER for visit in view.visits)]
    placed = {slot.n for view in begun for visit in view.visits for slot in visit.slots if slot.n}
    brackets = tuple(_bracket(schedule, view, given) for view in reversed(begun))
    return Record(brackets, tuple(line for n, line in sorted(given.items(), reverse=True) if n not in placed))


def _bracket(schedule: Schedule, view: BracketView, given: Mapping[int, DoseLine]) -> BracketLines:
    visits = tuple(_visit(schedule, visit, given) for visit in reversed(view.visits))
    settled = sum(visit.state in _SETTLED for visit in view.visits)
    return BracketLines(view.bracket, visits, sum(visit.state == SlotState.DONE for visit in view.visits), len(visits) - settled)


def _visit(schedule: Schedule, visit: VisitView, given: Mapping[int, DoseLine]) -> VisitLines:
    doses = tuple(_slot(schedule, slot, given) for slot in visit.slots)
    days = {line.on for line in doses if line.on}
    on = days.pop() if len(days) == 1 else None
    return VisitLines(visit.visit.number, visit.visit.age_label, visit.state, on, doses)


def _slot(schedule: Schedule, slot: SlotView, given: Mapping[int, DoseLine]) -> DoseLine:
    names = schedule.groups[slot.slot.group].short_names
    line = given.get(slot.n) if slot.n else None
    if line is not None:
        return DoseLine(**{**line.__dict__, "names": names, "number": slot.slot.dose, "state": slot.state})
    due_on = slot.due_on if slot.state not in _SETTLED else None
    return DoseLine(names, slot.slot.dose, slot.vaccine, _is_oral(schedule, slot.vaccine), slot.state, due_on)


def _given(schedule: Schedule, chart: Chart, dose: DoseRecord, places: Mapping[UUID, str], lang: str) -> DoseLine:
    judged = [each for each in chart.evaluations_of(dose) if each.status is not None]
    failed = [each for each in judged if each.status != EvaluationStatus.VALID]
    vaccine = schedule.vaccines.get(dose.vaccine)
    return DoseLine(
        names=vaccine.short_names if vaccine else {"en": dose.vaccine},
        number=next((each.dose for each in judged if each.dose and each.status == EvaluationStatus.VALID), None),
        vaccine=dose.vaccine,
        is_oral=_is_oral(schedule, dose.vaccine),
        state=SlotState.DONE,
        on=dose.given_on,
        lot=dose.lot_number,
        place=places.get(dose.clinic_id) if dose.clinic_id else dose.place,
        site=dose.site,
        counts=not failed,
        why=_reasons(failed, lang),
        dose=dose,
    )


def _reasons(failed: list[Evaluation], lang: str) -> tuple[str, ...]:
    said = [say_withheld(lang) if reason.sensitive else say_reason(reason, lang) for each in failed for reason in each.reasons]
    return tuple(dict.fromkeys(said))


def _is_oral(schedule: Schedule, code: str) -> bool:
    return code in schedule.vaccines and schedule.vaccines[code].route == "oral"
