"""Doses over the API: recorded with an id made by the client to be sent again, corrected, voided, and told in all versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify

from vaxcard.api.access import CORRECTING, LOOKING, RECORDING, Caller, caller, requires
from vaxcard.api.answers import dose_as_json, due_as_json, record_as_json
from vaxcard.api.bodies import dose_form, json_object
from vaxcard.api.describing import described
from vaxcard.api.fields import Field, refuse_unknown, taken
from vaxcard.api.opening import Opened, opened, tag, version_to_match
from vaxcard.api.service import language
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.clinics import Scope
from vaxcard.records.doses import DoseForm, DoseRecord, DoseSource, TypedBecause, versions_of
from vaxcard.records.registry import correct_dose, record_dose, void_dose

doses = Blueprint("doses", __name__, url_prefix="/api/v1/children")

_PAPER = (DoseSource.CLINIC.value, DoseSource.CERTIFICATE.value)
_HAPPENED = "Why it happened all the same, where it would have been stopped before the needle"
DOSE = (
    Field("id", "id", "An id that you make, best a UUIDv7; the same id and body again is the same dose", True),
    Field("vaccine", "text", "The vaccine's code in the schedule, such as DTaP", True),
    Field("given_on", "day", "The day of the dose", True),
    Field("lot_number", "text", "The lot as on the box"),
    Field("expires_on", "day", "The last day on which the box is good"),
    Field("manufacturer", "text", "Who made it"),
    Field("trace_code", "text", "The 20 digits of the box"),
    Field("typed_because", "choice", "Why the box for one dose was not scanned", choices=tuple(TypedBecause)),
    Field("product_name", "text", "The name on the box"),
    Field("stated_number", "number", "Which dose of its kind it was, as a paper counts", lowest=1, highest=20),
    Field("site", "text", "Where on the body, such as left-thigh"),
    Field("route", "text", "How: intramuscular, subcutaneous, intradermal or oral"),
    Field("place", "text", "Where it was given, if not at a clinic of this registry"),
    Field("performer", "text", "Who gave it; people give doses in their own name"),
    Field("document", "text", "Which paper it was copied from, and who issued it"),
    Field("source", "choice", "Recorded as given, or copied from a paper", choices=_PAPER),
    Field("happened", "text", _HAPPENED),
)
_REASON = Field("reason", "text", "Why the dose is changed", True)
_VOID = (Field("id", "id", "An id that you make for the void", True), _REASON)


@doses.post("/<uuid:child_id>/doses")
@requires(*RECORDING, scope=Scope.RECORD)
@described("Record a dose", {200: "Recorded", 201: "Recorded"}, body=DOSE, problems=(409,))
def record(child_id: UUID) -> tuple[Response, int]:
    """201 for a new dose, 200 for the same one again, and what the child is due after it in both."""
    form = _form(json_object(), DOSE)
    with opened(child_id, lock=True) as at:
        recorded = record_dose(at.acting, child_id, form)
        return _told(at, recorded.chart, recorded.dose), 201 if recorded.is_new else 200


@doses.post("/<uuid:child_id>/doses/<uuid:dose_id>/corrections")
@requires(*CORRECTING, scope=Scope.RECORD)
@described("Correct a dose by a version that stands in its place", {200: "Recorded", 201: "Recorded"}, body=(*DOSE, _REASON), match="must")
def correct(child_id: UUID, dose_id: UUID) -> tuple[Response, int]:
    """The old version stays on file; `id` is the new version's."""
    sent, seen = json_object(), version_to_match()
    form, reason = _form(sent, (*DOSE, _REASON)), taken({"reason": sent.get("reason")}, (_REASON,))["reason"]
    with opened(child_id) as at:
        recorded = correct_dose(at.acting, child_id, dose_id, form, seen_version=seen, reason=reason)
        return _told(at, recorded.chart, recorded.dose), 201 if recorded.is_new else 200


@doses.post("/<uuid:child_id>/doses/<uuid:dose_id>/void")
@requires(*CORRECTING, scope=Scope.RECORD)
@described("Say that a dose was recorded in error", {200: "Changed"}, body=_VOID, match="must")
def void(child_id: UUID, dose_id: UUID) -> Response:
    """The dose stays on file and counts no more."""
    told, seen = taken(json_object(), _VOID), version_to_match()
    with opened(child_id) as at:
        after = void_dose(at.acting, child_id, dose_id, told["id"], seen_version=seen, reason=told["reason"])
        return changed(at, after)


@doses.get("/<uuid:child_id>/doses")
@requires(*LOOKING, scope=Scope.READ)
@described("Every version of every dose, the oldest first, voided ones too", {200: "Versions"})
def versions(child_id: UUID) -> Response:
    """The doses as they were recorded, with what became of each."""
    with opened(child_id) as at:
        acting = at.acting
        read = chart.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
        acting.note("child.look", child_id=child_id, subjects=["doses"])
        items = [_version(acting, read, row, at.who) for row in versions_of(acting.session, child_id)]
        return jsonify({"items": items})


def _version(acting: Acting, read: Chart, row: DoseRecord, who: Caller) -> dict[str, Any]:
    return {"dose": dose_as_json(acting, read, row, who, language()), "status": row.status, "stands": row in read.doses}


def _form(sent: dict[str, Any], known: Sequence[Field]) -> DoseForm:
    """The dose that was sent. People give doses in their own name; a machine may speak for whoever used it."""
    who = caller()
    refuse_unknown(sent, known)
    spoken = sent if who.role is None else {name: value for name, value in sent.items() if name != "performer"}
    return dose_form(spoken, clinic_id=who.clinic_id, performer=who.name)


def _told(at: Opened, after: Chart, dose: DoseRecord) -> Response:
    """The whole record for those who may read one; a machine that may only record learns its dose and what is due."""
    lang = language()
    return tag(jsonify({"dose": dose_as_json(at.acting, after, dose, at.who, lang), **_rest(at, after, lang)}), after)


def changed(at: Opened, after: Chart) -> Response:
    """The record after a change, or what is due after it for those who may not read records."""
    return tag(jsonify(_rest(at, after, language())), after)


def _rest(at: Opened, after: Chart, lang: str) -> dict[str, Any]:
    return record_as_json(at.acting, after, at.who, lang) if at.who.may_read_records else due_as_json(after, at.who, lang)
