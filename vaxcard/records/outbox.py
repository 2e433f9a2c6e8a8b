"""Texts on their way out: which still hold, which one goes next, and what became of it.

A text goes from planned to sending in a transaction of its own before anybody speaks to a provider, so that none goes twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from vaxcard.records.clinics import ClinicRecord, load_clinic
from vaxcard.records.messages import MessageChild, MessageKind, MessageRecord, MessageState
from vaxcard.records.people import ChildRecord, ChildState, GuardianRecord, Guardianship
from vaxcard.records.visits import DueRow, NextVisit, VisitKind, due_rows_of, first_open_day, is_open_on, next_session_day, next_visit_of


def standing(session: Session, message: MessageRecord, now: datetime) -> dict[UUID, MessageState | None]:
    """Whether a text still holds for each child that it speaks of: None, or the state in which it ends for that child."""
    clinic = load_clinic(session, message.clinic_id)
    can_be_kept = is_open_on(clinic, message.visit_on) and next_session_day(clinic, now) <= message.visit_on
    return {told.child_id: _end_for(session, clinic, message, told, can_be_kept) for told in message.children}


def _end_for(
    session: Session, clinic: ClinicRecord, message: MessageRecord, told: MessageChild, can_be_kept: bool
) -> MessageState | None:
    child = session.get(ChildRecord, told.child_id)
    if child is None or child.state != ChildState.ACTIVE or child.is_sensitive or child.clinic_id != message.clinic_id:
        return MessageState.MUTED
    visit = next_visit_of(session, told.child_id)
    owed = _is_owed(due_rows_of(session, told.child_id), told)
    holds = can_be_kept and owed and visit is not None and _is_that_day(clinic, message, visit)
    return None if holds else MessageState.CANCELLED


def _is_owed(rows: Sequence[DueRow], told: MessageChild) -> bool:
    """All that was called for is owed as it was: one dose of several recorded means that the family came."""
    recommended = {row.group: row.recommended for row in rows}
    days = [recommended.get(group) for group in told.groups]
    return all(day is not None and day <= told.called_on for day in days)


def _is_that_day(clinic: ClinicRecord, message: MessageRecord, visit: NextVisit) -> bool:
    """Whether the visit is still on the day that the text names."""
    if visit.kind == VisitKind.APPOINTED and visit.visit_on > message.visit_on:
        return False
    coming = visit.visit_on if visit.visit_on >= message.send_on else first_open_day(clinic, message.send_on)
    return message.kind == MessageKind.MISSED or coming == message.visit_on


def withdraw_planned(session: Session, child_id: UUID, now: datetime) -> int:
    """Take back the planned texts that no longer hold for any of their children; returns how many.

    For one of several children it stays: it is worded again, for the others, when it is sent.
    """
    rows = select(MessageRecord).join(MessageChild).where(MessageChild.child_id == child_id, MessageRecord.state == MessageState.PLANNED)
    withdrawn = 0
    for message in session.scalars(rows).unique().all():
        ends = standing(session, message, now).values()
        if None not in ends:
            state = MessageState.CANCELLED if MessageState.CANCELLED in ends else MessageState.MUTED
            withdrawn += move(session, message.id, MessageState.PLANNED, state, now)
    return withdrawn


def move(
    session: Session,
    message_id: UUID,
    source: MessageState,
    target: MessageState,
    now: datetime,
    *,
    provider_id: str | None = None,
    failure: str | None = None,
) -> int:
    """Take a text from one state to another unless somebody else has moved it; returns 1 or 0."""
    told = {name: value for name, value in (("provider_id", provider_id), ("failure", failure)) if value is not None}
    statement = (
        update(MessageRecord)
        .where(MessageRecord.id == message_id, MessageRecord.state == source)
        .values(state=target, changed_at=now, **told)
        .returning(MessageRecord.id)
    )
    return len(session.scalars(statement).all())


def claim_next(session: Session, clinic_id: UUID, send_on: date, channel: str, now: datetime) -> MessageRecord | None:
    """Take the clinic's next planned text of a day into sending. Two senders never get the same one."""
    rows = (
        select(MessageRecord)
        .where(MessageRecord.state == MessageState.PLANNED, MessageRecord.send_on == send_on, MessageRecord.clinic_id == clinic_id)
        .order_by(MessageRecord.planned_at, MessageRecord.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=MessageRecord)
    )
    message = session.scalar(rows)
    if message is not None:
        message.state, message.channel, message.changed_at = MessageState.SENDING, channel, now
        message.attempts += 1
        session.flush()
    return message


def expire(session: Session, clinic_id: UUID, today: date, now: datetime) -> int:
    """End the clinic's texts whose day went by unsent; returns how many."""
    statement = (
        update(MessageRecord)
        .where(MessageRecord.state == MessageState.PLANNED, MessageRecord.send_on < today, MessageRecord.clinic_id == clinic_id)
        .values(state=MessageState.EXPIRED, changed_at=now)
        .returning(MessageRecord.id)
    )
    return len(session.scalars(statement).all())


def doubt(session: Session, since: datetime, now: datetime) -> int:
    """Texts in sending since before `since`: their sender died, and whether they went is not known. Returns how many."""
    statement = (
        update(MessageRecord)
        .where(MessageRecord.state == MessageState.SENDING, MessageRecord.changed_at < since)
        .values(state=MessageState.UNKNOWN, changed_at=now, failure="sender-died")
        .returning(MessageRecord.id)
    )
    return len(session.scalars(statement).all())


def guardian_to_text(session: Session, message: MessageRecord, child_ids: Sequence[UUID]) -> GuardianRecord | None:
    """The guardian whom the text is for, if still one of the children's, with a number that can be texted, and willing.

    One telephone may be in two people's names, so that not every child need be this guardian's.
    """
    guardian = session.get(GuardianRecord, message.guardian_id)
    bound = select(Guardianship.child_id).where(Guardianship.guardian_id == message.guardian_id, Guardianship.child_id.in_(child_ids))
    if guardian is None or not guardian.phone_can_be_texted or not guardian.agrees_to_texts:
        return None
    return guardian if session.scalars(bound.limit(1)).all() else None
