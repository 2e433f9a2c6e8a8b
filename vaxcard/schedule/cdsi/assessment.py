"""A person's doses against CDC's schedule on one day: antigens judged in the order of the files, then merged into groups."""

from __future__ import annotations

from datetime import date

from vaxcard.schedule.cdsi.board import Board
from vaxcard.schedule.cdsi.merging import Group
from vaxcard.schedule.cdsi.rules import AntigenSchedule, padded
from vaxcard.schedule.cdsi.scoring import best
from vaxcard.schedule.cdsi.standing import Person
from vaxcard.schedule.history import Child, Decision, DoseAdministered, History
from vaxcard.schedule.outcomes import Assessment, Evaluation, EvaluationStatus, Forecast, Reason, ReasonCode, SeriesStatus


def assess_antigens(schedule: AntigenSchedule, child: Child, history: History, on: date, engine: str) -> Assessment:
    """What the doses given are worth and what is owed on `on`; doses after it are left out and listed."""
    person = Person(schedule, child, history, on)
    boards = {name: Board(antigen, person) for name, antigen in schedule.antigens.items()}
    for board in boards.values():
        board.judge()
    groups = [_group(schedule, code, boards) for code in schedule.groups]
    forecasts = tuple(_decided(group.forecast(), history, on) for group in groups)
    evaluations = [each for group in groups for each in group.evaluations()] + _aside(person, history)
    order = {code: at for at, code in enumerate(schedule.groups)}
    return Assessment(
        on=on,
        edition=f"{schedule.code} {schedule.digest[:12]}",
        engine=engine,
        holds_until=_holds_until(person, history, forecasts),
        evaluations=tuple(sorted(evaluations, key=lambda each: (each.n, order.get(each.group or "", -1)))),
        forecasts=forecasts,
        due_now=tuple(each.group for each in forecasts if _is_due(each, on)),
        unverified=(),
    )


def _group(schedule: AntigenSchedule, code: str, boards: dict[str, Board]) -> Group:
    found = [(boards[name], best(boards[name])) for name in schedule.antigens_of[code]]
    return Group(code, code in schedule.full_groups, found)


def _is_due(each: Forecast, on: date) -> bool:
    return each.status is SeriesStatus.NOT_COMPLETE and each.earliest is not None and each.earliest <= on


def _decided(forecast: Forecast, history: History, on: date) -> Forecast:
    """A clinician's word on the group as a whole goes before the rules."""
    for each in history.decisions:
        if each.group == forecast.group and each.holds_on(on) and (answer := _word(each, forecast)) is not None:
            return answer
    return forecast


def _word(decision: Decision, forecast: Forecast) -> Forecast | None:
    said = {"decided_on": decision.on}
    if decision.decision == "complete":
        return Forecast(forecast.group, SeriesStatus.COMPLETE, reasons=(Reason(ReasonCode.DECIDED_COMPLETE, said, "clinician"),))
    if decision.decision == "never":
        return Forecast(forecast.group, SeriesStatus.CONTRAINDICATED, reasons=(Reason(ReasonCode.DECIDED_NEVER, said, "clinician"),))
    return None


def _aside(person: Person, history: History) -> list[Evaluation]:
    """Doses that no antigen judges, with the reason."""
    placed = {each.dose.n for doses in person.by_antigen.values() for each in doses}
    return [_left_out(person, dose) for dose in history.doses if dose.n not in placed]


def _left_out(person: Person, dose: DoseAdministered) -> Evaluation:
    status, reason = None, Reason(ReasonCode.NOT_IN_PROGRAMME, {"vaccine": dose.vaccine}, "record")
    if padded(dose.vaccine) not in person.schedule.vaccines:
        reason = Reason(ReasonCode.UNKNOWN_VACCINE, {"vaccine": dose.vaccine}, "record")
    elif dose.given_on > person.on:
        reason = Reason(ReasonCode.AFTER_ASSESSMENT, {"assessed_on": person.on}, "record")
    elif dose.given_on < person.born_on:
        status, reason = EvaluationStatus.NOT_VALID, Reason(ReasonCode.BEFORE_BIRTH, {"born_on": person.born_on}, "record")
    return Evaluation(dose.n, dose.given_on, dose.vaccine, None, None, status, (reason,))


def _holds_until(person: Person, history: History, forecasts: tuple[Forecast, ...]) -> date | None:
    """A day up to which nothing can change by time alone; the answer may well hold longer."""
    return None
