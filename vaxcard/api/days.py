"""A clinic's days over the API: its week, closed days, days besides, and whose visits were moved by closing one."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from flask import Blueprint, Response, jsonify, request

from vaxcard.api.access import LOOKING, Caller, caller, requires
from vaxcard.api.bodies import json_object
from vaxcard.api.describing import described
from vaxcard.api.fields import Field, taken
from vaxcard.errors import InputFault
from vaxcard.records.clinics import ClinicRecord, Role, Scope, load_clinic
from vaxcard.records.moved_visits import moved_from
from vaxcard.records.opening_days import add_day, close_days, drop_day, open_again, renew_visits, set_week, visits_to_renew

days = Blueprint("days", __name__, url_prefix="/api/v1/opening-days")

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK = tuple(Field(name, "text", "Hours such as 08:00-11:30 13:30-16:00; none where it is shut") for name in _WEEKDAYS)
_CLOSED = (
    Field("first", "day", "The first closed day", True),
    Field("last", "day", "The last one; the same unless told"),
    Field("reason", "text", "Why, as families may read it"),
)
_EXTRA = (Field("on", "day", "The day besides the week", True), Field("hours", "text", "From when to when, such as 08:30-11:00", True))
_ON = (Field("on", "day", "The day", True),)


@days.get("")
@requires(*LOOKING, scope=Scope.READ)
@described("When your clinic is open", {200: "OpeningDays"})
def opening() -> Response:
    """The week, and what is otherwise."""
    return _told(caller())


@days.put("/week")
@requires(Role.MANAGER)
@described("Another week from now on; visits on days that are none any more move", {200: "OpeningDays"}, body=_WEEK)
def week() -> Response:
    """Every weekday that is not told is shut."""
    told, who = taken(json_object(), _WEEK), caller()
    sessions = [(day, *hours) for day, name in enumerate(_WEEKDAYS) for hours in read_hours(told[name] or "", name)]
    with who.acting() as acting:
        set_week(acting, sessions)
    return _renewed(who)


@days.post("/closed")
@requires(Role.MANAGER)
@described("Close days; visits on them move to the next session", {200: "OpeningDays"}, body=_CLOSED)
def close() -> Response:
    """Closed again, a day changes nothing."""
    told, who = taken(json_object(), _CLOSED), caller()
    with who.acting() as acting:
        close_days(acting, told["first"], told["last"] or told["first"], told["reason"])
    return _renewed(who)


@days.post("/closed/removal")
@requires(Role.MANAGER)
@described("A closed day is as the week says again", {200: "OpeningDays"}, body=_ON, problems=(404,))
def reopen() -> Response:
    """Visits that were moved come back where the schedule wants them there."""
    told, who = taken(json_object(), _ON), caller()
    with who.acting() as acting:
        open_again(acting, told["on"])
    return _renewed(who)


@days.post("/extra")
@requires(Role.MANAGER)
@described("Open on a day besides the week, or at other hours", {200: "OpeningDays"}, body=_EXTRA)
def add() -> Response:
    """Told again, the hours are the new ones."""
    told, who = taken(json_object(), _EXTRA), caller()
    hours = read_hours(told["hours"], "hours")
    if len(hours) != 1:
        raise InputFault("these are not hours", place="hours", advice="write them as 08:30-11:00")
    with who.acting() as acting:
        add_day(acting, told["on"], *hours[0])
    return _renewed(who)


@days.post("/extra/removal")
@requires(Role.MANAGER)
@described("A day besides the week is none any more; visits on it move", {200: "OpeningDays"}, body=_ON, problems=(404,))
def drop() -> Response:
    """The day is as the week says."""
    told, who = taken(json_object(), _ON), caller()
    with who.acting() as acting:
        drop_day(acting, told["on"])
    return _renewed(who)


@days.get("/moved")
@requires(*LOOKING, scope=Scope.READ)
@described("Whose visit was moved from a closed day, and to when; by ids", {200: "MovedVisits"}, query=_ON)
def moved() -> Response:
    """Nobody is named."""
    told, who = taken({name: request.args[name] for name in ("on",) if name in request.args}, _ON), caller()
    with who.acting() as acting:
        found = moved_from(acting.session, who.clinic_id, told["on"])
        acting.note("visits.list")
    items = [{"child": str(each.child_id), "to_on": _iso(each.to_on), "was_appointed": each.was_appointed} for each in found]
    return jsonify({"items": items})


def read_hours(written: str, place: str) -> list[tuple[time, time]]:
    """From when to when, as written. Raises InputFault for what is none."""
    found = []
    for part in written.replace(",", " ").split():
        match = _HOURS.fullmatch(part)
        if match is None:
            raise InputFault("these are not hours", place=place, advice="write them as 08:30-11:00")
        opens_hour, opens_minute, closes_hour, closes_minute = map(int, match.groups())
        found.append((time(opens_hour, opens_minute), time(closes_hour, closes_minute)))
    return found


def renew_all(who: Caller) -> None:
    """Work out again when the clinic's children come, a batch a transaction: nobody at a counter waits long for it."""
    after = None
    while True:
        with who.acting() as acting:
            ids = visits_to_renew(acting, after)
            if ids:
                renew_visits(acting, ids)
        if not ids:
            return
        after = ids[-1]


def _renewed(who: Caller) -> Response:
    renew_all(who)
    return _told(who)


def _told(who: Caller) -> Response:
    with who.acting() as acting:
        clinic = load_clinic(acting.session, who.clinic_id)
        acting.note("clinic.look")
    return jsonify(_as_json(clinic))


def _as_json(clinic: ClinicRecord) -> dict[str, Any]:
    week = [{"weekday": each.weekday, "opens": _clock(each.opens), "closes": _clock(each.closes)} for each in clinic.sessions]
    extra = [{"on": each.open_on.isoformat(), "opens": _clock(each.opens), "closes": _clock(each.closes)} for each in clinic.extra_days]
    closed = [{"on": each.closed_on.isoformat(), "reason": each.reason} for each in clinic.closures]
    return {"week": week, "closed": closed, "extra": extra}


def _clock(at: time) -> str:
    return at.isoformat("minutes")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
