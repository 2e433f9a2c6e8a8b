"""A row that says of itself that it was voided, or that nothing was given, is no dose; a word that nobody knows is not guessed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.records.roster_books import CHILD_HEADINGS, CODE, Importer, book, child, counts, kinds, numbers
from vaxcard.records.database import Database
from vaxcard.records.doses import doses_of
from vaxcard.records.review import open_items
from vaxcard.records.roster import RosterReport
from vaxcard.records.search import child_by_identifier


@pytest.fixture
def importing(database: Database) -> Importer:
    return Importer(database)


def told(importing: Importer, path: Path, heading: str, *rows: tuple[str, str | None, str | None]) -> RosterReport:
    """Import doses of one child: vaccine, day, and what stands under the heading."""
    doses = [("儿童编码", "疫苗名称", "接种日期", heading), *((CODE, *row) for row in rows)]
    return importing(book(path, {"儿童": [CHILD_HEADINGS, child()], "接种": doses}))


def given(importing: Importer) -> list[str]:
    with importing.database.reading() as session:
        found = child_by_identifier(session, importing.database.keyring, CODE)
        assert found is not None
        return [dose.vaccine for dose in doses_of(session, found.id)]


@pytest.mark.parametrize(
    ("heading", "yes", "voided", "missed"),
    [
        ("接种状态", "已接种", "作废", "未接种"),
        ("Status", "given", "Voided", "not given"),
        ("状态", None, "已删除", "拒种"),
    ],
)
def test_voided_rows_and_doses_not_given_are_counted_and_not_stored(
    importing: Importer, tmp_path: Path, heading: str, yes: str | None, voided: str, missed: str
) -> None:
    rows = [("卡介苗", "2024-03-06", yes), ("乙肝疫苗", "2024-03-05", voided), ("乙肝疫苗", None, missed)]
    report = told(importing, tmp_path / "r.xlsx", heading, *rows)
    assert (kinds(report), counts(report)["doses"]) == ([], numbers(stored=1))
    assert report.as_json()["left_out"] == {"voided": 1, "not-given": 1}
    assert given(importing) == ["BCG"]


@pytest.mark.parametrize(
    ("heading", "no_dose", "dose", "reason"),
    [
        ("是否作废", "是", "否", "voided"),
        ("是否接种", "否", "是", "not-given"),
        ("voided", "Y", None, "voided"),
        ("是否接种", "未接种", "1", "not-given"),
    ],
)
def test_a_column_that_asks_whether_is_answered(
    importing: Importer, tmp_path: Path, heading: str, no_dose: str, dose: str | None, reason: str
) -> None:
    report = told(importing, tmp_path / "r.xlsx", heading, ("卡介苗", "2024-03-06", no_dose), ("乙肝疫苗", "2024-03-05", dose))
    assert (kinds(report), given(importing), report.left_out[reason]) == ([], ["HepB"], 1)


def test_a_word_that_nobody_knows_refuses_the_row_with_its_place(importing: Importer, tmp_path: Path) -> None:
    report = told(importing, tmp_path / "r.xlsx", "接种状态", ("卡介苗", "2024-03-06", "甲类"), ("乙肝疫苗", "2024-03-05", "已接种"))
    (entry,) = report.entries
    assert (entry.kind, entry.row, entry.column, entry.value) == ("status-not-understood", 2, "接种状态", "甲类")
    assert given(importing) == ["HepB"]


def test_not_given_in_the_place_of_the_date_is_understood(importing: Importer, tmp_path: Path) -> None:
    report = told(importing, tmp_path / "r.xlsx", "备注", ("卡介苗", "拒种", None))
    assert (kinds(report), report.left_out["not-given"], given(importing)) == ([], 1, [])


def test_a_dose_on_file_that_the_workbook_voids_waits_for_a_person(importing: Importer, tmp_path: Path) -> None:
    told(importing, tmp_path / "first.xlsx", "状态", ("卡介苗", "2024-03-06", "已接种"))
    report = told(importing, tmp_path / "second.xlsx", "状态", ("卡介苗", "2024-03-06", "作废"))
    assert [(entry.kind, entry.details["fields"]) for entry in report.entries] == [("differs-from-the-record", ("status",))]
    with importing.database.reading() as session:
        found = child_by_identifier(session, importing.database.keyring, CODE)
        assert found is not None
        assert [(item.kind, item.fields) for item in open_items(session, found.id)] == [("dose-differs", ["status"])]
    assert given(importing) == ["BCG"]


def test_a_dose_voided_and_entered_anew_is_stored_once(importing: Importer, tmp_path: Path) -> None:
    rows = [("卡介苗", "2024-03-06", "作废"), ("卡介苗", "2024-03-06", "已接种")]
    assert kinds(told(importing, tmp_path / "r.xlsx", "状态", *rows)) == []
    assert kinds(told(importing, tmp_path / "r.xlsx", "状态", *rows)) == []
    assert given(importing) == ["BCG"]
