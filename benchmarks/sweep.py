"""The day's texts planned as a registry grows, and sent by two workers at a steady rate: time against a floor of the same run, and memory.

python benchmarks/sweep.py [--due 2000] [--sizes 10000,100000] [--send 2000] [--rate 200]
The figures of docs/performance.md: --due 50000 --sizes 100000,1000000 --send 50000
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from vaxcard.keyring import Keyring
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ClinicRecord
from vaxcard.records.database import Database, open_database, upgrade
from vaxcard.records.messages import MessageRecord, MessageState, count_by_state
from vaxcard.records.people import ChildRecord, GuardianRecord, Guardianship, context
from vaxcard.records.visits import DueRow, NextVisit
from vaxcard.reminders.dispatch import send_due
from vaxcard.reminders.planning import plan
from vaxcard.schedule.loader import load_schedule

ROOT = Path(__file__).resolve().parents[1]
TODAY = date(2026, 6, 20)
NOW = datetime(2026, 6, 20, 1, tzinfo=UTC)
CLINIC = UUID(int=1)
BATCH = 5_000
GROUPS = ("HepB", "Polio", "DTaP", "MMR")
SECRETS = {1: b"an invented secret for benchmarks only, number 1"}
WORKERS = 2


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock and of this process's own work."""

    clock: float
    own: float


def main() -> None:
    """Build the registries, plan a day in each, send from the first, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--due", type=int, default=2_000, help="families due on the day, in every registry")
    parser.add_argument("--sizes", default="10000,100000", help="children registered")
    parser.add_argument("--send", type=int, default=2_000, help="texts sent from the first registry, 0 for none")
    parser.add_argument("--rate", type=int, default=200, help="texts a second, by both workers together")
    told = parser.parse_args()
    sizes = [int(size) for size in told.sizes.split(",")]
    times = [_measure(size, told.due, told.send if size == sizes[0] else 0, told.rate) for size in sizes]
    clock, own = times[-1].clock / times[0].clock, times[-1].own / times[0].own
    print(f"largest registry to smallest at equal due: {own:.2f} by own work, {clock:.2f} by the clock (to reach: at most 1.2)")


def _measure(size: int, due: int, send: int, rate: int) -> Spent:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'registry.db'}"
        upgrade(url)
        database = open_database(url, Keyring(SECRETS))
        built = _timed(lambda: _fill(database, size, due))
        floor = _timed(lambda: _floor(database, due))
        planned = 0

        def work() -> None:
            nonlocal planned
            with database.writing() as session:
                acting = Acting(session, database.keyring, load_schedule("cn"), "system:benchmark", CLINIC, NOW, TODAY)
                planned = plan(acting, TODAY).planned

        load_schedule("cn")
        spent = _timed(work)
        print(
            f"{size:>9,} children (built in {built.clock:.0f} s), {planned:>6,} texts planned in {spent.clock:6.2f} s by the clock, "
            f"{spent.own:6.2f} s of own work; floor (read the due, write as many bare rows) {floor.clock:6.2f} and {floor.own:6.2f} s, "
            f"{spent.own / floor.own:4.1f} times",
            flush=True,
        )
        if send:
            _send(database, send, rate)
        database.close()
    return spent


def _timed(work: Any) -> Spent:
    start, own = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - start, time.process_time() - own)


def _send(database: Database, number: int, rate: int) -> None:
    """Two workers in processes of their own send through Twilio's SDK to the double of the tests, in a third; memory is told as it goes."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    double = context.Process(target=_serve_double, args=(theirs,), daemon=True)
    double.start()
    address = ours.recv()
    share = -(-number // WORKERS)
    told = (database.url, address, share, rate / WORKERS)
    start = time.perf_counter()
    with context.Pool(WORKERS) as pool:
        memory = pool.starmap(_work, [told] * WORKERS)
    spent = time.perf_counter() - start
    ours.send("how many")
    taken, twice = ours.recv()
    with database.reading() as session:
        sent = count_by_state(session)[MessageState.SENT]
    print(f"{sent:,} sent by {WORKERS} workers in {spent:.0f} s: {sent / spent:.0f} a second of {rate}; taken {taken:,}, twice {twice}")
    for worker, sizes in enumerate(memory, 1):
        print(f"   worker {worker}, MiB after each tenth: {' '.join(f'{size:.0f}' for size in sizes)}", flush=True)


def _serve_double(pipe: Any) -> None:
    sys.path.insert(0, str(ROOT))
    from tests.twilio_double import twilio_double

    with twilio_double(now=NOW, keeps_requests=False, delivers=False) as running:
        pipe.send(running.url)
        pipe.recv()
        numbers = [to for to, _ in running.taken()]
        pipe.send((len(numbers), len(numbers) - len(set(numbers))))


def _work(url: str, address: str, number: int, rate: float) -> list[float]:
    """One worker: so many texts at so many a second; returns its memory after each tenth."""
    from vaxcard.reminders.channels.twilio_sms import TwilioAccount, TwilioChannel

    database = open_database(url, Keyring(SECRETS))
    channel = TwilioChannel(TwilioAccount("AC" + "0" * 31 + "1", "an invented token", "+15005550006", None, address, "https://vaxcard.example"))
    sizes: list[float] = []
    start, done = time.perf_counter(), 0

    def pace() -> None:
        nonlocal done
        time.sleep(max(0.0, start + done / rate - time.perf_counter()))
        done += 1
        if done % max(1, number // 10) == 0:
            sizes.append(_memory())

    send_due(database, load_schedule("cn"), channel, NOW + timedelta(hours=1), edition_signed=True, limit=number, pace=pace)
    database.close()
    return sizes


def _memory() -> float:
    """What this process holds, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _floor(database: Database, due: int) -> None:
    """What nobody can do without: read the day's due rows, and write as many bare rows in one statement; then take them back."""
    with database.engine.connect() as connection:
        found = connection.execute(
            text("SELECT child_id FROM due_rows WHERE clinic_id = :clinic AND recommended = :day"), {"clinic": CLINIC.hex, "day": TODAY}
        ).all()
        assert len(found) == due
        bare = {"clinic_id": CLINIC, "guardian_id": _id(2, 0), "kind": "x", "one_a_day": True, "language": "zh", "send_on": TODAY}
        bare |= {"visit_on": TODAY, "body_sealed": b"x" * 120, "parts": 1, "state": "planned", "attempts": 0, "planned_at": NOW}
        rows = [{**bare, "changed_at": NOW, "id": UUID(int=n + 9), "family_key": n.to_bytes(16, "big")} for n in range(due)]
        connection.execute(insert(MessageRecord), rows)
        connection.rollback()


def _fill(database: Database, size: int, due: int) -> None:
    """Children with one guardian each; the first `due` of them are due today, the others in the years to come."""
    clinic = {"id": CLINIC, "name": "清河卫生服务中心", "name_key": "清河卫生服务中心", "phone": "0571-88880000"}
    clinic |= {"time_zone": "Asia/Shanghai", "language": "zh", "region": "CN", "schedule": "cn", "created_at": NOW}
    with database.writing() as session:
        session.execute(insert(ClinicRecord), [clinic])
        for start in range(0, size, BATCH):
            numbers = range(start, min(start + BATCH, size))
            for table, rows in _people(database.keyring, numbers, due):
                session.execute(insert(table), rows)


def _people(keyring: Keyring, numbers: Sequence[int], due: int) -> Iterator[tuple[type, list[dict[str, Any]]]]:
    keys = [keyring.new_person_key() for _ in numbers]
    people = list(zip(numbers, keys, strict=True))
    yield ChildRecord, [_child(keyring, number, key) for number, key in people]
    yield GuardianRecord, [_guardian(keyring, number, key) for number, key in people]
    yield Guardianship, [{"child_id": _id(1, number), "guardian_id": _id(2, number), "relation": "mother", "rank": 1} for number in numbers]
    yield DueRow, [row for number in numbers for row in _due_rows(number, due)]
    yield NextVisit, [_visit(number, due) for number in numbers]


def _id(kind: int, number: int) -> UUID:
    return UUID(int=(kind << 96) + number)


def _day(number: int, due: int) -> date:
    return TODAY if number < due else TODAY + timedelta(days=10 + number % 1500)


def _child(keyring: Keyring, number: int, key: bytes) -> dict[str, Any]:
    names = {"name_sealed": keyring.seal(key, f"云{number}", context("child.name", _id(1, number)))}
    names["display_name_sealed"] = keyring.seal(key, str(number), context("child.display-name", _id(1, number)))
    names["record_seal"] = b"x" * 32
    facts = {"display_name_confirmed": False, "sex": "female", "sign": "star", "state": "active", "is_sensitive": False, "version": 1}
    told = {"clinic_id": CLINIC, "person_key": key, "born_on": TODAY - timedelta(days=31), "registered_at": NOW}
    return {"id": _id(1, number), **names, **facts, **told}


def _guardian(keyring: Keyring, number: int, key: bytes) -> dict[str, Any]:
    phone = f"+86138{number:08}1"  # a digit more than a telephone has: none ends as the double's odd ones do
    sealed = {"phone_sealed": keyring.seal(key, phone, context("guardian.phone", _id(2, number)))}
    sealed["phone_key"] = keyring.index("phone", phone)
    return {"id": _id(2, number), "person_key": key, **sealed, "phone_can_be_texted": True, "agrees_to_texts": True, "registered_at": NOW}


def _due_rows(number: int, due: int) -> Iterator[dict[str, Any]]:
    for later, group in enumerate(GROUPS):
        day = _day(number, due) + timedelta(days=30 * later)
        dates = {"earliest": day, "recommended": day, "holds_until": day}
        facts = {"status": "not_complete", "is_optional": False, "is_due": day <= TODAY, "dose_number": 1, "vaccines": [group]}
        told = {"reasons": [], "edition": "x", "engine": "x", "record_version": 1}
        yield {"child_id": _id(1, number), "group": group, "clinic_id": CLINIC, **dates, **facts, **told}


def _visit(number: int, due: int) -> dict[str, Any]:
    day = _day(number, due)
    return {"child_id": _id(1, number), "clinic_id": CLINIC, "visit_on": day, "planned_on": day, "groups": ["HepB"], "kind": "computed"}


if __name__ == "__main__":
    main()
