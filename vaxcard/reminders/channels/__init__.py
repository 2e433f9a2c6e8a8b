"""How a text leaves: the port that every provider answers to. A channel only carries; what may go and when is dispatch's to decide.

A country's own gateway is one file beside these, or a file of settings for `gateway`: docs/reminders.md says how.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from vaxcard.records.messages import FailureKind

_SHOWN_DIGITS = 2


class Fate(StrEnum):
    """What a channel knows of a text."""

    SENT = "sent"  # taken by the provider
    DELIVERED = "delivered"
    FAILED = "failed"
    NOT_TAKEN = "not-taken"  # certainly not accepted, and worth another try: too many at once, nobody at home
    UNKNOWN = "unknown"  # no answer came: it may have gone
    ABSENT = "absent"  # asked about, and the provider never had it


@dataclass(frozen=True)
class Text:
    """One text to an E.164 number. `reference` is our own id, `template` its wording's name such as `zh/before`, `since` when it was
    first handed over."""

    to: str
    body: str
    reference: UUID
    template: str
    since: datetime


@dataclass(frozen=True)
class Outcome:
    """A channel's answer: the provider's own id where there is one, and for a failure its reason, a short code, and whose it is."""

    fate: Fate
    provider_id: str | None = None
    reason: str | None = None
    kind: FailureKind | None = None
    opted_out: bool = False  # the family told the provider to stop


class Channel(Protocol):
    """A way for texts to leave. `is_real` where it reaches people: such a channel waits for a signed schedule.

    `can_be_asked` where `look_up` answers, so that a text of which nobody knows is asked about; `reports` where receipts come back.
    """

    name: str
    is_real: bool
    can_be_asked: bool
    reports: bool

    def send(self, text: Text) -> Outcome:
        """Hand over one text, within seconds. Returns instead of raising for everything that a provider or a network may do."""
        ...

    def look_up(self, text: Text, provider_id: str | None) -> Outcome:
        """What became of a text handed over before: by the provider's id, or where that never came by number, words and time.

        ABSENT only where the provider certainly never had it; UNKNOWN where it can't be asked now.
        """
        ...


def masked(number: str) -> str:
    """A telephone number of which only the last two digits can be read."""
    return "•" * max(len(number) - _SHOWN_DIGITS, 0) + number[-_SHOWN_DIGITS:]
