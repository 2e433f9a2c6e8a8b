"""A child's access log over the API: who looked and who changed what, newest first, in pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import Forbidden

from vaxcard.api.access import READING_TRAILS, requires
from vaxcard.api.answers import is_hidden
from vaxcard.api.describing import described
from vaxcard.api.fields import taken
from vaxcard.api.opening import opened
from vaxcard.api.paging import CURSOR, LIMIT, USUAL, cursor_of, no_cursor, read_cursor
from vaxcard.records.clinics import Role
from vaxcard.records.trails import Place, TrailEntry, trail_of

trails = Blueprint("trails", __name__, url_prefix="/api/v1/children")

_QUERY = (LIMIT, CURSOR)


@trails.get("/<uuid:child_id>/access-log")
@requires(*READING_TRAILS)
@described("Who looked at the child's record and who changed it; may be shown to the family", {200: "Trail"}, query=_QUERY)
def access_log(child_id: UUID) -> Response:
    """A page of the log; reading it is a look as well."""
    told = taken({name: request.args[name] for name in ("limit", "cursor") if name in request.args}, _QUERY)
    after, limit = _after(told["cursor"]), told["limit"] or USUAL
    with opened(child_id) as at:
        if is_hidden(at.acting, at.child) and at.who.role != Role.AUDITOR:
            raise Forbidden  # it names the clinics where the child was seen
        found = trail_of(at.acting.session, child_id, limit=limit + 1, after=after)
        at.acting.note("child.access-log", child_id=child_id)
    last = found[limit - 1] if len(found) > limit else None
    cursor = cursor_of(last.at.isoformat(), last.chain, last.number) if last else None
    return jsonify({"items": [_told(each) for each in found[:limit]], "next": cursor})


def _after(cursor: str | None) -> Place | None:
    parts = read_cursor(cursor, str, str, int)
    if parts is None:
        return None
    try:
        moment = datetime.fromisoformat(parts[0])
    except ValueError as fault:
        raise no_cursor() from fault
    if moment.tzinfo is None or not 0 <= parts[2] < 1 << 31 or "\0" in parts[1]:
        raise no_cursor()
    return moment, parts[1], parts[2]


def _told(entry: TrailEntry) -> dict[str, Any]:
    kept = {name: getattr(entry, name) for name in ("who", "role", "clinic", "action", "reason")}
    return {"at": entry.at.isoformat(), **kept}
