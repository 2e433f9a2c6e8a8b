"""A child's record by its id, children found without their cards, and a child put on file."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.answers import record_as_json
from vaxcard.api.bodies import json_object
from vaxcard.api.describing import described
from vaxcard.api.fields import Field, taken
from vaxcard.api.opening import opened, tag
from vaxcard.api.paging import CURSOR, LIMIT, USUAL, cursor_of, no_cursor, read_cursor
from vaxcard.api.registering import child_form, same_child
from vaxcard.api.service import language
from vaxcard.records import chart
from vaxcard.records.clinics import Scope
from vaxcard.records.enrolment import register_child
from vaxcard.records.people import ChildRecord
from vaxcard.records.search import find_children

children = Blueprint("children", __name__, url_prefix="/api/v1/children")

_ABOUT = "A name, its pinyin or initials, a birth date, a phone number, or an exact identifier; a birth date may stand beside another word"
_SEARCH = (Field("text", "text", _ABOUT, True), LIMIT, CURSOR)
_GUARDIAN = ("mother", "father", "grandmother", "grandfather", "guardian", "relative", "sibling", "other")
CHILD = (
    Field("id", "id", "An id that you make; the same id and body again is the same child", True),
    Field("name", "text", "The full name as on the child's papers", True),
    Field("display_name", "text", "What cards may show, agreed with the family; else the given name"),
    Field("born_on", "day", "Date of birth", True),
    Field("sex", "choice", "As on the child's papers", True, choices=("female", "male", "unknown")),
    Field("certificate_number", "text", "Number of the birth or vaccination certificate"),
    Field("guardian_name", "text", "A guardian's name"),
    Field("guardian_phone", "text", "The guardian's phone number, as people write it"),
    Field("guardian_relation", "choice", "Who the guardian is to the child", choices=_GUARDIAN),
)


@children.get("/<uuid:child_id>")
@requires(*LOOKING, scope=Scope.READ)
@described("A child's record, assessed for today", {200: "Record"}, etag=True)
def look(child_id: UUID) -> Response:
    """The record, assessed for today; its ETag is the record's version on this day."""
    with opened(child_id) as at:
        acting = at.acting
        read = chart.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
        acting.note("child.look", child_id=child_id)
        response = jsonify(record_as_json(acting, read, at.who, language()))
    tag(response, read).make_conditional(request)
    return response


@children.post("/search")
@requires(*LOOKING, scope=Scope.SEARCH)
@described("Find children without their cards: your own clinic's, and anybody by an exact identifier", {200: "ChildPage"}, body=_SEARCH)
def search() -> Response:
    """A page of children, youngest first. What is looked for travels in the body: addresses end up in logs."""
    told, who = taken(json_object(), _SEARCH), caller()
    after, limit = _after(told["cursor"]), told["limit"] or USUAL
    with who.acting() as acting:
        found = find_children(acting, told["text"], limit=limit + 1, after=after)
        items = [_brief(child, child.name(acting.keyring), child.clinic_id == who.clinic_id) for child in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    return jsonify({"items": items, "next": cursor_of(last.born_on.isoformat(), str(last.id)) if last else None})


def _after(cursor: str | None) -> tuple[date, UUID] | None:
    parts = read_cursor(cursor, str, str)
    try:
        return (date.fromisoformat(parts[0]), UUID(parts[1])) if parts else None
    except ValueError as fault:
        raise no_cursor() from fault


def _brief(child: ChildRecord, name: str, is_ours: bool) -> dict[str, Any]:
    told = {"id": str(child.id), "name": name, "sign": child.sign, "born_on": child.born_on.isoformat(), "sex": child.sex}
    return {**told, "state": str(child.state), "at_this_clinic": is_ours}


@children.post("")
@requires(*LOOKING, scope=Scope.REGISTER)
@described("Put a child on file at your clinic", {200: "Record", 201: "Record"}, body=CHILD, problems=(409,))
def register() -> tuple[Response, int]:
    """201 for a new child, 200 for the same one again."""
    told, who = taken(json_object(), CHILD), caller()
    with who.acting() as acting:
        stored = same_child(acting, told)
        if stored is None:
            read = chart.refresh(acting, register_child(acting, child_form(acting, told)))
        else:
            read = chart.read(acting.session, acting.keyring, acting.schedule, stored.id, acting.today)
            acting.note("child.look", child_id=stored.id)
        response = jsonify(record_as_json(acting, read, who, language()))
    return tag(response, read), 200 if stored else 201
