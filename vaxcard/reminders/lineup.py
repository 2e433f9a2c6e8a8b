"""Which of the channels takes the next text: the first, or while that is out of order the second. A circuit breaker decides."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vaxcard.records.messages import FailureKind
from vaxcard.reminders.channels import Channel, Fate, Outcome
from vaxcard.reminders.policy import POLICY, Policy


@dataclass
class Lineup:
    """Channels in the order in which they are preferred, and which of them rest until when. Shared by the threads of a worker."""

    channels: Sequence[Channel]
    policy: Policy = POLICY
    _troubles: dict[str, int] = field(default_factory=dict)
    _rests_until: dict[str, datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_real(self) -> bool:
        """Whether any of them reaches people."""
        return any(channel.is_real for channel in self.channels)

    def pick(self, now: datetime) -> Channel | None:
        """The first channel that is in order; None while all rest."""
        with self._lock:
            return next((channel for channel in self.channels if self._rests_until.get(channel.name, now) <= now), None)

    def named(self, name: str | None) -> Channel | None:
        """The channel of that name."""
        return next((channel for channel in self.channels if channel.name == name), None)

    def note(self, channel: Channel, outcome: Outcome, now: datetime) -> None:
        """What came of a text: too many in a row that the channel itself could not take, and it rests; after that one is tried."""
        with self._lock:
            if not _is_the_channels_trouble(outcome):
                self._troubles[channel.name] = 0
                return
            self._troubles[channel.name] = self._troubles.get(channel.name, 0) + 1
            if self._troubles[channel.name] >= self.policy.breaker_trips_after:
                self._rests_until[channel.name] = now + timedelta(minutes=self.policy.breaker_rests_minutes)
                self._troubles[channel.name] = self.policy.breaker_trips_after - 1


def _is_the_channels_trouble(outcome: Outcome) -> bool:
    """Silence, a closed door or a closed account; not a number that can't be reached."""
    return outcome.fate in (Fate.UNKNOWN, Fate.NOT_TAKEN) or (outcome.fate is Fate.FAILED and outcome.kind is FailureKind.TECHNICAL)
