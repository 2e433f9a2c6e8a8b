"""Patients in and answers out as lines of JSON: one child a line, a faulty line answered with its error while the rest go on."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from vaxcard.errors import InputFault
from vaxcard.schedule.assessment import AnySchedule, assess
from vaxcard.schedule.history import Child, Decision, DoseAdministered, History, Observation
from vaxcard.schedule.outcomes import Assessment, Evaluation, Forecast, Reason
from vaxcard.schedule.unread import Findings, Unread, passed_over

SEXES = {"female", "male", "unknown"}
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
DECISIONS = {"accept", "complete", "give", "never"}


Told = Callable[[object, tuple[Unread, ...]], None]


def assess_stream(lines: Iterable[str], schedule: AnySchedule, told: Told | None = None) -> Iterator[dict[str, Any]]:
    """One answer for each line that is not blank, in order, as they come; a faulty line yields its id and its error.

    `told` hears the id of each patient of whom something was passed over, and what; the answers are the same with it and without.
    """
    findings = Findings(schedule) if told else None
    for line in lines:
        if line.strip():
            found, patient = _answered(schedule, line)
            if told and findings and (unread := passed_over(findings, patient) if "error" not in found else ()):
                told(found["id"], unread)
            yield found


def answer_line(schedule: AnySchedule, line: str) -> dict[str, Any]:
    """The answer to one patient line, or {"id", "error"} that says what is wrong with it and what to write."""
    return _answered(schedule, line)[0]


def _answered(schedule: AnySchedule, line: str) -> tuple[dict[str, Any], dict[str, Any]]:
    patient: dict[str, Any] = {}
    try:
        patient = _parsed(line)
        child, history, on = read_patient(schedule, patient)
    except InputFault as fault:
        return {"id": patient.get("id"), "error": str(fault)}, patient
    return {"id": patient.get("id"), **answer(assess(schedule, child, history, on))}, patient


def _parsed(line: str) -> dict[str, Any]:
    try:
        patient = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as problem:
        raise InputFault("the line is not JSON", advice="write one JSON object a line") from problem
    if not isinstance(patient, dict):
        raise InputFault("the line is not a JSON object", advice='write {"id": …, "born_on": …, "assessed_on": …, "doses": […]}')
    return patient


def read_patient(schedule: AnySchedule, patient: Mapping[str, Any]) -> tuple[Child, History, date]:
    """A patient of the exchange form as the engine's child, history and day; raises InputFault with the place.

    Unknown keys are ignored: `unread` tells them.
    """
    born_on, on = _day(patient, "born_on", ""), _day(patient, "assessed_on", "")
    sex = patient.get("sex") or "unknown"
    if not isinstance(sex, str) or sex not in SEXES:
        raise InputFault("is not a sex known here", place="sex", advice='write "female", "male" or "unknown"')
    doses = tuple(_dose(schedule, row, n, born_on) for n, row in enumerate(_rows(patient, "doses"), 1))
    observations = tuple(_observation(row, f"observations {n}") for n, row in enumerate(_rows(patient, "observations"), 1))
    decisions = tuple(_decision(schedule, row, f"decisions {n}") for n, row in enumerate(_rows(patient, "decisions"), 1))
    if on < born_on:
        raise InputFault("lies before born_on", place="assessed_on", advice="assess on a day from birth on")
    return Child(born_on, sex), History(doses, observations, decisions), on


def _rows(patient: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = patient.get(key)
    rows = [] if rows is None else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputFault("is not a list of objects", place=key)
    return rows


def _dose(schedule: AnySchedule, row: Mapping[str, Any], n: int, born_on: date) -> DoseAdministered:
    place = f"doses {n}"
    given_on = _day(row, "given_on", place)
    if given_on < born_on:
        raise InputFault(f"{given_on} is before birth", place=f"{place}: given_on", advice="correct the date of the dose or of the birth")
    substandard = row.get("substandard") or False
    if not isinstance(substandard, bool):
        raise InputFault("is neither true nor false", place=f"{place}: substandard")
    maker = row.get("mvx")
    if maker is not None and not isinstance(maker, str):
        raise InputFault("is not text", place=f"{place}: mvx")
    vaccine, expires_on = _vaccine(schedule, row, place), _maybe_day(row, "expires_on", place)
    return DoseAdministered(n, given_on, vaccine, expires_on, substandard, maker.strip().upper() if maker else None)


def _vaccine(schedule: AnySchedule, row: Mapping[str, Any], place: str) -> str:
    written = row.get("vaccine")
    if isinstance(written, str) and written in schedule.vaccines:
        return written
    if written is None and isinstance(cvx := row.get("cvx"), str):
        if (code := schedule.code_of_cvx(cvx)) is not None:
            return code
        raise InputFault(f'CVX "{cvx}" is not a vaccine of schedule {schedule.code}', place=f"{place}: cvx")
    if written is None:
        problem = "is missing" if row.get("cvx") is None else "is not text"
        raise InputFault(problem, place=f"{place}: cvx", advice='write the CVX code in quotation marks, such as "03", or a vaccine code')
    advice = f"use a vaccine code of the schedule, such as {next(iter(schedule.vaccines))}"
    raise InputFault(f"{written!r} is not a vaccine of schedule {schedule.code}", place=f"{place}: vaccine", advice=advice)


def _observation(row: Mapping[str, Any], place: str) -> Observation:
    value = row.get("value")
    text = "" if value is None else str(value)
    return Observation(_text(row, "code", place), _maybe_day(row, "on", place), text, _maybe_day(row, "until", place))


def _decision(schedule: AnySchedule, row: Mapping[str, Any], place: str) -> Decision:
    decision, group = _text(row, "decision", place), _text(row, "group", place)
    if decision not in DECISIONS:
        raise InputFault("is not a decision known here", place=f"{place}: decision", advice=f"use one of {', '.join(sorted(DECISIONS))}")
    if group not in schedule.groups:
        raise InputFault(f"is not a group of schedule {schedule.code}", place=f"{place}: group")
    reason = row.get("reason")
    given_on, until = _maybe_day(row, "given_on", place), _maybe_day(row, "until", place)
    return Decision(_day(row, "on", place), group, given_on, decision, until, reason if isinstance(reason, str) else "")


def _text(row: Mapping[str, Any], key: str, place: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise InputFault("is missing" if value is None else "is not text", place=f"{place}: {key}")
    return value


def _day(row: Mapping[str, Any], key: str, place: str) -> date:
    day = _maybe_day(row, key, place)
    if day is None:
        raise InputFault("is missing", place=f"{place}: {key}" if place else key, advice="write a date as 2026-11-23")
    return day


def _maybe_day(row: Mapping[str, Any], key: str, place: str) -> date | None:
    value = row.get(key)
    if value is None:
        return None
    where = f"{place}: {key}" if place else key
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise InputFault(f"{value!r} is not a date", place=where, advice="write a date as 2026-11-23")
    try:
        return date.fromisoformat(value)
    except ValueError as problem:
        raise InputFault(f"{value} is not a day of the calendar", place=where, advice="write a date as 2026-11-23") from problem


def answer(assessment: Assessment) -> dict[str, Any]:
    """An assessment in the exchange form: plain values, dates as ISO text."""
    return {
        "doses": [_evaluation(each) for each in assessment.evaluations],
        "forecasts": [_forecast(each) for each in assessment.forecasts],
        "due_now": list(assessment.due_now),
        "holds_until": _iso(assessment.holds_until),
        "edition": assessment.edition,
        "engine": assessment.engine,
        "unverified": list(assessment.unverified),
    }


def _evaluation(each: Evaluation) -> dict[str, Any]:
    return {
        "n": each.n,
        "given_on": each.given_on.isoformat(),
        "vaccine": each.vaccine,
        "group": each.group,
        "dose": each.dose,
        "status": each.status.value if each.status else None,
        "reasons": [_reason(reason) for reason in each.reasons],
    }


def _forecast(each: Forecast) -> dict[str, Any]:
    return {
        "group": each.group,
        "status": each.status.value,
        "dose": each.dose,
        "vaccines": list(each.vaccines),
        "earliest": _iso(each.earliest),
        "recommended": _iso(each.recommended),
        "past_due": _iso(each.past_due),
        "latest": _iso(each.latest),
        "needs": each.needs,
        "reasons": [_reason(reason) for reason in each.reasons],
        "optional": each.optional,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    values = {key: value.isoformat() if isinstance(value, date) else value for key, value in reason.values.items()}
    return {"code": str(reason.code), "values": values, "source": reason.source, "sensitive": reason.sensitive}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
