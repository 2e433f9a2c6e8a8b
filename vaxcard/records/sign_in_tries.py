"""How often a password may be tried: a few times a name and address, then not for a while; counted for all servers of a registry alike.

Counted by name and address together, so that a stranger elsewhere cannot lock a nurse out of her own counter. What is kept is a hash.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Index, LargeBinary, Table, and_, case, delete, not_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.records.columns import Base, Instant

TRIES = 5
PAUSE = timedelta(minutes=15)
_FORGOTTEN = 100  # rows a try clears away


class SignInTry(Base):
    """The tries of one name from one address since the last that was right; forgotten when the pause is over."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index("ix_sign_in_tries_last_at", "last_at"),)

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    tries: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Instant)


def admits(session: Session, login: str, address: str, now: datetime) -> bool:
    """Whether this name may be tried from this address now; the try is counted in the same statement, before anyone knows how it ends.

    A try that is not admitted does not make the pause longer. Commit before the password is looked at: what is rolled back is not counted.
    """
    _forget_old(session, now)
    table = cast(Table, SignInTry.__table__)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = insert(table).values(key=_key(login, address), tries=1, last_at=now)
    is_over, is_full = table.c.last_at <= now - PAUSE, table.c.tries >= TRIES
    again = {
        "tries": case((is_over, 1), else_=table.c.tries + 1),
        "last_at": case((and_(is_full, not_(is_over)), table.c.last_at), else_=first.excluded.last_at),
    }
    counted = session.scalar(first.on_conflict_do_update(index_elements=[table.c.key], set_=again).returning(table.c.tries))
    return (counted or 0) <= TRIES


def _forget_old(session: Session, now: datetime) -> None:
    """Tries whose pause is over, as far as nobody else is forgetting them at this moment."""
    old = select(SignInTry.key).where(SignInTry.last_at <= now - PAUSE).limit(_FORGOTTEN).with_for_update(skip_locked=True)
    session.execute(delete(SignInTry).where(SignInTry.key.in_(old)).execution_options(synchronize_session=False))


def note_right(session: Session, login: str, address: str) -> None:
    """Forget the tries of whoever has got in."""
    session.execute(delete(SignInTry).where(SignInTry.key == _key(login, address)))


def _key(login: str, address: str) -> bytes:
    return hashlib.sha256(f"{login.strip().casefold()}\0{address}".encode()).digest()
