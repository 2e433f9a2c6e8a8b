"""Sheets with a column for each dose: read, or refused before a child is stored without the doses that stand beside it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.records.roster_books import CODE, OTHER_CODE, Importer, book, counts, kinds, numbers
from vaxcard.errors import InputFault
from vaxcard.records.database import Database
from vaxcard.records.doses import DoseRecord, doses_of
from vaxcard.records.people import ChildRecord
from vaxcard.records.search import child_by_identifier

WHO = ("儿童编码", "姓名", "性别", "出生日期", "建档单位")
CHILD = (CODE, "云朵朵", "女", datetime(2024, 3, 5), "清河卫生院")
OTHER = (OTHER_CODE, "林小满", "男", datetime(2024, 3, 6), "清河卫生院")


@pytest.fixture
def importing(database: Database) -> Importer:
    return Importer(database)


def given(importing: Importer, code: str = CODE) -> list[tuple[str, date, int | None, str | None]]:
    with importing.database.reading() as session:
        found = child_by_identifier(session, importing.database.keyring, code)
        assert found is not None
        return [(dose.vaccine, dose.given_on, dose.stated_number, dose.lot_number) for dose in doses_of(session, found.id)]


def test_a_column_for_each_dose_is_read(importing: Importer, tmp_path: Path) -> None:
    rows = [
        (*WHO, "乙肝1", "乙肝第二针", "卡介苗", "A群流脑疫苗（第1剂）", "HPV疫苗1"),
        (*CHILD, datetime(2024, 3, 5), "2024.4.6", 45357, None, None),
        (*OTHER, "2024-03-06", None, "2024年3月7日", "2024-09-10", None),
    ]
    path = book(tmp_path / "r.xlsx", {"名册": rows})
    rehearsed, report = importing(path, dry_run=True), importing(path)
    assert rehearsed.as_json() == report.as_json()
    assert (kinds(report), counts(report)) == ([], {"children": numbers(stored=2), "doses": numbers(stored=6)})
    assert given(importing) == [
        ("HepB", date(2024, 3, 5), 1, None),
        ("BCG", date(2024, 3, 6), None, None),
        ("HepB", date(2024, 4, 6), 2, None),
    ]
    assert [vaccine for vaccine, *_ in given(importing, OTHER_CODE)] == ["HepB", "BCG", "MPSV-A"]
    assert counts(importing(path)) == {"children": numbers(unchanged=2), "doses": numbers(unchanged=6)}


@pytest.mark.parametrize(
    "headings",
    [
        [(*WHO, "卡介苗接种日期", "卡介苗批号", "乙肝1接种日期", "乙肝1批号", "乙肝2日期", "乙肝2批号")],
        [(*WHO, "卡介苗日期", "卡介苗疫苗批号", "乙肝疫苗第1剂日期", "乙肝疫苗第1剂批号", "乙肝疫苗第2剂日期", "乙肝疫苗第2剂批号")],
        [(*WHO, "BCG date", "BCG lot number", "HepB dose 1", "HepB 1 lot", "HepB-2 date given", "HepB-2 batch no.")],
        [(*WHO, "卡介苗", None, "乙肝1", None, "乙肝2", None), (*[None] * 5, "接种日期", "批号", "接种日期", "批号", "接种日期", "批号")],
        [
            (*[None] * 5, "卡介苗", None, "乙肝（第一针）", None, "乙肝（第二针）", None),
            (*WHO, "日期", "批号", "日期", "批号", "日期", "批号"),
        ],
        [
            ("儿童信息", *[None] * 4, "卡介苗", None, "乙肝疫苗", None, None, None),
            (*[None] * 5, "第1剂", None, "第1剂", None, "第2剂", None),
            (*WHO, "日期", "批号", "日期", "批号", "日期", "批号"),
        ],
    ],
)
def test_dates_and_lots_side_by_side_are_read(importing: Importer, tmp_path: Path, headings: list[tuple[Any, ...]]) -> None:
    row = (*CHILD, "2024-03-06", "B1", "2024-03-05", "H1", "2024-04-06", "H2")
    report = importing(book(tmp_path / "r.xlsx", {"名册": [*headings, row]}))
    assert (kinds(report), counts(report)) == ([], {"children": numbers(stored=1), "doses": numbers(stored=3)})
    told = [(vaccine, on, lot) for vaccine, on, _, lot in given(importing)]
    assert told == [("HepB", date(2024, 3, 5), "H1"), ("BCG", date(2024, 3, 6), "B1"), ("HepB", date(2024, 4, 6), "H2")]


def test_one_dose_that_cannot_be_read_is_told_with_its_column(importing: Importer, tmp_path: Path) -> None:
    rows = [
        (*WHO, "卡介苗", "乙肝1", "乙肝1批号", "乙脑1"),
        (*CHILD, "3月6日", "2024-03-05", None, "2024-12-01"),
        (*OTHER, "拒种", "/", None, None),
    ]
    report = importing(book(tmp_path / "r.xlsx", {"名册": rows}))
    assert counts(report) == {"children": numbers(stored=2), "doses": numbers(stored=1, refused=2)}
    assert sorted((entry.kind, entry.row, entry.column) for entry in report.entries) == [
        ("date-without-a-year", 2, "卡介苗"),
        ("lot-number-missing", 2, "乙肝1批号"),
        ("vaccine-name-not-known", 2, "乙脑1"),
    ]
    assert report.left_out["not-given"] == 1


def test_a_sheet_of_doses_side_by_side_may_stand_beside_one_of_children(importing: Importer, tmp_path: Path) -> None:
    sheets = {"儿童": [WHO, CHILD], "接种": [("儿童编码", "姓名", "卡介苗", "麻腮风1"), (CODE, "云朵朵", "2024-03-06", "2024-11-08")]}
    report = importing(book(tmp_path / "r.xlsx", sheets))
    assert (kinds(report), counts(report)["doses"]) == ([], numbers(stored=2))


@pytest.mark.parametrize("heading", ["乙肝疫苗首针(产院)", "卡介苗接种情况说明", "乙肝A", "麻腮风补种"])
def test_doses_under_headings_that_cannot_be_read_stop_the_whole_import(importing: Importer, tmp_path: Path, heading: str) -> None:
    rows = [(*WHO, heading, "乙肝2"), (*CHILD, "2024-03-05", "2024-04-06")]
    with pytest.raises(InputFault) as refused:
        importing(book(tmp_path / "r.xlsx", {"名册": rows}))
    assert heading in str(refused.value) and "名册" in str(refused.value)
    with importing.database.reading() as session:
        assert [session.scalar(select(func.count()).select_from(table)) for table in (ChildRecord, DoseRecord)] == [0, 0]


def test_columns_that_only_speak_of_a_vaccine_stop_nothing(importing: Importer, tmp_path: Path) -> None:
    rows = [(*WHO, "乙肝抗体检测日期", "卡介苗过敏", "乙肝表面抗原", "麻腮风"), (*CHILD, "2025-03-05", "否", "阴性", "是")]
    report = importing(book(tmp_path / "r.xlsx", {"名册": rows}))
    assert counts(report) == {"children": numbers(stored=1), "doses": numbers()}
    assert report.as_json()["columns_not_read"] == {"名册": ["乙肝抗体检测日期", "卡介苗过敏", "乙肝表面抗原", "麻腮风"]}


def test_children_under_one_code_wait_with_the_doses_beside_them(importing: Importer, tmp_path: Path) -> None:
    rows = [(*WHO, "卡介苗"), (*CHILD, "2024-03-06"), (CODE, *OTHER[1:], "2024-03-07")]
    report = importing(book(tmp_path / "r.xlsx", {"名册": rows}))
    assert counts(report) == {"children": numbers(refused=2), "doses": numbers(refused=2)}
