"""Senders killed at every step of a send, several at a time: each text reaches the provider once, and none is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.reminders.conftest import planned
from tests.reminders.sender import STEPS, told_by
from tests.story import Story
from tests.twilio_double import SID, TOKEN, TwilioDouble, twilio_double
from vaxcard.records.messages import MessageRecord
from vaxcard.reminders.asking import reconcile
from vaxcard.reminders.channels.twilio_sms import TwilioAccount, TwilioChannel
from vaxcard.reminders.dispatch import Sender, send_due
from vaxcard.reminders.lineup import Lineup

BORN, DUE = date(2026, 5, 20), date(2026, 6, 20)
NINE = datetime(2026, 6, 20, 1, tzinfo=UTC)  # in the morning, at the clinic
SENDING_MINUTES = 300
TEXTS_A_KILL = 4
WORKERS = {"postgresql": 4, "sqlite": 2}


@dataclass
class Killer:
    """What the provider does to a sender whose number says so: it dies before its text was taken, or after."""

    heard: Counter[int] = field(default_factory=Counter)

    def __call__(self, stage: str, form: dict[str, str]) -> bool:
        step, after, pid = told_by(form["From"])
        if stage == "arrived":
            self.heard[pid] += 1
        is_time = self.heard[pid] > after
        if is_time and (step, stage) in (("lost", "arrived"), ("taken", "taken")):
            os.kill(pid, signal.SIGKILL)
            return step == "lost"
        return False


@pytest.fixture
def double() -> Iterator[TwilioDouble]:
    with twilio_double(now=NINE, interferes=Killer()) as running:
        yield running


@pytest.fixture
def nursery() -> Iterator[subprocess.Popen[str]]:
    """A process that is ready to fork senders."""
    command, root = [sys.executable, "-m", "tests.reminders.sender"], Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        yield running
        assert running.stdin is not None
        running.stdin.close()


def run_round(nursery: subprocess.Popen[str], told: dict[str, Any]) -> list[int]:
    assert nursery.stdin is not None and nursery.stdout is not None
    nursery.stdin.write(json.dumps(told) + "\n")
    nursery.stdin.flush()
    ended: list[int] = json.loads(nursery.stdout.readline())
    return ended


def settle_the_rest(story: Story, double: TwilioDouble, moment: datetime) -> None:
    """Somebody who lives asks about what is in doubt, and sends what is left."""
    channel = TwilioChannel(TwilioAccount(SID, TOKEN, "+18099999999", None, double.url, "https://vaxcard.example"), seconds=20)
    for minutes in (11, 25, 60):
        now = moment + timedelta(minutes=minutes)
        double.now = now
        lineup = Lineup((channel,))
        reconcile(Sender(story.database, story.schedule, lineup, lambda: double.now))
        send_due(story.database, story.schedule, lineup, now, edition_signed=True)
    channel._client.http_client.session.close()


@pytest.mark.long
def test_a_sender_killed_at_any_step_doubles_and_loses_nothing(
    story: Story, double: TwilioDouble, nursery: subprocess.Popen[str], scaled: Callable[[int], int]
) -> None:
    at_once = WORKERS[story.database.engine.dialect.name]
    kills, chance, killed, moment = scaled(200), random.Random(20), Counter[str](), NINE
    texts = kills * TEXTS_A_KILL
    for number in range(texts):
        story.newborn(BORN, BORN, guardians=[story.guardian(f"+86138{number:06}77")])
    assert planned(story, DUE).planned == texts
    for started in range(0, 3 * kills, at_once):
        workers = [(STEPS[(started + each) % len(STEPS)], chance.randrange(3)) for each in range(at_once)]
        told = {"url": story.database.engine.url.render_as_string(hide_password=False), "base_url": double.url}
        ended = run_round(nursery, {**told, "moment": moment.isoformat(), "workers": workers})
        assert set(ended) <= {0, -signal.SIGKILL}
        killed.update(step for (step, _), how in zip(workers, ended, strict=True) if how)
        if killed.total() >= kills:
            break
        moment += timedelta(minutes=SENDING_MINUTES * at_once / (2 * kills))
        double.now = moment
    settle_the_rest(story, double, moment)

    print(f"\n{story.database.engine.dialect.name}, {at_once} at once: {killed.total()} killed of {texts} texts: {dict(killed)}")
    taken = Counter(number for number, _ in double.taken())
    assert killed.total() >= kills
    assert [number for number, times in taken.items() if times > 1] == [], "a text went twice"
    with story.database.reading() as session:
        states = Counter(session.scalars(select(MessageRecord.state)))
    assert (len(taken), states.keys() <= {"sent", "delivered"}, states.total()) == (texts, True, texts), states
