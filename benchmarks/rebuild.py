"""A nation assessed again on all cores, on SQLite and PostgreSQL, beside a floor in the same run: read the same rows, write bare due rows.

python benchmarks/rebuild.py [CHILDREN] [--doses 20] [--on sqlite,postgresql] [--jobs 2]

Everybody follows the routine plan with delays, gaps and the odd early dose; all invented. The first rebuild finds no answers and writes
them all, as after an edition that changes every answer; the second, one day later, finds most as they were, as an edition usually leaves
them. The floor shares the same ranges out to as many processes. PostgreSQL is a throw-away server of its own, with a disk that is told to
keep nothing (see tests/postgres_cluster.py).
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, create_engine, delete, insert, select, text, update

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for the throw-away server that the tests share

from engine import Patient, one_child

from tests import postgres_cluster
from vaxcard.keyring import Keyring
from vaxcard.programme.rebuild import ranges_of, rebuild
from vaxcard.records.clinics import ClinicRecord
from vaxcard.records.database import Database, open_database, upgrade
from vaxcard.records.doses import DoseRecord, StoredEvaluation
from vaxcard.records.people import ChildRecord
from vaxcard.records.visits import DueRow, NextVisit
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.rules import Schedule

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
CLINIC = UUID(int=1)
BATCH = 2_000
DIFFERENT = 4_000  # histories, shared by everybody


class Spent(NamedTuple):
    """What a run took."""

    clock: float
    processor: float


def main() -> None:
    """Build a registry on each kind of database, and time the floor, a rebuild that writes everything and one that changes little."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("children", type=int, nargs="?", default=100_000)
    parser.add_argument("--doses", type=int, default=20, help="the fewest doses of a child")
    parser.add_argument("--on", default="sqlite,postgresql")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    told = parser.parse_args()
    for kind in told.on.split(","):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)  # the server's own account has to pass
            _measure(kind, _registry(kind, Path(folder)), told.children, told.doses, told.jobs)
            postgres_cluster.stop(Path(folder))


def _registry(kind: str, folder: Path) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder / 'registry.db'}"
    admin = create_engine(postgres_cluster.ensure_running(folder, os.getpid()), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE registry"))
    admin.dispose()
    return admin.url.set(database="registry").render_as_string(hide_password=False)


def _measure(kind: str, url: str, children: int, doses: int, jobs: int) -> None:
    upgrade(url)
    opener = partial(_open, url)
    database, schedule = opener()
    began = time.perf_counter()
    given = _fill(database, children, doses)
    print(f"{kind}: {children:,} children with {given / children:.1f} doses, filled in {time.perf_counter() - began:.0f} s", flush=True)
    _analyse(database)
    again = partial(rebuild, database, schedule, now=NOW, jobs=jobs, opener=opener)
    whole = _timed(lambda: again(today=TODAY))
    _analyse(database)
    unchanged = _timed(lambda: again(today=TODAY + timedelta(1)))
    floor = _timed(lambda: _floor(database, jobs, opener))
    for name, spent in (("every answer written", whole), ("one day later", unchanged)):
        print(
            f"{kind}: {name}: {spent.clock:.1f} s by the clock with {jobs} processes, {spent.processor / children * 1000:.2f} ms of "
            f"processor time a child ({spent.processor / children * 1e6 / 60 / jobs:.1f} min a million on {jobs} idle cores); "
            f"floor {floor.clock:.1f} s, {floor.processor / children * 1000:.2f} ms: {spent.processor / floor.processor:.1f} times",
            flush=True,
        )
    database.close()


def _open(url: str) -> tuple[Database, Schedule]:
    return open_database(url, Keyring({1: b"an invented secret for benchmarks only, number 1"})), load_schedule("cn")


def _timed(work: Callable[[], Any]) -> Spent:
    """Seconds by the clock, and of processor time in this process and those that it waited for (a server's own is not seen)."""
    clock, before = time.perf_counter(), sum(os.times()[:4])
    work()
    return Spent(time.perf_counter() - clock, sum(os.times()[:4]) - before)


def _analyse(database: Database) -> None:
    """What a server does by itself when rows have come; the throw-away one is told not to."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _floor(database: Database, jobs: int, opener: Callable[[], tuple[Database, Schedule]]) -> None:
    """What no rebuild can do without: everybody's rows read, a day on each child, as many bare due rows written (and taken out again)."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_open_there, initargs=(opener,)) as pool:
        for _ in pool.map(_floor_of, ranges_of(database)):
            pass


_opened: list[Database] = []


def _open_there(opener: Callable[[], tuple[Database, Schedule]]) -> None:
    _opened.append(opener()[0])


def _floor_of(ids: Sequence[UUID]) -> int:
    with _opened[0].reading() as session:
        found = {
            table: session.execute(select(*_read(table)).where(table.child_id.in_(ids))).all()
            for table in (DoseRecord, StoredEvaluation, NextVisit, DueRow)
        }
    bare = [{**row._mapping, "vaccines": [], "reasons": [], "vaccine_group": f"~{row.vaccine_group}"} for row in found[DueRow]]
    stamps = [{"child": each, "on": TODAY} for each in ids]
    with _opened[0].writing() as session:
        connection = session.connection()
        connection.execute(insert(DueRow.__table__), bare)
        connection.execute(update(ChildRecord).where(ChildRecord.id == bindparam("child")).values(assessed_on=bindparam("on")), stamps)
        connection.execute(delete(DueRow).where(DueRow.child_id.in_(ids), DueRow.group.startswith("~")))
    return len(ids)


def _read(table: Any) -> list[Any]:
    """The columns that are read, JSON as the text that it is."""
    return [column for column in table.__table__.columns if column.name not in {"reasons", "vaccines", "incidents", "groups", "mac"}]


def _fill(database: Database, children: int, fewest: int) -> int:
    clinic = {"id": CLINIC, "name": "清河卫生服务中心", "name_key": "清河卫生服务中心", "phone": "0571-88880000"}
    clinic |= {"time_zone": "Asia/Shanghai", "language": "zh", "region": "CN", "schedule": "cn", "created_at": NOW}
    invented, given = itertools.cycle(itertools.islice(_invented(random.Random(20), fewest), DIFFERENT)), 0
    with database.writing() as session:
        session.execute(insert(ClinicRecord), [clinic])
    for start in range(0, children, BATCH):
        people = list(zip(range(start, min(start + BATCH, children)), invented, strict=False))
        doses = [row for number, patient in people for row in _doses(number, patient)]
        with database.writing() as session:
            session.execute(insert(ChildRecord), [_child(database.keyring, number, patient) for number, patient in people])
            session.execute(insert(DoseRecord), doses)
        given += len(doses)
    return given


def _invented(chance: random.Random, fewest: int) -> Iterator[Patient]:
    """Children with at least so many doses."""
    while True:
        patient = one_child(chance)
        if len(patient[1].doses) >= fewest:
            yield patient


def _child(keyring: Keyring, number: int, patient: Patient) -> dict[str, Any]:
    facts = {"display_name_confirmed": False, "sign": "star", "state": "active", "is_sensitive": False, "version": 1}
    sealed = {"name_sealed": b"x" * 60, "display_name_sealed": b"x" * 60, "person_key": keyring.new_person_key(), "record_seal": b"x" * 32}
    told = {"clinic_id": CLINIC, "born_on": patient[0].born_on, "sex": patient[0].sex, "registered_at": NOW}
    return {"id": _id(1, number), **sealed, **facts, **told, "dose_count": len(patient[1].doses)}


def _doses(number: int, patient: Patient) -> Iterator[dict[str, Any]]:
    facts = {"status": "completed", "clinic_id": CLINIC, "source": "clinic", "incidents": [], "recorded_by": "x", "recorded_at": NOW}
    for dose in patient[1].doses:
        signed = {"content_hash": b"x" * 32, "number": dose.n, "mac": b"x" * 32}
        told = {"child_id": _id(1, number), "vaccine": dose.vaccine, "given_on": dose.given_on, "lot_number": "L2026"}
        yield {"id": _id(2, number * 64 + dose.n), **facts, **signed, **told}


def _id(kind: int, number: int) -> UUID:
    """Ids spread as those of a registry are."""
    return UUID(int=(number * 0x9E3779B97F4A7C15 % (1 << 64) << 64) + (kind << 60) + number)


if __name__ == "__main__":
    main()
