"""Recording a dose from a machine: `POST /api/v1/children/{id}/doses`, with an id made by the client so that it can be sent again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify

from vaxcard.api.access import RECORDING, Caller, caller, requires
from vaxcard.api.answers import dose_as_json, due_as_json, record_as_json
from vaxcard.api.bodies import dose_form, json_object
from vaxcard.api.service import language, service
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import Scope
from vaxcard.records.registry import Recorded, record_dose

doses = Blueprint("doses", __name__, url_prefix="/api/v1/children")


@doses.post("/<uuid:child_id>/doses")
@requires(*RECORDING, scope=Scope.RECORD)
def record(child_id: UUID) -> tuple[Response, int]:
    """201 for a new dose, 200 for the same one again, and what the child is due after it in both."""
    who, sent = caller(), json_object()
    if who.role is not None:
        sent.pop("performer", None)  # people give doses in their own name; a machine may speak for whoever used it
    form = dose_form(sent, clinic_id=who.clinic_id, performer=who.name)
    with service().acting(who.actor, who.clinic_id, who.time_zone) as acting:
        recorded = record_dose(acting, child_id, form)
        body = _told(acting, recorded, who)
    return jsonify(body), 201 if recorded.is_new else 200


def _told(acting: Acting, recorded: Recorded, who: Caller) -> dict[str, Any]:
    """The whole record for those who may read one; a machine that may only record learns its dose and what is due."""
    lang = language()
    dose = {"dose": dose_as_json(acting, recorded.chart, recorded.dose, who, lang)}
    may_read = who.role is not None or who.scopes & {Scope.READ, Scope.SCAN}
    return {**dose, **(record_as_json(acting, recorded.chart, who, lang) if may_read else due_as_json(recorded.chart, who, lang))}
