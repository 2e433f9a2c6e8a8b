"""Printed cards: which exist, what state they are in, and to whom a scanned one belongs.

A card is not a child: it has its own id, bracket, issue and key number. Its token is never stored, only the token's SHA-256.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, bindparam, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.errors import CardClosed, CardReplaced, CardRevoked, CardUnknown, Refused
from vaxcard.keyring import Keyring
from vaxcard.records.columns import Base, Id, Instant, Sealed
from vaxcard.records.database import afterwards

COVER = 0  # the bracket number of the cover card
VISIT = timedelta(hours=4)
"""How long a visit lasts at most: what was bound by mistake is undone within it."""


class CardState(StrEnum):
    """What a card is good for: only an active one opens a record."""

    BLANK = "blank"
    ACTIVE = "active"
    LOST = "lost"
    REPLACED = "replaced"
    REVOKED = "revoked"


class CloseReason(StrEnum):
    """Why cards are replaced. Of one taken away or feared nothing more is told to whoever holds it, not even the clinic."""

    LOST = "lost"
    DAMAGED = "damaged"
    STOLEN = "stolen"
    SAFETY = "safety"


TELLS_NOTHING = frozenset({CloseReason.STOLEN.value, CloseReason.SAFETY.value})


class CardRecord(Base):
    """A card. The short code is random and found by a keyed hash; it is kept sealed beside it only to be printed again."""

    __tablename__ = "cards"
    __table_args__ = (
        Index("ix_cards_child_id", "child_id"),
        Index("ix_cards_print_run_id", "print_run_id"),
        UniqueConstraint("token_hash"),
        UniqueConstraint("short_code_key"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID | None] = mapped_column(Id, ForeignKey("children.id"))
    bracket: Mapped[int]
    issue: Mapped[int]
    key_number: Mapped[int]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    short_code_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    short_code_sealed: Mapped[bytes] = mapped_column(Sealed)
    state: Mapped[str] = mapped_column(String(20))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(String(60))
    closed_reason: Mapped[str | None] = mapped_column(String(200))
    print_run_id: Mapped[UUID | None] = mapped_column(Id)
    scanned: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    typed: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    bound_at: Mapped[datetime | None] = mapped_column(Instant)

    def token(self, keyring: Keyring) -> str:
        """The 20 characters of the QR, made again from the card's id."""
        return keyring.card_token(self.id, self.key_number)

    def short_code(self, keyring: Keyring, person_key: bytes) -> str:
        """The 8 characters beside the QR, opened with the child's key."""
        return keyring.unseal(person_key, self.short_code_sealed, "card.short-code")


def issue_card(
    session: Session,
    keyring: Keyring,
    *,
    card_id: UUID,
    child_id: UUID,
    person_key: bytes,
    bracket: int,
    short_code: str,
    now: datetime,
) -> CardRecord:
    """A new active card of a bracket (0 is the cover), one issue later than the bracket's last. The caller chooses id and short code."""
    last = session.scalar(select(func.max(CardRecord.issue)).where(CardRecord.child_id == child_id, CardRecord.bracket == bracket))
    card = CardRecord(
        id=card_id,
        child_id=child_id,
        bracket=bracket,
        issue=(last or 0) + 1,
        key_number=keyring.current,
        token_hash=keyring.token_hash(keyring.card_token(card_id, keyring.current)),
        short_code_key=keyring.index("short-code", short_code),
        short_code_sealed=keyring.seal(person_key, short_code, "card.short-code"),
        state=CardState.ACTIVE,
        issued_at=now,
    )
    session.add(card)
    return card


def issue_blank(session: Session, keyring: Keyring, *, card_id: UUID, short_code: str, now: datetime) -> CardRecord:
    """A card that belongs to nobody yet, to be printed ahead and bound at the counter. Its short code is sealed under a key of its own."""
    card = CardRecord(
        id=card_id,
        child_id=None,
        bracket=COVER,
        issue=0,
        key_number=keyring.current,
        token_hash=keyring.token_hash(keyring.card_token(card_id, keyring.current)),
        short_code_key=keyring.index("short-code", short_code),
        short_code_sealed=_sealed_for_nobody(keyring, short_code),
        state=CardState.BLANK,
        issued_at=now,
    )
    session.add(card)
    return card


def _sealed_for_nobody(keyring: Keyring, short_code: str) -> bytes:
    key = keyring.new_person_key()
    return len(key).to_bytes(2, "big") + key + keyring.seal(key, short_code, "card.short-code")


def short_code_of_blank(card: CardRecord, keyring: Keyring) -> str:
    """The 8 characters of a blank card, opened with the key that lies before them."""
    sealed = card.short_code_sealed
    end = 2 + int.from_bytes(sealed[:2], "big")
    return keyring.unseal(sealed[2:end], sealed[end:], "card.short-code")


def blanks_of_run(session: Session, run_id: UUID) -> list[CardRecord]:
    """The cards of a run that belong to nobody yet, in the order of their ids."""
    rows = select(CardRecord).where(CardRecord.print_run_id == run_id, CardRecord.state == CardState.BLANK)
    return list(session.scalars(rows.order_by(CardRecord.id)))


def blank_by_token(session: Session, token: str) -> CardRecord:
    """The blank card of a token, to be bound. Raises CardUnknown, and CardClosed for a card that is not blank (any more)."""
    return _blank(session.scalar(select(CardRecord).where(CardRecord.token_hash == Keyring.token_hash(token))))


def blank_by_short_code(session: Session, keyring: Keyring, short_code: str) -> CardRecord:
    """The blank card of a typed short code. Raises as `blank_by_token`."""
    return _blank(session.scalar(select(CardRecord).where(CardRecord.short_code_key == keyring.index("short-code", short_code))))


def _blank(card: CardRecord | None) -> CardRecord:
    if card is None:
        raise CardUnknown("no card with this code was ever issued", advice="take another blank card")
    _require_blank(card)
    return card


def _require_blank(card: CardRecord) -> None:
    if card.state == CardState.ACTIVE:
        raise CardClosed("this card belongs to a child already", advice="take a blank card that nobody has")
    if card.state != CardState.BLANK:
        raise CardClosed("this card is out of use", advice="take another blank card")


def bind(session: Session, keyring: Keyring, card: CardRecord, *, child_id: UUID, person_key: bytes, bracket: int, now: datetime) -> None:
    """Give a blank card to a child, as the newest of a bracket; the child's row must be locked. Raises CardClosed unless it is blank.

    The child's earlier card of that bracket is for the caller to close.
    """
    _require_blank(card)
    short_code = short_code_of_blank(card, keyring)
    last = session.scalar(select(func.max(CardRecord.issue)).where(CardRecord.child_id == child_id, CardRecord.bracket == bracket))
    card.child_id, card.bracket, card.issue = child_id, bracket, (last or 0) + 1
    card.short_code_sealed = keyring.seal(person_key, short_code, "card.short-code")
    card.state, card.issued_at, card.bound_at = CardState.ACTIVE, now, now


def unbind(session: Session, keyring: Keyring, card: CardRecord, *, person_key: bytes, now: datetime) -> datetime:
    """Make a card that was bound within this visit blank again; returns when it was bound. The child's row must be locked.

    Raises Refused for a card that was printed for its child, or bound longer ago than a visit lasts.
    """
    bound_at = card.bound_at
    if bound_at is None or card.state != CardState.ACTIVE or now - bound_at > VISIT:
        raise Refused(
            "only a card that was bound in this visit can be freed again",
            reason="not-bound-now",
            advice="replace the card instead, with a reason",
        )
    short_code = card.short_code(keyring, person_key)
    card.child_id, card.bracket, card.issue, card.state, card.bound_at = None, COVER, 0, CardState.BLANK, None
    card.short_code_sealed = _sealed_for_nobody(keyring, short_code)
    return bound_at


def reopen(session: Session, child_id: UUID, *, closed_at: datetime, reason: str) -> list[CardRecord]:
    """Put back into use the child's cards that were closed at one moment for one reason."""
    found = [
        card
        for card in cards_of(session, child_id, only_active=False)
        if card.state == CardState.REPLACED and card.closed_at == closed_at and card.closed_reason == reason
    ]
    put_back(found)
    return found


def put_back(cards: Sequence[CardRecord]) -> None:
    """Let closed cards open their records again."""
    for card in cards:
        card.state, card.closed_at, card.closed_by, card.closed_reason = CardState.ACTIVE, None, None, None


def cards_of(session: Session, child_id: UUID, *, only_active: bool = True) -> list[CardRecord]:
    """The child's cards, cover first."""
    rows = select(CardRecord).where(CardRecord.child_id == child_id).order_by(CardRecord.bracket, CardRecord.issue)
    return [card for card in session.scalars(rows) if not only_active or card.state == CardState.ACTIVE]


def short_code_is_taken(session: Session, keyring: Keyring, short_code: str) -> bool:
    """Whether some card bears this short code already."""
    return session.scalar(select(CardRecord.id).where(CardRecord.short_code_key == keyring.index("short-code", short_code))) is not None


def close_cards(session: Session, cards: Sequence[CardRecord], state: CardState, *, by: str, reason: str, now: datetime) -> None:
    """Take cards out of use, saying who, when and why."""
    for card in cards:
        card.state, card.closed_at, card.closed_by, card.closed_reason = state, now, by, reason


def card_by_token(session: Session, token: str) -> CardRecord:
    """The active card of a token. Raises CardUnknown, CardReplaced or CardRevoked."""
    return in_use(session, session.scalar(select(CardRecord).where(CardRecord.token_hash == Keyring.token_hash(token))))


def card_by_short_code(session: Session, keyring: Keyring, short_code: str) -> CardRecord:
    """The active card of a typed short code; for signed-in staff. Raises as `card_by_token`."""
    key = keyring.index("short-code", short_code)
    return in_use(session, session.scalar(select(CardRecord).where(CardRecord.short_code_key == key)))


def in_use(session: Session, card: CardRecord | None) -> CardRecord:
    """The card, if it opens a record. Raises as `card_by_token`."""
    if card is None:
        raise CardUnknown("no card with this code was ever issued", advice="find the child by name and birth date")
    if card.state == CardState.LOST:  # nothing is said of a newer card: there need not be one yet
        raise CardRevoked("this card was reported lost", advice="find the child by name and birth date")
    if card.state == CardState.REPLACED:
        raise _replaced(is_printed=has_successor(session, card))
    if card.state == CardState.REVOKED:
        raise CardRevoked("this card is no longer in use", advice="find the child by name and birth date")
    if card.state != CardState.ACTIVE or card.child_id is None:
        raise CardClosed("this card belongs to no child yet", advice="bind it to a child at the counter")
    return card


def has_successor(session: Session, card: CardRecord) -> bool:
    """Whether the child has a card in use of the same bracket; between closing and printing there is none yet."""
    rows = select(CardRecord.id).where(CardRecord.child_id == card.child_id, CardRecord.bracket == card.bracket)
    return session.scalar(rows.where(CardRecord.state == CardState.ACTIVE).limit(1)) is not None


def _replaced(*, is_printed: bool) -> CardClosed:
    if not is_printed:
        advice = "find the child by name and birth date"
        return CardRevoked("this card was taken out of use, and no new one is printed yet", advice=advice)
    return CardReplaced(
        "this card was replaced by a newer one",
        advice="ask for the new card, or find the child by name and birth date",
    )


def closed_card(session: Session, token: str) -> CardRecord | None:
    """The card of a token that no longer opens anything, to say which clinic can help; None for an active or unknown one."""
    card = session.scalar(select(CardRecord).where(CardRecord.token_hash == Keyring.token_hash(token)))
    return card if card is not None and card.state != CardState.ACTIVE else None


def note_scanned(session: Session, card: CardRecord) -> None:
    """A card was scanned at a counter: counted on the card, for the run that printed it."""
    afterwards(session, _COUNT["scanned"], {"card": card.id})


def note_typed(session: Session, card: CardRecord) -> None:
    """A card's short code was typed because its symbol did not scan: counted on the card, for the run that printed it."""
    afterwards(session, _COUNT["typed"], {"card": card.id})


_THIS = update(CardRecord).where(CardRecord.id == bindparam("card"))
_COUNT = {each: _THIS.values({each: getattr(CardRecord, each) + 1}) for each in ("scanned", "typed")}
