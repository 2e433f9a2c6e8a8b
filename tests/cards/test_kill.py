"""Prints that are really killed, from a command and in the queue: they go on, and no card has two tokens."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.cards.conftest import BORN, NOW, TODAY
from tests.cards.printer import STEPS
from tests.cards.test_printing import links
from tests.story import Story, an_id, begin
from vaxcard.cards.queue import files_of
from vaxcard.records import print_queue
from vaxcard.records.database import Database
from vaxcard.records.issued_cards import cards_of
from vaxcard.records.people import children_to_print
from vaxcard.records.print_queue import ALL, SILENCE, PaperChoice
from vaxcard.records.print_runs import PrintRunRecord, RunState
from vaxcard.schedule.rules import Schedule

SETS = 12
SETS_A_RUN = 2
AT_ONCE = 3


def command(tmp_path: Path, secret: str, url: str) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VAXCARD_")}
    settings = {"VAXCARD_DATABASE_URL": url, "VAXCARD_SECRET_KEY": secret, "VAXCARD_PUBLIC_URL": "https://vax.example.org"}
    arguments = ["cards", "print", "--all", "--sets-a-file", "2", "--out", str(tmp_path / "run.pdf")]
    return subprocess.Popen([sys.executable, "-m", "vaxcard.cli", *arguments], env={**kept, **settings}, stdout=subprocess.DEVNULL)


@pytest.mark.long
@pytest.mark.parametrize("files", [0, 1, 3])
def test_a_run_killed_at_any_moment_goes_on_without_a_second_token(tmp_path, schedule, files):
    from vaxcard.keyring import Keyring
    from vaxcard.records.database import open_database, upgrade

    secret, url = "an invented secret for tests only, long enough for a key ring", f"sqlite:///{tmp_path}/registry.db"
    upgrade(url)
    database = open_database(url, Keyring.from_text(secret))
    story = begin(database, schedule)
    for _ in range(SETS):
        story.newborn(BORN, TODAY)
    running = command(tmp_path, secret, url)
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob("run-*.pdf"))) < files and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.5)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert command(tmp_path, secret, url).wait() == 0
    printed = [link for file in sorted(tmp_path.glob("run-*.pdf")) for link in links(file)]
    assert len(printed) == SETS * 16 and len(set(printed)) == SETS * 8
    with database.reading() as session:
        assert all(len(cards_of(session, child, only_active=False)) == 8 for child in children_to_print(session, None))
    database.close()


# The queue, worked by several


@pytest.fixture
def nursery() -> Iterator[subprocess.Popen[str]]:
    """A process that is ready to fork printers."""
    command, root = [sys.executable, "-m", "tests.cards.printer"], Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        yield running
        assert running.stdin is not None
        running.stdin.close()


def run_round(nursery: subprocess.Popen[str], **told: Any) -> list[int]:
    assert nursery.stdin is not None and nursery.stdout is not None
    nursery.stdin.write(json.dumps(told) + "\n")
    nursery.stdin.flush()
    ended: list[int] = json.loads(nursery.stdout.readline())
    return ended


def asked(database: Database, schedule: Schedule, runs: int) -> dict[UUID, list[UUID]]:
    """Runs of a few sets each, waiting, each of a clinic of its own; the children of each."""
    waiting = {}
    for number in range(runs):
        story = begin(database, schedule, name=f"第{number + 1}门诊")
        children = [story.newborn(BORN, TODAY) for _ in range(SETS_A_RUN)]
        with story.on(TODAY) as acting:
            waiting[print_queue.ask(acting, an_id(), ALL, PaperChoice()).id] = children
    return waiting


def try_again(database: Database, schedule: Schedule) -> bool:
    """What was given up after too many deaths goes on; returns whether everything is printed."""
    with Story(database, schedule, an_id()).on(TODAY) as acting:
        runs = list(acting.session.scalars(select(PrintRunRecord)))
        for run in runs:
            if run.state == RunState.FAILED:
                assert run.failure is not None and run.failure["problem"] == "this run stopped again and again"
                print_queue.again(acting, run)
    return all(run.state == RunState.DONE for run in runs)


@pytest.mark.long
def test_printers_killed_at_any_step_print_every_card_under_one_token(
    database: Database,
    schedule: Schedule,
    tmp_path: Path,
    nursery: subprocess.Popen[str],
    scaled: Callable[[int], int],
) -> None:
    kills, chance, killed = scaled(200), random.Random(4), Counter[str]()
    waiting = asked(database, schedule, kills)
    told = {"url": database.engine.url.render_as_string(hide_password=False), "folder": str(tmp_path / "print")}
    moment, rounds, printed = NOW, 0, False
    while not printed:
        steps = ["none"] * AT_ONCE
        if killed.total() < kills:
            steps = [STEPS[(rounds * AT_ONCE + each) % len(STEPS)] for each in range(AT_ONCE)]
        workers = [(step, chance.randrange(8)) for step in steps]
        ended = run_round(nursery, moment=moment.isoformat(), workers=workers, **told)
        assert set(ended) <= {0, -signal.SIGKILL}
        killed.update(step for (step, _), how in zip(workers, ended, strict=True) if how)
        moment, rounds, printed = moment + 2 * SILENCE + timedelta(minutes=1), rounds + 1, try_again(database, schedule)
        assert rounds < 20 * kills, "it never ends"

    assert killed.total() >= kills
    print(f"\n{database.engine.dialect.name}: {killed.total()} killed over {len(waiting)} runs, {rounds} rounds: {dict(killed)}")
    for run_id, children in waiting.items():
        with database.reading() as session:
            cards = [card for child in children for card in cards_of(session, child, only_active=False)]
            tokens = {card.token(database.keyring) for card in cards}
        found = [link for file in files_of(tmp_path / "print", run_id).files for link in links(file)]
        assert len(cards) == 8 * len(children), "a card was issued twice"
        assert len(found) == 16 * len(children) and {link.rpartition("/")[2] for link in found} == tokens
