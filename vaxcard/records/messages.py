"""The outbox: a text is a row before it is a request, and stays one whatever becomes of it.

The body is sealed under the guardian's key; the phone number is not in the row but looked up when the text is sent.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vaxcard.records.database import Base, Id, Instant, Sealed


class MessageState(StrEnum):
    """Where a text is on its way; the last five are final."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"  # the provider never answered: to be reconciled, never repeated blindly
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"  # the visit happened, or the due row no longer holds
    MUTED = "muted"  # moved away, died, opted out
    EXPIRED = "expired"  # its day went by unsent


class MessageRecord(Base):
    """One text to one family on one day. `family_key` is the keyed hash of the phone number it was planned for."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_state_send_on", "state", "send_on"),
        Index(
            "uq_messages_family_key_send_on_kind",
            "family_key",
            "send_on",
            "kind",
            unique=True,
            sqlite_where=text("state IN ('planned', 'sending', 'sent', 'unknown', 'delivered')"),
            postgresql_where=text("state IN ('planned', 'sending', 'sent', 'unknown', 'delivered')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"))
    guardian_id: Mapped[UUID] = mapped_column(Id, ForeignKey("guardians.id"))
    family_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    kind: Mapped[str] = mapped_column(String(30))
    language: Mapped[str] = mapped_column(String(10))
    send_on: Mapped[date]
    visit_on: Mapped[date]
    body_sealed: Mapped[bytes] = mapped_column(Sealed)
    parts: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str | None] = mapped_column(String(20))
    provider_id: Mapped[str | None] = mapped_column(String(80))
    failure: Mapped[str | None] = mapped_column(String(60))
    attempts: Mapped[int] = mapped_column(default=0)
    planned_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)

    children: Mapped[list[MessageChild]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class MessageChild(Base):
    """A child a text speaks of, and the groups that were due when it was planned."""

    __tablename__ = "message_children"
    __table_args__ = (Index("ix_message_children_child_id", "child_id"),)

    message_id: Mapped[UUID] = mapped_column(Id, ForeignKey("messages.id"), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"), primary_key=True)
    groups: Mapped[list[str]] = mapped_column(JSON)
