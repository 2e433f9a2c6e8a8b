"""How fast a clinic's workbook is imported and what memory that takes, beside the floor of reading the same rows alone.

python benchmarks/importing.py [--doses 10000,100000] [--dry-run]
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from uuid_utils.compat import uuid7

from vaxcard.keyring import Keyring
from vaxcard.records.database import open_database, upgrade
from vaxcard.records.roster import import_roster
from vaxcard.records.workbooks import open_workbook
from vaxcard.schedule.loader import load_schedule

NOW, TODAY = datetime(2026, 6, 20, 1, tzinfo=UTC), date(2026, 6, 20)
DOSES_A_CHILD = 20
GIVEN = (
    *(("乙肝疫苗", 0), ("卡介苗", 1), ("乙肝疫苗", 31), ("脊灰灭活疫苗", 62)),
    *(("百白破疫苗", 93), ("脊灰灭活疫苗", 94), ("百白破疫苗", 124)),
)
SURNAMES, GIVEN_NAMES = "云林海山田江石白", "明清风秀英杰安宁平和天地春夏秋冬"


def main() -> None:
    """Make workbooks of each size, then read and import each in a process of its own, so that each has its own peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--doses", default="10000,100000", help="rows of doses in each workbook")
    parser.add_argument("--dry-run", action="store_true", help="read and judge alone; store nothing")
    told = parser.parse_args()
    print(f"{'doses':>8} {'floor s':>9} {'floor MiB':>10} {'import s':>9} {'import MiB':>11} {'of the floor':>13}")
    with tempfile.TemporaryDirectory() as folder:
        for doses in (int(size) for size in told.doses.split(",")):
            path = _workbook(Path(folder) / f"{doses}.xlsx", doses)
            floor, floor_memory = _apart(_read, path, told.dry_run)
            whole, memory = _apart(_import, path, told.dry_run)
            print(f"{doses:>8} {floor:>9.1f} {floor_memory:>10.0f} {whole:>9.1f} {memory:>11.0f} {whole / floor:>12.1f}x", flush=True)


def _apart(work: Any, path: Path, dry_run: bool) -> tuple[float, float]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (work, path, dry_run))  # type: ignore[no-any-return]


def _measured(work: Any, path: Path, dry_run: bool) -> tuple[float, float]:
    """Seconds, and the peak of memory in MiB."""
    begun = time.perf_counter()
    work(path, dry_run)
    scale = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 2**20


def _read(path: Path, dry_run: bool) -> None:
    """The floor: every row twice, as the import reads them, and nothing done with them."""
    with open_workbook(path) as sheets:
        for _ in range(2):
            for sheet in sheets:
                for _row in sheet.rows():
                    pass


def _import(path: Path, dry_run: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'registry.db'}"
        upgrade(url)
        database = open_database(url, Keyring({1: b"an invented secret for benchmarks only, number 1"}))
        told = {"time_zone": "Asia/Shanghai", "language": "zh", "region": "CN", "dry_run": dry_run}
        schedule = load_schedule("cn")
        report = import_roster(database, schedule, path, now=NOW, today=TODAY, actor="system:benchmark", new_id=uuid7, **told)
        assert report.doses.refused == 0, report.entries[:3]
        database.close()


def _workbook(path: Path, doses: int) -> Path:
    book = openpyxl.Workbook(write_only=True)
    children, given = book.create_sheet("儿童信息"), book.create_sheet("接种记录")
    children.append(("儿童编码", "姓名", "性别", "出生日期", "监护人", "联系电话", "建档单位"))
    given.append(("儿童编码", "疫苗名称", "接种日期", "疫苗批号", "有效期", "接种部位", "接种单位"))
    for number in range(doses // DOSES_A_CHILD):
        code, born = f"1101010001{number:08}", date(2022, 1, 1) + timedelta(days=number % 900)
        name = SURNAMES[number % 8] + GIVEN_NAMES[number // 8 % 16] + GIVEN_NAMES[number // 128 % 16]
        children.append((code, name, "女", born, f"云{GIVEN_NAMES[number % 16]}莲", f"139{number:08}", "清河卫生服务中心"))
        for row in _doses(code, born):
            given.append(row)
    book.save(path)
    return path


def _doses(code: str, born: date) -> Iterator[tuple[Any, ...]]:
    for number in range(DOSES_A_CHILD):
        vaccine, days = GIVEN[number % len(GIVEN)]
        given_on = born + timedelta(days=days + number // len(GIVEN) * 200)
        yield code, vaccine, given_on, f"L{number}", given_on + timedelta(days=300), None, "清河卫生服务中心"


if __name__ == "__main__":
    main()
