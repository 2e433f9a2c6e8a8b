"""One's own account: the phone's code at sign-in, choosing a password, and asking for codes from now on."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import begin_session, caller, requires
from vaxcard.api.service import service
from vaxcard.errors import InputFault
from vaxcard.keyring import code_address, new_code_secret
from vaxcard.language.catalogues import marked
from vaxcard.papers.symbol import QUIET_MODULES, symbol
from vaxcard.records.clinics import Role
from vaxcard.records.staff import choose_password, code_is_right, confirm_code, forget_code
from vaxcard.web.entering import PAUSED, SESSION_HOURS, enter, forget_tries, home_of, may_try, who_is_half_way
from vaxcard.web.rendering import fault_in_words, said

accounts = Blueprint("accounts", __name__)

_ISSUER = "vaxcard"
_SYMBOL_VERSION = 10  # 151 characters at level Q: room for a long sign-in name
_WRONG_CODE = marked("This code is not right. Wait for the next one on the phone")


@accounts.get("/counter/sign-in/code")
def code() -> ResponseReturnValue:
    """The second question at sign-in."""
    return render_template("counter/code.html") if who_is_half_way() else redirect(url_for("counter.sign_in"), 303)


@accounts.post("/counter/sign-in/code")
def code_now() -> ResponseReturnValue:
    """Let in whoever has the phone; tries are counted as those of passwords are."""
    staff = who_is_half_way()
    if staff is None:
        return redirect(url_for("counter.sign_in"), 303)
    tried = f"code {staff.login}"
    if not may_try(tried):
        return render_template("counter/code.html", problem=said(PAUSED)), 429
    with service().acting(f"staff:{staff.id}", staff.clinic_id, staff.clinic.time_zone) as acting:
        is_right = code_is_right(acting, staff.id, request.form.get("code", "")[:20])
    if not is_right:
        return render_template("counter/code.html", problem=said(_WRONG_CODE)), 403
    forget_tries(tried)
    return enter(staff)


@accounts.get("/account/password")
@requires(*Role, before_choosing=True)
def password() -> ResponseReturnValue:
    """The form for another password."""
    return render_template("counter/password.html", must=caller().must_choose_password)


@accounts.post("/account/password")
@requires(*Role, before_choosing=True)
def choose() -> ResponseReturnValue:
    """Choose a password; every other session ends."""
    who = caller()
    old, new, again = (request.form.get(name, "")[:200] for name in ("old", "new", "again"))
    try:
        with who.acting() as acting:
            staff = choose_password(acting, _own_id(), old, new, again)
            begin_session(staff, SESSION_HOURS)
    except InputFault as fault:
        told = {"place": fault.place, "fault": fault_in_words(fault)}
        return render_template("counter/password.html", must=who.must_choose_password, **told), 422
    return redirect(home_of(who.role), 303)


@accounts.get("/account/code")
@requires(*Role)
def phone() -> ResponseReturnValue:
    """A new secret, as a square for the phone and as text."""
    return _offer(new_code_secret())


@accounts.post("/account/code")
@requires(*Role)
def phone_confirmed() -> ResponseReturnValue:
    """Ask for codes from now on, if the first one is right."""
    who, secret = caller(), request.form.get("secret", "")
    if not (secret.isascii() and secret.isalnum() and len(secret) == len(new_code_secret())):
        return redirect(url_for("accounts.phone"), 303)
    try:
        with who.acting() as acting:
            confirm_code(acting, _own_id(), secret, request.form.get("code", "")[:20])
    except InputFault as fault:
        return _offer(secret, fault), 422
    return redirect(url_for("front.account"), 303)


@accounts.post("/account/code/forget")
@requires(*Role)
def phone_forgotten() -> ResponseReturnValue:
    """Ask for no code any more."""
    who = caller()
    with who.acting() as acting:
        forget_code(acting, _own_id())
    return redirect(url_for("front.account"), 303)


def _own_id() -> UUID:
    return UUID(caller().actor.removeprefix("staff:"))


def _offer(secret: str, fault: InputFault | None = None) -> str:
    drawn = symbol(code_address(secret, caller().name[:20], _ISSUER), _SYMBOL_VERSION)
    runs = [part.split()[:3] for part in drawn.path.removesuffix(" f").split(" re") if part.strip()]
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs)
    told = {"secret": secret, "path": path, "side": drawn.side, "quiet": QUIET_MODULES}
    return render_template("counter/phone_code.html", fault=fault_in_words(fault) if fault else None, **told)
