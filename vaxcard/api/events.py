"""What else happens to a dose or a child, over the API: not given and why, moved in, moved away, died, and facts taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import Forbidden

from vaxcard.api.access import DECIDING, LIFTING, LOOKING, RECORDING, requires
from vaxcard.api.bodies import json_object
from vaxcard.api.describing import described
from vaxcard.api.doses import changed
from vaxcard.api.fields import Field, taken
from vaxcard.api.opening import Opened, opened, refuse_stale, seen_version, version_to_match
from vaxcard.records.clinics import Scope
from vaxcard.records.doses import DoseRecord
from vaxcard.records.ending import end_decision, end_observation
from vaxcard.records.moves import MoveKind
from vaxcard.records.moving import MoveForm, record_move
from vaxcard.records.not_given import NotGivenBecause, NotGivenForm, not_given_of, record_not_given

events = Blueprint("events", __name__, url_prefix="/api/v1/children")

_ID = Field("id", "id", "An id that you make; the same id and body again changes nothing", True)
_NOT_GIVEN = (
    _ID,
    Field("vaccine", "text", "The vaccine that was not given", True),
    Field("on", "day", "The day of the visit", True),
    Field("because", "choice", "Why it was not given", True, tuple(NotGivenBecause)),
    Field("retry_on", "day", "The day to try again"),
    Field("note", "text", "In people's words"),
)
_MOVE = (
    _ID,
    Field("kind", "choice", "What happened; taken-back says that it did not", True, tuple(MoveKind)),
    Field("happened_on", "day", "The day on which it happened", True),
    Field("to_clinic_id", "id", "Where the child is vaccinated from now on; for moved-in yours unless told"),
    Field("reason", "text", "In people's words; sealed"),
)
_GRAVE = (MoveKind.DIED, MoveKind.TAKEN_BACK)


@events.post("/<uuid:child_id>/not-given")
@requires(*RECORDING, scope=Scope.RECORD)
@described("Say that a vaccine was not given, and when to try again", {200: "Changed", 201: "Changed"}, body=_NOT_GIVEN, match="may")
def not_given(child_id: UUID) -> tuple[Response, int]:
    """201 for a new row, 200 for the same again. Whether it must never be given is a physician's decision, not this."""
    told = taken(json_object(), _NOT_GIVEN)
    form = NotGivenForm(**{**told, "because": NotGivenBecause(told["because"])})
    with opened(child_id, lock=True) as at:
        if at.acting.session.get(DoseRecord, form.id) is None:
            refuse_stale(at.child)
        recorded = record_not_given(at.acting, child_id, form)
        return changed(at, recorded.chart), 201 if recorded.is_new else 200


@events.get("/<uuid:child_id>/not-given")
@requires(*LOOKING, scope=Scope.READ)
@described("What was not given and stands so", {200: "NotGivenList"})
def not_given_list(child_id: UUID) -> Response:
    """By date. That something was contraindicated, and what was noted in words, is told to physicians and vaccinators alone."""
    with opened(child_id) as at:
        at.acting.note("child.look", child_id=child_id, subjects=["not-given"])
        return jsonify({"items": [_not_given(at, row) for row in not_given_of(at.acting.session, child_id)]})


def _not_given(at: Opened, row: DoseRecord) -> dict[str, Any]:
    told: dict[str, Any] = {"id": str(row.id), "vaccine": row.vaccine, "on": row.given_on.isoformat()}
    told["retry_on"] = row.retry_on.isoformat() if row.retry_on else None
    if at.who.hears_sensitive_reasons:
        return {**told, "because": row.not_given_because, "note": row.reason}
    return {**told, "because": None if row.not_given_because == NotGivenBecause.CONTRAINDICATED else row.not_given_because, "note": None}


@events.post("/<uuid:child_id>/moves")
@requires(*LOOKING, scope=Scope.REGISTER)
@described("The child moved in, moved away, died, or none of it after all", {200: "Changed"}, body=_MOVE, match="must")
def move(child_id: UUID) -> Response:
    """That a child died, and that it did not, a physician or the clinic's manager says."""
    told, seen = taken(json_object(), _MOVE), version_to_match()
    form = MoveForm(**{**told, "kind": MoveKind(told["kind"])})
    with opened(child_id) as at:
        if form.kind in _GRAVE and at.who.role not in LIFTING:
            raise Forbidden
        return changed(at, record_move(at.acting, child_id, form, seen_version=seen))


@events.delete("/<uuid:child_id>/observations/<uuid:fact_id>")
@requires(*RECORDING, scope=Scope.RECORD)
@described("Take a finding back; it stays on file with its end", {200: "Changed"}, match="may")
def end_finding(child_id: UUID, fact_id: UUID) -> Response:
    """Taken back already, it changes nothing."""
    with opened(child_id, lock=True) as at:
        return changed(at, end_observation(at.acting, child_id, fact_id, seen_version=seen_version()))


@events.delete("/<uuid:child_id>/decisions/<uuid:fact_id>")
@requires(*DECIDING)
@described("Take a physician's decision back; it stays on file with its end", {200: "Changed"}, match="may")
def end_of_decision(child_id: UUID, fact_id: UUID) -> Response:
    """Taken back already, it changes nothing."""
    with opened(child_id, lock=True) as at:
        return changed(at, end_decision(at.acting, child_id, fact_id, seen_version=seen_version()))
