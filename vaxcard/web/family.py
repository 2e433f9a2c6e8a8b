"""The card's own address: a signed-in nurse lands on the child at the counter, anyone else on the family's page.

Whoever holds the card sees steps, the next visit and care; nothing that names the child, and no lots.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, caller_or_none
from vaxcard.api.problems import problem_of
from vaxcard.api.scans import open_card
from vaxcard.api.service import LANGUAGE_COOKIE, language, service
from vaxcard.cards.payload import token_from_scan
from vaxcard.errors import CardClosed, CardRevoked, CardUnknown
from vaxcard.language import languages
from vaxcard.records.acting import Acting
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import ClinicRecord, load_clinic
from vaxcard.records.issued_cards import TELLS_NOTHING, card_by_token, closed_card, note_scanned
from vaxcard.records.people import ChildState
from vaxcard.records.visits import next_session_day
from vaxcard.web import family_coming, family_view

family = Blueprint("family", __name__)

_ACTOR = "system:family-page"


@family.get("/C/<path:token>")
@family.get("/c/<path:token>")
def card(token: str) -> ResponseReturnValue:
    """Two doors in one address."""
    who = caller_or_none()
    if who is None:
        _greet()
    at_the_counter = who is not None and who.may(LOOKING, None)
    actor, clinic_id, time_zone = (who.actor, who.clinic_id, who.time_zone) if who and at_the_counter else (_ACTOR, None, None)
    read = token_from_scan(token.strip("/"))
    try:
        with service().acting(actor, clinic_id, time_zone) as acting:
            if read is None:
                raise CardUnknown("no card with this code was ever issued", advice="find the child by name and birth date")
            if at_the_counter:
                scanned = card_by_token(acting.session, read)
                note_scanned(acting.session, scanned)
                child = open_card(acting, scanned).child
                return redirect(url_for("counter.child", child_id=child.id), 303)
            view = _view(acting, read)
    except (CardUnknown, CardClosed) as fault:
        return _closed_page(fault, read)
    g.page_today = view.today
    return render_template("family/card.html", view=view, why=lambda reason: family_coming.why(reason, language()))


def _greet() -> None:
    """On a first visit speak what the browser asks for; a language that somebody chose on a page goes before it."""
    if request.args.get("lang") in languages() or request.cookies.get(LANGUAGE_COOKIE) in languages():
        return
    spoken = request.accept_languages.best_match(languages())
    if spoken:
        g.language = spoken


def _view(acting: Acting, token: str) -> family_view.View:
    found = card_by_token(acting.session, token)
    child = load_child(acting.session, found.child_id) if found.child_id else None
    if child is None or child.is_sensitive or child.state == ChildState.DIED:
        raise CardRevoked("this card is no longer in use", advice="ask your clinic")
    clinic = load_clinic(acting.session, child.clinic_id)
    here = replace(acting, clinic_id=clinic.id, today=service().today(clinic.time_zone))
    return family_view.arrange(here.schedule, open_card(here, found), clinic, here.today, next_session_day(clinic, here.now))


def _closed_page(fault: CardUnknown | CardClosed, token: str | None) -> ResponseReturnValue:
    """What became of the card, in plain words, and how to reach the clinic, unless nobody may be told which clinic it is."""
    status = problem_of(fault, language()).status
    return render_template("family/closed.html", fault=fault, clinic=_clinic_of(token) if token else None), status


def _clinic_of(token: str) -> ClinicRecord | None:
    with service().database.reading() as session:
        found = closed_card(session, token)
        if found is None or found.child_id is None or found.closed_reason in TELLS_NOTHING:
            return None
        child = load_child(session, found.child_id)
        return None if child.is_sensitive or child.state == ChildState.DIED else load_clinic(session, child.clinic_id)
