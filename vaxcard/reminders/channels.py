"""How a text leaves: one port, and the channels that exist. A channel only carries; what may go and when is dispatch's to decide.

A channel answers for every text: it went, it failed for good, or nobody knows.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TextIO
from uuid import UUID

from vaxcard.errors import SettingsError

_SHOWN_DIGITS = 2


class Fate(StrEnum):
    """What a channel knows of a text that it was given."""

    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"  # no answer came: it may have gone


@dataclass(frozen=True)
class Outcome:
    """A channel's answer: the provider's own id where it went, a short reason where it failed or nobody knows."""

    fate: Fate
    provider_id: str | None = None
    reason: str | None = None


class Channel(Protocol):
    """A way for texts to leave. `is_real` where it reaches people: such a channel waits for a signed schedule."""

    name: str
    is_real: bool

    def send(self, to: str, body: str, reference: UUID) -> Outcome:
        """Hand over one text to an E.164 number. `reference` is our own id, under which the provider reports back.

        Returns instead of raising for everything that a provider or a network may do; it holds no lock and no transaction.
        """
        ...


@dataclass
class ConsoleChannel:
    """Writes texts to a stream for whoever tries vaxcard out, with the number masked."""

    stream: TextIO
    name: str = "console"
    is_real: bool = False

    def send(self, to: str, body: str, reference: UUID) -> Outcome:
        """One line a text."""
        print(f"{masked(to)}  {body}", file=self.stream, flush=True)
        return Outcome(Fate.SENT, provider_id=str(reference))


@dataclass
class FileChannel:
    """Appends texts as JSON lines to a file for its owner alone: reference, to, body. Each is on disk before it counts as sent."""

    path: Path
    name: str = "file"
    is_real: bool = False

    def send(self, to: str, body: str, reference: UUID) -> Outcome:
        """One JSON object a line; a file that can't be written is a failure with its reason."""
        line = json.dumps({"reference": str(reference), "to": to, "body": body}, ensure_ascii=False) + "\n"
        try:
            with open(os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab", buffering=0) as file:
                file.write(line.encode())
                os.fsync(file.fileno())
        except OSError as fault:
            return Outcome(Fate.FAILED, reason=f"file-{type(fault).__name__}")
        return Outcome(Fate.SENT, provider_id=str(reference))


def masked(number: str) -> str:
    """A telephone number of which only the last two digits can be read."""
    return "•" * max(len(number) - _SHOWN_DIGITS, 0) + number[-_SHOWN_DIGITS:]


def open_channel(name: str, stream: TextIO, path: str | None = None) -> Channel:
    """The channel of that name. Raises SettingsError for one that does not exist, or lacks what it needs."""
    if name == "console":
        return ConsoleChannel(stream)
    if name == "file" and path:
        return FileChannel(Path(path))
    if name == "file":
        raise SettingsError("the file channel needs a file", place="VAXCARD_SMS_FILE", advice="write its path, such as texts.jsonl")
    raise SettingsError(f"there is no channel {name!r}", place="VAXCARD_SMS_CHANNEL", advice="choose console or file")
