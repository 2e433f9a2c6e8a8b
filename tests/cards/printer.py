"""Printers in processes of their own, to be killed: one process is made ready, and forks a round of them for each line that it reads.

`python -m tests.cards.printer` reads `{"url", "folder", "moment", "workers": [[step, after], …]}` and answers with how each ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event
from uuid_utils.compat import uuid7

from tests.conftest import TEST_SECRETS
from vaxcard.cards.queue import PrintShop, work_queue
from vaxcard.keyring import Keyring, random_text
from vaxcard.records.database import open_database
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.rules import Schedule

# In the order of a run; one whose step is `none` is left in peace.
STEPS = ("committing", "committed", "reading", "issuing", "lettering", "written", "anywhere")
URL = "https://vax.example.org"


def die() -> None:
    """Without a word, as by a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Doomed:
    """A printer that dies at its step, after so many of them."""

    step: str
    left: int

    def at(self, step: str) -> None:
        """Die if this is the step and those before it are through."""
        if step == self.step:
            self.left -= 1
            if self.left < 0:
                die()

    def then(self, step: str, make: Callable[..., Any]) -> Callable[..., Any]:
        """The same, where something is made at that step."""

        def made(*arguments: Any) -> Any:
            self.at(step)
            return make(*arguments)

        return made

    @contextmanager
    def readers(self, _sets: int) -> Iterator[None]:
        """Nobody helps to read symbols back; a run begins here."""
        self.at("reading")
        yield None

    def look_at(self, folder: Path) -> None:
        """Die as soon as one file more than `left` lies in the folder, whatever is under way then."""
        wanted = len(list(folder.rglob("*.pdf"))) + 1 + self.left
        while len(list(folder.rglob("*.pdf"))) < wanted:
            time.sleep(0.001)
        die()

    def sleep(self) -> None:
        """Die after so many hundredths of a second."""
        time.sleep(0.01 + self.left * 0.05)
        die()


def print_until_dead(schedule: Schedule, round_: dict[str, Any], step: str, after: int) -> None:
    """One printer's life: it works the queue, and dies at its step if it comes to it."""
    doomed, folder = Doomed(step, after), Path(round_["folder"])
    database = open_database(round_["url"], Keyring(TEST_SECRETS))
    event.listen(database.engine, "commit", lambda _: doomed.at("committing"))
    event.listen(database.engine, "begin", lambda _: doomed.at("committed"))
    fate = {"written": lambda: doomed.look_at(folder), "anywhere": doomed.sleep}.get(step)
    if fate:
        threading.Thread(target=fate, daemon=True).start()
    began, moment = time.monotonic(), datetime.fromisoformat(round_["moment"])
    shop = PrintShop(
        database,
        schedule,
        folder,
        URL,
        3,
        lambda: moment + timedelta(seconds=time.monotonic() - began),
        doomed.then("issuing", uuid7),
        doomed.then("lettering", random_text),
        doomed.readers,
        sets_a_file=1,
    )
    work_queue(shop)


def run_round(schedule: Schedule, round_: dict[str, Any]) -> list[int]:
    """All printers of a round at once; returns how each ended: 0, or the signal that ended it, less than 0."""
    children = []
    for step, after in round_["workers"]:
        child = os.fork()
        if child == 0:
            try:
                print_until_dead(schedule, round_, step, after)
            except BaseException as fault:  # told on the error stream, and by the number
                print(f"{step}: {fault!r}", file=sys.stderr, flush=True)
                os._exit(3)
            os._exit(0)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def main() -> None:
    """Answer each line with a line."""
    schedule = load_schedule("cn")
    for line in sys.stdin:
        print(json.dumps(run_round(schedule, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
