"""What is owed and when the child comes next: due rows, the one next visit of a child, and a clinic's open days.

`coming` works out the visit and `kept_answers` writes both at every change; cards, pages, calendars and texts print these rows alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.errors import Refused
from vaxcard.records.clinics import ClinicRecord
from vaxcard.records.columns import Base, Id

_LOOK_AHEAD_DAYS = 400  # longer than any closure: past it the clinic's sessions are wrong, not the child's date


class DueRow(Base):
    """What the engine forecasts for a child in a group. Bears edition, engine and record version, and expires after `holds_until`."""

    __tablename__ = "due_rows"
    __table_args__ = (Index("ix_due_rows_clinic_id_recommended", "clinic_id", "recommended"),)

    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"), primary_key=True)
    group: Mapped[str] = mapped_column("vaccine_group", String(20), primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"))
    status: Mapped[str] = mapped_column(String(20))
    is_optional: Mapped[bool]
    is_due: Mapped[bool]
    dose_number: Mapped[int | None]
    vaccines: Mapped[list[str]] = mapped_column(JSON)
    earliest: Mapped[date | None]
    recommended: Mapped[date | None]
    past_due: Mapped[date | None]
    latest: Mapped[date | None]
    needs: Mapped[str | None] = mapped_column(String(40))
    reasons: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    edition: Mapped[str] = mapped_column(String(40))
    engine: Mapped[str] = mapped_column(String(40))
    record_version: Mapped[int]
    holds_until: Mapped[date | None] = mapped_column(index=True)


class VisitKind(StrEnum):
    """Who fixed the date: the family with the clinic, or the schedule."""

    APPOINTED = "appointed"
    COMPUTED = "computed"


class NextVisit(Base):
    """The child's next visit: one row, and none once nothing is owed.

    `planned_on` is the schedule's own day, `visit_on` the clinic's open day that serves it.
    """

    __tablename__ = "next_visits"
    __table_args__ = (Index("ix_next_visits_clinic_id_visit_on", "clinic_id", "visit_on"),)

    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"), primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"))
    visit_on: Mapped[date]
    planned_on: Mapped[date]
    groups: Mapped[list[str]] = mapped_column(JSON)
    kind: Mapped[str] = mapped_column(String(20))


def due_rows_of(session: Session, child_id: UUID) -> list[DueRow]:
    """The child's due rows, by group."""
    return list(session.scalars(select(DueRow).where(DueRow.child_id == child_id).order_by(DueRow.group)))


def next_visit_of(session: Session, child_id: UUID) -> NextVisit | None:
    """The child's next visit, if anything is owed."""
    return session.get(NextVisit, child_id)


def visits_on(session: Session, clinic_id: UUID, day: date, *, limit: int, after: UUID | None = None) -> list[NextVisit]:
    """The clinic's visits of a day by child's id, those after `after` where one is told."""
    rows = select(NextVisit).where(NextVisit.clinic_id == clinic_id, NextVisit.visit_on == day)
    rows = rows if after is None else rows.where(NextVisit.child_id > after)
    return list(session.scalars(rows.order_by(NextVisit.child_id).limit(limit)))


def child_due_on(session: Session, clinic_id: UUID, day: date) -> UUID | None:
    """A child of the clinic with a programme dose that may be given on `day`: the one whose dose came due last, None if there is none."""
    rows = select(DueRow.child_id).where(DueRow.clinic_id == clinic_id, DueRow.is_due, DueRow.is_optional.is_(False))
    return session.scalar(rows.where(DueRow.recommended <= day).order_by(DueRow.recommended.desc(), DueRow.child_id).limit(1))


def is_open_on(clinic: ClinicRecord, day: date) -> bool:
    """Whether the clinic vaccinates on that day. A clinic that has told no sessions is taken to be open on every day."""
    if any(closure.closed_on == day for closure in clinic.closures):
        return False
    return not clinic.sessions or bool(hours_on(clinic, day))


def hours_on(clinic: ClinicRecord, day: date) -> tuple[tuple[time, time], ...]:
    """From when to when the clinic vaccinates on a day, in its own time: a day besides the week has hours of its own."""
    if any(closure.closed_on == day for closure in clinic.closures):
        return ()
    extra = tuple((each.opens, each.closes) for each in clinic.extra_days if each.open_on == day)
    return extra or tuple((each.opens, each.closes) for each in clinic.sessions if each.weekday == day.weekday())


def first_open_day(clinic: ClinicRecord, on_or_after: date) -> date:
    """The clinic's first open day from a date on. Raises Refused where its sessions leave none for over a year."""
    for day in _days_from(on_or_after):
        if is_open_on(clinic, day):
            return day
    raise Refused(
        "the clinic has no open day within a year",
        reason="clinic-never-open",
        place=str(clinic.id),
        advice="correct its sessions and closures",
    )


def next_session_day(clinic: ClinicRecord, now: datetime) -> date:
    """The first day on which the clinic still vaccinates, seen at a moment: today only while a session of today has not ended."""
    local = now.astimezone(ZoneInfo(clinic.time_zone))
    today = local.date()
    over = bool(clinic.sessions) and all(closes <= local.time() for _, closes in hours_on(clinic, today))
    return first_open_day(clinic, today + timedelta(days=1) if over else today)


def _days_from(first: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range(_LOOK_AHEAD_DAYS))
