"""A person's doses against CDC's schedule on one day, as the engine's door answers it."""

from __future__ import annotations

from datetime import date

from vaxcard.schedule.cdsi.day import Day
from vaxcard.schedule.cdsi.holding import holds_until
from vaxcard.schedule.cdsi.rules import AntigenSchedule, padded
from vaxcard.schedule.cdsi.standing import Person
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.outcomes import Assessment, Evaluation, EvaluationStatus, Reason, ReasonCode


def assess_antigens(schedule: AntigenSchedule, child: Child, history: History, on: date, engine: str) -> Assessment:
    """What the doses given are worth and what is owed on `on`; doses after it are left out and listed."""
    today = Day(schedule, child, history, on)
    answers = {code: today.answer(code) for code in schedule.groups}
    evaluations = [each for answer in answers.values() for each in answer.evaluations] + _aside(today.person, history)
    order = {code: at for at, code in enumerate(schedule.groups)}
    return Assessment(
        on=on,
        edition=f"{schedule.code} {schedule.digest[:12]}",
        engine=engine,
        holds_until=holds_until(today, answers),
        evaluations=tuple(sorted(evaluations, key=lambda each: (each.n, order.get(each.group or "", -1)))),
        forecasts=tuple(each.forecast for each in answers.values()),
        due_now=tuple(code for code, each in answers.items() if each.is_due),
        unverified=(),
    )


def _aside(person: Person, history: History) -> list[Evaluation]:
    """Doses that no antigen judges, with the reason."""
    placed = {each.dose.n for doses in person.by_antigen.values() for each in doses}
    return [_left_out(person, dose) for dose in history.doses if dose.n not in placed]


def _left_out(person: Person, dose: DoseAdministered) -> Evaluation:
    status, reason = None, Reason(ReasonCode.NOT_IN_PROGRAMME, {"vaccine": dose.vaccine}, "record")
    if padded(dose.vaccine) not in person.schedule.vaccines:
        reason = Reason(ReasonCode.UNKNOWN_VACCINE, {"vaccine": dose.vaccine}, "record")
    elif dose.given_on > person.on:
        reason = Reason(ReasonCode.AFTER_ASSESSMENT, {}, "record")
    elif dose.given_on < person.born_on:
        status, reason = EvaluationStatus.NOT_VALID, Reason(ReasonCode.BEFORE_BIRTH, {"born_on": person.born_on}, "record")
    return Evaluation(dose.n, dose.given_on, dose.vaccine, None, None, status, (reason,))
