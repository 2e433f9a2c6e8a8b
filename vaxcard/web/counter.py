"""The counter: signing in, the one field that a scanner types into, and the child that it leads to."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, caller, caller_or_none, end_session, requires
from vaxcard.api.scans import find_card, open_card
from vaxcard.api.service import language, service
from vaxcard.errors import VaxcardError
from vaxcard.keyring import hash_password, password_matches
from vaxcard.language.catalogues import marked
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import Role, StaffRecord, staff_by_login
from vaxcard.records.review import waiting
from vaxcard.records.search import LIMIT, find_children
from vaxcard.web import child_view
from vaxcard.web.beside import beside
from vaxcard.web.entering import PAUSED, enter, forget_tries, half_way, home_of, may_try
from vaxcard.web.recording import SITES
from vaxcard.web.rendering import fault_in_words, said

counter = Blueprint("counter", __name__, url_prefix="/counter")

_WRONG = marked("Name or password is wrong")
_NOBODY = marked("Nobody found under this")


@counter.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    who = caller_or_none()
    return redirect(home_of(who.role), 303) if who else render_template("counter/sign_in.html", login="")


@counter.post("/sign-in")
def sign_in_now() -> ResponseReturnValue:
    """Sign in, and go on to where the nurse was heading."""
    login, password = request.form.get("login", "")[:60].replace("\0", ""), request.form.get("password", "")[:200]
    if not may_try(login):
        return render_template("counter/sign_in.html", login=login, problem=said(PAUSED)), 429
    staff = _staff_with(login, password)
    if staff is None:
        return render_template("counter/sign_in.html", login=login, problem=said(_WRONG)), 403
    forget_tries(login)
    return half_way(staff) if staff.code_sealed is not None else enter(staff)


def _staff_with(login: str, password: str) -> StaffRecord | None:
    """The member of staff, or None; a name that does not exist takes as long to refuse as a wrong password."""
    with service().database.reading() as rows:
        staff = staff_by_login(rows, login) if login.strip() else None
    if staff is None:
        hash_password(password)
        return None
    return staff if password_matches(staff.password_hash, password) else None


@counter.post("/sign-out")
@requires(*Role, before_choosing=True)
def sign_out() -> ResponseReturnValue:
    """End the session, and every copy of it."""
    end_session()
    return redirect(url_for("counter.sign_in"), 303)


@counter.get("/")
@requires(*LOOKING)
def scan_page() -> ResponseReturnValue:
    """The field to scan, type or search in."""
    return render_template("counter/scan.html")


@counter.post("/scan")
@requires(*LOOKING)
def scan() -> ResponseReturnValue:
    """What was scanned or typed leads to a child, to a list to choose from, or to a plain word about why not."""
    typed, who = " ".join(request.form.get("code", "")[:500].split()), caller()
    try:
        with who.looking() as acting:
            found = _meant(acting, typed) if typed else []
    except VaxcardError as fault:
        return render_template("counter/scan.html", fault=fault_in_words(fault)), 404
    if len(found) == 1:
        return redirect(url_for("counter.child", child_id=found[0].id), 303)
    nobody = None if found or not typed else said(_NOBODY)
    shown, more = found[:LIMIT], len(found) > LIMIT
    return render_template("counter/scan.html", found=shown, more=more, nobody=nobody), 404 if nobody else 200


def _meant(acting: Acting, typed: str) -> list[child_view.Brief]:
    """The one child of a card, or those whom a name, a date or a number may mean."""
    card = find_card(acting, typed)
    children = [open_card(acting, card).child] if card is not None else find_children(acting, typed, limit=LIMIT + 1)
    return [child_view.brief(acting, child) for child in children]


@counter.get("/children/<uuid:child_id>")
@requires(*LOOKING)
def child(child_id: UUID) -> ResponseReturnValue:
    """Who this is, what is due today, what must wait until when and why, and what was given."""
    who = caller()
    with who.looking() as acting:
        read = chart.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
        acting.note("child.look", child_id=child_id)
        view = child_view.whole(acting, read, who, language())
        more = beside(acting, read, view, who)
        not_stored = [] if view.is_hidden else waiting(acting.session, acting.keyring, read.child, language())
    return render_template("counter/child.html", view=view, not_stored=not_stored, beside=more, sites=SITES)
