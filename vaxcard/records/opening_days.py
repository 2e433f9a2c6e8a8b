"""The verbs of a clinic's days: its week, the days on which it is shut, and the days on which it opens besides.

Whom a closed day moves is kept (`moved_visits`); their visits, two hundred at most, are worked out again at once. Everybody else's stored
answer is marked as run out, so that it is worked out again too, batch by batch (`renew_visits`) or at the latest by the dawn sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from sqlalchemy import select, update

from vaxcard.errors import InputFault, NotFound
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ClinicClosure, ClinicExtraDay, ClinicRecord, ClinicSession, load_clinic
from vaxcard.records.moved_visits import MovedVisit
from vaxcard.records.people import ChildRecord
from vaxcard.records.sweeping import assess_again
from vaxcard.records.visits import NextVisit, VisitKind, first_open_day, is_open_on

ACTION = "clinic.days"
BATCH = 200  # children a transaction
_LONGEST_AHEAD = timedelta(days=400)
_LONGEST_CLOSED = 60  # days in one closure

Session = tuple[int, time, time]
"""A weekly session: weekday (Monday is 0), opens, closes."""


@dataclass(frozen=True)
class Closing:
    """What closing days would do: how many visits move, how many of them families had agreed on, and the first open day after."""

    first: date
    last: date
    visits: int
    appointed: int
    to_on: date


def set_week(acting: Acting, sessions: Sequence[Session]) -> int:
    """The clinic's week from now on; returns how many visits fall on days that are none any more. Raises InputFault for no week at all."""
    _check_week(sessions)
    clinic = _own_clinic(acting)
    clinic.sessions.clear()
    acting.session.flush()  # the rows go before others come under the same keys
    clinic.sessions.extend(ClinicSession(weekday=day, opens=opens, closes=closes) for day, opens, closes in sorted(sessions))
    return _settle(acting, clinic, ["week"])


def what_closing_does(acting: Acting, first: date, last: date) -> Closing:
    """What `close_days` would do, before it is done. Raises InputFault as it does, and Refused where no open day is left."""
    _check_closing(acting, first, last)
    assert acting.clinic_id is not None  # whoever changes a clinic's days acts for it
    clinic = load_clinic(acting.session, acting.clinic_id)
    rows = select(NextVisit.visit_on, NextVisit.kind).where(NextVisit.clinic_id == clinic.id, NextVisit.visit_on.between(first, last))
    kinds = [kind for day, kind in acting.session.execute(rows) if is_open_on(clinic, day)]
    to_on = first_open_day(clinic, last + timedelta(days=1))
    return Closing(first, last, len(kinds), kinds.count(VisitKind.APPOINTED), to_on)


def _check_closing(acting: Acting, first: date, last: date) -> None:
    if not acting.today <= first <= acting.today + _LONGEST_AHEAD:
        raise InputFault("this day lies behind, or too far ahead", place="first", advice="choose a day from today on, within a year")
    if not first <= last < first + timedelta(days=_LONGEST_CLOSED):
        raise InputFault("the last day is not after the first, or too late", place="last", advice="close sixty days at most at once")


def close_days(acting: Acting, first: date, last: date, reason: str | None) -> int:
    """Shut the clinic from one day to another, both included; returns how many visits move. Closed again, a day changes nothing."""
    _check_closing(acting, first, last)
    clinic = _own_clinic(acting)
    shut = {closure.closed_on for closure in clinic.closures}
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    clinic.closures.extend(ClinicClosure(closed_on=day, reason=reason) for day in days if day not in shut)
    return _settle(acting, clinic, ["closed_on"])


def open_again(acting: Acting, day: date) -> None:
    """The day is as the week says. Raises NotFound for a day that was not closed."""
    clinic = _own_clinic(acting)
    closure = next((each for each in clinic.closures if each.closed_on == day), None)
    if closure is None:
        raise NotFound("the clinic is not closed on that day", advice="look at the list again")
    clinic.closures.remove(closure)
    _settle(acting, clinic, ["closed_on"])


def add_day(acting: Acting, day: date, opens: time, closes: time) -> None:
    """Open on a day besides the week, or at other hours. Raises InputFault for hours that are none."""
    if not acting.today <= day <= acting.today + _LONGEST_AHEAD:
        raise InputFault("this day lies behind, or too far ahead", place="open_on", advice="choose a day from today on, within a year")
    if opens >= closes:
        raise InputFault("it closes before it opens", place="closes", advice="correct the hours")
    clinic = _own_clinic(acting)
    if any(closure.closed_on == day for closure in clinic.closures):
        raise InputFault("the clinic is closed on that day", place="open_on", advice="open the closed day again first")
    for each in [each for each in clinic.extra_days if each.open_on == day]:
        clinic.extra_days.remove(each)
    acting.session.flush()
    clinic.extra_days.append(ClinicExtraDay(open_on=day, opens=opens, closes=closes))
    _settle(acting, clinic, ["open_on"])


def drop_day(acting: Acting, day: date) -> int:
    """The day is as the week says; returns how many visits move. Raises NotFound for a day that was not added."""
    clinic = _own_clinic(acting)
    extra = next((each for each in clinic.extra_days if each.open_on == day), None)
    if extra is None:
        raise NotFound("the clinic has no such day besides its week", advice="look at the list again")
    clinic.extra_days.remove(extra)
    return _settle(acting, clinic, ["open_on"])


def visits_to_renew(acting: Acting, after: UUID | None) -> list[UUID]:
    """The next batch of the clinic's children whose visit is to be worked out again after its days changed, by id."""
    rows = select(NextVisit.child_id).join(ChildRecord, ChildRecord.id == NextVisit.child_id)
    rows = rows.where(NextVisit.clinic_id == acting.clinic_id, ChildRecord.assessed_holds_until < acting.today)
    rows = rows if after is None else rows.where(NextVisit.child_id > after)
    return list(acting.session.scalars(rows.order_by(NextVisit.child_id).limit(BATCH)))


def renew_visits(acting: Acting, child_ids: Sequence[UUID]) -> None:
    """Work out again when these children come."""
    assess_again(acting, child_ids, ACTION)


def _own_clinic(acting: Acting) -> ClinicRecord:
    assert acting.clinic_id is not None  # whoever changes a clinic's days acts for it
    acting.session.execute(select(ClinicRecord.id).where(ClinicRecord.id == acting.clinic_id).with_for_update(key_share=True))
    return load_clinic(acting.session, acting.clinic_id)


def _check_week(sessions: Sequence[Session]) -> None:
    if not sessions:
        raise InputFault("the clinic would never be open", place="week", advice="give the hours of one day at least")
    for day, opens, closes in sessions:
        if opens >= closes:
            raise InputFault("it closes before it opens", place=f"week-{day}", advice="correct the hours")
    for (day, _, closes), (next_day, opens, _) in zip(sorted(sessions), sorted(sessions)[1:], strict=False):
        if day == next_day and opens < closes:
            raise InputFault("the afternoon begins before the morning ends", place=f"week-{day}", advice="correct the hours")


def _settle(acting: Acting, clinic: ClinicRecord, fields: Sequence[str]) -> int:
    """The end of every verb: who was expected on a day that is none any more comes on another; everybody's answer has run out."""
    session = acting.session
    session.flush()
    coming = select(NextVisit).where(NextVisit.clinic_id == clinic.id, NextVisit.visit_on >= acting.today)
    moved = [visit for visit in session.scalars(coming) if not is_open_on(clinic, visit.visit_on)]
    for visit in moved:
        was_appointed = visit.kind == VisitKind.APPOINTED
        row = {"clinic_id": clinic.id, "from_on": visit.visit_on, "child_id": visit.child_id}
        session.merge(MovedVisit(**row, was_appointed=was_appointed, moved_by=acting.actor, moved_at=acting.now))
        visit.kind = VisitKind.COMPUTED
    session.flush()
    ids = sorted(visit.child_id for visit in moved)
    of_clinic = select(NextVisit.child_id).where(NextVisit.clinic_id == clinic.id)
    in_order = select(ChildRecord.id).where(ChildRecord.id.in_(of_clinic)).order_by(ChildRecord.id)
    session.execute(in_order.with_for_update(key_share=True)).all()  # in one order, as everybody who locks more than one child
    run_out = update(ChildRecord).where(ChildRecord.id.in_(of_clinic)).values(assessed_holds_until=acting.today - timedelta(days=1))
    session.execute(run_out.execution_options(synchronize_session=False))
    session.expire_all()
    if ids:
        assess_again(acting, ids[:BATCH], ACTION)  # a day's visits; of a whole week's the rest follows as everybody else, in short steps
    acting.note(ACTION, subjects=[str(clinic.id), *fields])
    return len(moved)
