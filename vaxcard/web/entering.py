"""How somebody gets in: tries are counted, a right password leads to the phone's code where one is asked for, then to a session."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, begin_session
from vaxcard.api.service import service
from vaxcard.language.catalogues import marked
from vaxcard.records import sign_in_tries
from vaxcard.records.clinics import Role, StaffRecord, staff_by_id
from vaxcard.web.rendering import NEXT

SESSION_HOURS = 10  # a working day
PAUSED = marked("Too many wrong tries. Wait a quarter of an hour")
_HALF_WAY = "half_way"  # who has given a right password and still owes the phone's code
_SECONDS = 300


def may_try(name: str) -> bool:
    """Whether this name may be tried from the address that asks; the try is counted before anyone looks at the password."""
    house = service()
    with house.database.writing() as session:
        return sign_in_tries.admits(session, name, request.remote_addr or "", house.clock())


def forget_tries(name: str) -> None:
    """Whoever got in begins anew."""
    with service().database.writing() as session:
        sign_in_tries.note_right(session, name, request.remote_addr or "")


def enter(staff: StaffRecord) -> ResponseReturnValue:
    """Begin the session, and go on to where they were heading."""
    home = home_of(Role(staff.role))
    heading_for = session.get(NEXT, home) if staff.role in LOOKING else home
    begin_session(staff, SESSION_HOURS)
    with service().acting(f"staff:{staff.id}", staff.clinic_id, staff.clinic.time_zone) as acting:
        acting.note("staff.sign-in", subjects=[str(staff.id)])
    return redirect(heading_for, 303)


def half_way(staff: StaffRecord) -> ResponseReturnValue:
    """Ask for the phone's code; the password counts for five minutes."""
    until = service().clock().timestamp() + _SECONDS
    session[_HALF_WAY] = [str(staff.id), staff.session_number, until]
    return redirect(url_for("accounts.code"), 303)


def who_is_half_way() -> StaffRecord | None:
    """Who gave a right password a moment ago, and has not changed it since."""
    staff_id, number, until = session.get(_HALF_WAY) or (None, None, 0)
    if staff_id is None or service().clock().timestamp() >= until:
        return None
    with service().database.reading() as rows:
        staff = staff_by_id(rows, UUID(staff_id))
        return staff if staff is not None and staff.session_number == number else None


def home_of(role: Role | None) -> str:
    """Where a member of staff begins; those who have no pages are told what their account is for."""
    if role == Role.PROGRAMME_OFFICER:
        return url_for("programme.clinics")
    return url_for("counter.scan_page" if role in LOOKING else "front.account")
