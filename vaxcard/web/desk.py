"""The desk: today's numbers at one clinic, the texts on their way, and old arrears waiting to be released."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.records.clinics import Role, load_clinic
from vaxcard.records.figures import figures_of_day
from vaxcard.reminders.planning import release_backlog

desk = Blueprint("desk", __name__, url_prefix="/desk")

_RELEASING = (Role.MANAGER, Role.PHYSICIAN)


@desk.get("/")
@requires(*LOOKING)
def today() -> ResponseReturnValue:
    """The clinic's day in a few numbers."""
    who = caller()
    with who.acting() as acting:
        clinic = load_clinic(acting.session, who.clinic_id)
        figures = figures_of_day(acting.session, clinic, acting.today)
        acting.note("desk.look")
    may_release = who.role in _RELEASING
    return render_template("desk/today.html", clinic=clinic, figures=figures, today=acting.today, may_release=may_release)


@desk.post("/backlog")
@requires(*_RELEASING)
def release() -> ResponseReturnValue:
    """Let the texts about old arrears go out from now on."""
    who = caller()
    with who.acting() as acting:
        release_backlog(acting, who.clinic_id)
    return redirect(url_for("desk.today"), 303)
