"""Senders in processes of their own, to be killed: one process is made ready, and forks a round of them for each line that it reads.

`python -m tests.reminders.sender` reads `{"url", "base_url", "moment", "workers": [[step, after], …]}` and answers with how each ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event

from tests.conftest import TEST_SECRETS
from tests.twilio_double import SID, TOKEN
from vaxcard.keyring import Keyring
from vaxcard.records.database import Database, open_database
from vaxcard.reminders.asking import reconcile
from vaxcard.reminders.channels import Outcome, Text
from vaxcard.reminders.channels.twilio_sms import TwilioAccount, TwilioChannel
from vaxcard.reminders.dispatch import Sender, send_due
from vaxcard.reminders.lineup import Lineup
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.rules import Schedule

# In the order of a send; the provider kills at `lost` and `taken`, so that nobody knows it better than the provider does.
STEPS = ("reconciling", "claiming", "claimed", "lost", "taken", "answered", "settling", "settled", "anywhere")


def number_of(step: str, after: int, pid: int) -> str:
    """The number that a sender sends from: it tells the provider whom to kill, when."""
    return f"+1{STEPS.index(step)}{after}{pid:08}"


def told_by(number: str) -> tuple[str, int, int]:
    """The step, the texts before it, and the process, by the number that it sends from."""
    return STEPS[int(number[2])], int(number[3]), int(number[4:])


def die() -> None:
    """Without a word, as by a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Doomed(TwilioChannel):
    """Twilio's channel in the hands of a sender that dies at its step, after so many texts."""

    def __init__(self, account: TwilioAccount, step: str, after: int) -> None:
        super().__init__(account, seconds=20)
        self.step, self.left, self.commits, self.is_settling, self.has_settled = step, after, 0, False, False

    def is_time(self, step: str) -> bool:
        """Whether this is the step, and the texts before it are through."""
        return step == self.step and self.left <= 0

    def before_request(self) -> None:
        """The text is claimed, and nothing has left."""
        if self.is_time("claimed"):
            die()

    def send(self, text: Text) -> Outcome:
        """As Twilio's, and the answer may be the last that is heard."""
        outcome = super().send(text)
        if self.is_time("answered"):
            die()
        self.is_settling = True
        return outcome

    def look_up(self, text: Text, provider_id: str | None) -> Outcome:
        """As Twilio's; what is told may never be written down."""
        outcome = super().look_up(text, provider_id)
        if self.is_time("reconciling"):
            die()
        self.left -= self.step == "reconciling"
        return outcome

    def before_commit(self, _connection: object) -> None:
        """A transaction is about to end: that of a claim, or that of what came of it."""
        if self.is_settling:
            if self.is_time("settling"):
                die()
            self.is_settling, self.has_settled = False, True
            return
        if self.is_time("claiming"):
            die()

    def before_begin(self, _connection: object) -> None:
        """A transaction begins: the one before is through."""
        if self.has_settled and self.is_time("settled"):
            die()
        self.left -= self.has_settled and self.step != "reconciling"
        self.has_settled = False


def send_until_dead(database: Database, schedule: Schedule, round_: dict[str, Any], step: str, after: int) -> None:
    """One sender's life: it asks about what is in doubt, then sends, and dies at its step if it comes to it."""
    sender = number_of(step, after, os.getpid())
    channel = Doomed(TwilioAccount(SID, TOKEN, sender, None, round_["base_url"], "https://vaxcard.example"), step, after)
    moment = datetime.fromisoformat(round_["moment"])
    if step == "anywhere":
        threading.Thread(target=lambda: (time.sleep(after * 0.008), die()), daemon=True).start()
    lineup = Lineup((channel,))
    reconcile(Sender(database, schedule, lineup, lambda: moment))
    event.listen(database.engine, "commit", channel.before_commit)
    event.listen(database.engine, "begin", channel.before_begin)
    pace = channel.before_request
    send_due(database, schedule, lineup, moment, edition_signed=True, limit=after + 3, pace=pace)


def run_round(schedule: Schedule, round_: dict[str, Any]) -> list[int]:
    """All senders of a round at once; returns how each ended: 0, or the signal that ended it."""
    children = []
    for step, after in round_["workers"]:
        pid = os.fork()
        if pid == 0:
            try:
                send_until_dead(open_database(round_["url"], Keyring(TEST_SECRETS)), schedule, round_, step, after)
            except BaseException as fault:  # told on the error stream, and by the number
                print(f"{step}: {fault!r}", file=sys.stderr, flush=True)
                os._exit(3)
            os._exit(0)
        children.append(pid)
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]


if __name__ == "__main__":
    schedule = load_schedule("cn")
    for line in sys.stdin:
        print(json.dumps(run_round(schedule, json.loads(line))), flush=True)
