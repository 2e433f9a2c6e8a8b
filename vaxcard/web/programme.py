"""The programme officer's page: every clinic in numbers, nobody by name."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from vaxcard.api.access import caller, requires
from vaxcard.api.lists import SINCE
from vaxcard.records.clinics import Role
from vaxcard.records.figures import figures_of_clinics

programme = Blueprint("programme", __name__, url_prefix="/programme")


@programme.get("/clinics")
@requires(Role.PROGRAMME_OFFICER)
def clinics() -> ResponseReturnValue:
    """Children, those late, doses and texts of the last thirty days, and what waits to be looked at, clinic by clinic."""
    with caller().acting() as acting:
        found = figures_of_clinics(acting.session, acting.today, since=acting.today - SINCE)
        acting.note("clinics.figures")
        today = acting.today
    return render_template("desk/clinics.html", found=found, today=today, days=SINCE.days)
