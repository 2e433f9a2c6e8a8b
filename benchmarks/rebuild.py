"""A nation assessed again on all cores, on SQLite and PostgreSQL, beside a floor in the same run: read the same rows, write bare due rows.

python benchmarks/rebuild.py [CHILDREN] [--doses 20] [--on sqlite,postgresql] [--jobs 2]

Everybody follows the routine plan, all invented (see registry.py). The first rebuild finds no answers and writes
them all, as after an edition that changes every answer; the second, one day later, finds most as they were, as an edition usually leaves
them. The floor shares the same ranges out to as many processes. PostgreSQL is a throw-away server of its own, with a disk that is told to
keep nothing (see tests/postgres_cluster.py).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import registry
from sqlalchemy import bindparam, delete, insert, select, update

from tests import postgres_cluster
from vaxcard.programme.rebuild import ranges_of, rebuild
from vaxcard.records.database import Database, open_database, upgrade
from vaxcard.records.doses import DoseRecord, StoredEvaluation
from vaxcard.records.people import ChildRecord
from vaxcard.records.visits import DueRow, NextVisit
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.rules import Schedule

TODAY = date(2026, 11, 24)


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
            _measure(kind, registry.database_at(kind, Path(folder)), told.children, told.doses, told.jobs)
            postgres_cluster.stop(Path(folder))


def _measure(kind: str, url: str, children: int, doses: int, jobs: int) -> None:
    upgrade(url)
    opener = partial(_open, url)
    database, schedule = opener()
    began = time.perf_counter()
    given = registry.fill(database, children, fewest=doses, kept=False)
    print(f"{kind}: {children:,} children with {given / children:.1f} doses, filled in {time.perf_counter() - began:.0f} s", flush=True)
    registry.analyse(database)
    again = partial(rebuild, database, schedule, now=registry.NOW, jobs=jobs, opener=opener)
    whole = _timed(lambda: again(today=TODAY))
    registry.analyse(database)
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
    return open_database(url, registry.keyring()), load_schedule("cn")


def _timed(work: Callable[[], Any]) -> Spent:
    """Seconds by the clock, and of processor time in this process and those that it waited for (a server's own is not seen)."""
    clock, before = time.perf_counter(), sum(os.times()[:4])
    work()
    return Spent(time.perf_counter() - clock, sum(os.times()[:4]) - before)


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


if __name__ == "__main__":
    main()
