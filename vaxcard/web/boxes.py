"""The door behind the box's field: a code goes in, what is known of the box comes out, for the nurse to compare with what she holds."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from vaxcard.api.access import RECORDING, caller, requires
from vaxcard.api.bodies import Reader, json_object
from vaxcard.api.problems import as_response, problem_of
from vaxcard.api.service import language, service
from vaxcard.errors import InputFault
from vaxcard.records.boxes import offer
from vaxcard.web.rendering import full_vaccine_name

boxes = Blueprint("boxes", __name__, url_prefix="/counter")


@boxes.post("/boxes")
@requires(*RECORDING)
def box() -> ResponseReturnValue:
    """`{"code"}` → `{"code", "vaccine", "vaccine_name", "lot_number", "expires_on", "from_open_vial"}`; 422 for what is no box.

    What is not known of the box is null.
    """
    who = caller()
    open_for = timedelta(hours=service().settings.vial_hours)
    try:
        sent = Reader(json_object()).sent.get("code")
        if not isinstance(sent, str):
            raise InputFault("this is missing", place="code", advice="scan the box")
        with who.acting() as acting:
            told = offer(acting.session, acting.schedule, who.clinic_id, sent[:200], acting.now, open_for)
    except InputFault as fault:
        return as_response(problem_of(fault, language()))
    return jsonify(
        code=told.box.code,
        vaccine=told.vaccine,
        vaccine_name=full_vaccine_name(told.vaccine) if told.vaccine else None,
        lot_number=told.lot_number,
        expires_on=told.expires_on.isoformat() if told.expires_on else None,
        from_open_vial=told.from_open_vial,
    )
