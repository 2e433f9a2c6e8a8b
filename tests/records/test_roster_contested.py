"""Two children under one code: nobody knows whose a dose is, so nothing under the code is stored until it is repaired."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.records.roster_books import CODE, OTHER_CODE, Importer, book, child, counts, dose, numbers, roster
from vaxcard.records.database import Database
from vaxcard.records.doses import DoseRecord, doses_of
from vaxcard.records.people import ChildRecord
from vaxcard.records.roster import RosterReport
from vaxcard.records.search import child_by_identifier

THIRD_CODE = "110101000120240003"


@pytest.fixture
def importing(database: Database) -> Importer:
    return Importer(database)


def places(report: RosterReport) -> list[tuple[str, str, int]]:
    return [(entry.kind, entry.sheet, entry.row) for entry in report.entries]


def on_file(importing: Importer) -> tuple[int | None, int | None]:
    with importing.database.reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(table)) for table in (ChildRecord, DoseRecord))  # type: ignore[return-value]


def doses_under(importing: Importer, code: str) -> Sequence[str]:
    with importing.database.reading() as session:
        found = child_by_identifier(session, importing.database.keyring, code)
        assert found is not None
        return [each.vaccine for each in doses_of(session, found.id)]


@pytest.mark.parametrize(
    "other", [{"姓名": "林小满"}, {"出生日期": "2023-02-01"}, {"姓名": "林小满", "出生日期": "2023-02-01", "性别": "男"}]
)
def test_different_children_under_one_code_wait_with_all_their_doses(importing: Importer, tmp_path: Path, other: dict[str, Any]) -> None:
    third = child(THIRD_CODE, 姓名="海小明", 出生日期="2024-03-04", 联系电话="13900000007")
    doses = [dose(), dose(疫苗名称="卡介苗"), dose(THIRD_CODE)]
    faulty = roster(tmp_path / "r.xlsx", [child(), third, child(**other)], doses)
    rehearsed, report = importing(faulty, dry_run=True), importing(faulty)
    assert rehearsed.as_json() == report.as_json()
    assert counts(report) == {"children": numbers(stored=1, refused=2), "doses": numbers(stored=1, refused=2)}
    kind = "child-code-of-two-children"
    told = [(kind, "儿童信息", 2), (kind, "儿童信息", 4), (kind, "接种记录", 2), (kind, "接种记录", 3)]
    assert places(report) == told
    assert all(entry.details["rows"] == "2, 4" and entry.value == CODE for entry in report.entries)
    assert on_file(importing) == (1, 1)

    repaired = [dose(), dose(OTHER_CODE, 疫苗名称="卡介苗"), dose(THIRD_CODE)]
    again = importing(roster(tmp_path / "repaired.xlsx", [child(), third, child(OTHER_CODE, **other)], repaired))
    assert counts(again) == {"children": numbers(stored=2, unchanged=1), "doses": numbers(stored=2, unchanged=1)}
    assert (doses_under(importing, CODE), doses_under(importing, OTHER_CODE)) == (["HepB"], ["BCG"])


def test_three_children_under_one_code_are_all_named(importing: Importer, tmp_path: Path) -> None:
    people = [child(), child(姓名="林小满"), child(姓名="海小明", 出生日期="2023-02-01"), child(联系电话="13900000007")]
    report = importing(roster(tmp_path / "r.xlsx", people, [dose()]))
    kind = "child-code-of-two-children"
    found = [(entry.kind, entry.row) for entry in report.entries]
    assert found == [(kind, 2), (kind, 3), (kind, 4), ("the-same-child-twice", 5), (kind, 2)]
    assert on_file(importing) == (0, 0)


def test_a_flat_sheet_with_two_children_under_one_code_stores_neither(importing: Importer, tmp_path: Path) -> None:
    headings = ("儿童编码", "姓名", "出生日期", "建档单位", "疫苗名称", "接种日期")
    rows = [
        headings,
        (CODE, "云朵朵", "2024-03-05", "清河卫生院", "乙肝疫苗", "2024-03-05"),
        (CODE, "林小满", "2024-03-05", "清河卫生院", "卡介苗", "2024-03-06"),
        (OTHER_CODE, "海小明", "2024-03-05", "清河卫生院", "卡介苗", "2024-03-06"),
        (CODE, "云朵朵", "2024-03-05", "清河卫生院", "乙肝疫苗", "2024-04-06"),
    ]
    report = importing(book(tmp_path / "r.xlsx", {"导出": rows}))
    assert counts(report) == {"children": numbers(stored=1, refused=2), "doses": numbers(stored=1, refused=3)}
    assert [row for _, _, row in places(report)] == [2, 2, 3, 3, 5]  # child and dose share a row here
    assert doses_under(importing, OTHER_CODE) == ["BCG"]


def test_a_child_on_file_is_not_given_the_doses_of_two(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "first.xlsx", [child()], [dose()]))
    report = importing(roster(tmp_path / "second.xlsx", [child(), child(姓名="林小满")], [dose(), dose(疫苗名称="卡介苗")]))
    assert counts(report) == {"children": numbers(refused=2), "doses": numbers(refused=2)}
    assert on_file(importing) == (1, 1)


def test_a_dose_tied_by_a_number_that_two_children_share_waits(importing: Importer, tmp_path: Path) -> None:
    people = [
        ("儿童编码", "身份证号", "姓名", "出生日期", "建档单位"),
        (CODE, "110101199001010010", "云子轩", "2024-03-05", "清河卫生院"),
        (OTHER_CODE, "110101199001010010", "林小满", "2024-03-05", "清河卫生院"),
    ]
    doses = [("身份证号", "疫苗名称", "接种日期"), ("110101199001010010", "卡介苗", "2024-03-06")]
    report = importing(book(tmp_path / "r.xlsx", {"儿童": people, "接种": doses}))
    assert counts(report) == {"children": numbers(stored=2), "doses": numbers(refused=1)}
    assert [entry.kind for entry in report.entries] == ["identifier-of-another-child", "child-code-of-two-children"]
