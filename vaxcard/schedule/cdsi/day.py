"""One person on one day: the antigens judged in the order of the files, and each vaccine group answered when asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from vaxcard.schedule.cdsi.board import Board
from vaxcard.schedule.cdsi.merging import Group
from vaxcard.schedule.cdsi.rules import AntigenSchedule
from vaxcard.schedule.cdsi.scoring import best
from vaxcard.schedule.cdsi.standing import Person
from vaxcard.schedule.dates import day_after
from vaxcard.schedule.history import Child, Decision, History
from vaxcard.schedule.outcomes import Evaluation, Forecast, Reason, ReasonCode, SeriesStatus

_NOT_COMPLETE = SeriesStatus.NOT_COMPLETE


@dataclass(slots=True)
class Answer:
    """What a group owes, whether it is due on the day, and the verdicts on its doses."""

    forecast: Forecast
    is_due: bool
    evaluations: tuple[Evaluation, ...]


class Day:
    """A person seen on one day; `later` sees the same person on another without judging the doses again."""

    def __init__(self, schedule: AntigenSchedule, child: Child, history: History, on: date) -> None:
        self.schedule, self.child, self.history, self.on = schedule, child, history, on
        self.person = Person(schedule, child, history, on)
        self.boards = {name: Board(antigen, self.person) for name, antigen in schedule.antigens.items()}
        for board in self.boards.values():
            board.judge()

    def answer(self, code: str) -> Answer:
        """A group's answer on the day."""
        found = [(self.boards[name], best(self.boards[name])) for name in self.schedule.antigens_of[code]]
        group = Group(code, code in self.schedule.full_groups, found)
        forecast = _decided(group.forecast(), self.history, self.on) if self.history.decisions else group.forecast()
        owed = forecast.status is _NOT_COMPLETE and forecast.earliest is not None and forecast.earliest <= self.on
        return Answer(forecast, owed, tuple(group.evaluations()) if self.person.given else ())

    def later(self, day: date, antigens: tuple[str, ...]) -> Day:
        """The day ahead for these antigens, on which nothing else has been observed, given or decided."""
        ahead = object.__new__(Day)
        ahead.schedule, ahead.child, ahead.history, ahead.on = self.schedule, self.child, self.history, day
        ahead.person = self.person.seen_on(day)
        ahead.boards = {name: Board(self.schedule.antigens[name], ahead.person, self.boards[name]) for name in antigens}
        return ahead


def _decided(forecast: Forecast, history: History, on: date) -> Forecast:
    """A clinician's word on the group as a whole goes before the rules."""
    for each in history.decisions:
        if each.group == forecast.group and each.holds_on(on):
            forecast = _heeding(each, forecast)
    return forecast


def _heeding(decision: Decision, forecast: Forecast) -> Forecast:
    said = {"decided_on": decision.on}
    if decision.decision == "complete":
        return Forecast(forecast.group, SeriesStatus.COMPLETE, reasons=(Reason(ReasonCode.DECIDED_COMPLETE, said, "clinician"),))
    if decision.decision != "never" or forecast.status is not _NOT_COMPLETE:
        return forecast
    if decision.until is None:
        return Forecast(forecast.group, SeriesStatus.CONTRAINDICATED, reasons=(Reason(ReasonCode.DECIDED_NEVER, said, "clinician"),))
    day = day_after(decision.until)
    earliest, recommended, past_due = (
        max(each, day) if each is not None else None for each in (forecast.earliest, forecast.recommended, forecast.past_due)
    )
    reason = Reason(ReasonCode.FROM_DECISION, {"valid_from": day}, "clinician")
    return replace(forecast, earliest=earliest, recommended=recommended, past_due=past_due, reasons=(*forecast.reasons, reason))
