"""How the day's texts are planned as a registry grows: two registries with equally many families due, and a floor timed in the same run.

python benchmarks/sweep.py [--due 2000] [--sizes 10000,100000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from vaxcard.keyring import Keyring
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ClinicRecord
from vaxcard.records.database import Database, open_database, upgrade
from vaxcard.records.messages import MessageRecord
from vaxcard.records.people import ChildRecord, GuardianRecord, Guardianship
from vaxcard.records.visits import DueRow, NextVisit
from vaxcard.reminders.planning import plan
from vaxcard.schedule.loader import load_schedule

TODAY = date(2026, 6, 20)
NOW = datetime(2026, 6, 20, 1, tzinfo=UTC)
CLINIC = UUID(int=1)
BATCH = 5_000
GROUPS = ("HepB", "Polio", "DTaP", "MMR")


def main() -> None:
    """Build both registries, plan a day in each, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--due", type=int, default=2_000, help="families due on the day, in every registry")
    parser.add_argument("--sizes", default="10000,100000", help="children registered")
    told = parser.parse_args()
    times = [_measure(size, told.due) for size in (int(size) for size in told.sizes.split(","))]
    print(f"ratio of the largest registry to the smallest at equal due: {times[-1] / times[0]:.2f} (to reach: at most 1.2)")


def _measure(size: int, due: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'registry.db'}"
        upgrade(url)
        database = open_database(url, Keyring({1: b"an invented secret for benchmarks only, number 1"}))
        _fill(database, size, due)
        floor = _timed(lambda: _floor(database, due))
        planned = 0

        def work() -> None:
            nonlocal planned
            with database.writing() as session:
                acting = Acting(session, database.keyring, load_schedule("cn"), "system:benchmark", CLINIC, NOW, TODAY)
                planned = plan(acting, TODAY).planned

        load_schedule("cn")
        spent = _timed(work)
        database.close()
    print(
        f"{size:>9,} children, {planned:>6,} texts planned in {spent:6.2f} s: {planned / spent:8,.0f} a second; "
        f"floor (read the due, write as many bare rows) {floor:6.2f} s, {spent / floor:4.1f} times"
    )
    return spent


def _timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


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
    names = {"name_sealed": keyring.seal(key, f"云{number}", "child.name")}
    names["display_name_sealed"] = keyring.seal(key, str(number), "child.display-name")
    facts = {"display_name_confirmed": False, "sex": "female", "sign": "star", "state": "active", "is_sensitive": False, "version": 1}
    told = {"clinic_id": CLINIC, "person_key": key, "born_on": TODAY - timedelta(days=31), "registered_at": NOW}
    return {"id": _id(1, number), **names, **facts, **told}


def _guardian(keyring: Keyring, number: int, key: bytes) -> dict[str, Any]:
    phone = f"+86139{number:08}"
    sealed = {"phone_sealed": keyring.seal(key, phone, "guardian.phone"), "phone_key": keyring.index("phone", phone)}
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
