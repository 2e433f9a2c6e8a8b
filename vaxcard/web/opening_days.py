"""The clinic's days at the desk: the manager closes one and sees at once whose visits move; everybody else reads them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.bodies import Reader
from vaxcard.api.days import renew_all
from vaxcard.errors import InputFault, ManyFaults, NotFound
from vaxcard.language import Said
from vaxcard.records.acting import Acting
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import ClinicRecord, Role, load_clinic
from vaxcard.records.moved_visits import count_moved, moved_from
from vaxcard.records.opening_days import Session, add_day, close_days, drop_day, open_again, set_week
from vaxcard.web import child_view
from vaxcard.web.rendering import fault_in_words

opening_days = Blueprint("opening_days", __name__, url_prefix="/desk/days")

_WEEKDAYS = range(7)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_PARTS = ("morning", "afternoon")


@dataclass(frozen=True)
class Ring:
    """A family to be told of a day: the child, who is rung first and under which number, and when the child comes now."""

    child: child_view.Brief
    guardian: str | None
    phone: str | None
    to_on: date | None
    was_appointed: bool


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
    """Close one day or several; whose visits move is shown with the day."""

    def closing(acting: Acting) -> None:
        reader = Reader(request.form)
        first, last, reason = reader.day("first", required=True), reader.day("last"), reader.text("reason")
        reader.finish()
        assert first is not None  # required above
        close_days(acting, first, last or first, reason)

    return _do(closing)


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
    """Whose visit was moved from a day, with the number to ring."""
    who, on = caller(), _day(day)
    with who.acting() as acting:
        rings = [_ring(acting, each.child_id, to_on=each.to_on, was_appointed=each.was_appointed) for each in _moved(acting, on)]
        acting.note("visits.list", subjects=[str(ring.child.id) for ring in rings])
    return render_template("desk/moved.html", on=on, rings=rings)


def _moved(acting: Acting, on: date) -> Any:
    return moved_from(acting.session, caller().clinic_id, on)


def _ring(acting: Acting, child_id: UUID, *, to_on: date | None, was_appointed: bool) -> Ring:
    child = load_child(acting.session, child_id)
    bond = next((bond for bond in child.guardianships if bond.guardian.phone_key is not None), None)
    guardian, keyring = bond.guardian if bond else None, acting.keyring
    name, phone = (guardian.name(keyring), guardian.phone(keyring)) if guardian else (None, None)
    return Ring(child_view.brief(acting, child), name, phone, to_on, was_appointed)


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
        parts = fault.faults if isinstance(fault, ManyFaults) else (fault,)
        sent = {**request.form.to_dict(), **({"week": "sent"} if request.path.endswith("/week") else {})}
        return _page(sent, {part.place or "": fault_in_words(part) for part in parts}, 422)
    except NotFound:
        return redirect(url_for("opening_days.page"), 303)  # somebody else did it already
    renew_all(who)
    return redirect(url_for("opening_days.page"), 303)
