"""Lays an assessment out on the printed plan: seven brackets, fifteen visits, each dose done, next, later, late, waiting or not needed.

Only places what assessment has decided; which day the next visit is, is not decided here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from vaxcard.schedule.history import Child
from vaxcard.schedule.outcomes import Assessment, Evaluation, EvaluationStatus, Forecast, ReasonCode, SeriesStatus
from vaxcard.schedule.plan import Bracket, Slot, Visit
from vaxcard.schedule.rules import Schedule

__all__ = ["Bracket", "BracketView", "Slot", "SlotState", "SlotView", "Visit", "VisitView", "lay_out"]


class SlotState(StrEnum):
    """What a family is shown of a dose or a visit."""

    DONE = "done"
    NEXT = "next"
    LATER = "later"
    LATE = "late"
    WAITING = "waiting"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class SlotView:
    """A dose of the plan as it stands: the product given or to be given, its dose in the history, the day it is due."""

    slot: Slot
    state: str
    given_on: date | None
    n: int | None
    vaccine: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit as it stands: late if any dose is, done when nothing is left of it."""

    visit: Visit
    state: str
    slots: tuple[SlotView, ...]


@dataclass(frozen=True, slots=True)
class BracketView:
    """A card with its visits as they stand."""

    bracket: Bracket
    visits: tuple[VisitView, ...]


def lay_out(schedule: Schedule, child: Child, assessment: Assessment) -> tuple[BracketView, ...]:
    """The child's cards in order; a bracket for girls is left out for a boy, and kept while the sex is unknown."""
    placing = _Placing(schedule, child, assessment)
    views = []
    for bracket in schedule.brackets:
        if bracket.sex in (None, child.sex) or child.sex == "unknown":
            views.append(BracketView(bracket, tuple(_visit_view(placing, visit) for visit in bracket.visits)))
    return tuple(views)


def _visit_view(placing: "_Placing", visit: Visit) -> VisitView:
    slots = tuple(placing.slot_view(slot) for slot in visit.doses)
    return VisitView(visit, _of_visit({slot.state for slot in slots}), slots)


_FIRST = (SlotState.LATE, SlotState.NEXT, SlotState.WAITING, SlotState.LATER, SlotState.DONE)


def _of_visit(states: Iterable[str]) -> str:
    found = set(states)
    return next((state for state in _FIRST if state in found), SlotState.NOT_NEEDED)


class _Placing:
    """An assessment, looked up by group and dose."""

    def __init__(self, schedule: Schedule, child: Child, assessment: Assessment) -> None:
        self.schedule, self.born_on, self.on = schedule, child.born_on, assessment.on
        self.forecasts: Mapping[str, Forecast] = {forecast.group: forecast for forecast in assessment.forecasts}
        self.given: dict[tuple[str, int], Evaluation] = {}
        for evaluation in assessment.evaluations:
            if evaluation.status is EvaluationStatus.VALID and evaluation.group and evaluation.dose:
                self.given.setdefault((evaluation.group, evaluation.dose), evaluation)
        owed = [forecast.recommended for forecast in assessment.forecasts if _plainly_owed(forecast) and forecast.recommended]
        self.first_due = min(owed, default=None)

    def slot_view(self, slot: Slot) -> SlotView:
        """The state of one dose of the plan."""
        given = self.given.get((slot.group, slot.dose))
        if given:
            return SlotView(slot, SlotState.DONE, given.given_on, given.n, given.vaccine, None)
        forecast = self.forecasts.get(slot.group)
        if forecast is None or forecast.status is not SeriesStatus.NOT_COMPLETE or forecast.dose is None:
            return SlotView(slot, SlotState.NOT_NEEDED, None, None, slot.vaccine, None)
        if slot.dose < forecast.dose:
            return SlotView(slot, SlotState.NOT_NEEDED, None, None, slot.vaccine, None)
        if slot.dose > forecast.dose:
            return SlotView(slot, SlotState.LATER, None, None, slot.vaccine, None)
        vaccine = forecast.vaccines[0] if forecast.vaccines else slot.vaccine
        return SlotView(slot, self._state(forecast), None, None, vaccine, forecast.recommended)

    def _state(self, forecast: Forecast) -> str:
        if forecast.needs:
            return SlotState.WAITING
        ahead = forecast.earliest is not None and forecast.earliest > self.on
        if ahead and forecast.reasons and forecast.reasons[0].code in _HELD_BACK:
            return SlotState.WAITING
        last_day = forecast.past_due or self._late_with_the_next(forecast)
        if not ahead and last_day and last_day < self.on:
            return SlotState.LATE
        if forecast.recommended and self.first_due and forecast.recommended <= max(self.first_due, self.on):
            return SlotState.NEXT
        return SlotState.LATER

    def _late_with_the_next(self, forecast: Forecast) -> date | None:
        """A dose for which no last day is written is late once the one after it should have been given."""
        for series in self.schedule.edition_on(forecast.group, self.on).series:
            for target in series.doses:
                limit = target.rules[-1].latest_recommended_age
                if forecast.dose is not None and target.number > forecast.dose and limit is not None:
                    return limit.after(self.born_on) - timedelta(1)
        return None


_HELD_BACK = {ReasonCode.FROM_LIVE_SPACING, ReasonCode.FROM_OBSERVATION, ReasonCode.FROM_DECISION}


def _plainly_owed(forecast: Forecast) -> bool:
    return forecast.status is SeriesStatus.NOT_COMPLETE and forecast.needs is None and not forecast.optional
