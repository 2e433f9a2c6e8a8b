"""“I can't come”: a reason, and another of the clinic's open days, in one form; the clinic finds it on its list.

Whether a day will do is for `records.appointments` to say.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.service import new_id
from vaxcard.errors import InputFault, Refused
from vaxcard.language import Said
from vaxcard.language.catalogues import marked
from vaxcard.records.appointments import appoint
from vaxcard.records.family_notes import NoteKind, Told, leave_note
from vaxcard.records.visits import is_open_on, next_session_day, next_visit_of
from vaxcard.web.family_door import AtDoor, family, opened
from vaxcard.web.rendering import fault_in_words

REASONS = {
    "child-ill": marked("The child is ill"),
    "away": marked("We are away"),
    "no-time": marked("No time on that day"),
    "other-clinic": marked("We go to another clinic"),
    "other": marked("Another reason"),
}
_OFFERED = 6  # days
_LOOKED_AT = 60  # days
_NO_DAY = "ring"


@family.get("/C/<token>/cannot-come")
def cannot_come(token: str) -> ResponseReturnValue:
    """The reasons, and the days that the clinic is open."""
    with opened(token) as door:
        return _page(door)


@family.post("/C/<token>/cannot-come")
def say_cannot_come(token: str) -> ResponseReturnValue:
    """Tell the clinic, and move the visit where another day was chosen."""
    with opened(token, lock=True) as door:
        reason, chosen = request.form.get("reason", ""), request.form.get("day", "")
        days = {day.isoformat(): day for day in _days(door)}
        if reason not in REASONS or (chosen != _NO_DAY and chosen not in days):
            return _page(door, is_incomplete=True), 422
        before = next_visit_of(door.acting.session, door.child.id)
        told = Told((reason,), about=before.visit_on.isoformat() if before else None, instead=chosen if chosen in days else None)
    try:
        with opened(token, lock=True) as door:
            leave_note(door.acting, door.child, new_id(), NoteKind.CANNOT_COME, told, card_id=door.card.id, is_verified=True)
            if chosen in days:
                appoint(door.acting, door.child, days[chosen])
    except (Refused, InputFault) as fault:
        with opened(token) as door:
            return _page(door, fault=fault_in_words(fault)), 409
    return redirect(url_for("family.absence_told", token=door.token), 303)


@family.get("/C/<token>/moved")
def absence_told(token: str) -> ResponseReturnValue:
    """The visit as it stands now."""
    with opened(token) as door:
        visit = next_visit_of(door.acting.session, door.child.id)
        on = _coming(door)
        is_agreed = visit is not None and visit.kind == "appointed"
    return render_template("family/absence_told.html", token=door.token, clinic=door.clinic, on=on, is_agreed=is_agreed)


def _coming(door: AtDoor) -> date | None:
    visit = next_visit_of(door.acting.session, door.child.id)
    return max(visit.visit_on, next_session_day(door.clinic, door.acting.now)) if visit else None


def _days(door: AtDoor) -> list[date]:
    """The clinic's next open days but the one that is planned, none before the schedule's own day."""
    visit = next_visit_of(door.acting.session, door.child.id)
    if visit is None:
        return []
    coming, first = _coming(door), max(door.acting.today + timedelta(days=1), visit.planned_on)
    days = (first + timedelta(days=ahead) for ahead in range(_LOOKED_AT))
    return list(islice((day for day in days if day != coming and is_open_on(door.clinic, day)), _OFFERED))


def _page(door: AtDoor, *, is_incomplete: bool = False, fault: Said | None = None) -> str:
    words = {"reasons": REASONS, "days": _days(door), "on": _coming(door), "is_incomplete": is_incomplete, "fault": fault}
    return render_template("family/cannot_come.html", token=door.token, clinic=door.clinic, **words)
