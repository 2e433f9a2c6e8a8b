"""Channels that reach nobody: the console for whoever tries vaxcard out, a file for rehearsals and tests."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from vaxcard.records.messages import FailureKind
from vaxcard.reminders.channels import Fate, Outcome, Text, masked


@dataclass
class ConsoleChannel:
    """Writes texts to a stream, with the number masked."""

    stream: TextIO
    name: str = "console"
    is_real: bool = False
    can_be_asked: bool = False
    reports: bool = False

    def send(self, text: Text) -> Outcome:
        """One line a text."""
        print(f"{masked(text.to)}  {text.body}", file=self.stream, flush=True)
        return Outcome(Fate.SENT, provider_id=str(text.reference))

    def look_up(self, text: Text, provider_id: str | None) -> Outcome:
        """Nobody wrote down what was on a screen."""
        return Outcome(Fate.UNKNOWN, reason="no-memory")


@dataclass
class FileChannel:
    """Appends texts as JSON lines to a file for its owner alone: reference, to, body. Each is on disk before it counts as sent."""

    path: Path
    name: str = "file"
    is_real: bool = False
    can_be_asked: bool = True
    reports: bool = False

    def send(self, text: Text) -> Outcome:
        """One JSON object a line; a file that can't be written is a text not taken, with its reason."""
        line = json.dumps({"reference": str(text.reference), "to": text.to, "body": text.body}, ensure_ascii=False) + "\n"
        try:
            with open(os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab", buffering=0) as file:
                file.write(line.encode())
                os.fsync(file.fileno())
        except OSError as fault:
            return Outcome(Fate.NOT_TAKEN, reason=f"file-{type(fault).__name__}", kind=FailureKind.TECHNICAL)
        return Outcome(Fate.SENT, provider_id=str(text.reference))

    def look_up(self, text: Text, provider_id: str | None) -> Outcome:
        """Whether the file has a line with our id."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return Outcome(Fate.ABSENT)
        except OSError as fault:
            return Outcome(Fate.UNKNOWN, reason=f"file-{type(fault).__name__}")
        wanted = f'"reference": "{text.reference}"'
        found = any(wanted in line for line in lines)
        return Outcome(Fate.SENT, provider_id=str(text.reference)) if found else Outcome(Fate.ABSENT)
