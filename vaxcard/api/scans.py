"""What a scanner or a hand typed becomes a child's record: `POST /api/v1/scans`.

Only the token is taken out of what was typed; nothing is followed. Short codes are for staff and keys with the `scan` scope.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.answers import card_as_json, record_as_json
from vaxcard.api.bodies import Reader, json_object
from vaxcard.api.service import language, service
from vaxcard.cards.payload import short_code_from, token_from_scan
from vaxcard.errors import CardUnknown
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import Scope
from vaxcard.records.issued_cards import CardRecord, card_by_short_code, card_by_token

scans = Blueprint("scans", __name__, url_prefix="/api/v1")


@scans.post("/scans")
@requires(*LOOKING, scope=Scope.SCAN)
def scan() -> tuple[Response, int]:
    """The child of a scanned card, with everything that a nurse needs to decide."""
    reader = Reader(json_object())
    code = reader.text("code", required=True)
    reader.finish()
    who = caller()
    with service().acting(who.actor, who.clinic_id, who.time_zone) as acting:
        card = card_in(acting, code or "")
        return jsonify({"card": card_as_json(card), **record_as_json(acting, open_card(acting, card), who, language())}), 200


def card_in(acting: Acting, typed: str) -> CardRecord:
    """The active card that was scanned or typed. Raises CardUnknown, CardReplaced, CardRevoked or CardClosed."""
    card = find_card(acting, typed)
    if card is None:
        raise CardUnknown("this is not a card's code", advice="scan the card's square again, or type the 8 characters beside it")
    return card


def find_card(acting: Acting, typed: str) -> CardRecord | None:
    """As `card_in`, and None for what cannot be a card's code at all, such as a name."""
    token = token_from_scan(typed)
    if token is not None:
        return card_by_token(acting.session, token)
    short_code = short_code_from(typed)
    return card_by_short_code(acting.session, acting.keyring, short_code) if short_code is not None else None


def open_card(acting: Acting, card: CardRecord) -> chart.Chart:
    """The record behind an active card; the look is noted with the card that opened it."""
    if card.child_id is None:
        raise CardUnknown("this card belongs to no child yet", advice="bind it to a child at the counter")
    acting.note("child.look", child_id=card.child_id, subjects=[f"card:{card.id}"])
    return chart.read(acting.session, acting.keyring, acting.schedule, card.child_id, acting.today)
