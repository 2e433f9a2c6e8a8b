"""Texts on their way out: which still hold, which one goes next, and what became of it.

A text goes from planned to sending in a transaction of its own before anybody speaks to a provider, so that none goes twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, or_, select, text, update
from sqlalchemy.orm import Session

from vaxcard.records.clinics import ClinicRecord, load_clinic
from vaxcard.records.messages import EXEMPT_PLANNED, MessageChild, MessageKind, MessageRecord, MessageState
from vaxcard.records.people import ChildRecord, ChildState, GuardianRecord, Guardianship
from vaxcard.records.phone_faults import faulty
from vaxcard.records.visits import DueRow, NextVisit, VisitKind, due_rows_of, first_open_day, is_open_on, next_session_day, next_visit_of

_RECALL_HOLDS = timedelta(days=3)  # what could not go on its day is worth sending a little later
_OF_A_VISIT = frozenset(MessageKind) - {MessageKind.CHECK, MessageKind.RECALL, MessageKind.CODE}


def standing(session: Session, message: MessageRecord, now: datetime) -> dict[UUID, MessageState | None]:
    """Whether a text still holds for each child that it speaks of: None, or the state in which it ends for that child."""
    if message.kind not in _OF_A_VISIT:
        return {told.child_id: _end_without_visit(session, message, told) for told in message.children}
    clinic = load_clinic(session, message.clinic_id)
    can_be_kept = is_open_on(clinic, message.visit_on) and next_session_day(clinic, now) <= message.visit_on
    return {told.child_id: _end_for(session, clinic, message, told, can_be_kept) for told in message.children}


def _end_without_visit(session: Session, message: MessageRecord, told: MessageChild) -> MessageState | None:
    """A text that no visit calls for holds as long as the child lives and may be written about; a recall follows who moved away."""
    child = session.get(ChildRecord, told.child_id)
    if child is None or child.is_sensitive or child.state == ChildState.DIED:
        return MessageState.MUTED
    holds = message.kind == MessageKind.RECALL or (child.state == ChildState.ACTIVE and child.clinic_id == message.clinic_id)
    return None if holds else MessageState.MUTED


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
    return message.kind in (MessageKind.MISSED, MessageKind.LAST) or coming == message.visit_on


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
    sources: MessageState | Collection[MessageState],
    target: MessageState,
    now: datetime,
    *,
    attempt: int | None = None,
    **told: object,
) -> int:
    """Take a text from one state (or one of several) to another unless somebody else has moved it; returns 1 or 0.

    `attempt` is the caller's own: what a later attempt does is not told by an earlier one. `told` are further columns; None leaves one.
    """
    states = [sources] if isinstance(sources, MessageState) else list(sources)
    statement = update(MessageRecord).where(MessageRecord.id == message_id, MessageRecord.state.in_(states))
    if attempt is not None:
        statement = statement.where(MessageRecord.attempts == attempt)
    columns = {name: value for name, value in told.items() if value is not None}
    return len(session.scalars(statement.values(state=target, changed_at=now, **columns).returning(MessageRecord.id)).all())


def claim_next(
    session: Session, clinic_id: UUID, send_on: date, channel: str, now: datetime, *, exempt_only: bool = False
) -> MessageRecord | None:
    """Take one of the clinic's planned texts of a day into sending, where it need not wait. Two senders never get the same one.

    What is exempt goes first; `exempt_only` leaves what is bound to sending hours where it is.
    """
    waits = or_(MessageRecord.not_before.is_(None), MessageRecord.not_before <= now)
    mine = select(MessageRecord.id).where(MessageRecord.clinic_id == clinic_id, waits).limit(1).with_for_update(skip_locked=True)
    exempt = mine.where(text(EXEMPT_PLANNED), MessageRecord.send_on.between(send_on - _RECALL_HOLDS, send_on))
    message_id = _take(session, exempt, channel, now)
    if message_id is None and not exempt_only:
        others = mine.where(MessageRecord.state == MessageState.PLANNED, MessageRecord.send_on == send_on, MessageRecord.one_a_day)
        message_id = _take(session, others, channel, now)
    return session.get_one(MessageRecord, message_id, populate_existing=True) if message_id else None


def _take(session: Session, one: Select[UUID], channel: str, now: datetime) -> UUID | None:
    taken = (
        update(MessageRecord)
        .where(MessageRecord.id == one.scalar_subquery(), MessageRecord.state == MessageState.PLANNED)
        .values(state=MessageState.SENDING, channel=channel, changed_at=now, sent_at=now, attempts=MessageRecord.attempts + 1)
        .returning(MessageRecord.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(taken)


def expire(session: Session, clinic_id: UUID, today: date, now: datetime) -> int:
    """End the clinic's texts whose day went by unsent, recalls some days later; returns how many."""
    is_over = or_(MessageRecord.kind != MessageKind.RECALL, MessageRecord.send_on < today - _RECALL_HOLDS)
    statement = (
        update(MessageRecord)
        .where(MessageRecord.state == MessageState.PLANNED, MessageRecord.send_on < today, MessageRecord.clinic_id == clinic_id, is_over)
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


def to_ask_about(session: Session, state: MessageState, channel: str, before: datetime, limit: int) -> list[MessageRecord]:
    """Texts of a channel that have been in a state since before a moment: the provider is asked what became of them."""
    rows = select(MessageRecord).where(MessageRecord.state == state, MessageRecord.channel == channel, MessageRecord.changed_at < before)
    known = or_(MessageRecord.provider_id.is_not(None), MessageRecord.kind != MessageKind.CODE)  # a code's words are kept nowhere
    return list(session.scalars(rows.where(known).order_by(MessageRecord.changed_at, MessageRecord.id).limit(limit)))


def guardian_to_text(session: Session, message: MessageRecord, child_ids: Sequence[UUID]) -> GuardianRecord | None:
    """The guardian whom the text is for, if still one of the children's, with a number that can be texted, and willing; else the next
    in order who is.

    One telephone may be in two people's names, so that not every child need be this guardian's.
    """
    rows = (
        select(GuardianRecord)
        .join(Guardianship, Guardianship.guardian_id == GuardianRecord.id)
        .where(Guardianship.child_id.in_(child_ids), GuardianRecord.phone_can_be_texted, GuardianRecord.agrees_to_texts)
        .order_by(GuardianRecord.id != message.guardian_id, Guardianship.rank, GuardianRecord.id)
    )
    found = list(session.scalars(rows).unique())
    unreachable = faulty(session, [guardian.phone_key for guardian in found if guardian.phone_key])
    return next((guardian for guardian in found if guardian.phone_key not in unreachable), None)


def has_open_text(session: Session, family_key: bytes, send_on: date, but: UUID) -> bool:
    """Whether a number has another open text on that day."""
    ended = (MessageState.FAILED, MessageState.CANCELLED, MessageState.MUTED, MessageState.EXPIRED, MessageState.HELD_OUT)
    rows = select(MessageRecord.id).where(MessageRecord.family_key == family_key, MessageRecord.send_on == send_on, MessageRecord.one_a_day)
    return session.scalar(rows.where(MessageRecord.id != but, MessageRecord.state.not_in(ended)).limit(1)) is not None


def opt_out(session: Session, phone_key: bytes) -> list[UUID]:
    """Nobody at this number is texted any more; returns the guardians who said yes until now."""
    statement = (
        update(GuardianRecord)
        .where(GuardianRecord.phone_key == phone_key, GuardianRecord.agrees_to_texts)
        .values(agrees_to_texts=False)
        .returning(GuardianRecord.id)
    )
    return list(session.scalars(statement))


def guardian_for_code(session: Session, child_id: UUID, guardian_id: UUID) -> GuardianRecord | None:
    """A guardian of the child, locked, whose number can be texted; whoever asks for a code need not have agreed to reminders."""
    rows = (
        select(GuardianRecord)
        .join(Guardianship, Guardianship.guardian_id == GuardianRecord.id)
        .join(ChildRecord, ChildRecord.id == Guardianship.child_id)
        .where(Guardianship.child_id == child_id, GuardianRecord.id == guardian_id, GuardianRecord.phone_can_be_texted)
        .where(ChildRecord.is_sensitive.is_(False), ChildRecord.state != ChildState.DIED)
        .with_for_update(of=GuardianRecord)
    )
    return session.scalar(rows)


def count_of_day(session: Session, family_key: bytes, kind: MessageKind, day: date) -> int:
    """How many texts of a kind a number was sent on a day."""
    rows = select(func.count()).where(MessageRecord.family_key == family_key, MessageRecord.send_on == day, MessageRecord.kind == kind)
    return session.scalar(rows) or 0


def hand_over(session: Session, message_id: UUID, channel: str, now: datetime) -> None:
    """A text just put into the outbox goes out at once, in its writer's own hands."""
    move(session, message_id, MessageState.PLANNED, MessageState.SENDING, now, channel=channel, sent_at=now, attempts=1)
