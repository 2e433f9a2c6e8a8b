"""A child's record by its id, for those who have it already: `GET /api/v1/children/{id}`."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.answers import record_as_json
from vaxcard.api.service import language, service
from vaxcard.records import chart
from vaxcard.records.clinics import Scope

children = Blueprint("children", __name__, url_prefix="/api/v1/children")


@children.get("/<uuid:child_id>")
@requires(*LOOKING, scope=Scope.READ)
def look(child_id: UUID) -> Response:
    """The record, assessed for today; its ETag is the record's version on this day."""
    who = caller()
    with service().acting(who.actor, who.clinic_id, who.time_zone) as acting:
        read = chart.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
        acting.note("child.look", child_id=child_id)
        response = jsonify(record_as_json(acting, read, who, language()))
    response.set_etag(f"{read.child.version}-{read.assessment.on.isoformat()}")
    return response
