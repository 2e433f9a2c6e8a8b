"""What else happens to a dose at the counter: it is corrected, taken back, or was not given. Each form's id is made when it is opened.

A form that was opened before somebody else changed the record is stopped, and shows what has become of the dose since.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import CORRECTING, RECORDING, Caller, caller, requires
from vaxcard.api.bodies import Reader, dose_form
from vaxcard.api.service import new_id, service
from vaxcard.errors import Conflict, InputFault, NotFound
from vaxcard.language.catalogues import marked
from vaxcard.records import chart, registry
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import load_clinic
from vaxcard.records.doses import DoseForm, DoseRecord, DoseSource, DoseStatus
from vaxcard.records.not_given import NotGivenBecause, NotGivenForm, record_not_given
from vaxcard.records.visits import first_open_day
from vaxcard.web import child_view
from vaxcard.web.recording import ROUTES, SITES, Sheet
from vaxcard.web.rendering import fault_in_words, faults_by_place

changing = Blueprint("changing", __name__, url_prefix="/counter/children/<uuid:child_id>")

BECAUSE = {
    NotGivenBecause.REFUSED: marked("The family does not want it"),
    NotGivenBecause.ILL: marked("The child is ill today"),
    NotGivenBecause.CONTRAINDICATED: marked("It must not be given today"),
    NotGivenBecause.OUT_OF_STOCK: marked("There is none left"),
}
CHANGED = {
    "vaccine": marked("Vaccine"),
    "given_on": marked("Given on"),
    "lot_number": marked("Lot"),
    "expires_on": marked("Expires on"),
    "trace_code": marked("Trace code"),
    "site": marked("Where"),
    "route": marked("How"),
    "place": marked("Given at"),
    "performer": marked("Given by"),
    "document": marked("Paper"),
}
_SHOWN = ("vaccine", "trace_code", "lot_number", "expires_on", "given_on", "route", "site")
_KEPT = ("typed_because", "product_name", "manufacturer", "stated_number", "clinic_id", "place", "performer", "document")
_TAKEN_BACK = "recorded in error"
_YEAR = timedelta(days=365)


@changing.get("/doses/<uuid:dose_id>/change")
@requires(*CORRECTING)
def change(child_id: UUID, dose_id: UUID) -> ResponseReturnValue:
    """The dose as it stands, to be corrected or taken back."""
    ids = {"id": str(new_id()), "void_id": str(new_id())}
    return _change_form(child_id, dose_id, Sheet({**_as_it_stands(child_id, dose_id), **ids}))


def _as_it_stands(child_id: UUID, dose_id: UUID) -> dict[str, str]:
    """What the record says of the dose, and the version of the record that says so."""
    who = caller()
    with who.acting() as acting:
        read = chart.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
        dose = next((dose for dose in read.doses if dose.id == dose_id), None)
        if dose is None:
            raise NotFound("this dose is not on the child's record", advice="open the child again and look at what was given")
        acting.note("child.look", child_id=child_id)
        values = {name: _written(getattr(dose, name)) for name in _SHOWN}
        return {**values, "seen": str(read.child.version)}


def _written(value: object) -> str:
    return "" if value is None else str(value)


def _change_form(child_id: UUID, dose_id: UUID, sheet: Sheet) -> str:
    who = caller()
    with who.acting() as acting:
        child = child_view.brief(acting, chart.load_child(acting.session, child_id))
        today = acting.today
    codes = sorted(service().schedule.vaccines, key=str.casefold)
    options: dict[str, Any] = {"sites": SITES, "routes": ROUTES, "codes": codes, "today": today}
    return render_template("counter/change.html", child=child, dose_id=dose_id, sheet=sheet, **options)


@changing.post("/doses/<uuid:dose_id>/corrections")
@requires(*CORRECTING)
def correct(child_id: UUID, dose_id: UUID) -> ResponseReturnValue:
    """A version of the dose that stands in its place; the old one is kept."""
    sent, who = request.form.to_dict(), caller()
    try:
        seen, reason = _seen_and_why(sent)
        fields = {name: sent.get(name) for name in ("id", *_SHOWN)}
        told = dose_form({**fields, "happened": reason}, clinic_id=who.clinic_id, performer=None)
        with who.acting() as acting:
            form = _as_version(acting, child_id, dose_id, told)
            recorded = registry.correct_dose(acting, child_id, dose_id, form, seen_version=seen, reason=reason)
    except Conflict as fault:
        return _changed_since(child_id, fault)
    except InputFault as fault:
        return _change_form(child_id, dose_id, Sheet(sent, faults_by_place(fault))), 422
    return redirect(url_for("recording.done", child_id=child_id, dose_id=recorded.dose.id), 303)


def _as_version(acting: Acting, child_id: UUID, dose_id: UUID, told: DoseForm) -> DoseForm:
    """What the form says, and of the dose on file what the form does not show."""
    dose = acting.session.get(DoseRecord, dose_id)
    if dose is None or dose.child_id != child_id:
        raise NotFound("this dose is not on the child's record", advice="open the child again and look at what was given")
    return replace(told, source=DoseSource(dose.source), **{name: getattr(dose, name) for name in _KEPT})


@changing.post("/doses/<uuid:dose_id>/void")
@requires(*CORRECTING)
def void(child_id: UUID, dose_id: UUID) -> ResponseReturnValue:
    """The dose counts no more; it stays on file with who took it back, when and why."""
    sent, who = request.form.to_dict(), caller()
    try:
        reader = Reader(sent)
        void_id = reader.id("void_id", required=True)
        reader.finish()
        seen, reason = _seen_and_why(sent)
        with who.acting() as acting:
            registry.void_dose(acting, child_id, dose_id, void_id or dose_id, seen_version=seen, reason=reason)
    except Conflict as fault:
        return _changed_since(child_id, fault)
    except InputFault as fault:
        told = {f"void_{place}": words for place, words in faults_by_place(fault).items()}
        return _change_form(child_id, dose_id, Sheet({**sent, **_as_it_stands(child_id, dose_id)}, told)), 422
    return redirect(url_for("counter.child", child_id=child_id), 303)


def _seen_and_why(sent: dict[str, str]) -> tuple[int, str]:
    """The version of the record that the form was opened on, and why it is changed."""
    reader = Reader({"happened": sent.get("reason"), "seen": sent.get("seen")})
    reason, seen = reader.text("happened"), reader.version("seen")
    if not reason:
        raise InputFault("the reason is missing", place="reason", advice="say what was recorded in error")
    reader.finish()
    return seen, reason


def _changed_since(child_id: UUID, fault: Conflict) -> ResponseReturnValue:
    """What has become of the dose since the form was opened; or that this very form was sent with other words before."""
    if not fault.difference:
        return render_template("counter/recorded_before.html", child_id=child_id, fault=fault_in_words(fault)), 409
    told = {"child_id": child_id, "difference": fault.difference, "names": CHANGED, "sites": SITES, "routes": ROUTES}
    return render_template("counter/changed_since.html", **told), 409


@changing.get("/not-given/new/<group>")
@requires(*RECORDING)
def not_given(child_id: UUID, group: str) -> ResponseReturnValue:
    """The form for a due dose that is not given today."""
    who = caller()
    with who.acting() as acting:
        read = chart.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
        forecast = next((each for each in read.assessment.forecasts if each.group == group and each.vaccines), None)
        if forecast is None:
            raise NotFound("this vaccine is not due for the child today", advice="open the child again and look at what was given")
        acting.note("child.look", child_id=child_id)
        vaccine = forecast.vaccines[0]
    return _not_given_form(child_id, who, Sheet({"id": str(new_id()), "vaccine": vaccine}))


def _not_given_form(child_id: UUID, who: Caller, sheet: Sheet) -> str:
    with who.acting() as acting:
        child = child_view.brief(acting, chart.load_child(acting.session, child_id))
        today = acting.today
        open_day = _open_day_after(acting, sheet) if "retry_on" in sheet.faults else None
    told = {"child": child, "sheet": sheet, "reasons": BECAUSE, "today": today, "first_day": today + timedelta(days=1)}
    told["open_day"] = open_day
    return render_template("counter/not_given.html", **told)


def _open_day_after(acting: Acting, sheet: Sheet) -> date | None:
    """The open day next to the one that was asked for, where that one lies ahead."""
    try:
        asked = date.fromisoformat(sheet.values.get("retry_on", ""))
    except ValueError:
        return None
    if not acting.today < asked < acting.today + _YEAR or acting.clinic_id is None:
        return None
    return first_open_day(load_clinic(acting.session, acting.clinic_id), asked)


@changing.post("/not-given")
@requires(*RECORDING)
def record_it_was_not(child_id: UUID) -> ResponseReturnValue:
    """Keep why a dose was not given, and when to try again."""
    sent, who = request.form.to_dict(), caller()
    try:
        with who.acting() as acting:
            record_not_given(acting, child_id, _not_given_sent(acting, sent))
    except Conflict as fault:
        return _changed_since(child_id, fault)
    except InputFault as fault:
        return _not_given_form(child_id, who, Sheet(sent, faults_by_place(fault))), 422
    return redirect(url_for("counter.child", child_id=child_id), 303)


def _not_given_sent(acting: Acting, sent: dict[str, str]) -> NotGivenForm:
    reader = Reader({**sent, "happened": sent.get("note")})
    form_id, vaccine, note = reader.id("id", required=True), reader.text("vaccine", required=True), reader.text("happened")
    retry_on, because = reader.day("retry_on"), sent.get("because", "")
    if because not in list(NotGivenBecause):
        reader.fault("because", "the reason is missing", "choose one of the list")
    reader.finish()
    assert form_id is not None and vaccine is not None  # required above
    return NotGivenForm(form_id, vaccine, acting.today, NotGivenBecause(because), retry_on, note)


@changing.post("/not-given/<uuid:row_id>/take-back")
@requires(*CORRECTING)
def take_back(child_id: UUID, row_id: UUID) -> ResponseReturnValue:
    """It was given after all, or was never owed."""
    sent, who = request.form.to_dict(), caller()
    reader = Reader(sent)
    void_id, seen = reader.id("id", required=True), reader.version("seen")
    reader.finish()
    try:
        with who.acting() as acting:
            row = acting.session.get(DoseRecord, row_id)
            if row is None or row.child_id != child_id or row.status != DoseStatus.NOT_DONE:
                raise NotFound("this is not on the child's record", advice="open the child again and look at what stands")
            registry.void_dose(acting, child_id, row_id, void_id or row_id, seen_version=seen, reason=_TAKEN_BACK)
    except Conflict as fault:
        return _changed_since(child_id, fault)
    return redirect(url_for("counter.child", child_id=child_id), 303)
