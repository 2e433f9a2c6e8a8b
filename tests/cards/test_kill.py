"""A print run that is really killed: the same command goes on, and no card has two tokens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cards.conftest import BORN, TODAY
from tests.cards.test_printing import links
from tests.story import begin
from vaxcard.records.issued_cards import cards_of
from vaxcard.records.people import children_to_print

SETS = 12


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
