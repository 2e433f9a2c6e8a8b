"""A child's record as JSON: who this is, what each dose was worth, what is due, what waits until when and why, the next visit.

Sensitive reasons go only to those who may hear them; everyone else hears that the clinic has decided otherwise.
Where a protected child lives and goes is told at its own clinic alone.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from vaxcard.api.access import Caller
from vaxcard.api.service import service
from vaxcard.language import say_reason, say_withheld
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.doses import DoseRecord
from vaxcard.records.issued_cards import CardRecord
from vaxcard.records.people import ChildRecord
from vaxcard.records.search import siblings_of
from vaxcard.records.visits import NextVisit
from vaxcard.schedule.outcomes import Evaluation, Forecast, Reason, SeriesStatus
from vaxcard.schedule.questions import load_questions

WITHHELD = "withheld"
_WHERE = ("clinic", "place", "performer")


def vaccine_name(code: str, lang: str) -> str:
    """A vaccine's short name in a language; a code that the schedule does not know stays as it is."""
    vaccine = service().schedule.vaccines.get(code)
    return named(vaccine.short_names, lang) if vaccine else code


def named(names: Any, lang: str) -> str:
    """One of a thing's names: in the language asked for, else in English, else in any."""
    return str(names.get(lang) or names.get("en") or next(iter(names.values())))


def reason_as_json(reason: Reason, caller: Caller, lang: str, today: date) -> dict[str, Any]:
    """A reason with its sentence, or only that there is one."""
    if reason.sensitive and not caller.hears_sensitive_reasons:
        return {"code": WITHHELD, "sentence": say_withheld(lang)}
    schedule = service().schedule

    def told(code: str) -> str:
        vaccine = schedule.vaccines.get(code)
        return named(vaccine.names, lang) if vaccine else code

    sentence = say_reason(reason, lang, told, near=today, questions=load_questions(schedule.code))
    values = {name: value.isoformat() if isinstance(value, date) else value for name, value in reason.values.items()}
    return {"code": str(reason.code), "values": values, "source": reason.source, "sentence": sentence}


def record_as_json(acting: Acting, chart: Chart, caller: Caller, lang: str) -> dict[str, Any]:
    """The whole answer to a scan or to a child's id."""
    forecasts, due = chart.assessment.forecasts, chart.assessment.due_now
    told = {
        "child": _child(acting, chart),
        **due_as_json(chart, caller, lang),
        "edition": chart.assessment.edition,
        "engine": chart.assessment.engine,
        "holds_until": _iso(chart.assessment.holds_until),
        "unverified": list(chart.assessment.unverified),
        "doses": [dose_as_json(acting, chart, dose, caller, lang) for dose in chart.doses],
        "waits": [_forecast(each, caller, lang, acting.today) for each in forecasts if each.group not in due and waits(each)],
    }
    return told if is_hidden(acting, chart.child) else {**told, "next_visit": visit_as_json(chart.next_visit, acting.today)}


def due_as_json(chart: Chart, caller: Caller, lang: str) -> dict[str, Any]:
    """What is due on the day of the assessment, and no more of the record."""
    due, today = chart.assessment.due_now, chart.assessment.on
    told = [_forecast(each, caller, lang, today) for each in chart.assessment.forecasts if each.group in due]
    return {"assessed_on": today.isoformat(), "due_now": told}


def is_hidden(acting: Acting, child: ChildRecord) -> bool:
    """Whether clinic, family, places and next visit are kept from the one who asks: a protected child at any clinic but its own."""
    return child.is_sensitive and child.clinic_id != acting.clinic_id


def siblings_told(acting: Acting, child: ChildRecord) -> list[ChildRecord]:
    """Brothers and sisters; of a hidden child only those who are hidden too, for the others would tell where the family lives."""
    hidden = is_hidden(acting, child)
    return [each for each in siblings_of(acting.session, child.id) if not hidden or is_hidden(acting, each)]


def waits(forecast: Forecast) -> bool:
    """Whether there is something to say of a group that is not due: it comes later, or may not be given."""
    told = (SeriesStatus.NOT_COMPLETE, SeriesStatus.CONTRAINDICATED)
    return forecast.status in told and not (forecast.optional and forecast.earliest is None)


def _child(acting: Acting, chart: Chart) -> dict[str, Any]:
    keyring, child = acting.keyring, chart.child
    siblings = siblings_told(acting, child) if chart.may_have_siblings else []
    told = {
        "id": str(child.id),
        "name": child.name(keyring),
        "display_name": child.display_name(keyring),
        "sign": child.sign,
        "born_on": child.born_on.isoformat(),
        "sex": child.sex,
        "state": str(child.state),
        "version": child.version,
        "sensitive": child.is_sensitive,
        "siblings": [str(sibling.id) for sibling in siblings],
    }
    if is_hidden(acting, child):
        return told
    return {**told, "clinic": {"id": str(child.clinic_id), "name": chart.clinic_name}}


def card_as_json(card: CardRecord) -> dict[str, Any]:
    """The card that was scanned; never its token."""
    return {"id": str(card.id), "bracket": card.bracket, "issue": card.issue, "state": str(card.state)}


def dose_as_json(acting: Acting, chart: Chart, dose: DoseRecord, caller: Caller, lang: str) -> dict[str, Any]:
    """A dose as it stands, with what it was worth in each group; of a hidden child without who gave it where."""
    box = ("product_name", "stated_number", "lot_number", "manufacturer", "trace_code", "typed_because")
    kept = ("vaccine", *box, "site", "route", "place", "performer")
    told = {
        "id": str(dose.id),
        **{name: getattr(dose, name) for name in kept},
        "given_on": dose.given_on.isoformat(),
        "expires_on": _iso(dose.expires_on),
        "clinic": str(dose.clinic_id) if dose.clinic_id else None,
        "source": str(dose.source),
        "incidents": list(dose.incidents),
        "recorded_at": dose.recorded_at.isoformat(),
        "supersedes": str(dose.supersedes_id) if dose.supersedes_id else None,
        "evaluations": [_evaluation(each, caller, lang, chart.assessment.on) for each in chart.evaluations_of(dose)],
    }
    hidden = _WHERE if is_hidden(acting, chart.child) else ()
    return {name: value for name, value in told.items() if name not in hidden}


def _evaluation(evaluation: Evaluation, caller: Caller, lang: str, today: date) -> dict[str, Any]:
    return {
        "group": evaluation.group,
        "dose": evaluation.dose,
        "status": str(evaluation.status) if evaluation.status else None,
        "reasons": [reason_as_json(reason, caller, lang, today) for reason in evaluation.reasons],
    }


def _forecast(forecast: Forecast, caller: Caller, lang: str, today: date) -> dict[str, Any]:
    later = forecast.earliest if forecast.earliest and forecast.earliest > today else None
    return {
        "group": forecast.group,
        "name": named(service().schedule.groups[forecast.group].names, lang),
        "status": str(forecast.status),
        "dose": forecast.dose,
        "vaccines": list(forecast.vaccines),
        "until": _iso(later),
        "earliest": _iso(forecast.earliest),
        "recommended": _iso(forecast.recommended),
        "past_due": _iso(forecast.past_due),
        "latest": _iso(forecast.latest),
        "needs": forecast.needs,
        "optional": forecast.optional,
        "reasons": [reason_as_json(reason, caller, lang, today) for reason in forecast.reasons],
    }


def visit_as_json(visit: NextVisit | None, today: date) -> dict[str, Any] | None:
    """The one next visit, with the days until it."""
    if visit is None:
        return None
    return {
        "visit_on": visit.visit_on.isoformat(),
        "planned_on": visit.planned_on.isoformat(),
        "days": (visit.visit_on - today).days,
        "groups": list(visit.groups),
        "kind": str(visit.kind),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
