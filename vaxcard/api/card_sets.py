"""A child's cards over the API: which are in use, the old ones closed for a reason, a blank one bound, and the family's protection."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify

from vaxcard.api.access import LIFTING, LOOKING, requires
from vaxcard.api.answers import card_as_json
from vaxcard.api.bodies import json_object
from vaxcard.api.describing import described
from vaxcard.api.fields import Field, taken
from vaxcard.api.opening import Opened, opened
from vaxcard.cards.issuing import bind_cover, replace_cards
from vaxcard.records.clinics import Scope
from vaxcard.records.issued_cards import CloseReason, cards_of
from vaxcard.records.protection import lift, protect

card_sets = Blueprint("card_sets", __name__, url_prefix="/api/v1/children")

_REPLACE = (
    Field("reason", "choice", "What became of the old cards", True, tuple(CloseReason)),
    Field("bracket", "number", "The one card to replace, 0 for the cover; all of them unless told", lowest=0, highest=15),
)
_BIND = (Field("code", "text", "What the scanner read of the blank card, or the 8 characters under its square", True),)


@card_sets.get("/<uuid:child_id>/cards")
@requires(*LOOKING, scope=Scope.CARDS)
@described("The cards in use and those that were closed", {200: "Cards"})
def cards(child_id: UUID) -> Response:
    """Never a token."""
    with opened(child_id) as at:
        at.acting.note("child.look", child_id=child_id, subjects=["cards"])
        return _cards(at)


@card_sets.post("/<uuid:child_id>/cards/replace")
@requires(*LOOKING, scope=Scope.CARDS)
@described("Take the child's cards out of use, for a reason; print the new ones at the desk", {200: "Cards"}, body=_REPLACE)
def replace(child_id: UUID) -> Response:
    """Sent again it finds nothing to close and changes nothing."""
    told = taken(json_object(), _REPLACE)
    with opened(child_id, lock=True) as at:
        brackets = None if told["bracket"] is None else (told["bracket"],)
        replace_cards(at.acting, at.child, reason=told["reason"], brackets=brackets)
        return _cards(at)


@card_sets.post("/<uuid:child_id>/cards/bind")
@requires(*LOOKING, scope=Scope.CARDS)
@described("Give a blank card to the child, as its cover", {200: "Cards"}, body=_BIND, problems=(404, 409))
def bind(child_id: UUID) -> Response:
    """The cover that was is closed."""
    code = taken(json_object(), _BIND)["code"]
    with opened(child_id, lock=True) as at:
        bind_cover(at.acting, at.child, code)
        at.acting.session.flush()
        return _cards(at)


@card_sets.put("/<uuid:child_id>/protection")
@requires(*LOOKING, scope=Scope.CARDS)
@described("Close every card, page and text of the child at once: restricted address, adoption, a family in danger", {200: "Protection"})
def close_everything(child_id: UUID) -> Response:
    """Whoever is at the counter may close; sent again it changes nothing."""
    with opened(child_id, lock=True) as at:
        protect(at.acting, at.child)
        return jsonify({"child": str(child_id), "sensitive": True})


@card_sets.delete("/<uuid:child_id>/protection")
@requires(*LIFTING)
@described("Lift the protection of a child", {200: "Protection"})
def open_again(child_id: UUID) -> Response:
    """A physician or the clinic's manager lifts it, no machine."""
    with opened(child_id, lock=True) as at:
        lift(at.acting, at.child)
        return jsonify({"child": str(child_id), "sensitive": False})


def _cards(at: Opened) -> Response:
    return jsonify({"items": [card_as_json(card) for card in cards_of(at.acting.session, at.child.id, only_active=False)]})
