"""The way to one child's record for a machine: its own clinic's children lie open, another's by its card or for a reason that is told.

Here is also read which version of the record the one who asks has seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import PreconditionRequired

from vaxcard.api.access import LOOKING, Caller, caller, requires
from vaxcard.api.bodies import json_object
from vaxcard.api.describing import IF_MATCH, described
from vaxcard.api.fields import Field, taken
from vaxcard.errors import InputFault
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart, load_child, stale
from vaxcard.records.clinics import Scope
from vaxcard.records.openings import OPEN_FOR, OpeningReason, open_for
from vaxcard.records.people import ChildRecord

opening = Blueprint("opening", __name__, url_prefix="/api/v1/children")

_TAG = re.compile(r'(?:W/)?"([0-9]{1,9})-[0-9]{4}-[0-9]{2}-[0-9]{2}"')
_BODY = (Field("reason", "choice", "Why the record is opened without its card", True, choices=tuple(OpeningReason)),)


@dataclass(frozen=True)
class Opened:
    """A child's record, open to the one who asks."""

    acting: Acting
    child: ChildRecord
    who: Caller


@contextmanager
def opened(child_id: UUID, *, lock: bool = False) -> Iterator[Opened]:
    """A transaction on a child's record. Raises NotFound; whether it is open to the one who asks was looked at before, by its rule."""
    who = caller()
    with who.acting() as acting:
        child = load_child(acting.session, child_id, lock=lock)
        yield Opened(acting, child, who)


@opening.post("/<uuid:child_id>/openings")
@requires(*LOOKING, scope=Scope.READ, unopened=True)
@described("Open another clinic's child without its card, for a reason that the audit trail keeps", {201: "Opening"}, body=_BODY)
def open_record(child_id: UUID) -> tuple[Response, int]:
    """Say why; the record is open to this actor for a working day."""
    reason, who = OpeningReason(taken(json_object(), _BODY)["reason"]), caller()
    with who.acting() as acting:
        open_for(acting, load_child(acting.session, child_id), reason)
        until = acting.now + OPEN_FOR
    return jsonify({"child": str(child_id), "reason": str(reason), "until": until.isoformat()}), 201


def seen_version() -> int | None:
    """The version of the record that the one who asks has seen, as told in If-Match. Raises InputFault for what is no version."""
    header = request.headers.get(IF_MATCH)
    if header is None:
        return None
    match = _TAG.fullmatch(header.strip())
    if match is None:
        raise InputFault("this is not the version of a record", place=IF_MATCH, advice="send the ETag as it came with the record")
    return int(match[1])


def version_to_match() -> int:
    """As `seen_version`, for doors that ask for it: 428 where nothing is told."""
    seen = seen_version()
    if seen is None:
        raise PreconditionRequired
    return seen


def refuse_stale(child: ChildRecord) -> None:
    """Raise Conflict where If-Match names another version than the record's."""
    seen = seen_version()
    if seen is not None and seen != child.version:
        raise stale(child, seen)


def tag(response: Response, chart: Chart) -> Response:
    """The ETag of a record: its version on the day of the assessment."""
    response.set_etag(f"{chart.child.version}-{chart.assessment.on.isoformat()}")
    return response
