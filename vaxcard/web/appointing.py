"""A day agreed with the family at the counter: the clinic's open days are offered, any other day may be named."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.bodies import Reader
from vaxcard.errors import InputFault, NotFound, Refused
from vaxcard.language import Said
from vaxcard.records.acting import Acting
from vaxcard.records.appointments import appoint
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import load_clinic
from vaxcard.records.people import ChildRecord
from vaxcard.records.visits import first_open_day, next_visit_of
from vaxcard.web import child_view
from vaxcard.web.rendering import fault_in_words

appointing = Blueprint("appointing", __name__, url_prefix="/counter/children/<uuid:child_id>/next-visit")

_OFFERED = 6  # open days


@appointing.get("")
@requires(*LOOKING)
def page(child_id: UUID) -> ResponseReturnValue:
    """The visit as it stands, and the open days from it on."""
    return _page(child_id)


def _page(child_id: UUID, fault: Said | None = None) -> str:
    with caller().acting() as acting:
        child = _own(acting, child_id)
        visit, clinic = next_visit_of(acting.session, child_id), load_clinic(acting.session, child.clinic_id)
        days: list[date] = []
        day = max(visit.visit_on, acting.today + timedelta(days=1)) if visit else acting.today + timedelta(days=1)
        while visit is not None and len(days) < _OFFERED:
            days.append(first_open_day(clinic, day))
            day = days[-1] + timedelta(days=1)
        acting.note("child.look", child_id=child_id)
        told = {"child": child_view.brief(acting, child), "today": acting.today}
    return render_template("counter/next_visit.html", visit=visit, days=days, fault=fault, **told)


def _own(acting: Acting, child_id: UUID) -> ChildRecord:
    """A child of the clinic of the one who asks: another's days are not for us to promise."""
    child = load_child(acting.session, child_id, lock=True)
    if child.clinic_id != acting.clinic_id:
        raise NotFound("another clinic fixes this child's visits", advice="ring the child's own clinic")
    return child


@appointing.post("")
@requires(*LOOKING)
def agree(child_id: UUID) -> ResponseReturnValue:
    """Fix the day; card, page, calendar and text follow."""
    try:
        reader = Reader({"visit_on": request.form.get("other") or request.form.get("visit_on")})
        day = reader.day("visit_on", required=True)
        reader.finish()
        assert day is not None  # required above
        with caller().acting() as acting:
            appoint(acting, _own(acting, child_id), day)
    except (InputFault, Refused) as fault:
        return _page(child_id, fault_in_words(fault.parts[0])), 422
    return redirect(url_for("counter.child", child_id=child_id), 303)
