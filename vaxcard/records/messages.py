"""The outbox: a text is a row before it is a request, and stays one whatever becomes of it.

The body is sealed under the guardian's key; the phone number is not in the row but looked up when the text is sent.
Here it is decided which rows may exist; which still hold and may go is `outbox`'s, whom to text is planned by `reminders`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar, cast
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Table, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from sqlalchemy.sql.dml import ReturningInsert

from vaxcard.records.columns import Base, Id, Instant, Sealed

_BATCH = 500  # rows a batch: both databases limit a statement's parameters
_ROWS_A_STATEMENT = 8  # the driver reads a longer statement anew each time, and remembers a short one
Item = TypeVar("Item")


class MessageKind(StrEnum):
    """What a text is about; each has a template of that name."""

    BEFORE = "before"  # the visit is near
    APPOINTMENT = "appointment"  # the visit that the family agreed on is near
    TODAY = "today"
    MISSED = "missed"  # the visit went by
    LAST = "last"  # it went by long ago, and nobody asks again
    MOVED = "moved"  # the day of which a text told is none any more
    CHECK = "check"  # how the child is, days after a dose
    RECALL = "recall"  # a dose that the child got is being looked into
    CODE = "code"  # opens the family's page


# Not bound to sending hours, to one a day, to the cap or to the hold-out; they have limits of their own.
EXEMPT = (MessageKind.RECALL, MessageKind.CODE)


class MessageState(StrEnum):
    """Where a text is on its way; the last six are final."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"  # the provider never answered: to be reconciled, never repeated blindly
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"  # the visit happened, or the due row no longer holds
    MUTED = "muted"  # moved away, died, opted out
    EXPIRED = "expired"  # its day went by unsent
    HELD_OUT = "held-out"  # of the share that is not texted, so that a programme can see what texts do


class FailureKind(StrEnum):
    """Whose a failure is: the number's, for good; the network's or the telephone's, for now; or ours and the provider's."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    TECHNICAL = "technical"


_UNDERWAY = "state IN ('planned', 'sending', 'unknown')"
_OPEN = "one_a_day AND state IN ('planned', 'sending', 'sent', 'unknown', 'delivered')"
EXEMPT_PLANNED = "NOT one_a_day AND state = 'planned'"  # in these very words, so that its index serves
# A text that failed was told as far as we could: the number is asked for at the counter, not tried again.
_TOLD = (
    MessageState.PLANNED,
    MessageState.SENDING,
    MessageState.SENT,
    MessageState.UNKNOWN,
    MessageState.DELIVERED,
    MessageState.FAILED,
    MessageState.HELD_OUT,
)


class MessageRecord(Base):
    """One text to one family on one day. `family_key` is the keyed hash of the phone number it was planned for.

    `one_a_day` is false for what is exempt from the rule of one text a family a day. `body_key` is the keyed hash of its words: no two
    open texts to one number are alike. `cause` names what calls for a text that no visit calls for. `not_before` is when a text that the
    provider did not take may be tried again, `sent_at` the moment of the last request.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_state_send_on_clinic_id", "state", "send_on", "clinic_id"),
        Index(
            "uq_messages_family_key_send_on",
            "family_key",
            "send_on",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index(
            "uq_messages_family_key_body_key",
            "family_key",
            "body_key",
            unique=True,
            sqlite_where=text(_UNDERWAY),
            postgresql_where=text(_UNDERWAY),
        ),
        Index("ix_messages_cause", "cause"),
        Index(
            "ix_messages_exempt_planned", "clinic_id", sqlite_where=text(EXEMPT_PLANNED), postgresql_where=text(EXEMPT_PLANNED)
        ),
        Index("ix_messages_clinic_id_send_on", "clinic_id", "send_on"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"))
    guardian_id: Mapped[UUID] = mapped_column(Id, ForeignKey("guardians.id"))
    family_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    kind: Mapped[str] = mapped_column(String(30))
    one_a_day: Mapped[bool]
    language: Mapped[str] = mapped_column(String(10))
    send_on: Mapped[date]
    visit_on: Mapped[date]
    body_sealed: Mapped[bytes] = mapped_column(Sealed)
    parts: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str | None] = mapped_column(String(20))
    provider_id: Mapped[str | None] = mapped_column(String(80))
    failure: Mapped[str | None] = mapped_column(String(60))
    failure_kind: Mapped[str | None] = mapped_column(String(20))
    cause: Mapped[str | None] = mapped_column(String(80))
    body_key: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    planned_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)

    children: Mapped[list[MessageChild]] = relationship(lazy="selectin", cascade="all, delete-orphan", order_by="MessageChild.child_id")


class MessageChild(Base):
    """A child a text speaks of, and the groups that were due when it was planned; `called_on` is the latest of their recommended days."""

    __tablename__ = "message_children"
    __table_args__ = (Index("ix_message_children_child_id", "child_id"),)

    message_id: Mapped[UUID] = mapped_column(Id, ForeignKey("messages.id"), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"), primary_key=True)
    groups: Mapped[list[str]] = mapped_column(JSON)
    called_on: Mapped[date]


@dataclass(frozen=True)
class Called:
    """A child that a draft speaks of."""

    child_id: UUID
    groups: tuple[str, ...]
    called_on: date


@dataclass(frozen=True)
class Draft:
    """A text to be put into the outbox: it takes part in the rule of one a day unless its kind is exempt."""

    id: UUID
    clinic_id: UUID
    guardian_id: UUID
    family_key: bytes
    kind: MessageKind
    language: str
    send_on: date
    visit_on: date
    body_sealed: bytes
    parts: int
    children: tuple[Called, ...]
    cause: str | None = None
    body_key: bytes | None = None
    state: MessageState = MessageState.PLANNED

    def as_row(self, now: datetime) -> dict[str, object]:
        """The columns of `messages` for this draft, planned at `now`."""
        told = {name: value for name, value in vars(self).items() if name != "children"}
        return {**told, "one_a_day": self.kind not in EXEMPT, "attempts": 0, "planned_at": now, "changed_at": now}


def put(session: Session, drafts: Sequence[Draft], now: datetime) -> set[UUID]:
    """Put texts into the outbox; returns the ids stored. A family that already has an open text on that day keeps that one alone."""
    stored: set[UUID] = set()
    for batch in batches(sorted(drafts, key=lambda draft: draft.family_key)):  # one order for all planners: none waits in a ring
        taken = set(session.scalars(_insert_free(session), [draft.as_row(now) for draft in batch]))
        children = [
            {"message_id": draft.id, "child_id": child.child_id, "groups": list(child.groups), "called_on": child.called_on}
            for draft in batch
            if draft.id in taken
            for child in draft.children
        ]
        if children:
            session.execute(insert(cast(Table, MessageChild.__table__)), children)
        stored |= taken
    return stored


def _insert_free(session: Session) -> ReturningInsert[UUID]:
    """An insert that leaves out what the unique index refuses, whichever planner came first. Of bare rows: thousands at dawn."""
    table = cast(Table, MessageRecord.__table__)
    if session.get_bind().dialect.name == "postgresql":
        short = {"insertmanyvalues_page_size": _ROWS_A_STATEMENT}
        return postgresql.insert(table).on_conflict_do_nothing().returning(table.c.id).execution_options(**short)
    return sqlite.insert(table).on_conflict_do_nothing().returning(table.c.id)


def told_until(session: Session, child_ids: Sequence[UUID]) -> dict[tuple[UUID, str], date]:
    """By child and kind, the latest recommended day about which a text was planned or sent; withdrawn texts told nothing."""
    told: dict[tuple[UUID, str], date] = {}
    for batch in batches(child_ids):
        # Two plain looks by index: a join would be planned by statistics, which a table filled at dawn does not have yet.
        rows = select(MessageChild.message_id, MessageChild.child_id, MessageChild.called_on).where(MessageChild.child_id.in_(batch))
        spoke = session.execute(rows).all()
        kinds = _kinds_told(session, list({row.message_id for row in spoke}))
        for message_id, child_id, day in spoke:
            kind = kinds.get(message_id)
            if kind is not None:
                told[child_id, kind] = max(day, told.get((child_id, kind), day))
    return told


def _kinds_told(session: Session, message_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The kinds of those texts that told something."""
    kinds: dict[UUID, str] = {}
    for batch in batches(message_ids):
        rows = select(MessageRecord.id, MessageRecord.kind).where(MessageRecord.id.in_(batch), MessageRecord.state.in_(_TOLD))
        kinds.update({message_id: kind for message_id, kind in session.execute(rows)})
    return kinds


def count_by_state(session: Session) -> dict[str, int]:
    """How many texts are in each state, every state named."""
    rows = session.execute(select(MessageRecord.state, func.count()).group_by(MessageRecord.state))
    found = {state: number for state, number in rows}
    return {state.value: found.get(state.value, 0) for state in MessageState}


def planned_for(session: Session, send_on: date) -> list[MessageRecord]:
    """The texts that wait to be sent on a day, in the order in which they were planned."""
    rows = select(MessageRecord).where(MessageRecord.state == MessageState.PLANNED, MessageRecord.send_on == send_on)
    return list(session.scalars(rows.order_by(MessageRecord.planned_at, MessageRecord.id)))


def texts_of(session: Session, child_id: UUID) -> list[MessageRecord]:
    """Every text that spoke of the child, latest first."""
    rows = select(MessageRecord).join(MessageChild).where(MessageChild.child_id == child_id)
    return list(session.scalars(rows.order_by(MessageRecord.send_on.desc(), MessageRecord.planned_at.desc())))


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in runs that fit one statement."""
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
