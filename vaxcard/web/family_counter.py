"""The counter's side of the family's page: a pass shown on the nurse's screen, and the list of what families have told the clinic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.service import language, new_id, service
from vaxcard.errors import Refused
from vaxcard.guidance.after import after_visit
from vaxcard.keyring import TOKEN_LENGTH, random_text
from vaxcard.papers.symbol import Symbol, symbol
from vaxcard.records.acting import Acting
from vaxcard.records.chart import load_child
from vaxcard.records.family_codes import PASS_FOR, show_pass
from vaxcard.records.family_devices import is_shown
from vaxcard.records.family_notes import NoteKind, NoteRecord, count_unseen, mark_seen, notes_of_clinic
from vaxcard.records.issued_cards import cards_of
from vaxcard.web.family_absence import REASONS
from vaxcard.web.rendering import said

family_counter = Blueprint("family_counter", __name__)

_SEEN_SHOWN = timedelta(days=7)


@dataclass(frozen=True)
class NoteLine:
    """A note as the list shows it: whose, what in words, its age, and who has seen it."""

    note: NoteRecord
    child_name: str
    born_on: date
    told: tuple[str, ...]
    words: str
    about: date | None
    instead: date | None
    minutes: int
    at: datetime


@family_counter.post("/counter/children/<uuid:child_id>/family")
@requires(*LOOKING)
def pass_page(child_id: UUID) -> ResponseReturnValue:
    """A symbol that the family scans off this screen: it opens the whole record on their telephone, once."""
    who, secret = caller(), random_text(TOKEN_LENGTH)
    with who.acting() as acting:
        child = load_child(acting.session, child_id)
        if not is_shown(child):
            raise Refused("this child's record is shown to no telephone", reason="protected", advice="ask a physician")
        if not cards_of(acting.session, child.id):
            raise Refused("the child has no card in use", reason="no-card", advice="print the card set first")
        show_pass(acting, child, new_id(), secret)
        name = child.name(acting.keyring)
    address = f"{service().settings.public_url.rstrip('/')}/O/{secret}".upper()
    drawn = symbol(address, service().settings.qr_version)
    words = {"name": name, "minutes": int(PASS_FOR.total_seconds() // 60)}
    return render_template("family/pass.html", child_id=child_id, drawn=drawn, path=_as_svg(drawn), address=address, **words)


def _as_svg(drawn: Symbol) -> str:
    """The dark modules of a symbol as one SVG path."""
    numbers = drawn.path.removesuffix(" f").split(" re")
    runs = [part.split() for part in numbers if part.strip()]
    return "".join(f"M{x} {y}h{width}v1h-{width}z" for x, y, width, _ in runs)


@family_counter.app_template_global("notes_waiting")
def notes_waiting() -> int:
    """How many notes wait for somebody of this clinic, for the head of every page of staff."""
    who = caller()
    with service().database.reading() as session:
        return count_unseen(session, who.clinic_id)


@family_counter.get("/desk/families")
@requires(*LOOKING)
def notes() -> ResponseReturnValue:
    """What families have told the clinic, the urgent and the oldest first."""
    who = caller()
    with who.acting() as acting:
        found = notes_of_clinic(acting.session, who.clinic_id, since=acting.now - _SEEN_SHOWN)
        acting.note("desk.families", subjects=[str(len(found))])
        lines = [_line(acting, note, who.time_zone) for note in found]
        today = acting.today
    waiting = [line for line in lines if line.note.seen_at is None]
    return render_template("family/notes.html", waiting=waiting, seen=[line for line in lines if line.note.seen_at], today=today)


@family_counter.post("/desk/families")
@requires(*LOOKING)
def seen() -> ResponseReturnValue:
    """Say that a note has been seen to."""
    who = caller()
    note_id = _id(request.form.get("note", ""))
    if note_id is not None:
        with who.acting() as acting:
            mark_seen(acting, note_id)
    return redirect(url_for("family_counter.notes"), 303)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _line(acting: Acting, note: NoteRecord, time_zone: str) -> NoteLine:
    child = load_child(acting.session, note.child_id)
    told = note.told(acting.keyring, child)
    return NoteLine(
        note=note,
        child_name=child.name(acting.keyring),
        born_on=child.born_on,
        told=tuple(_in_words(note.kind, code) for code in told.chosen),
        words=told.words,
        about=date.fromisoformat(told.about) if told.about else None,
        instead=date.fromisoformat(told.instead) if told.instead else None,
        minutes=int((acting.now - note.told_at).total_seconds() // 60),
        at=note.told_at.astimezone(ZoneInfo(time_zone)),
    )


def _in_words(kind: str, code: str) -> str:
    if kind == NoteKind.CANNOT_COME:
        return said(REASONS[code]) if code in REASONS else code
    sign = after_visit().named(code)
    return (sign.names.get(language()) or sign.names["en"]) if sign else code
