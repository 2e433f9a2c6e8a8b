"""Recording a dose at the counter: the form, what stops it, and the page that says it is done.

The form carries an id made when it was opened, so that Back, a second click or a broken line never make two doses of one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, RECORDING, Caller, caller, requires
from vaxcard.api.bodies import dose_form
from vaxcard.api.service import language, new_id, service
from vaxcard.errors import Conflict, InputFault, ManyFaults, NotFound, Refused, VaxcardError
from vaxcard.language import Said
from vaxcard.language.catalogues import marked
from vaxcard.records import chart, registry
from vaxcard.records.acting import Acting
from vaxcard.records.doses import DoseForm, TypedBecause
from vaxcard.records.planning import visit_plan
from vaxcard.records.stops import box_is_missing
from vaxcard.schedule.visit_rules import load_visit_rules
from vaxcard.web import child_view
from vaxcard.web.child_view import Due, View
from vaxcard.web.given_view import given_dose
from vaxcard.web.rendering import fault_in_words, faults_by_place

recording = Blueprint("recording", __name__, url_prefix="/counter/children/<uuid:child_id>")

SITES = {
    "left-upper-arm": marked("Left upper arm"),
    "right-upper-arm": marked("Right upper arm"),
    "left-thigh": marked("Left thigh"),
    "right-thigh": marked("Right thigh"),
    "mouth": marked("By mouth"),
}
ROUTES = {
    "injection": marked("Injection"),
    "intramuscular": marked("Into the muscle"),
    "subcutaneous": marked("Under the skin"),
    "intradermal": marked("Into the skin"),
    "oral": marked("By mouth"),
}
TYPED = {
    TypedBecause.NO_CODE: marked("The box has no code"),
    TypedBecause.UNREADABLE: marked("The code can't be read"),
    TypedBecause.NO_SCANNER: marked("The scanner doesn't work"),
}
_CONFIRMED = {
    "identity": marked("ask for name and birth date, and tick when they agree"),
    "shown": marked("show the guardian the product and its expiry date, then tick"),
}
_READ_FROM_THE_BOX = ("lot_number", "expires_on")
_GIVEN = ("vaccine", "trace_code", "typed_because", *_READ_FROM_THE_BOX, "given_on", "route", "site", "happened")
_FIELDS = frozenset(("id", "group", *_GIVEN, *_CONFIRMED))
"""What the form has. Nothing else is read: whoever signed in gave the dose, here."""


@dataclass(frozen=True)
class Sheet:
    """The form as it stands: what is filled in, what is wrong where, and what stopped it."""

    values: dict[str, str]
    faults: dict[str, Said] = field(default_factory=dict)
    stop: Said | None = None
    reason: str | None = None


@recording.get("/doses/new")
@recording.get("/doses/new/<group>")
@requires(*RECORDING)
def new_dose(child_id: UUID, group: str | None = None) -> ResponseReturnValue:
    """The form, with vaccine, route and the visit plan's site filled in for a dose that is due."""
    who = caller()
    with who.acting() as acting:
        view = _view(acting, child_id, who)
        sites = {dose.vaccine: dose.site for dose in visit_plan(acting, child_id).doses} if view.due or view.not_today else {}
        acting.note("child.look", child_id=child_id)
    due = _owed(view, group)
    site = sites.get(due.vaccine) if due else None
    values = {"id": str(new_id()), "group": group or "", "vaccine": due.vaccine if due else "", "given_on": view.today.isoformat()}
    way = load_visit_rules(service().schedule.code).ways.get(values["vaccine"])
    values.update({"route": "oral", "site": "mouth"} if due and due.is_oral else {"route": way or "injection", "site": site or ""})
    return _form(view, Sheet(values))


@recording.post("/doses")
@requires(*RECORDING)
def record(child_id: UUID) -> ResponseReturnValue:
    """Record the dose, or show the form again with what is wrong or what stopped it."""
    who, values = caller(), {name: value for name, value in request.form.items() if name in _FIELDS}
    try:
        form = _form_sent(values, who)
        with who.acting() as acting:
            recorded = registry.record_dose(acting, child_id, form)
            if recorded.is_new:
                acting.note("identity.confirmed", child_id=child_id, subjects=["name", "born_on", str(form.id)])
    except Conflict as fault:
        return render_template("counter/recorded_before.html", child_id=child_id, fault=fault_in_words(fault)), 409
    except (InputFault, Refused) as fault:
        return _again(child_id, who, values, fault)
    return redirect(url_for("recording.done", child_id=child_id, dose_id=recorded.dose.id), 303)


def _form_sent(values: dict[str, str], who: Caller) -> DoseForm:
    """The dose in the form. Before the needle the box is read and the guardian has looked; what happened all the same has its reason."""
    unconfirmed = {name: advice for name, advice in _CONFIRMED.items() if not values.get(name)}
    faults: list[VaxcardError] = [InputFault("this is missing", place=name, advice=advice) for name, advice in unconfirmed.items()]
    if not values.get("happened", "").strip():
        missing = [name for name in _READ_FROM_THE_BOX if not values.get(name, "").strip()]
        faults += [InputFault("this is missing", place=name, advice="read it off the box") for name in missing]
    if values.get("site") not in (None, "", *SITES) or values.get("route") not in (None, "", *ROUTES):
        faults.append(InputFault("no such place to inject", place="site", advice="choose one of the list"))
    try:
        form = dose_form(values, clinic_id=who.clinic_id, performer=who.name)
    except ManyFaults as more:
        raise ManyFaults([*more.faults, *faults]) from more
    if box_is_missing(service().schedule, form):
        faults.append(InputFault("the box was not scanned", place="trace_code", advice="scan it, or say below why not"))
    if faults:
        raise ManyFaults(faults)
    return replace(form, place=None, clinic_id=who.clinic_id)


def _again(child_id: UUID, who: Caller, values: dict[str, str], fault: VaxcardError) -> ResponseReturnValue:
    if isinstance(fault, Refused):
        sheet, status = Sheet(values, stop=fault_in_words(fault), reason=fault.reason), 409
    else:
        sheet, status = Sheet(values, faults_by_place(fault)), 422
    with who.acting() as acting:
        view = _view(acting, child_id, who)
    return _form(view, sheet), status


def _view(acting: Acting, child_id: UUID, who: Caller) -> View:
    read = chart.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
    return child_view.whole(acting, read, who, language())


def _owed(view: View, group: str | None) -> Due | None:
    """The dose that the form is for, also one that was declined today and is given after all."""
    return next((each for each in (*view.due, *(other.due for other in view.not_today)) if each.group == group), None)


def _form(view: View, sheet: Sheet) -> str:
    due = _owed(view, sheet.values.get("group"))
    offered = [due.vaccine, *due.others] if due else []
    others = sorted((code for code in service().schedule.vaccines if code not in offered), key=str.casefold)
    options: dict[str, Any] = {"sites": SITES, "routes": ROUTES, "typed": TYPED, "offered": offered, "others": others}
    return render_template("counter/record.html", view=view, due=due, sheet=sheet, **options)


@recording.get("/doses/<uuid:dose_id>")
@requires(*LOOKING)
def done(child_id: UUID, dose_id: UUID) -> ResponseReturnValue:
    """What was recorded, what it was worth, what is still due today, and when the child comes next."""
    who = caller()
    with who.acting() as acting:
        read = chart.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
        acting.note("child.look", child_id=child_id)
        dose = next((dose for dose in read.doses if dose.id == dose_id), None)
        if dose is None:
            raise NotFound("this dose is not on the child's record", advice="open the child again and look at what was given")
        told = given_dose(read, dose, who, language())
        view = child_view.whole(acting, read, who, language())
    return render_template("counter/done.html", view=view, dose=dose, told=told, sites=SITES)
