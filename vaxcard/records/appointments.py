"""A day agreed with the family: the child's one next visit, fixed on a day on which its clinic is open and something may be given."""

from __future__ import annotations

from datetime import date, timedelta

from vaxcard.errors import InputFault, Refused
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.clinics import load_clinic
from vaxcard.records.people import ChildRecord
from vaxcard.records.registry import changed
from vaxcard.records.visits import VisitKind, is_open_on, next_visit_of

_LONGEST_AHEAD = timedelta(days=366)


def appoint(acting: Acting, child: ChildRecord, day: date) -> Chart:
    """Fix the next visit of a child whose row is locked; a day fixed before gives way.

    Raises InputFault for a day gone by or too far ahead, Refused where the clinic is closed or nothing may be given that day.
    """
    if not acting.today < day <= acting.today + _LONGEST_AHEAD:
        raise InputFault("a visit lies ahead, within a year", place="visit_on", advice="choose another day")
    if not is_open_on(load_clinic(acting.session, child.clinic_id), day):
        raise Refused("the clinic is closed on that day", reason="clinic-closed", place="visit_on", advice="choose one of its open days")
    visit = next_visit_of(acting.session, child.id)
    if visit is None:
        raise _nothing()
    visit.visit_on, visit.kind = day, VisitKind.APPOINTED
    after = changed(acting, child, "visit.appoint", ["visit_on"])
    if after.next_visit is None or after.next_visit.kind != VisitKind.APPOINTED:
        raise _nothing()
    return after


def _nothing() -> Refused:
    return Refused(
        "nothing that is owed may be given on that day",
        reason="nothing-due",
        place="visit_on",
        advice="choose the day that is proposed, or later",
    )
