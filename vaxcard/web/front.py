"""The front door: staff go to the counter, or are told what their account is for; watchers are told whether the service is up."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import caller, caller_or_none, requires
from vaxcard.api.service import service
from vaxcard.language.catalogues import marked
from vaxcard.records.clinics import Role, all_clinics, staff_by_id
from vaxcard.web.entering import home_of
from vaxcard.web.rendering import said

front = Blueprint("front", __name__)

_AT_THE_COUNTER = marked("This account works at the counter.")
_USES = {
    Role.PROGRAMME_OFFICER: marked("This account opens no child's record. The schedule's editions are signed on the command line."),
    Role.SCHOOL: marked("This account is for a school's checks at enrolment. It opens no child's record at the counter."),
    Role.AUDITOR: marked("This account is for auditing. It opens no child's record; the audit trail is checked on the command line."),
}


@front.get("/")
def home() -> ResponseReturnValue:
    """To the counter, which asks strangers to sign in; who has no pages there is not sent in a circle."""
    who = caller_or_none()
    return redirect(home_of(who.role) if who else url_for("counter.scan_page"), 303)


@front.get("/account")
@requires(*Role)
def account() -> ResponseReturnValue:
    """What this account is for, and the way out."""
    who = caller()
    role = who.role
    with service().database.reading() as rows:
        staff = staff_by_id(rows, UUID(who.actor.removeprefix("staff:")))
    has_code = staff is not None and staff.code_sealed is not None
    use = said(_USES.get(role, _AT_THE_COUNTER) if role else _AT_THE_COUNTER)
    return render_template("counter/account.html", has_code=has_code, use=use)


@front.get("/healthz")
def healthz() -> Response:
    """Whether the registry answers; nothing about it is told."""
    with service().database.reading() as session:
        all_clinics(session)
    return jsonify({"status": "ok"})
