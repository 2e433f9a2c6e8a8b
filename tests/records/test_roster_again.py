"""Importing again: what is on file is compared, what differs waits for a person, and nothing is written over."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.records.roster_books import CODE, NOW, Importer, child, counts, crowd, dose, kinds, numbers, roster
from vaxcard.records import audit, registry
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import all_clinics
from vaxcard.records.database import Database
from vaxcard.records.doses import DoseForm, DoseRecord, doses_of
from vaxcard.records.people import ChildRecord, GuardianRecord
from vaxcard.records.review import ImportBatch, ReviewItem, open_items
from vaxcard.records.search import child_by_identifier
from vaxcard.records.visits import due_rows_of
from vaxcard.schedule.loader import load_schedule

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def importing(database: Database) -> Importer:
    return Importer(database)


def known(importing: Importer) -> ChildRecord:
    with importing.database.reading() as session:
        found = child_by_identifier(session, importing.database.keyring, CODE)
        assert found is not None
        return found


def waiting(importing: Importer) -> list[ReviewItem]:
    with importing.database.reading() as session:
        return open_items(session, known(importing).id)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"性别": "男"}, "sex"),
        ({"联系电话": "13900000008"}, "guardian_phone"),
        ({"监护人": "林大海"}, "guardian_name"),
        ({"建档单位": "柳溪卫生院"}, "clinic"),
    ],
)
def test_a_child_that_differs_waits_under_review_and_its_doses_come_in(
    importing: Importer, tmp_path: Path, told: dict[str, Any], field: str
) -> None:
    importing(roster(tmp_path / "first.xlsx", [child()], [dose()]))
    second = roster(tmp_path / "second.xlsx", [child(**told)], [dose(), dose(接种日期="2024-04-08", 剂次=2)])
    rehearsed, report = importing(second, dry_run=True), importing(second)
    assert rehearsed.as_json() == report.as_json()
    assert counts(report) == {"children": numbers(refused=1), "doses": numbers(stored=1, unchanged=1)}
    assert (kinds(report), report.entries[0].details["fields"]) == (["differs-from-the-record"], (field,))
    importing(second)
    (item,) = waiting(importing)
    assert (item.kind, item.sheet, item.row, item.fields) == ("child-differs", "儿童信息", 2, [field])


@pytest.mark.parametrize(("told", "field"), [({"姓名": "林小满"}, "name"), ({"出生日期": "2024-03-01"}, "born_on")])
def test_doses_of_what_may_be_another_child_wait_with_it(importing: Importer, tmp_path: Path, told: dict[str, Any], field: str) -> None:
    importing(roster(tmp_path / "first.xlsx", [child()], [dose()]))
    report = importing(roster(tmp_path / "second.xlsx", [child(**told)], [dose(接种日期="2024-04-08", 剂次=2)]))
    assert counts(report) == {"children": numbers(refused=1), "doses": numbers(refused=1)}
    assert [entry.details["fields"] for entry in report.entries] == [(field,)]
    record = known(importing)
    assert (record.name(importing.database.keyring), record.born_on) == ("云朵朵", date(2024, 3, 5))


def test_a_dose_that_differs_is_neither_added_nor_written_over(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "first.xlsx", [child()], [dose()]))
    report = importing(roster(tmp_path / "second.xlsx", [child()], [dose(疫苗批号="202499999")]))
    assert counts(report) == {"children": numbers(unchanged=1), "doses": numbers(refused=1)}
    (entry,) = report.entries
    assert (entry.column, entry.value, entry.problem()) == ("疫苗批号", "202499999", "the row differs from the record in: lot number")
    (item,) = waiting(importing)
    keyring = importing.database.keyring
    assert json.loads(keyring.unseal(known(importing).person_key, item.values_sealed, "review.values")) == {"lot_number": "202499999"}
    with importing.database.reading() as session:
        assert [given.lot_number for given in doses_of(session, known(importing).id)] == ["202401001"]


def test_what_a_row_leaves_blank_is_no_difference(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "first.xlsx", [child()], [dose()]))
    bare = dose(疫苗批号="202401001", 有效期=None, 生产企业=None, 追溯码=None, 接种部位=None, 接种人员=None, 剂次=None, 接种单位=None)
    report = importing(roster(tmp_path / "second.xlsx", [child(性别=None, 监护人=None, 联系电话=None)], [bare]))
    assert (kinds(report), counts(report)["doses"]) == ([], numbers(unchanged=1))


def test_a_dose_declared_an_error_does_not_come_back(importing: Importer, tmp_path: Path) -> None:
    path = roster(tmp_path / "r.xlsx", [child()], [dose()])
    importing(path)
    record = known(importing)
    with importing.database.writing() as session:
        (given,) = doses_of(session, record.id)
        acting = Acting(session, importing.database.keyring, load_schedule("cn"), "staff:1", record.clinic_id, NOW, importing.today)
        registry.void_dose(acting, record.id, given.id, importing.new_id(), seen_version=record.version, reason="another child's")
    report = importing(path)
    assert (kinds(report), counts(report)["doses"]) == (["differs-from-the-record"], numbers(refused=1))
    with importing.database.reading() as session:
        assert doses_of(session, record.id) == []


def test_a_dose_recorded_at_the_counter_is_not_added_again(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "first.xlsx", [child()]))
    record = known(importing)
    with importing.database.writing() as session:
        acting = Acting(session, importing.database.keyring, load_schedule("cn"), "staff:1", record.clinic_id, NOW, importing.today)
        form = DoseForm(importing.new_id(), "HepB", date(2024, 3, 5), lot_number="202401001", happened="transcribed")
        registry.record_dose(acting, record.id, form)
    report = importing(roster(tmp_path / "second.xlsx", [child()], [(*dose()[:5], *[None] * 7)]))
    assert counts(report)["doses"] == numbers(refused=1)
    assert report.entries[0].details["fields"] == ("stated_number",)


def test_a_dose_given_after_expiry_is_kept_with_the_incident(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "r.xlsx", [child()], [dose(有效期="2024-03-04")]))
    with importing.database.reading() as session:
        (given,) = doses_of(session, known(importing).id)
        assert given.incidents == ["expired"]


def test_brothers_and_sisters_share_a_guardian(importing: Importer, tmp_path: Path) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child(), child("110101000120260009", 姓名="云苗苗", 出生日期="2026-01-05")]))
    assert kinds(report) == []
    with importing.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(GuardianRecord)) == 1


def test_a_clinic_that_takes_in_children_again_holds_its_old_arrears_back_again(importing: Importer, tmp_path: Path) -> None:
    path = roster(tmp_path / "first.xlsx", [child()])
    importing(path)
    with importing.database.writing() as session:
        all_clinics(session)[0].backlog_released_at = NOW
    importing(path)
    with importing.database.reading() as session:
        assert all_clinics(session)[0].backlog_released_at is not None
    importing(roster(tmp_path / "second.xlsx", [child("110101000120260009", 姓名="林小满")]))
    with importing.database.reading() as session:
        assert all_clinics(session)[0].backlog_released_at is None


def test_progress_is_told_up_to_the_last_row(importing: Importer, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    importing(crowd(tmp_path / "r.xlsx", 30), progress=lambda done, total: told.append((done, total)))
    assert told == [(100, 120), (120, 120)]


# Killed, and run twice at once


def test_two_imports_at_once_store_everything_once(database: Database, tmp_path: Path) -> None:
    path = crowd(tmp_path / "r.xlsx", 60)
    importing = Importer(database)
    reports: list[Any] = []
    threads = [threading.Thread(target=lambda: reports.append(importing(path))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kinds(report) for report in reports) == [[], []]
    assert sum(report.children.stored for report in reports) == 60
    assert sum(report.doses.unchanged for report in reports) == 180
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ChildRecord)) == 60
        assert session.scalar(select(func.count()).select_from(DoseRecord)) == 180
        assert audit.verify(session, database.keyring) == []


_IMPORT = """
import os, signal, sys
from pathlib import Path
from tests.conftest import TEST_SECRETS
from tests.records.roster_books import Importer
from vaxcard.keyring import Keyring
from vaxcard.records.database import open_database
from uuid_utils.compat import uuid7

class Dying(Importer):
    def new_id(self):
        self.made = getattr(self, "made", 0) + 1
        if self.made == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
        return uuid7()

Dying(open_database(sys.argv[1], Keyring(TEST_SECRETS)))(Path(sys.argv[2]))
"""


@pytest.mark.parametrize(("ids_made", "whole"), [(2, 0), (100, 0), (200, 25), (340, 50)])
def test_a_killed_import_leaves_whole_children_and_can_be_run_again(
    database: Database, database_url: str, tmp_path: Path, ids_made: int, whole: int
) -> None:
    path = crowd(tmp_path / "r.xlsx", 70)
    command = [sys.executable, "-c", _IMPORT, database_url, str(path), str(ids_made)]
    killed = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with database.reading() as session:
        there = list(session.scalars(select(ChildRecord)))
        assert all(due_rows_of(session, record.id) for record in there)
        assert audit.verify(session, database.keyring) == []
        assert session.scalars(select(ImportBatch.finished_at)).all() in ([None], [])
    assert len(there) == whole
    report = Importer(database)(path)
    assert (kinds(report), counts(report)) == (
        [],
        {"children": numbers(stored=70 - whole, unchanged=whole), "doses": numbers(stored=210 - 3 * whole, unchanged=3 * whole)},
    )
