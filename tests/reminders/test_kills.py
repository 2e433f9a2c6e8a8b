"""Senders killed at any moment, two at a time: each text reached the channel at most once, and none is lost."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.reminders.conftest import planned
from tests.story import Story
from vaxcard.records.messages import MessageRecord
from vaxcard.reminders.channels.rehearsal import FileChannel
from vaxcard.reminders.dispatch import send_due

BORN = date(2026, 5, 20)
DUE = date(2026, 6, 20)
NOW = datetime(2026, 6, 20, 2, tzinfo=UTC)
TEXTS_A_KILL = 4


def kill_two_senders(story: Story, path: Path, now: datetime, chance: random.Random) -> None:
    """Start two, let them work for some milliseconds, and kill them without warning."""
    command = [sys.executable, "-m", "tests.reminders.sender", story.database.url, str(path), now.isoformat()]
    root = Path(__file__).resolve().parents[2]
    senders = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) for _ in range(2)]
    for sender in senders:
        with sender:
            assert sender.stdout is not None
            assert sender.stdout.readline() == b"ready\n"
            time.sleep(chance.random() * 0.06)
            sender.kill()


@pytest.mark.long
def test_a_sender_killed_anywhere_doubles_and_loses_nothing(story: Story, scaled: Callable[[int], int], tmp_path: Path) -> None:
    kills, chance, path = scaled(200), random.Random(20), tmp_path / "texts.jsonl"
    for number in range(kills * TEXTS_A_KILL):
        story.newborn(BORN, BORN, guardians=[story.guardian(f"+86139{number:08}")])
    assert planned(story, DUE).planned == kills * TEXTS_A_KILL
    for kill in range(kills):
        kill_two_senders(story, path, NOW + timedelta(seconds=kill), chance)
    send_due(story.database, story.schedule, FileChannel(path), NOW + timedelta(hours=1), edition_signed=True)

    left = [json.loads(line)["reference"] for line in path.read_text(encoding="utf-8").splitlines()]
    with story.database.reading() as session:
        states = {str(message.id): message.state for message in session.scalars(select(MessageRecord))}
    assert len(left) == len(set(left)), "a text went twice"
    assert set(states.values()) <= {"sent", "unknown"}, "a text was lost"
    assert {reference for reference, state in states.items() if state == "sent"} <= set(left)
    assert set(left) <= states.keys()
