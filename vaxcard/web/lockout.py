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
    """Remembers tries until `PAUSE` has passed since the last of them, or one was right."""

    def __init__(self) -> None:
        self._tried: OrderedDict[bytes, tuple[int, datetime]] = OrderedDict()
        self._lock = Lock()

    def admits(self, login: str, address: str, now: datetime) -> bool:
        """Whether this name may be tried from this address now; the try is counted in the same step, before anyone knows how it ends.

        A try that is not admitted does not make the pause longer.
        """
        with self._lock:
            key = _key(login, address)
            tries, last = self._tried.get(key, (0, now))
            tries = tries if now < last + PAUSE else 0
            if tries >= TRIES:
                return False
            self._tried[key] = (tries + 1, now)
            self._tried.move_to_end(key)
            while len(self._tried) > _KEPT:
                self._tried.popitem(last=False)
            return True

    def note_right(self, login: str, address: str) -> None:
        """Forget the tries of whoever has got in."""
        with self._lock:
            self._tried.pop(_key(login, address), None)


def _key(login: str, address: str) -> bytes:
    return hashlib.sha256(f"{login.strip().casefold()}\0{address}".encode()).digest()
