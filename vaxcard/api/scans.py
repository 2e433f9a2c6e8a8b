"""What a scanner or a hand typed becomes a child's record: `POST /api/v1/scans`.

Only the token is taken out of what was typed; nothing is followed. Short codes are for staff and keys with the `scan` scope.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.answers import card_as_json, record_as_json
from vaxcard.api.bodies import json_object
from vaxcard.api.describing import described
from vaxcard.api.fields import Field, taken
from vaxcard.api.service import language
from vaxcard.cards.payload import short_code_from, token_from_scan
from vaxcard.errors import CardUnknown
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import Scope
from vaxcard.records.issued_cards import CardRecord, card_by_short_code, card_by_token, note_scanned, note_typed

scans = Blueprint("scans", __name__, url_prefix="/api/v1")

_BODY = (Field("code", "text", "What the scanner read, or the 8 characters beside the square", True),)


@scans.post("/scans")
@requires(*LOOKING, scope=Scope.SCAN)
@described("The child of a scanned card, with all that is needed to decide", {200: "Scan"}, body=_BODY, problems=(404, 409, 410))
def scan() -> tuple[Response, int]:
    """The child of a scanned card, with everything that a nurse needs to decide."""
    code, who = taken(json_object(), _BODY)["code"], caller()
    with who.looking() as acting:
        card, read = _read(acting, code)
        told = {"card": card_as_json(card), **record_as_json(acting, read, who, language())}
    return jsonify(told), 200


def _read(acting: Acting, typed: str) -> tuple[CardRecord, chart.Chart]:
    """The card and the record behind it; for a scanned one in one question."""
    token = token_from_scan(typed)
    if token is None:
        card = card_in(acting, typed)
        return card, open_card(acting, card)
    card, read = chart.read_by_card(acting.session, acting.keyring, acting.schedule, token, acting.today)
    note_scanned(acting.session, card)
    _note_look(acting, card, read.child.id)
    return card, read


def _note_look(acting: Acting, card: CardRecord, child_id: UUID) -> None:
    acting.note("child.look", child_id=child_id, subjects=[f"card:{card.id}"])


def card_in(acting: Acting, typed: str) -> CardRecord:
    """The active card that was scanned or typed. Raises CardUnknown, CardReplaced, CardRevoked or CardClosed."""
    card = find_card(acting, typed)
    if card is None:
        raise CardUnknown("this is not a card's code", advice="scan the card's square again, or type the 8 characters beside it")
    return card


def find_card(acting: Acting, typed: str) -> CardRecord | None:
    """As `card_in`, and None for what cannot be a card's code at all, such as a name. Each reading is counted for the card's print."""
    token = token_from_scan(typed)
    if token is not None:
        card = card_by_token(acting.session, token)
        note_scanned(acting.session, card)
        return card
    short_code = short_code_from(typed)
    if short_code is None:
        return None
    card = card_by_short_code(acting.session, acting.keyring, short_code)
    note_typed(acting.session, card)
    return card


def open_card(acting: Acting, card: CardRecord) -> chart.Chart:
    """The record behind an active card; the look is noted with the card that opened it."""
    if card.child_id is None:
        raise CardUnknown("this card belongs to no child yet", advice="bind it to a child at the counter")
    _note_look(acting, card, card.child_id)
    return chart.read(acting.session, acting.keyring, acting.schedule, card.child_id, acting.today)
