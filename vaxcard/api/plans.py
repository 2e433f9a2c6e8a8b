"""Visits over the API: what to give together today, when to come for the rest, a day agreed with the family, and whom a day expects."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.answers import is_hidden
from vaxcard.api.bodies import json_object
from vaxcard.api.describing import described
from vaxcard.api.doses import changed
from vaxcard.api.fields import Field, taken
from vaxcard.api.opening import opened, refuse_stale
from vaxcard.api.paging import CURSOR, LIMIT, USUAL, cursor_of, no_cursor, read_cursor
from vaxcard.errors import Refused
from vaxcard.records.appointments import appoint
from vaxcard.records.clinics import Scope
from vaxcard.records.planning import visit_plan, when_to_come_for_the_rest
from vaxcard.records.visits import visits_on

plans = Blueprint("plans", __name__, url_prefix="/api/v1")

_DAY = (Field("on", "day", "The day of the visits", True), LIMIT, CURSOR)
_APPOINTED = (Field("visit_on", "day", "The day agreed with the family", True),)


@plans.get("/children/<uuid:child_id>/visit-plan")
@requires(*LOOKING, scope=Scope.READ)
@described("What to give together today and where, what waits, and when to come for the rest", {200: "VisitPlan"})
def plan(child_id: UUID) -> Response:
    """For today, at the clinic that asks; what a clinic decided is not told here, only that something must be."""
    with opened(child_id) as at:
        today, rest = visit_plan(at.acting, child_id), when_to_come_for_the_rest(at.acting, child_id)
        at.acting.note("child.look", child_id=child_id, subjects=["visit-plan"])
        hidden = is_hidden(at.acting, at.child)
    doses = [{"vaccine": each.vaccine, "site": each.site, "groups": dict(each.groups)} for each in today.doses]
    kept = ("group", "dose", "vaccine", "other")
    waiting = [
        {**{name: getattr(each, name) for name in kept}, "cause": each.cause.value, "until": each.until.isoformat() if each.until else None}
        for each in today.waiting
    ]
    told: dict[str, Any] = {"on": today.on.isoformat(), "doses": doses, "waiting": waiting}
    return jsonify(told if hidden else {**told, "come_for_the_rest_on": rest.visit_on.isoformat() if rest else None})


@plans.put("/children/<uuid:child_id>/next-visit")
@requires(*LOOKING, scope=Scope.REGISTER)
@described("Fix the next visit on a day agreed with the family", {200: "Changed"}, body=_APPOINTED, match="may")
def fix(child_id: UUID) -> Response:
    """At the child's own clinic; another's days are not for us to promise."""
    day = taken(json_object(), _APPOINTED)["visit_on"]
    with opened(child_id, lock=True) as at:
        refuse_stale(at.child)
        if at.child.clinic_id != at.who.clinic_id:
            raise Refused("another clinic fixes this child's visits", reason="another-clinic", advice="ring the child's own clinic")
        return changed(at, appoint(at.acting, at.child, day))


@plans.get("/visits")
@requires(*LOOKING, scope=Scope.READ)
@described("Whom your clinic expects on a day, by ids", {200: "VisitPage"}, query=_DAY)
def expected() -> Response:
    """A page of the day's visits; nobody is named."""
    told = taken({name: request.args[name] for name in ("on", "limit", "cursor") if name in request.args}, _DAY)
    parts, limit, who = read_cursor(told["cursor"], str), told["limit"] or USUAL, caller()
    try:
        after = UUID(parts[0]) if parts else None
    except ValueError as fault:
        raise no_cursor() from fault
    with who.acting() as acting:
        found = visits_on(acting.session, who.clinic_id, told["on"], limit=limit + 1, after=after)
        acting.note("visits.list")
        items = [{"child": str(each.child_id), "groups": list(each.groups), "kind": str(each.kind)} for each in found[:limit]]
        last = str(found[limit - 1].child_id) if len(found) > limit else None
    return jsonify({"items": items, "next": cursor_of(last) if last else None})
