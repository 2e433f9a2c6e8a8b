"""The counter under load: cards scanned and doses recorded at the real server, beside two floors on the same server in the same run.

python benchmarks/scan.py [CHILDREN] [--on sqlite,postgresql] [--rounds 5] [--seconds 3] [--keep FOLDER]

The floors are an empty JSON route and a route of two Core selects and jsonify; only this program mounts them. Requests a second are what
16 connections get answered; p50 and p99 are of an open loop at a fixed rate. The load generator shares the processor with the server.
PostgreSQL is a throw-away server of its own that keeps what it confirms, as SQLite does here. `--keep` leaves a registry for the next run.
A child is given one dose a day: where children run out a row ends early, and an endless p99 says that none was left.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import registry
from flask import Flask, jsonify, request
from load import Told, as_fast_as_answered, at_rate, get, post
from sqlalchemy import select

from tests import postgres_cluster
from vaxcard.api.service import service
from vaxcard.cli import serving
from vaxcard.keyring import Keyring
from vaxcard.records.database import open_database, upgrade
from vaxcard.records.doses import DoseRecord
from vaxcard.records.issued_cards import CardRecord
from vaxcard.records.people import ChildRecord
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import DoseAdministered
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.outcomes import EvaluationStatus

DRAWN = 20_000  # children whose cards are scanned, drawn at random
SCANS_A_SECOND, DOSES_A_SECOND = 200, 130
_CHILD = [column for column in ChildRecord.__table__.columns if column.type.python_type is not bytes]
_DOSE = [column for column in DoseRecord.__table__.columns if column.type.python_type is not bytes]


def main() -> None:
    """Build a registry on each kind of database, serve it, and print what the counter's doors take and what their floors take."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("children", type=int, nargs="?", default=100_000)
    parser.add_argument("--on", default="sqlite,postgresql")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each measurement")
    parser.add_argument("--keep", type=Path, help="a folder in which the registry on SQLite stays for the next run")
    parser.add_argument("--serve", type=int, metavar="PORT", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.serve:
        return _serve(told.serve)
    for kind in told.on.split(","):
        with _registry(kind, told.children, told.keep) as url:
            asking = Asking(told.children, _given_today(url))
            with _served(url) as (port, server):
                _measure(kind, port, server, asking, told.rounds, told.seconds)


@contextmanager
def _registry(kind: str, children: int, keep: Path | None) -> Iterator[str]:
    """A filled registry's address."""
    with tempfile.TemporaryDirectory() as made:
        folder = keep if keep and kind == "sqlite" else Path(made)
        if (folder / "registry.db").exists():
            yield f"sqlite:///{folder / 'registry.db'}"
            return
        folder.mkdir(exist_ok=True)
        url = registry.database_at(kind, folder, durable=True)
        upgrade(url)
        database, began = open_database(url, registry.keyring()), time.perf_counter()
        given = registry.fill(database, children)
        registry.analyse(database)
        database.close()
        took = time.perf_counter() - began
        print(f"{kind}: {children:,} children, {given / children:.1f} doses each, filled in {took:.0f} s", flush=True)
        yield url
        postgres_cluster.stop(folder)


def _given_today(url: str) -> set[UUID]:
    """Who was given a dose by an earlier run on the same registry."""
    upgrade(url)
    database = open_database(url, registry.keyring())
    clinics = [registry.clinic_row(number)["id"] for number in range(registry.CLINICS)]
    with database.reading() as session:
        given = select(DoseRecord.child_id).where(DoseRecord.clinic_id.in_(clinics), DoseRecord.given_on == _today())
        found = set(session.scalars(given))
    database.close()
    return found


def _today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


@contextmanager
def _served(url: str) -> Iterator[tuple[int, int]]:
    """`vaxcard serve` with the floors mounted, in a process of its own; its port and number."""
    settings = {"VAXCARD_DATABASE_URL": url, "VAXCARD_SECRET_KEY": registry.SECRET, "VAXCARD_PUBLIC_URL": "HTTP://127.0.0.1:8000"}
    port = random.randrange(20_000, 32_000)
    command = [sys.executable, __file__, "--serve", str(port)]
    with tempfile.TemporaryDirectory() as folder, open(Path(folder) / "log", "w") as log:
        server = subprocess.Popen(command, env={**os.environ, **settings}, cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert server.stdout is not None
            if not any(line.strip() == "ready" for line in server.stdout):
                raise SystemExit("the server did not start")
            yield port, server.pid
        finally:
            server.terminate()
            server.wait()


def _serve(port: int) -> None:
    real = serving.create_app

    def with_floors(*given: object) -> Flask:
        app = real(*given)  # type: ignore[arg-type]
        app.add_url_rule("/floor/empty", view_func=_empty)
        app.add_url_rule("/floor/two", view_func=_two)
        return app

    serving.create_app = with_floors  # type: ignore[assignment]
    serving.serve(["--port", str(port)])


def _empty() -> object:
    return jsonify({})


def _two() -> object:
    """The child of a card and its doses, as two Core selects bring them."""
    token = Keyring.token_hash(request.args["code"])
    with service().database.engine.connect() as connection:
        found = select(*_CHILD).join_from(CardRecord, ChildRecord, CardRecord.child_id == ChildRecord.id)
        child = connection.execute(found.where(CardRecord.token_hash == token)).one()
        doses = connection.execute(select(*_DOSE).where(DoseRecord.child_id == child.id)).all()
    return jsonify({"child": dict(child._mapping), "doses": [dict(dose._mapping) for dose in doses]})


class Asking:
    """The requests of a run: scans of cards drawn at random, and doses that are due, each for another child."""

    def __init__(self, children: int, given: Collection[UUID] = ()) -> None:
        self.keyring, self.children, self.chance = registry.keyring(), children, random.Random(7)
        self.due, self.next_id = self._due(set(given)), itertools.count(int(time.time() * 1000) << 80)

    def scans(self, clinic: int | None = None) -> Iterator[bytes]:
        """Cards at the clinics of their children, or at one."""
        drawn = [self._at(self.chance.randrange(self.children), clinic) for _ in range(min(DRAWN, self.children))]
        return itertools.cycle([self._scan(number) for number in drawn])

    def floor(self) -> Iterator[bytes]:
        """As many cards at the floor of two selects."""
        drawn = [self.chance.randrange(self.children) for _ in range(min(DRAWN, self.children))]
        return itertools.cycle([get(f"/floor/two?code={self._token(number)}") for number in drawn])

    def doses(self, clinic: int | None = None) -> Iterator[bytes]:
        """Doses that are due today; a child is taken once in a run."""
        for number, vaccine, day in self.due[clinic]:
            site = {} if load_schedule("cn").vaccines[vaccine].route == "oral" else {"site": "left-arm"}
            body = {"id": str(UUID(int=next(self.next_id))), "vaccine": vaccine, "given_on": day, "lot_number": "L2026", **site}
            path = f"/api/v1/children/{registry.child_id(number)}/doses"
            yield post(path, json.dumps(body).encode(), registry.api_key(number % registry.CLINICS))

    def _at(self, number: int, clinic: int | None) -> int:
        return number if clinic is None else number - number % registry.CLINICS + clinic

    def _token(self, number: int) -> str:
        return self.keyring.card_token(registry.card_id(number), 1)

    def _scan(self, number: int) -> bytes:
        body = json.dumps({"code": f"HTTP://127.0.0.1:8000/C/{self._token(number)}"}).encode()
        return post("/api/v1/scans", body, registry.api_key(number % registry.CLINICS))

    def _due(self, given: set[UUID]) -> dict[int | None, Iterator[tuple[int, str, str]]]:
        """The children who are owed a dose of the programme today, in a random order: those of clinic 0, and those of all others."""
        today = _today()
        owed = {number: vaccine for number, patient in enumerate(registry.histories(20)) if (vaccine := _owed(patient, today))}
        told = [(number, owed[alike], today.isoformat()) for number in range(self.children) if (alike := number % registry.ALIKE) in owed]
        told = [each for each in told if not given or registry.child_id(each[0]) not in given]
        self.chance.shuffle(told)
        of_one = [each for each in told if each[0] % registry.CLINICS == 0]
        return {0: iter(of_one), None: iter([each for each in told if each[0] % registry.CLINICS])}


def _owed(patient: registry.Patient, today: date) -> str | None:
    """A vaccine of the programme that is due today and would count, if there is one."""
    schedule, (child, history) = load_schedule("cn"), patient
    found = assess(schedule, child, history, today)
    for each in found.forecasts:
        if each.group in found.due_now and not each.optional and each.needs is None:
            tried = DoseAdministered(len(history.doses) + 1, today, each.vaccines[0])
            after = assess(schedule, child, replace(history, doses=(*history.doses, tried)), today)
            if any(one.n == tried.n and one.status == EvaluationStatus.VALID for one in after.evaluations):
                return each.vaccines[0]
    return None


def _measure(kind: str, port: int, server: int, asking: Asking, rounds: int, seconds: float) -> None:
    empty, two = partial(itertools.cycle, [get("/floor/empty")]), "two Core selects and jsonify"
    fast: dict[str, Callable[[], Iterator[bytes]]] = {
        "an empty JSON route": empty,
        two: asking.floor,
        "scan": asking.scans,
        "scan, one clinic alone": partial(asking.scans, 0),
        "a dose recorded": asking.doses,
        "a dose, one clinic alone": partial(asking.doses, 0),
    }
    rates: dict[str, list[float]] = {name: [] for name in fast}
    costs: dict[str, list[float]] = {name: [] for name in fast}
    for _ in range(rounds):
        for name, requests in fast.items():
            before = _processor(server)
            told = _good(name, as_fast_as_answered(port, requests(), seconds))
            rates[name].append(told.rate)
            costs[name].append((_processor(server) - before) / max(len(told.seconds), 1) * 1000)
    for name in fast:
        share = statistics.median(rate / floor for rate, floor in zip(rates[name], rates[two], strict=True))
        cost, floor = statistics.median(costs[name]), statistics.median(costs[two])
        print(
            f"{kind}: {name}: {max(rates[name]):,.0f} a second at best, {share:.0%} of two selects (median); the server's process "
            f"{cost:.2f} ms each, {cost / floor:.1f} times two selects; load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    _measure_at_rate(kind, port, {name: fast[name] for name in fast if name != two}, rounds, seconds)


def _measure_at_rate(kind: str, port: int, asked: dict[str, Callable[[], Iterator[bytes]]], rounds: int, seconds: float) -> None:
    for name, requests in asked.items():
        rate = DOSES_A_SECOND if "dose" in name else SCANS_A_SECOND
        runs = [_good(name, at_rate(port, requests(), rate, seconds)) for _ in range(rounds)]
        best = min(runs, key=lambda run: run.percentile(0.99))
        print(f"{kind}: {name} at {rate} a second: p50 {best.percentile(0.5):.1f} ms, p99 {best.percentile(0.99):.1f} ms", flush=True)


def _processor(process: int) -> float:
    """Seconds of processor time that a process has had; a database server's own are not among them."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _good(name: str, told: Told) -> Told:
    wrong = {status: count for status, count in told.statuses.items() if status not in (200, 201)}
    if wrong:
        raise SystemExit(f"{name}: {wrong}")
    return told


if __name__ == "__main__":
    main()
