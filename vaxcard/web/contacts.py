"""A child's guardians at the counter: is this still your number, another number, somebody more or less, who is asked first.

Nothing is changed before name and birth date were asked; the page shows the numbers in full only to be read out and compared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.answers import is_hidden, siblings_told
from vaxcard.api.bodies import Reader
from vaxcard.api.guardians import RELATIONS
from vaxcard.api.service import language, new_id
from vaxcard.errors import Conflict, InputFault
from vaxcard.language import Said, languages, translations
from vaxcard.language.dates import name_of_language
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart, load_child
from vaxcard.records.guardians import ContactForm, add_guardian, ask_first, change_guardian, confirm_number, remove_guardian
from vaxcard.records.people import ChildRecord, Guardianship
from vaxcard.records.phone_faults import guardians_to_ask
from vaxcard.web import child_view
from vaxcard.web.child_view import RELATIONS as RELATION_WORDS
from vaxcard.web.recording import Sheet
from vaxcard.web.rendering import fault_in_words, faults_by_place

contacts = Blueprint("contacts", __name__, url_prefix="/counter/children/<uuid:child_id>/guardians")

_NEW = "new"  # the form of a guardian who is not on file yet
_Done = Callable[[Acting, UUID, int], Chart]


@contacts.get("/")
@requires(*LOOKING)
def page(child_id: UUID) -> ResponseReturnValue:
    """Who cares for the child and how they are reached, each with what may change."""
    return _page(child_id)


def _page(child_id: UUID, sheet: Sheet | None = None, stale: Said | None = None) -> str:
    who = caller()
    with who.acting() as acting:
        child = load_child(acting.session, child_id)
        if is_hidden(acting, child):
            raise Forbidden  # who the family is, and how it is reached, is known to the child's own clinic alone
        faults = guardians_to_ask(acting.session, child_id)
        people = [_told(acting, bond, faults) for bond in child.guardianships]
        shared = _shared(acting, child)
        acting.note("child.look", child_id=child_id, subjects=["guardians"])
        view, today, version = child_view.brief(acting, child), acting.today, child.version
    tongues = [(code, name_of_language(code)) for code in languages()]
    lists = {"relations": {code: RELATION_WORDS[code] for code in RELATIONS}, "tongues": tongues}
    told = {"child": view, "people": people, "shared": shared, "version": version, "today": today, "change_id": str(new_id())}
    return render_template("counter/guardians.html", sheet=sheet or Sheet({}), stale=stale, **told, **lists)


def _told(acting: Acting, bond: Guardianship, faults: dict[UUID, str]) -> dict[str, Any]:
    guardian, keyring = bond.guardian, acting.keyring
    words = RELATION_WORDS.get(bond.relation or "")
    return {
        "id": guardian.id,
        "name": guardian.name(keyring),
        "phone": guardian.phone(keyring),
        "relation": bond.relation,
        "relation_said": translations(language()).gettext(words) if words else bond.relation,
        "language": guardian.language,
        "agrees": guardian.agrees_to_texts,
        "texted": guardian.phone_can_be_texted,
        "confirmed_on": guardian.phone_confirmed_on,
        "is_faulty": guardian.id in faults,
    }


def _shared(acting: Acting, child: ChildRecord) -> dict[UUID, list[str]]:
    """By guardian, the brothers and sisters for whom a new number is new as well."""
    found: dict[UUID, list[str]] = {}
    for sibling in siblings_told(acting, child):
        for bond in sibling.guardianships:
            found.setdefault(bond.guardian_id, []).append(sibling.name(acting.keyring))
    return found


@contacts.post("/")
@requires(*LOOKING)
def add(child_id: UUID) -> ResponseReturnValue:
    """One guardian more."""
    return _do(child_id, _NEW, lambda acting, change_id, seen: _add(acting, child_id, change_id, seen))


def _add(acting: Acting, child_id: UUID, change_id: UUID, seen: int) -> Chart:
    return add_guardian(acting, child_id, _contact(change_id), guardian_id=new_id(), seen_version=seen)


@contacts.post("/<uuid:guardian_id>")
@requires(*LOOKING)
def change(child_id: UUID, guardian_id: UUID) -> ResponseReturnValue:
    """Another number, name, relation, language or consent."""

    def done(acting: Acting, change_id: UUID, seen: int) -> Chart:
        return change_guardian(acting, child_id, guardian_id, _contact(change_id), seen_version=seen)

    return _do(child_id, str(guardian_id), done)


@contacts.post("/<uuid:guardian_id>/remove")
@requires(*LOOKING)
def remove(child_id: UUID, guardian_id: UUID) -> ResponseReturnValue:
    """None of this child's guardians any more."""

    def done(acting: Acting, change_id: UUID, seen: int) -> Chart:
        return remove_guardian(acting, child_id, guardian_id, change_id, seen_version=seen)

    return _do(child_id, str(guardian_id), done)


@contacts.post("/<uuid:guardian_id>/first")
@requires(*LOOKING)
def first(child_id: UUID, guardian_id: UUID) -> ResponseReturnValue:
    """Asked and texted first from now on."""

    def done(acting: Acting, change_id: UUID, seen: int) -> Chart:
        return ask_first(acting, child_id, guardian_id, change_id, seen_version=seen)

    return _do(child_id, str(guardian_id), done)


@contacts.post("/<uuid:guardian_id>/confirm")
@requires(*LOOKING)
def confirm(child_id: UUID, guardian_id: UUID) -> ResponseReturnValue:
    """“Yes, it still is”: the nurse goes on with the child."""
    who = caller()
    with who.acting() as acting:
        if is_hidden(acting, load_child(acting.session, child_id)):
            raise Forbidden
        confirm_number(acting, child_id, guardian_id)
    return redirect(url_for("counter.child", child_id=child_id), 303)


def _do(child_id: UUID, form: str, done: _Done) -> ResponseReturnValue:
    """Make the change and show the page; or the form again, with what is wrong or what somebody else has changed since."""
    sent, who = request.form.to_dict(), caller()
    try:
        change_id, seen = _asked(sent)
        with who.acting() as acting:
            if is_hidden(acting, load_child(acting.session, child_id)):
                raise Forbidden
            done(acting, change_id, seen)
            acting.note("identity.confirmed", child_id=child_id, subjects=["name", "born_on", str(change_id)])
    except Conflict as fault:
        return _page(child_id, Sheet({**sent, "form": form}), stale=fault_in_words(fault)), 409
    except InputFault as fault:
        return _page(child_id, Sheet({**sent, "form": form}, faults_by_place(fault))), 422
    return redirect(url_for("contacts.page", child_id=child_id), 303)


def _asked(sent: dict[str, str]) -> tuple[UUID, int]:
    """The change's id and the version that was seen; name and birth date were asked first."""
    reader = Reader(sent)
    change_id, seen = reader.id("id", required=True), reader.version("seen")
    if not sent.get("identity"):
        reader.fault("identity", "this is missing", "ask for name and birth date, and tick when they agree")
    reader.finish()
    assert change_id is not None  # required above
    return change_id, seen


def _contact(change_id: UUID) -> ContactForm:
    sent = request.form
    reader = Reader(sent)
    name, phone = reader.text("name"), reader.text("phone")
    reader.finish()
    relation = sent.get("relation") if sent.get("relation") in RELATIONS else None
    tongue = sent.get("language") if sent.get("language") in languages() else None
    return ContactForm(change_id, name, phone, relation, tongue, "agrees" in sent, "without_phone" in sent)
