"""Today's visit of a child, planned: what is given together, where, what waits; and when to come for what is not given today."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import load_clinic
from vaxcard.records.coming import Coming, next_visit
from vaxcard.records.doses import doses_of
from vaxcard.records.people import ChildState
from vaxcard.records.visits import first_open_day
from vaxcard.schedule.visit_rules import load_visit_rules
from vaxcard.schedule.visits import VisitPlan, plan_today


def visit_plan(acting: Acting, child_id: UUID) -> VisitPlan:
    """The visit of `acting.today` at the acting clinic: its limit of injections, and the sites of today's doses, are those on file.

    Raises NotFound.
    """
    child = chart.load_child(acting.session, child_id)
    asked = chart.asked(acting.session, acting.keyring, acting.schedule, child, acting.today)
    clinic = load_clinic(acting.session, acting.clinic_id or child.clinic_id)
    used = [dose.site for dose in doses_of(acting.session, child_id) if dose.given_on == acting.today and dose.site]
    rules = load_visit_rules(acting.schedule.code)
    history = asked.told.history
    return plan_today(acting.schedule, rules, asked.today, history, limit=clinic.injections_a_visit, used_sites=used)


def when_to_come_for_the_rest(acting: Acting, child_id: UUID) -> Coming | None:
    """The next visit if nothing more is given today: the first session after today on which something owed may be given.

    It is judged as of that day, so that what a live vaccine given today forbids is counted. None where nothing calls for a visit.
    """
    child = chart.load_child(acting.session, child_id)
    if child.state != ChildState.ACTIVE:
        return None
    asked = chart.asked(acting.session, acting.keyring, acting.schedule, child, acting.today)
    clinic = load_clinic(acting.session, child.clinic_id)
    return next_visit(asked, clinic, first_open_day(clinic, acting.today + timedelta(days=1)))
