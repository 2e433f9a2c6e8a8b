"""CDC's logic read plainly, with nothing kept: the floor that the engine has to stay well under.

It takes the very steps of the engine (judge a dose on a target, look ahead along a series, score, merge a group) but as the specification's
text has them, one after another for one patient: every series of every antigen asked whether it concerns the patient, whatever was given;
a series judged anew from the first dose, and looked ahead along anew, each time that a condition, a score or a choice asks about it; every
age reckoned from the birth date each time; bars and immunity gone through for everybody. It does not look for the day until which the
answer holds, which the engine's time includes. It reads the rules as loaded (durations parsed, targets in order, live conflicts by
vaccine): an implementation that walks the XML for each patient takes longer still.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.cdsi.board import Board, concerns
from vaxcard.schedule.cdsi.day import Answer, Day
from vaxcard.schedule.cdsi.evaluation import walk
from vaxcard.schedule.cdsi.forecast import Outlook, contraindication, immunity, look_ahead
from vaxcard.schedule.cdsi.rules import Antigen, AntigenSchedule, AntigenSeries
from vaxcard.schedule.cdsi.standing import Person, Standing
from vaxcard.schedule.dates import Duration
from vaxcard.schedule.history import Child, History
from vaxcard.schedule.outcomes import Reason


class _Person(Person):
    def __init__(self, schedule: AntigenSchedule, child: Child, history: History, on: date) -> None:
        super().__init__(schedule, child, history, on)
        self.age = self._reckoned

    def _reckoned(self, duration: Duration) -> date:
        return duration.after(self.born_on)


class _Board(Board):
    def __init__(self, antigen: Antigen, person: Person) -> None:
        super().__init__(antigen, person)
        self.is_plain = False
        self.relevant = [series for series in antigen.series if concerns(series, person)]

    def standing(self, series: AntigenSeries) -> Standing:
        standing = Standing(series, self.person, self.taken, self._is_any_complete)
        walk(standing)
        return standing

    def outlook(self, series: AntigenSeries) -> Outlook:
        return look_ahead(self.standing(series), self.antigen, immunity(self.antigen, self.person), self.barred(series))

    def barred(self, series: AntigenSeries) -> Reason | None:
        return contraindication(self.antigen, self.standing(series))


class _Day(Day):
    def __init__(self, schedule: AntigenSchedule, child: Child, history: History, on: date) -> None:
        self.schedule, self.child, self.history, self.on = schedule, child, history, on
        self.person = _Person(schedule, child, history, on)
        self.boards = {name: _Board(antigen, self.person) for name, antigen in schedule.antigens.items()}
        for board in self.boards.values():
            board.judge()


def plainly(schedule: AntigenSchedule, child: Child, history: History, on: date) -> dict[str, Answer]:
    """Every group of one patient, nothing kept."""
    today = _Day(schedule, child, history, on)
    return {code: today.answer(code) for code in schedule.groups}


def agreement_on(schedule: AntigenSchedule, people: Sequence[Any]) -> float:
    """The share of groups on which the engine gives the same forecast and the same verdicts."""
    same = []
    for person in people:
        answers, told = plainly(schedule, *person), assess(schedule, *person)
        for forecast in told.forecasts:
            verdicts = tuple(each for each in told.evaluations if each.group == forecast.group)
            plain = answers[forecast.group]
            same.append(plain.forecast == forecast and sorted(plain.evaluations, key=lambda each: each.n) == list(verdicts))
    return sum(same) / len(same)
