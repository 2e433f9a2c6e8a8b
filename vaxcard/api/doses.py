"""Recording a dose from a machine: `POST /api/v1/children/{id}/doses`, with an id made by the client so that it can be sent again."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify

from vaxcard.api.access import RECORDING, caller, requires
from vaxcard.api.answers import dose_as_json, record_as_json
from vaxcard.api.bodies import dose_form, json_object
from vaxcard.api.service import language, service
from vaxcard.records.clinics import Scope
from vaxcard.records.registry import record_dose

doses = Blueprint("doses", __name__, url_prefix="/api/v1/children")


@doses.post("/<uuid:child_id>/doses")
@requires(*RECORDING, scope=Scope.RECORD)
def record(child_id: UUID) -> tuple[Response, int]:
    """201 for a new dose, 200 for the same one again, and the child's record after it in both."""
    who, lang = caller(), language()
    form = dose_form(json_object(), clinic_id=who.clinic_id, performer=who.name)
    with service().acting(who.actor, who.clinic_id, who.time_zone) as acting:
        recorded = record_dose(acting, child_id, form)
        body = {
            "dose": dose_as_json(recorded.chart, recorded.dose, who, lang),
            **record_as_json(acting, recorded.chart, who, lang),
        }
    return jsonify(body), 201 if recorded.is_new else 200
