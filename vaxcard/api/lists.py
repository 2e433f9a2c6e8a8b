"""A clinic's lists over the API: who is late and what came of ringing them, rows of imports that wait, and every clinic's counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.bodies import json_object
from vaxcard.api.describing import described
from vaxcard.api.fields import Field, taken
from vaxcard.api.opening import opened
from vaxcard.api.paging import CURSOR, LIMIT, USUAL, cursor_of, no_cursor, read_cursor
from vaxcard.api.service import language
from vaxcard.errors import NotFound
from vaxcard.records import review
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import Role, Scope
from vaxcard.records.figures import ClinicFigures, figures_of_clinics
from vaxcard.records.late import CallResult, Late, LateCall, Place, late_children, note_call
from vaxcard.records.people import ChildRecord
from vaxcard.records.review import Outcome, ReviewItem

lists = Blueprint("lists", __name__, url_prefix="/api/v1")

SINCE = timedelta(days=30)  # of doses and texts that are counted for a clinic
SETTLED = (Outcome.RECORDED, Outcome.DISMISSED)  # what a person may say of a row
_PAGE = (LIMIT, CURSOR)
_CALL = (
    Field("id", "id", "An id that you make; the same id and result again changes nothing", True),
    Field("result", "choice", "What came of the call", True, tuple(CallResult)),
)
_SETTLE = (
    Field("outcome", "choice", "What became of the row: its dose is on the record now, or the record was right", True, SETTLED),
    Field("reason", "text", "What was found, in a sentence", True),
)


@lists.get("/late")
@requires(*LOOKING, scope=Scope.READ)
@described("Who is late at your clinic, the longest late first; by ids", {200: "LatePage"}, query=_PAGE)
def late() -> Response:
    """A page of the list; nobody is named."""
    told, who = taken({name: request.args[name] for name in ("limit", "cursor") if name in request.args}, _PAGE), caller()
    after, limit = _after(told["cursor"]), told["limit"] or USUAL
    with who.acting() as acting:
        found = late_children(acting.session, who.clinic_id, acting.today, limit=limit + 1, after=after)
        acting.note("late.list")
    last = found[limit - 1] if len(found) > limit else None
    cursor = cursor_of(last.since.isoformat(), str(last.child.id)) if last else None
    return jsonify({"items": [_late(each) for each in found[:limit]], "next": cursor})


def _after(cursor: str | None) -> Place | None:
    parts = read_cursor(cursor, str, str)
    try:
        return (date.fromisoformat(parts[0]), UUID(parts[1])) if parts else None
    except ValueError as fault:
        raise no_cursor() from fault


def _late(each: Late) -> dict[str, Any]:
    call = _call(each.last_call) if each.last_call else None
    return {"child": str(each.child.id), "since": each.since.isoformat(), "groups": list(each.groups), "last_call": call}


def _call(call: LateCall) -> dict[str, Any]:
    return {"id": str(call.id), "result": call.result, "called_on": call.called_on.isoformat()}


@lists.post("/children/<uuid:child_id>/calls")
@requires(*LOOKING, scope=Scope.REGISTER)
@described("Say what came of ringing the family", {200: "Call"}, body=_CALL, problems=(409,))
def call(child_id: UUID) -> Response:
    """A wrong number is asked for at the next visit, and not texted."""
    told = taken(json_object(), _CALL)
    with opened(child_id) as at:
        return jsonify(_call(note_call(at.acting, child_id, told["id"], CallResult(told["result"]))))


@lists.get("/review")
@requires(*LOOKING)
@described("Rows of workbooks of your clinic that wait for a person", {200: "ReviewList"})
def reviews() -> Response:
    """What is wrong with each, and what to do."""
    who = caller()
    with who.acting() as acting:
        found = list(review.waiting_everywhere(acting.session, acting.keyring, language(), who.clinic_id))
        acting.note("review.list")
    kept = ("sheet", "row", "problem", "advice", "is_dose")
    items = [{"id": str(each.id), "child": str(each.child_id), **{name: getattr(each, name) for name in kept}} for each in found]
    return jsonify({"items": items})


@lists.post("/review/<uuid:item_id>")
@requires(*LOOKING)
@described("Say what became of a row under review", {200: "Settled"}, body=_SETTLE, problems=(409,))
def settle(item_id: UUID) -> Response:
    """The record itself is changed by its own doors, before this."""
    told, who = taken(json_object(), _SETTLE), caller()
    with who.acting() as acting:
        item = settle_own(acting, item_id, Outcome(told["outcome"]), told["reason"])
        return jsonify({"id": str(item.id), "child": str(item.child_id), "outcome": item.outcome})


def settle_own(acting: Acting, item_id: UUID, outcome: Outcome, reason: str) -> ReviewItem:
    """Settle a row about a child of the clinic of the one who acts. Raises NotFound for another's."""
    item = acting.session.get(ReviewItem, item_id)
    child = acting.session.get(ChildRecord, item.child_id) if item else None
    if child is None or child.clinic_id != acting.clinic_id:
        raise NotFound("no such row is under review", advice="list what still waits")
    return review.settle(acting, item_id, outcome, reason)


@lists.get("/clinics/figures")
@requires(Role.PROGRAMME_OFFICER)
@described("Every clinic's counts; nobody is named", {200: "ClinicFiguresList"})
def figures() -> Response:
    """Children, those late, doses and texts of the last thirty days, rows of imports that wait."""
    with caller().acting() as acting:
        found = figures_of_clinics(acting.session, acting.today, since=acting.today - SINCE)
        acting.note("clinics.figures")
    return jsonify({"items": [_figures(each) for each in found]})


def _figures(each: ClinicFigures) -> dict[str, Any]:
    counts = {name: getattr(each, name) for name in ("children", "late", "doses", "waiting", "texts")}
    return {"clinic": str(each.clinic.id), "name": each.clinic.name, **counts}
