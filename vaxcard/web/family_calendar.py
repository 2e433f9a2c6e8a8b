"""The next visit in a family's own calendar: a file for whoever holds the card, and a subscription behind a secret of its own."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.service import language, new_id, service
from vaxcard.keyring import Keyring, random_text
from vaxcard.language.catalogues import marked
from vaxcard.records.clinics import ClinicRecord, load_clinic
from vaxcard.records.family_calendars import calendar_of, child_of_calendar, open_calendar, revoke_calendar
from vaxcard.records.people import ChildRecord
from vaxcard.records.visits import NextVisit, hours_on, next_session_day, next_visit_of
from vaxcard.web.family_door import ACTOR, at_door, family, opened
from vaxcard.web.family_ics import VisitEvent, calendar_file
from vaxcard.web.rendering import said

_SECRET_CHARACTERS = 26  # 130 bits
_TITLE = marked("Vaccination visit")
_BRING = marked("Bring the card and the vaccination book.")


@family.get("/C/<token>/visit.ics")
def visit_file(token: str) -> ResponseReturnValue:
    """The next visit as it stands now, for whoever holds the card."""
    with at_door(token) as door:
        door.look()
        return _file(door.acting.keyring, door.child, door.clinic, next_visit_of(door.acting.session, door.child.id), door.acting.now)


@family.get("/calendar/<secret>.ics")
def calendar_feed(secret: str) -> ResponseReturnValue:
    """What a subscribed calendar asks for twice a day: the next visit, wherever it has moved to."""
    with service().acting(ACTOR, None, None) as acting:
        found = child_of_calendar(acting.session, secret)
        if found is None:
            abort(404)
        calendar, child = found
        acting.note("child.look", child_id=child.id, subjects=[f"calendar:{calendar.id}"])
        clinic = load_clinic(acting.session, child.clinic_id)
        return _file(acting.keyring, child, clinic, next_visit_of(acting.session, child.id), acting.now)


def _file(keyring: Keyring, child: ChildRecord, clinic: ClinicRecord, visit: NextVisit | None, now: datetime) -> Response:
    event = _event(keyring, child, clinic, visit, now) if visit else None
    return Response(calendar_file(event, said(_TITLE), now), content_type="text/calendar; charset=utf-8")


def _event(keyring: Keyring, child: ChildRecord, clinic: ClinicRecord, visit: NextVisit, now: datetime) -> VisitEvent:
    on = max(visit.visit_on, next_session_day(clinic, now))
    hours = next(iter(hours_on(clinic, on)), None)
    return VisitEvent(
        uid=f"{keyring.index('calendar-event', str(child.id)).hex()}@vaxcard",
        sequence=child.version,
        on=on,
        hours=hours,
        zone=clinic.time_zone,
        title=said(_TITLE),
        place=" ".join(part for part in (clinic.name, clinic.address) if part),
        notes=" ".join(part for part in (said(_BRING), clinic.phone) if part),
    )


@family.get("/C/<token>/calendar")
def calendar(token: str) -> ResponseReturnValue:
    """The child's subscription: its address, and the ways to renew or end it."""
    with opened(token) as door:
        found = calendar_of(door.acting.session, door.child.id)
        secret = found.secret(door.acting.keyring, door.child) if found else None
    address = _address(secret) if secret else None
    subscribing = address and urlsplit(address)._replace(scheme="webcal").geturl()
    return render_template("family/calendar.html", token=door.token, address=address, subscribing=subscribing)


def _address(secret: str) -> str:
    """Where a subscription asks, in the language in which it was begun."""
    return f"{service().settings.public_url.rstrip('/')}{url_for('family.calendar_feed', secret=secret)}?lang={language()}"


@family.post("/C/<token>/calendar")
def change_calendar(token: str) -> ResponseReturnValue:
    """Begin a subscription, give it a new address, or end it."""
    with opened(token, lock=True) as door:
        if request.form.get("what") == "end":
            revoke_calendar(door.acting, door.child.id)
        else:
            open_calendar(door.acting, door.child, new_id(), random_text(_SECRET_CHARACTERS))
    return redirect(url_for("family.calendar", token=door.token), 303)
