"""The card's own address: a signed-in nurse lands on the child at the counter, anyone else on the family's page.

Whoever holds the card sees steps, the next visit and care; nothing that names the child, and no lots.
"""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, Caller, caller_or_none
from vaxcard.api.scans import open_card
from vaxcard.api.service import language
from vaxcard.cards.payload import token_from_scan
from vaxcard.errors import CardUnknown
from vaxcard.guidance.maps import way_to
from vaxcard.records import chart
from vaxcard.records.issued_cards import card_by_token, note_scanned
from vaxcard.records.visits import next_session_day
from vaxcard.web import (
    certificate,
    family_absence,
    family_calendar,
    family_coming,
    family_hours,
    family_opening,
    family_record,
    family_view,
    knowledge,
    offline,
    picture_first,
)
from vaxcard.web.family_after import visit_lately
from vaxcard.web.family_door import at_door, family

__all__ = ["PAGES", "family"]

PAGES = (
    *(certificate, family_absence, family_calendar, family_hours, family_opening, family_record),
    *(knowledge, offline, picture_first),
)
"""The other rooms of a card's address; being imported, their pages are there."""


@family.get("/C/<path:token>")
@family.get("/c/<path:token>")
def card(token: str) -> ResponseReturnValue:
    """Two doors in one address."""
    who = caller_or_none()
    if who is not None and who.may(LOOKING, None):
        return redirect(url_for("counter.child", child_id=_scanned(who, token)), 303)
    with at_door(token) as door:
        door.look()
        acting = door.acting
        read = chart.read(acting.session, acting.keyring, acting.schedule, door.child.id, acting.today)
        view = family_view.arrange(acting.schedule, read, door.clinic, acting.today, next_session_day(door.clinic, acting.now))
        lately = visit_lately(read, acting.today)
    way, country = way_to(door.clinic.region, door.clinic.address), acting.schedule.code
    words = {"why": lambda reason: family_coming.why(reason, language(), country), "way": way}
    return render_template("family/card.html", view=view, token=door.token, is_open=door.device is not None, lately=lately, **words)


def _scanned(who: Caller, token: str) -> UUID:
    """The child of a card that a nurse scanned with a telephone or a browser."""
    read = token_from_scan(token.strip("/"))
    if read is None:
        raise CardUnknown("no card with this code was ever issued", advice="find the child by name and birth date")
    with who.acting() as acting:
        scanned = card_by_token(acting.session, read)
        note_scanned(acting.session, scanned)
        return open_card(acting, scanned).child.id
