"""A clinic's day in numbers: who was expected, what was given, who is late, and the texts on their way. Counts only, no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from vaxcard.records.clinics import ClinicRecord
from vaxcard.records.doses import DoseRecord, DoseStatus
from vaxcard.records.messages import MessageRecord, MessageState
from vaxcard.records.people import ChildRecord, ChildState
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
    later = aliased(DoseRecord)
    superseded = select(later.id).where(later.supersedes_id == DoseRecord.id).exists()
    given = (DoseRecord.clinic_id == clinic.id, DoseRecord.given_on == day, DoseRecord.status == DoseStatus.COMPLETED, ~superseded)
    return DayFigures(
        children=_count(session, ChildRecord.id, ChildRecord.clinic_id == clinic.id, ChildRecord.state == ChildState.ACTIVE),
        expected=_count(session, NextVisit.child_id, NextVisit.clinic_id == clinic.id, NextVisit.visit_on == day),
        came=_count(session, DoseRecord.child_id.distinct(), *given),
        doses=_count(session, DoseRecord.id, *given),
        late=_count(session, DueRow.child_id.distinct(), *_late(clinic.id, day)),
        texts=_texts(session, clinic.id, day),
    )


def _count(session: Session, what: object, *where: object) -> int:
    return session.scalar(select(func.count(what)).where(*where)) or 0  # type: ignore[arg-type]


def _late(clinic_id: UUID, day: date) -> tuple[object, ...]:
    """Programme doses that wait for nothing and whose last day on time has gone by."""
    return (
        DueRow.clinic_id == clinic_id,
        DueRow.recommended < day,
        DueRow.past_due < day,
        DueRow.earliest <= day,
        DueRow.needs.is_(None),
        DueRow.is_optional.is_(False),
    )


def _texts(session: Session, clinic_id: UUID, day: date) -> dict[str, int]:
    rows = (
        select(MessageRecord.state, func.count())
        .where(MessageRecord.clinic_id == clinic_id, MessageRecord.send_on >= day)
        .group_by(MessageRecord.state)
    )
    found = {state: number for state, number in session.execute(rows)}
    return {state.value: found[state] for state in MessageState if found.get(state)}
