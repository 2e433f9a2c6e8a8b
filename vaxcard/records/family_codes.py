"""How a family's telephone gets in: by a code texted to a guardian, or by a pass that a nurse shows on her screen.

A code belongs to the card and the device that asked for it: wrong tries are counted there and lock out nobody else who shares an
address. Nothing here tells whether a number is on file: a code is asked for, counted and tried alike without one.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, String, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.errors import Refused
from vaxcard.keyring import Keyring
from vaxcard.records.acting import Acting
from vaxcard.records.columns import Base, Id, Instant
from vaxcard.records.people import ChildRecord

GOOD_FOR = timedelta(minutes=10)
"""How long a texted code opens a record."""
PASS_FOR = timedelta(minutes=5)
"""How long a pass on the nurse's screen does."""
TRIES = 5
PAUSE = timedelta(minutes=15)
_CODES_A_DAY = 10  # a card; a number gets fewer, see the policy of texts

# Who a family may choose, and what of a record's own words that means. A guardian of whom nobody wrote down who they are to the child
# may be any of them.
CHOICES: Mapping[str, frozenset[str]] = {
    "mother": frozenset({"mother", "parent"}),
    "father": frozenset({"father", "parent"}),
    "grandmother": frozenset({"grandmother"}),
    "grandfather": frozenset({"grandfather"}),
    "other": frozenset({"guardian", "relative", "sibling", "other"}),
}


class CodeRecord(Base):
    """A code that was asked for; only a keyed hash of it is kept. Without a guardian it was asked for and never sent."""

    __tablename__ = "family_codes"
    __table_args__ = (Index("ix_family_codes_card_id_asked_on", "card_id", "asked_on"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    card_id: Mapped[UUID] = mapped_column(Id, ForeignKey("cards.id"))
    guardian_id: Mapped[UUID | None] = mapped_column(Id)
    device_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    code_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    asked_on: Mapped[date]
    asked_at: Mapped[datetime] = mapped_column(Instant)
    good_until: Mapped[datetime] = mapped_column(Instant)
    wrong: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class PassRecord(Base):
    """A pass that a member of staff shows on a screen; good once, and only its SHA-256 is kept."""

    __tablename__ = "family_passes"
    __table_args__ = (UniqueConstraint("secret_hash"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    good_until: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    shown_by: Mapped[str] = mapped_column(String(60))


@dataclass(frozen=True)
class Knock:
    """A device at a card's door: which card of which child, and the device's own secret."""

    child_id: UUID
    card_id: UUID
    device: str


def guardian_chosen(child: ChildRecord, choice: str) -> UUID | None:
    """Which guardian a family means: the first of that relation, else the first of whom nobody wrote down who they are."""
    bonds = sorted(child.guardianships, key=lambda bond: bond.rank)
    meant = [bond for bond in bonds if bond.relation in CHOICES.get(choice, frozenset())]
    unsaid = [bond for bond in bonds if bond.relation is None or not any(bond.relation in words for words in CHOICES.values())]
    return next((bond.guardian_id for bond in (*meant, *unsaid) if bond.guardian.phone_can_be_texted), None)


def ask(acting: Acting, knock: Knock, code_id: UUID, guardian_id: UUID | None, code: str) -> CodeRecord:
    """Write down a code that a device asks for; the one that it had before opens nothing any more.

    Raises Refused after too many wrong codes on this card and device, and after too many codes for this card today.
    """
    _refuse_after_wrong_codes(acting, knock)
    asked = select(func.count()).where(CodeRecord.card_id == knock.card_id, CodeRecord.asked_on == acting.today)
    if (acting.session.scalar(asked) or 0) >= _CODES_A_DAY:
        raise Refused("this card had its codes of today", reason="too-many-codes", advice="try tomorrow, or ask the clinic to open it")
    before = update(CodeRecord).where(*_of(knock), CodeRecord.good_until > acting.now)
    acting.session.execute(before.values(good_until=acting.now))
    row = CodeRecord(
        id=code_id,
        child_id=knock.child_id,
        card_id=knock.card_id,
        guardian_id=guardian_id,
        device_hash=Keyring.token_hash(knock.device),
        code_key=_key(acting.keyring, code_id, code),
        asked_on=acting.today,
        asked_at=acting.now,
        good_until=acting.now + GOOD_FOR,
        wrong=0,
    )
    acting.session.add(row)
    return row


def try_code(acting: Acting, knock: Knock, typed: str) -> CodeRecord | None:
    """The code that was typed, used up; None where it is wrong, which is counted. Raises Refused after too many wrong ones."""
    _refuse_after_wrong_codes(acting, knock)
    open_now = select(CodeRecord).where(*_of(knock), CodeRecord.used_at.is_(None), CodeRecord.good_until > acting.now)
    row = acting.session.scalar(open_now.order_by(CodeRecord.id.desc()).limit(1).with_for_update())
    if row is None:
        return None
    if row.guardian_id is None or not hmac.compare_digest(row.code_key, _key(acting.keyring, row.id, typed)):
        row.wrong += 1
        return None
    row.used_at = acting.now
    return row


def end_codes(acting: Acting, child_id: UUID) -> None:
    """No code and no pass that is out for this child opens anything any more."""
    codes = update(CodeRecord).where(CodeRecord.child_id == child_id, CodeRecord.good_until > acting.now)
    acting.session.execute(codes.values(good_until=acting.now))
    passes = update(PassRecord).where(PassRecord.child_id == child_id, PassRecord.good_until > acting.now)
    acting.session.execute(passes.values(good_until=acting.now))


def _refuse_after_wrong_codes(acting: Acting, knock: Knock) -> None:
    lately = select(func.sum(CodeRecord.wrong)).where(*_of(knock), CodeRecord.asked_at > acting.now - PAUSE)
    if (acting.session.scalar(lately) or 0) >= TRIES:
        raise Refused(
            "too many wrong codes on this telephone",
            reason="too-many-wrong-codes",
            advice="wait a quarter of an hour, or ask the clinic to open it",
        )


def _of(knock: Knock) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return CodeRecord.card_id == knock.card_id, CodeRecord.device_hash == Keyring.token_hash(knock.device)


def _key(keyring: Keyring, code_id: UUID, code: str) -> bytes:
    return keyring.index("family-code", f"{code_id}{code}")


def show_pass(acting: Acting, child: ChildRecord, pass_id: UUID, secret: str) -> PassRecord:
    """A pass to a child's record, to be shown as a symbol on the nurse's screen."""
    row = PassRecord(
        id=pass_id,
        child_id=child.id,
        secret_hash=Keyring.token_hash(secret),
        good_until=acting.now + PASS_FOR,
        shown_by=acting.actor,
    )
    acting.session.add(row)
    acting.note("family.pass", child_id=child.id)
    return row


def pass_with(session: Session, secret: str, now: datetime) -> PassRecord | None:
    """The pass of this secret as long as it is good, locked."""
    rows = select(PassRecord).where(PassRecord.secret_hash == Keyring.token_hash(secret), PassRecord.used_at.is_(None))
    return session.scalar(rows.where(PassRecord.good_until > now).with_for_update())
