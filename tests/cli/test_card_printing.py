"""Cards on the command line: what the desks asked for is printed, and a new secret leaves printed cards as they are."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from uuid import UUID

from tests.cards.test_printing import links
from tests.cli.conftest import Run
from tests.story import an_id, begin
from vaxcard.keyring import Keyring
from vaxcard.records.database import Database, open_database, upgrade
from vaxcard.records.issued_cards import card_by_token, cards_of
from vaxcard.records.people import children_to_print
from vaxcard.records.print_queue import ALL, PaperChoice, ask
from vaxcard.records.print_runs import PrintRunRecord, RunState
from vaxcard.schedule.loader import load_schedule

FIRST = "1:an-invented-secret-of-the-first-year-that-is-long-enough"
SECOND = f"{FIRST},2:an-invented-secret-of-the-second-year-that-is-long-enough"
PUBLIC = "https://vax.example.org"
TODAY = date(2026, 11, 24)


def test_cards_of_an_older_secret_are_printed_alike_and_still_open_the_record(
    vaxcard: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    url = environment["VAXCARD_DATABASE_URL"]
    upgrade(url)
    database = open_database(url, Keyring.from_text(FIRST))
    child = begin(database, load_schedule("cn")).newborn(date(2026, 10, 20), TODAY)
    database.close()
    for name, secret in (("one", FIRST), ("two", SECOND)):
        told = {"VAXCARD_SECRET_KEY": secret, "VAXCARD_PUBLIC_URL": PUBLIC}
        done = vaxcard("cards", "print", "--child", str(child), "--out", f"{name}.pdf", **told)
        assert done.returncode == 0, done.stderr
    before, after = links(tmp_path / "one.pdf"), links(tmp_path / "two.pdf")
    assert len(set(before)) == 8 and before == after
    database = open_database(url, Keyring.from_text(SECOND))
    with database.reading() as session:
        assert all(card_by_token(session, link.rpartition("/")[2]).child_id == child for link in before)
    database.close()


def asked_for(url: str) -> UUID:
    """A registry with one child whose set waits in the queue."""
    upgrade(url)
    database = open_database(url, Keyring.from_text(FIRST))
    story, run_id = begin(database, load_schedule("cn")), an_id()
    story.newborn(date(2026, 10, 20), TODAY)
    with story.on(TODAY) as acting:
        ask(acting, run_id, ALL, PaperChoice())
    database.close()
    return run_id


def test_the_queue_of_the_desks_is_printed_by_a_command(vaxcard: Run, environment: dict[str, str], tmp_path: Path) -> None:
    run_id = asked_for(environment["VAXCARD_DATABASE_URL"])
    told = {"VAXCARD_SECRET_KEY": FIRST, "VAXCARD_PUBLIC_URL": PUBLIC}
    assert vaxcard("cards", "queue", **told).stdout == "worked: 1 runs\n"
    assert vaxcard("cards", "queue", **told).stdout == "worked: 0 runs\n"
    file = tmp_path / "print" / str(run_id) / "cards.pdf"
    assert len(set(links(file))) == 8 and file.stat().st_mode & 0o077 == 0


def test_server_and_worker_print_what_the_desks_ask_for_once_and_end_politely(environment: dict[str, str], tmp_path: Path) -> None:
    run_id = asked_for(environment["VAXCARD_DATABASE_URL"])
    settings = {**environment, "VAXCARD_SECRET_KEY": FIRST, "VAXCARD_PUBLIC_URL": PUBLIC}
    commands = [[sys.executable, "-m", "vaxcard.cli", *each] for each in (["serve", "--port", "0"], ["worker"])]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    running = [subprocess.Popen(command, env=settings, cwd=tmp_path, **quiet) for command in commands]
    database, deadline = open_database(environment["VAXCARD_DATABASE_URL"], Keyring.from_text(FIRST)), time.monotonic() + 200
    while state_of(database, run_id) != RunState.DONE and time.monotonic() < deadline and all(one.poll() is None for one in running):
        time.sleep(0.1)
    for one in running:
        one.terminate()
    told = [one.communicate(timeout=100)[1].decode() for one in running]
    with database.reading() as session:
        run = session.get_one(PrintRunRecord, run_id)
    database.close()
    assert (run.state, run.claim, run.sets) == (RunState.DONE, 1, 1), told
    assert [one.returncode for one in running] == [0, 0] and "Traceback" not in "".join(told)


def test_a_worker_that_runs_once_prints_what_waits(vaxcard: Run, environment: dict[str, str], tmp_path: Path) -> None:
    run_id = asked_for(environment["VAXCARD_DATABASE_URL"])
    done = vaxcard("worker", "--once", VAXCARD_SECRET_KEY=FIRST, VAXCARD_PUBLIC_URL=PUBLIC)
    assert done.returncode == 0, done.stderr
    assert len(set(links(tmp_path / "print" / str(run_id) / "cards.pdf"))) == 8


def test_a_set_is_drawn_as_pictures_before_any_card_is_issued(vaxcard: Run, environment: dict[str, str], tmp_path: Path) -> None:
    asked_for(environment["VAXCARD_DATABASE_URL"])
    database = open_database(environment["VAXCARD_DATABASE_URL"], Keyring.from_text(FIRST))
    with database.reading() as session:
        (child,) = children_to_print(session, None)
        told = {"VAXCARD_SECRET_KEY": FIRST, "VAXCARD_PUBLIC_URL": PUBLIC}
        done = vaxcard("cards", "preview", "--child", str(child), "--out", "look", "--dpi", "72", **told)
        assert done.returncode == 0, done.stderr
        assert cards_of(session, child, only_active=False) == []
    database.close()
    pictures = sorted((tmp_path / "look").glob("*.png"))
    assert len(pictures) == 16 and all(picture.stat().st_mode & 0o077 == 0 for picture in pictures)


def state_of(database: Database, run_id: UUID) -> str:
    with database.reading() as session:
        return session.get_one(PrintRunRecord, run_id).state
