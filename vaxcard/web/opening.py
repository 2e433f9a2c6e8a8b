"""Opening another clinic's child without its card: the reason that a nurse gives first, which stays in the audit trail."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.errors import InputFault
from vaxcard.records.chart import load_child
from vaxcard.records.openings import OpeningReason, open_for

record_opening = Blueprint("record_opening", __name__, url_prefix="/counter/children/<uuid:child_id>")


@record_opening.post("/opening")
@requires(*LOOKING, unopened=True)
def open_record(child_id: UUID) -> ResponseReturnValue:
    """The record is open to this member of staff for a working day."""
    told, who = request.form.get("reason", ""), caller()
    if told not in list(OpeningReason):
        raise InputFault("this is missing", place="reason", advice="choose one of the list")
    with who.acting() as acting:
        open_for(acting, load_child(acting.session, child_id), OpeningReason(told))
    return redirect(url_for("counter.child", child_id=child_id), 303)
