"""A clinic's day in numbers: who was expected, what was given, who is late, and the texts on their way. Counts only, no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from vaxcard.records.clinics import ClinicRecord, all_clinics
from vaxcard.records.doses import DoseRecord, DoseStatus
from vaxcard.records.late import is_late
from vaxcard.records.messages import MessageRecord, MessageState
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.review import ReviewItem
from vaxcard.records.visits import DueRow, NextVisit


@dataclass(frozen=True)
class DayFigures:
    """What the desk shows of a day. `texts` are those of the day and later, by state."""

    children: int
    expected: int
    came: int
    doses: int
    late: int
    texts: dict[str, int]


def figures_of_day(session: Session, clinic: ClinicRecord, day: date) -> DayFigures:
    """The clinic's numbers of a day; each is one indexed count."""
    given = (DoseRecord.given_on == day, *_given_at(clinic.id))
    return DayFigures(
        children=_count(session, ChildRecord.id, ChildRecord.clinic_id == clinic.id, ChildRecord.state == ChildState.ACTIVE),
        expected=_count(session, NextVisit.child_id, NextVisit.clinic_id == clinic.id, NextVisit.visit_on == day),
        came=_count(session, DoseRecord.child_id.distinct(), *given),
        doses=_count(session, DoseRecord.id, *given),
        late=_count(session, DueRow.child_id.distinct(), DueRow.clinic_id == clinic.id, *is_late(day)),
        texts=_texts(session, MessageRecord.clinic_id == clinic.id, MessageRecord.send_on >= day),
    )


@dataclass(frozen=True)
class ClinicFigures:
    """What a programme officer sees of a clinic; nobody is named. `doses` and `texts` are those since a day, `waiting` rows of imports."""

    clinic: ClinicRecord
    children: int
    late: int
    doses: int
    waiting: int
    texts: dict[str, int]


def figures_of_clinics(session: Session, day: date, *, since: date) -> list[ClinicFigures]:
    """Every clinic's numbers on a day; clinic by clinic, so that each is an indexed count."""
    waits = select(ChildRecord.clinic_id, func.count()).join(ReviewItem, ReviewItem.child_id == ChildRecord.id)
    waits = waits.where(ReviewItem.settled_at.is_(None)).group_by(ChildRecord.clinic_id)
    waiting = {clinic_id: number for clinic_id, number in session.execute(waits)}
    return [
        ClinicFigures(
            clinic,
            children=_count(session, ChildRecord.id, ChildRecord.clinic_id == clinic.id, ChildRecord.state == ChildState.ACTIVE),
            late=_count(session, DueRow.child_id.distinct(), DueRow.clinic_id == clinic.id, *is_late(day)),
            doses=_count(session, DoseRecord.id, DoseRecord.given_on.between(since, day), *_given_at(clinic.id)),
            waiting=waiting.get(clinic.id, 0),
            texts=_texts(session, MessageRecord.clinic_id == clinic.id, MessageRecord.send_on.between(since, day)),
        )
        for clinic in all_clinics(session)
    ]


def _given_at(clinic_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Doses given at a clinic that stand."""
    later = aliased(DoseRecord)
    superseded = select(later.id).where(later.supersedes_id == DoseRecord.id).exists()
    return DoseRecord.clinic_id == clinic_id, DoseRecord.status == DoseStatus.COMPLETED, ~superseded


def _count(session: Session, what: object, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(what)).where(*where)) or 0  # type: ignore[arg-type]


def _texts(session: Session, *which: ColumnElement[bool]) -> dict[str, int]:
    rows = select(MessageRecord.state, func.count()).where(*which).group_by(MessageRecord.state)
    found = {state: number for state, number in session.execute(rows)}
    return {state.value: found[state] for state in MessageState if found.get(state)}
