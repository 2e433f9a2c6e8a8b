"""How often a password may be tried: a few times a name and address, then not for a while. Kept in memory, by one running server.

Counted by name and address together, so that a stranger elsewhere cannot lock a nurse out of her own counter.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

TRIES = 5
PAUSE = timedelta(minutes=15)
_KEPT = 10_000  # pairs of name and address; the oldest are forgotten first


class SignInGuard:
    """Remembers wrong tries until `PAUSE` has passed since the last of them."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[bytes, tuple[int, datetime]] = OrderedDict()
        self._lock = Lock()

    def is_paused(self, login: str, address: str, now: datetime) -> bool:
        """Whether this name may not be tried from this address for now."""
        with self._lock:
            tries, last = self._wrong.get(_key(login, address), (0, now))
            return tries >= TRIES and now < last + PAUSE

    def note_wrong(self, login: str, address: str, now: datetime) -> None:
        """Count a wrong password; what lies further back than the pause no longer counts."""
        with self._lock:
            key = _key(login, address)
            tries, last = self._wrong.pop(key, (0, now))
            self._wrong[key] = ((tries if now < last + PAUSE else 0) + 1, now)
            while len(self._wrong) > _KEPT:
                self._wrong.popitem(last=False)

    def note_right(self, login: str, address: str) -> None:
        """Forget the wrong tries of whoever has got in."""
        with self._lock:
            self._wrong.pop(_key(login, address), None)


def _key(login: str, address: str) -> bytes:
    return hashlib.sha256(f"{login.strip().casefold()}\0{address}".encode()).digest()
