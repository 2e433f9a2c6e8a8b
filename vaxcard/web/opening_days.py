"""The clinic's days at the desk: the manager closes one and sees at once whose visits move; everybody else reads them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.bodies import Reader
from vaxcard.api.days import renew_all
from vaxcard.errors import InputFault, NotFound
from vaxcard.language import Said
from vaxcard.records.acting import Acting
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import ClinicRecord, Role, load_clinic
from vaxcard.records.messages import MessageKind, MessageState
from vaxcard.records.moved_visits import Moved, count_moved, moved_from
from vaxcard.records.opening_days import Session, add_day, close_days, drop_day, open_again, set_week, what_closing_does
from vaxcard.records.told import states_about
from vaxcard.web import child_view
from vaxcard.web.rendering import faults_by_place

opening_days = Blueprint("opening_days", __name__, url_prefix="/desk/days")

_WEEKDAYS = range(7)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_PARTS = ("morning", "afternoon")
_PLANNED = (MessageState.PLANNED, MessageState.SENDING)
_SENT = (MessageState.SENT, MessageState.UNKNOWN, MessageState.DELIVERED)


@dataclass(frozen=True)
class Ring:
    """A family to be told of a day: the child, who is rung first and under which number, and when the child comes now.

    `text` says what became of the text about it: "planned", "sent", or None where the family is to be rung.
    """

    child: child_view.Brief
    guardian: str | None
    phone: str | None
    to_on: date | None
    was_appointed: bool
    text: str | None


@opening_days.get("")
@requires(*LOOKING)
def page() -> ResponseReturnValue:
    """The week, what is closed, what is open besides."""
    return _page()


def _page(sent: dict[str, str] | None = None, faults: dict[str, Said] | None = None, status: int = 200) -> ResponseReturnValue:
    who = caller()
    with who.acting() as acting:
        clinic = load_clinic(acting.session, who.clinic_id)
        closed = [each for each in clinic.closures if each.closed_on >= acting.today]
        extra = [each for each in clinic.extra_days if each.open_on >= acting.today]
        moved = count_moved(acting.session, clinic.id, [each.closed_on for each in closed])
        acting.note("clinic.look")
        today = acting.today
    lists = {"closed": closed, "extra": extra, "moved": moved, "week": sent if sent is not None and "week" in sent else _week(clinic)}
    may_change = who.role == Role.MANAGER
    more = {"v": sent or {}, "faults": faults or {}, "today": today, "may_change": may_change}
    return render_template("desk/days.html", clinic=clinic, **lists, **more), status


def _week(clinic: ClinicRecord) -> dict[str, str]:
    """The week as the form's fields name it: `0-morning-opens` is Monday's."""
    fields: dict[str, str] = {}
    for day in _WEEKDAYS:
        sessions = [each for each in clinic.sessions if each.weekday == day]
        for part, session in zip(_PARTS, sessions, strict=False):
            fields[f"{day}-{part}-opens"] = session.opens.isoformat("minutes")
            fields[f"{day}-{part}-closes"] = session.closes.isoformat("minutes")
    return fields


@opening_days.post("/week")
@requires(Role.MANAGER)
def week() -> ResponseReturnValue:
    """Another week from now on."""
    return _do(lambda acting: set_week(acting, _week_sent(request.form.to_dict())))


def _week_sent(sent: dict[str, str]) -> list[Session]:
    sessions: list[Session] = []
    for day in _WEEKDAYS:
        for part in _PARTS:
            opens, closes = (sent.get(f"{day}-{part}-{end}", "").strip() for end in ("opens", "closes"))
            if opens or closes:
                sessions.append((day, _time(opens, f"week-{day}"), _time(closes, f"week-{day}")))
    return sessions


def _time(written: str, place: str) -> time:
    match = _CLOCK.fullmatch(unicodedata.normalize("NFKC", written))
    if match is None:
        raise InputFault("these are not hours", place=place, advice="fill in when it opens and when it closes, such as 08:30")
    return time(int(match[1]), int(match[2]))


@opening_days.post("/closed")
@requires(Role.MANAGER)
def close() -> ResponseReturnValue:
    """Close one day or several, asked once with how many visits it moves; whose they are is shown with the day."""
    if "sure" in request.form:
        return _do(lambda acting: close_days(acting, *_closing_sent()))
    try:
        first, last, reason = _closing_sent()
        with caller().acting() as acting:
            effect = what_closing_does(acting, first, last)
            acting.note("clinic.look")
    except InputFault as fault:
        return _wrong(fault)
    return render_template("desk/close_days.html", effect=effect, reason=reason)


def _closing_sent() -> tuple[date, date, str | None]:
    reader = Reader(request.form)
    first, last, reason = reader.day("first", required=True), reader.day("last"), reader.text("reason")
    reader.finish()
    assert first is not None  # required above
    return first, last or first, reason


@opening_days.post("/closed/<day>/open")
@requires(Role.MANAGER)
def reopen(day: str) -> ResponseReturnValue:
    """The day is as the week says."""
    return _do(lambda acting: open_again(acting, _day(day)))


@opening_days.post("/extra")
@requires(Role.MANAGER)
def extra() -> ResponseReturnValue:
    """A day besides the week."""

    def adding(acting: Acting) -> None:
        reader = Reader(request.form)
        on = reader.day("open_on", required=True)
        reader.finish()
        assert on is not None  # required above
        add_day(acting, on, *(_time(request.form.get(name, ""), "closes") for name in ("opens", "closes")))

    return _do(adding)


@opening_days.post("/extra/<day>/drop")
@requires(Role.MANAGER)
def drop(day: str) -> ResponseReturnValue:
    """The day is as the week says."""
    return _do(lambda acting: drop_day(acting, _day(day)))


@opening_days.get("/closed/<day>")
@requires(*LOOKING)
def moved(day: str) -> ResponseReturnValue:
    """Whose visit was moved from a day, with the number to ring: first those to whom no text goes."""
    who, on = caller(), _day(day)
    with who.acting() as acting:
        found = moved_from(acting.session, who.clinic_id, on)
        texts = states_about(acting.session, [each.child_id for each in found], MessageKind.MOVED, called_on=on)
        rings = sorted((_ring(acting, each, texts.get(each.child_id)) for each in found), key=_first_to_ring)
        acting.note("visits.list", subjects=[str(ring.child.id) for ring in rings])
    return render_template("desk/moved.html", on=on, rings=rings)


def _ring(acting: Acting, moved: Moved, text: str | None) -> Ring:
    child = load_child(acting.session, moved.child_id)
    bond = next((bond for bond in child.guardianships if bond.guardian.phone_key is not None), None)
    guardian, keyring = bond.guardian if bond else None, acting.keyring
    name, phone = (guardian.name(keyring), guardian.phone(keyring)) if guardian else (None, None)
    told = "planned" if text in _PLANNED else "sent" if text in _SENT else None
    return Ring(child_view.brief(acting, child), name, phone, moved.to_on, moved.was_appointed, told)


def _first_to_ring(ring: Ring) -> tuple[bool, bool, date, str]:
    return ring.text is not None or ring.to_on is None, not ring.was_appointed, ring.to_on or date.max, ring.child.name


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        abort(404)


def _do(change: Callable[[Acting], object]) -> ResponseReturnValue:
    """Make the change, have every visit worked out again, and show the days; or the form again with what is wrong."""
    who = caller()
    try:
        with who.acting() as acting:
            change(acting)
    except InputFault as fault:
        return _wrong(fault)
    except NotFound:
        return redirect(url_for("opening_days.page"), 303)  # somebody else did it already
    renew_all(who)
    return redirect(url_for("opening_days.page"), 303)


def _wrong(fault: InputFault) -> ResponseReturnValue:
    """The form again, with what was sent and what is wrong with it."""
    sent = {**request.form.to_dict(), **({"week": "sent"} if request.path.endswith("/week") else {})}
    return _page(sent, faults_by_place(fault), 422)
