"""The family's door: who holds a card, on which telephone, and whether the whole record lies open there.

Every page under a card's address comes in here. What is shown behind the door each page decides for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from vaxcard.api.problems import problem_of
from vaxcard.api.service import LANGUAGE_COOKIE, language, new_id, service
from vaxcard.cards.payload import token_from_scan
from vaxcard.errors import CardClosed, CardRevoked, CardUnknown, VaxcardError
from vaxcard.keyring import random_text
from vaxcard.language import languages
from vaxcard.records.acting import Acting
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import ClinicRecord, load_clinic
from vaxcard.records.family_codes import Knock
from vaxcard.records.family_devices import KEPT_FOR, DeviceRecord, NewDevice, device_with, is_shown, remember
from vaxcard.records.issued_cards import TELLS_NOTHING, CardRecord, card_by_token, closed_card
from vaxcard.records.people import ChildRecord

family = Blueprint("family", __name__)
"""Every page of a card's address; its faults are told in a family's words."""

DEVICE_COOKIE = "family"
ACTOR = "system:family-page"
_SECRET_CHARACTERS = 26  # 130 bits
_SECRET = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_PAGE = re.compile(r"[a-z-]{1,30}")
_KINDS = {"iPhone": "iPhone", "iPad": "iPad", "HarmonyOS": "HarmonyOS", "Android": "Android", "Windows": "Windows", "Mac OS": "Mac"}


class NotOpenedError(Exception):
    """The page shows the whole record, and this telephone has not opened it."""

    def __init__(self, token: str, page: str) -> None:
        self.token, self.page = token, page
        super().__init__()


@dataclass(frozen=True)
class AtDoor:
    """A card in somebody's hand: its child and clinic, and the device where the whole record lies open on it."""

    acting: Acting
    token: str
    card: CardRecord
    child: ChildRecord
    clinic: ClinicRecord
    device: DeviceRecord | None

    @property
    def knock(self) -> Knock:
        """This device at this card, as codes are counted."""
        return Knock(self.child.id, self.card.id, device_secret())

    def look(self) -> None:
        """Put the look into the audit trail, with the card and the device that it came by."""
        device = [f"device:{self.device.id}"] if self.device else []
        self.acting.note("child.look", child_id=self.child.id, subjects=[f"card:{self.card.id}", *device])


@dataclass(frozen=True)
class Holder:
    """Somebody with a valid card, before pages that speak of no child: the card's token, and the clinic to ring."""

    token: str
    clinic: ClinicRecord


def holder_of(token: str) -> Holder:
    """Whoever holds this card; nothing of the child is read. Raises as `at_door`."""
    greet()
    read = _read(token)
    with service().database.reading() as session:
        return Holder(read, load_clinic(session, _held(session, read)[1].clinic_id))


@contextmanager
def at_door(token: str, *, lock: bool = False) -> Iterator[AtDoor]:
    """A transaction in the name of whoever holds this card. Raises CardUnknown, CardReplaced, CardRevoked or CardClosed."""
    greet()
    read = _read(token)
    with service().acting(ACTOR, None, None) as acting:
        card, child = _held(acting.session, read, lock=lock)
        clinic = load_clinic(acting.session, child.clinic_id)
        device = device_with(acting.session, child.id, device_secret(), acting.now)
        today = g.page_today = service().today(clinic.time_zone)
        actor = f"family:{device.id}" if device else ACTOR
        if device and device.seen_on != today:
            device.seen_on = today
        yield AtDoor(replace(acting, actor=actor, clinic_id=clinic.id, today=today), read, card, child, clinic, device)


def _read(token: str) -> str:
    """The token as cards bear it, from an address in any spelling."""
    read = token_from_scan(token.strip("/"))
    if read is None:
        raise CardUnknown("no card with this code was ever issued", advice="find the child by name and birth date")
    return read


def _held(session: Session, token: str, *, lock: bool = False) -> tuple[CardRecord, ChildRecord]:
    """A card that is in use and its child, who may be shown."""
    card = card_by_token(session, token)
    child = load_child(session, card.child_id, lock=lock) if card.child_id else None
    if child is None or not is_shown(child):
        raise CardRevoked("this card is no longer in use", advice="ask your clinic")
    return card, child


@contextmanager
def opened(token: str, *, lock: bool = False) -> Iterator[AtDoor]:
    """As `at_door`, where the whole record lies open on this telephone; elsewhere it leads to the page that opens it."""
    with at_door(token, lock=lock) as door:
        if door.device is None:
            raise NotOpenedError(door.token, request.path.rpartition("/")[2])
        door.look()
        yield door


def device_secret() -> str:
    """This device's own secret, made at its first request that needs one."""
    if "family_device" not in g:
        kept = request.cookies.get(DEVICE_COOKIE, "")
        g.family_device = kept if _SECRET.fullmatch(kept) else random_text(_SECRET_CHARACTERS)
    return str(g.family_device)


def keep_device(response: Response) -> Response:
    """Have the browser keep this device's secret for as long as a device is remembered."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(DEVICE_COOKIE, device_secret(), max_age=KEPT_FOR, httponly=True, samesite="Lax", secure=secure)
    return response


def open_here(acting: Acting, child: ChildRecord, card: CardRecord, door: AtDoor | None = None) -> None:
    """Remember this device for a child: by a texted code (`door`), or by a pass."""
    guardian = g.get("family_guardian") if door else None
    remember(acting, child, NewDevice(new_id(), device_secret(), device_kind(request.user_agent.string), card.id, guardian))


def device_kind(agent: str) -> str:
    """What a device is, as its owner calls it; never a model or version."""
    system = next((name for mark, name in _KINDS.items() if mark in agent), "")
    return " · ".join(part for part in (system, "WeChat" if "MicroMessenger" in agent else "") if part)


def page_named(name: str | None) -> str:
    """A page of the card's address to lead to, from what a browser sent; the record where it names none."""
    return name if name and _PAGE.fullmatch(name) else "record"


def greet() -> None:
    """On a first visit speak what the browser asks for; a language that somebody chose on a page goes before it."""
    if "language" in g or request.args.get("lang") in languages() or request.cookies.get(LANGUAGE_COOKIE) in languages():
        return
    spoken = request.accept_languages.best_match(languages())
    if spoken:
        g.language = spoken


@family.errorhandler(NotOpenedError)
def lead_to_opening(fault: NotOpenedError) -> ResponseReturnValue:
    """To the page on which a family opens the record."""
    return redirect(url_for("family.choose_guardian", token=fault.token, to=page_named(fault.page)), 303)


@family.errorhandler(CardUnknown)
@family.errorhandler(CardClosed)
def closed_page(fault: VaxcardError) -> ResponseReturnValue:
    """What became of the card, in plain words, and how to reach the clinic, unless nobody may be told which clinic it is."""
    status = problem_of(fault, language()).status
    token = token_from_scan(str((request.view_args or {}).get("token", "")).strip("/"))
    return render_template("family/closed.html", fault=fault, clinic=_clinic_of(token) if token else None), status


def _clinic_of(token: str) -> ClinicRecord | None:
    with service().database.reading() as session:
        found = closed_card(session, token)
        if found is None or found.child_id is None or found.closed_reason in TELLS_NOTHING:
            return None
        child = load_child(session, found.child_id)
        return load_clinic(session, child.clinic_id) if is_shown(child) else None
