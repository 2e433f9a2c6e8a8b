"""The desk's page of staff and programs, for the clinic's manager: who may sign in as what, and which keys are in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import caller, requires
from vaxcard.api.bodies import Reader
from vaxcard.api.service import language, new_id
from vaxcard.errors import Conflict, InputFault, Refused, VaxcardError
from vaxcard.keyring import random_secret, random_text
from vaxcard.language.catalogues import marked
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import Role, Scope
from vaxcard.records.enrolment import add_api_key, add_staff
from vaxcard.records.staff import change_role, colleagues_of, keys_of, reset_password, revoke_key, set_active
from vaxcard.web.rendering import fault_in_words

staff = Blueprint("staff", __name__, url_prefix="/desk/staff")

ROLES = {
    Role.PHYSICIAN: marked("Physician: decides, accepts, contraindicates, gives"),
    Role.VACCINATOR: marked("Vaccinator: gives and records"),
    Role.REGISTRAR: marked("Registrar: finds, registers, corrects"),
    Role.MANAGER: marked("Manager: staff, keys, texts"),
    Role.PROGRAMME_OFFICER: marked("Programme officer: the schedule"),
    Role.SCHOOL: marked("School: checks at enrolment"),
    Role.AUDITOR: marked("Auditor: who looked at what"),
}
SCOPES = {
    Scope.SCAN: marked("open a child by its card"),
    Scope.READ: marked("read a record"),
    Scope.SEARCH: marked("find a child by name"),
    Scope.RECORD: marked("record doses and findings"),
    Scope.REGISTER: marked("register, move, make appointments"),
    Scope.CARDS: marked("replace and bind cards"),
}


@staff.get("")
@requires(Role.MANAGER)
def people() -> ResponseReturnValue:
    """Who works here, and which programs may ask."""
    return _page()


@staff.post("")
@requires(Role.MANAGER)
def add() -> ResponseReturnValue:
    """A new account; its first password is shown once, and another is chosen with it."""
    password = random_text(12)

    def adding(acting: Acting) -> str:
        reader = Reader(request.form)
        login, name, role = (reader.text(field, required=True) or "" for field in ("login", "name", "role"))
        reader.finish()
        if role not in list(Role) or len(login) > 60 or len(name) > 100:
            raise InputFault("this is missing", place="role", advice="choose one of the list")
        at = (acting, new_id(), caller().clinic_id)
        one = add_staff(*at, login=login, name=name, role=Role(role), password=password, language=language())
        one.must_choose_password = True
        return one.login

    return _do(adding, password=password)


@staff.post("/<uuid:staff_id>/role")
@requires(Role.MANAGER)
def role_of(staff_id: UUID) -> ResponseReturnValue:
    """Another role; sessions begun under the old one end."""
    role = request.form.get("role", "")
    return _do(lambda acting: change_role(acting, staff_id, Role(role))) if role in list(Role) else _page(status=422)


@staff.post("/<uuid:staff_id>/disable")
@requires(Role.MANAGER)
def disable(staff_id: UUID) -> ResponseReturnValue:
    """Nobody signs in with this account any more; who is signed in is out."""
    return _do(lambda acting: set_active(acting, staff_id, False))


@staff.post("/<uuid:staff_id>/enable")
@requires(Role.MANAGER)
def enable(staff_id: UUID) -> ResponseReturnValue:
    """The account may sign in again."""
    return _do(lambda acting: set_active(acting, staff_id, True))


@staff.post("/<uuid:staff_id>/reset")
@requires(Role.MANAGER)
def reset(staff_id: UUID) -> ResponseReturnValue:
    """A password for one sign-in, shown once."""
    password = random_text(12)
    return _do(lambda acting: reset_password(acting, staff_id, password), password=password)


@staff.post("/keys")
@requires(Role.MANAGER)
def add_key() -> ResponseReturnValue:
    """A key for a program, shown once."""
    secret = random_secret()

    def adding(acting: Acting) -> str:
        reader = Reader(request.form)
        name, scopes = reader.text("name", required=True) or "", [each for each in request.form.getlist("scope") if each in list(Scope)]
        if not scopes or len(name) > 100:
            reader.fault("scope", "this is missing", "choose at least one")
        reader.finish()
        return add_api_key(acting, new_id(), caller().clinic_id, name=name, secret=secret, scopes=scopes).name

    return _do(adding, key=secret)


@staff.post("/keys/<uuid:key_id>/revoke")
@requires(Role.MANAGER)
def revoke(key_id: UUID) -> ResponseReturnValue:
    """The key opens nothing any more."""
    return _do(lambda acting: revoke_key(acting, key_id))


def _do(change: Callable[[Acting], str | None], **once: str) -> ResponseReturnValue:
    """Make the change and show the page, with what is shown once; or what stands against it."""
    who = caller()
    try:
        with who.acting() as acting:
            name = change(acting)
            acting.session.flush()
    except (InputFault, Conflict, Refused) as fault:
        return _page(fault=fault, status=422 if isinstance(fault, InputFault) else 409)
    return _page(once={"name": name, **once}) if once else redirect(url_for("staff.people"), 303)


def _page(fault: VaxcardError | None = None, status: int = 200, once: Mapping[str, str | None] | None = None) -> ResponseReturnValue:
    who = caller()
    with who.acting() as acting:
        told = {"colleagues": colleagues_of(acting.session, who.clinic_id), "keys": keys_of(acting.session, who.clinic_id)}
        acting.note("staff.list")
    words = {"roles": ROLES, "scopes": SCOPES, "own": UUID(who.actor.removeprefix("staff:")), "once": once or {}}
    return render_template("desk/staff.html", fault=fault_in_words(fault) if fault else None, **told, **words), status
