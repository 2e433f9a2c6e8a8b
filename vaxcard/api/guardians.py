"""A child's guardians over the API: who they are and how they are reached, changed by whoever has asked for name and birth date first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import Forbidden

from vaxcard.api.access import LOOKING, requires
from vaxcard.api.answers import is_hidden
from vaxcard.api.bodies import json_object
from vaxcard.api.describing import described
from vaxcard.api.doses import changed
from vaxcard.api.fields import Field, taken
from vaxcard.api.opening import Opened, opened, version_to_match
from vaxcard.api.service import new_id
from vaxcard.errors import InputFault
from vaxcard.language import languages
from vaxcard.records.clinics import Scope
from vaxcard.records.guardians import ContactForm, add_guardian, ask_first, change_guardian, confirm_number, remove_guardian
from vaxcard.records.people import Guardianship
from vaxcard.records.phone_faults import guardians_to_ask

guardians = Blueprint("guardians", __name__, url_prefix="/api/v1/children")

RELATIONS = ("mother", "father", "grandmother", "grandfather", "guardian", "relative", "sibling", "other")
_ID = Field("id", "id", "An id that you make for the change; the same id and body again changes nothing", True)
_ASKED = Field("identity_confirmed", "flag", "The child's name and birth date were asked first, and they agree: true")
_CONTACT = (
    _ID,
    _ASKED,
    Field("name", "text", "The guardian's name; none leaves it as it is"),
    Field("phone", "text", "The number, as people write it; none leaves it as it is"),
    Field("relation", "choice", "Who the guardian is to the child", choices=RELATIONS),
    Field("language", "text", "The language of their texts, such as en"),
    Field("agrees_to_texts", "flag", "Whether they may be texted; true unless told"),
)
_CHANGED = (*_CONTACT, Field("without_phone", "flag", "They have no number any more"))
_STEP = (_ID, _ASKED)


@guardians.get("/<uuid:child_id>/guardians")
@requires(*LOOKING, scope=Scope.REGISTER)
@described("The child's guardians, the one who is asked first in front", {200: "Guardians"})
def people(child_id: UUID) -> Response:
    """With their numbers; of a protected child its own clinic's alone."""
    with opened(child_id) as at:
        _refuse_hidden(at)
        unreachable = guardians_to_ask(at.acting.session, child_id)
        at.acting.note("child.look", child_id=child_id, subjects=["guardians"])
        return jsonify({"items": [_told(at, bond, unreachable) for bond in at.child.guardianships]})


def _told(at: Opened, bond: Guardianship, unreachable: dict[UUID, str]) -> dict[str, Any]:
    guardian = bond.guardian
    confirmed = guardian.phone_confirmed_on
    return {
        "id": str(guardian.id),
        "name": guardian.name(at.acting.keyring),
        "phone": guardian.phone(at.acting.keyring),
        "relation": bond.relation,
        "language": guardian.language,
        "agrees_to_texts": guardian.agrees_to_texts,
        "can_be_texted": guardian.phone_can_be_texted,
        "confirmed_on": confirmed.isoformat() if confirmed else None,
        "unreachable": unreachable.get(guardian.id),
    }


@guardians.post("/<uuid:child_id>/guardians")
@requires(*LOOKING, scope=Scope.REGISTER)
@described("One guardian more, asked last", {200: "Changed"}, body=_CONTACT, match="must")
def add(child_id: UUID) -> Response:
    """Who is on file under this name and number is the same person."""
    form, seen = _contact(_CONTACT), version_to_match()
    with opened(child_id) as at:
        _refuse_hidden(at)
        return changed(at, add_guardian(at.acting, child_id, form, guardian_id=new_id(), seen_version=seen))


@guardians.put("/<uuid:child_id>/guardians/<uuid:guardian_id>")
@requires(*LOOKING, scope=Scope.REGISTER)
@described("Another number, name, relation or language; for brothers and sisters too", {200: "Changed"}, body=_CHANGED, match="must")
def change(child_id: UUID, guardian_id: UUID) -> Response:
    """What was open by an old number closes at once."""
    form, seen = _contact(_CHANGED), version_to_match()
    with opened(child_id) as at:
        _refuse_hidden(at)
        return changed(at, change_guardian(at.acting, child_id, guardian_id, form, seen_version=seen))


@guardians.post("/<uuid:child_id>/guardians/<uuid:guardian_id>/removal")
@requires(*LOOKING, scope=Scope.REGISTER)
@described("The guardian is none of this child's any more", {200: "Changed"}, body=_STEP, match="must")
def remove(child_id: UUID, guardian_id: UUID) -> Response:
    """Who they were stays on file with the change."""
    change_id, seen = _step(), version_to_match()
    with opened(child_id) as at:
        _refuse_hidden(at)
        return changed(at, remove_guardian(at.acting, child_id, guardian_id, change_id, seen_version=seen))


@guardians.post("/<uuid:child_id>/guardians/<uuid:guardian_id>/first")
@requires(*LOOKING, scope=Scope.REGISTER)
@described("Ask and text this guardian first from now on", {200: "Changed"}, body=_STEP, match="must")
def first(child_id: UUID, guardian_id: UUID) -> Response:
    """The others stay in their order."""
    change_id, seen = _step(), version_to_match()
    with opened(child_id) as at:
        _refuse_hidden(at)
        return changed(at, ask_first(at.acting, child_id, guardian_id, change_id, seen_version=seen))


@guardians.put("/<uuid:child_id>/guardians/<uuid:guardian_id>/confirmation")
@requires(*LOOKING, scope=Scope.REGISTER)
@described("The family says that the number is still right: it is tried again", {200: "Guardians"}, problems=(404,))
def confirm(child_id: UUID, guardian_id: UUID) -> Response:
    """The guardians after it."""
    with opened(child_id) as at:
        _refuse_hidden(at)
        confirm_number(at.acting, child_id, guardian_id)
        unreachable = guardians_to_ask(at.acting.session, child_id)
        return jsonify({"items": [_told(at, bond, unreachable) for bond in at.child.guardianships]})


def _refuse_hidden(at: Opened) -> None:
    if is_hidden(at.acting, at.child):
        raise Forbidden  # who the family is, and how it is reached, is known to the child's own clinic alone


def _contact(fields: tuple[Field, ...]) -> ContactForm:
    told = taken(json_object(), fields)
    _refuse_unasked(told)
    if told["language"] not in (None, *languages()):
        raise InputFault("this language is not spoken here", place="language", advice="choose one of the list")
    agrees, without = told.pop("agrees_to_texts"), told.pop("without_phone", None)
    return ContactForm(**told, agrees_to_texts=agrees is not False, without_phone=bool(without))


def _step() -> UUID:
    told = taken(json_object(), _STEP)
    _refuse_unasked(told)
    change_id: UUID = told["id"]
    return change_id


def _refuse_unasked(told: dict[str, Any]) -> None:
    if not told.pop("identity_confirmed"):
        raise InputFault("this is missing", place="identity_confirmed", advice="ask for name and birth date, and tick when they agree")
