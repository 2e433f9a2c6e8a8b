"""Files that are no workbook, or a broken one, are refused in words; what can be read is read row by row."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.records.roster_books import CHILD_HEADINGS, DOSE_HEADINGS, Importer, book, child, dose, kinds, numbers, roster
from vaxcard.errors import InputFault, ManyFaults
from vaxcard.records import workbooks
from vaxcard.records.archives import LARGEST_OTHER, LARGEST_SHEETS
from vaxcard.records.clinics import all_clinics
from vaxcard.records.database import Database
from vaxcard.records.roster import write_report
from vaxcard.records.workbooks import LONGEST_CELL, WIDEST_ROW, Table, Unreadable, open_workbook, write_workbook


@pytest.fixture
def importing(sqlite_database: Database) -> Importer:
    return Importer(sqlite_database)


def refusal(importing: Importer, path: Path) -> InputFault:
    """Why the file is refused; nothing may be on file after it."""
    with pytest.raises(InputFault) as caught:
        importing(path)
    with importing.database.reading() as session:
        assert all_clinics(session) == []
    return caught.value


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"child,vaccine\n1,BCG\n", "this is not an .xlsx workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"Workbook", "this is an old .xls workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "the workbook is locked with a password"),
        (b"PK\x03\x04 and then nothing", "the workbook is damaged or not complete"),
    ],
)
def test_a_file_of_another_kind_is_named_as_such(importing: Importer, tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "r.xlsx"
    path.write_bytes(content)
    fault = refusal(importing, path)
    assert (fault.problem, fault.place) == (problem, "r.xlsx")
    assert fault.advice


def test_a_missing_file_is_named(importing: Importer, tmp_path: Path) -> None:
    assert "can't be opened" in refusal(importing, tmp_path / "none.xlsx").problem


def test_an_archive_that_is_no_workbook_is_refused(importing: Importer, tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert "damaged" in refusal(importing, path).problem


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_workbook_cut_off_is_refused(importing: Importer, tmp_path: Path, share: float) -> None:
    path = roster(tmp_path / "r.xlsx", [child()], [dose()])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert "damaged" in refusal(importing, path).problem


def test_a_sheet_with_broken_innards_is_refused(importing: Importer, tmp_path: Path) -> None:
    whole, path = roster(tmp_path / "whole.xlsx", [child()], [dose()]), tmp_path / "r.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.infolist():
            content = source.read(part.filename)
            target.writestr(part.filename, content[: len(content) // 2] if "sheet1" in part.filename else content)
    assert "damaged" in refusal(importing, path).problem


def remade(source: Path, path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of a workbook in which `change` gives each part another content, or None where it is left out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = change(part.filename, old.read(part.filename))
            if content is not None:
                new.writestr(part.filename, content)
    return path


@pytest.mark.parametrize(("part", "sheet"), [("sheet1.xml", "儿童信息"), ("sheet2.xml", "接种记录")])
def test_a_sheet_whose_part_is_gone_is_named_and_nothing_is_imported(importing: Importer, tmp_path: Path, part: str, sheet: str) -> None:
    whole = roster(tmp_path / "whole.xlsx", [child()], [dose()])
    path = remade(whole, tmp_path / "r.xlsx", lambda name, content: None if name.endswith(part) else content)
    fault = refusal(importing, path)
    assert (fault.problem, fault.place) == ("the workbook is damaged or not complete", f"r.xlsx, sheet {sheet}")


@pytest.mark.parametrize(
    ("part", "filling", "problem"),
    [
        ("sheet1.xml", b"<row/>" * (LARGEST_SHEETS // 6 + 1), "the workbook unpacks to more than the 128 MB that are read of its sheets"),
        ("styles.xml", b"<x/>" * (LARGEST_OTHER // 4 + 1), "the workbook unpacks to more than the 4 MB that are read of its styles"),
        ("sheet1.xml", b"A" * (3 << 20), "a cell holds more text than any cell can"),
        ("sheet1.xml", b"<!DOCTYPE x [<!ENTITY a 'a'>]>", "the workbook holds declarations that no workbook needs"),
    ],
)
def test_what_cannot_be_a_roster_is_refused_before_it_is_parsed(
    importing: Importer, tmp_path: Path, part: str, filling: bytes, problem: str
) -> None:
    whole = roster(tmp_path / "whole.xlsx", [child()], [dose()])
    path = remade(whole, tmp_path / "r.xlsx", lambda name, content: content + filling if name.endswith(part) else content)
    assert path.stat().st_size < 2_000_000
    assert refusal(importing, path).problem == problem


def test_a_cell_holds_as_much_as_a_spreadsheets_and_no_more(importing: Importer, tmp_path: Path) -> None:
    def told(length: int) -> Path:
        whole = roster(tmp_path / "whole.xlsx", [child(现住址="MARK")])
        return remade(whole, tmp_path / f"{length}.xlsx", lambda name, content: content.replace(b"MARK", b"A" * length))

    assert kinds(importing(told(LONGEST_CELL), dry_run=True)) == ["value-cut"]
    fault = refusal(importing, told(LONGEST_CELL + 1))
    assert (fault.problem, fault.place) == ("a cell holds more than 32767 characters", "32768.xlsx, sheet 儿童信息, row 2")


def test_a_row_without_end_is_refused_and_blank_cells_are_not(importing: Importer, tmp_path: Path) -> None:
    path = book(tmp_path / "wide.xlsx", {"儿童": [(*CHILD_HEADINGS, *range(WIDEST_ROW)), child()]})
    assert refusal(importing, path).problem == "the row fills more than 1000 columns"
    made = openpyxl.load_workbook(book(tmp_path / "blank.xlsx", {"儿童": [CHILD_HEADINGS, child()]}))
    made["儿童"].cell(2, WIDEST_ROW + 5).number_format = "0.00"
    made.save(tmp_path / "blank.xlsx")
    assert kinds(importing(tmp_path / "blank.xlsx")) == []


def test_a_row_numbered_beyond_every_sheet_is_refused(importing: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "LAST_ROW", 1000)  # a million blank rows take their time
    whole = roster(tmp_path / "whole.xlsx", [child()])
    path = remade(
        whole, tmp_path / "r.xlsx", lambda name, content: content.replace(b'r="2"', b'r="999999999"') if "sheet1" in name else content
    )
    assert refusal(importing, path).problem == "the sheet has more cells than are read"


def test_a_workbook_without_a_roster_says_what_one_looks_like(importing: Importer, tmp_path: Path) -> None:
    fault = refusal(importing, book(tmp_path / "r.xlsx", {"库存": [("疫苗名称", "批号", "有效期", "数量"), ("卡介苗", "1", "2", 3)]}))
    assert fault.problem == "no sheet holds a roster"
    assert "儿童编码, 姓名, 出生日期" in (fault.advice or "")


def test_every_missing_column_is_told_at_once(importing: Importer, tmp_path: Path) -> None:
    sheets = {
        "儿童": [("儿童编码", "姓名", "性别"), ("1", "云朵朵", "女")],
        "接种": [("儿童编码", "疫苗名称", "批号"), ("1", "卡介苗", "L")],
        "名册": [("姓名", "出生日期", "性别"), ("云朵朵", "2024-03-05", "女")],
    }
    fault = refusal(importing, book(tmp_path / "r.xlsx", sheets))
    assert isinstance(fault, ManyFaults)
    told = [(each.place, each.problem) for each in fault.faults]
    assert told == [("r.xlsx, sheet 接种", "no column for 接种日期"), ("r.xlsx, sheet 名册", "no column for 儿童编码")]


def test_a_sheet_that_lacks_a_column_is_reported_beside_one_that_is_read(importing: Importer, tmp_path: Path) -> None:
    sheets = {"儿童": [CHILD_HEADINGS, child()], "接种": [("儿童编码", "疫苗名称", "批号"), ("1", "卡介苗", "L")]}
    report = importing(book(tmp_path / "r.xlsx", sheets))
    (entry,) = report.entries
    assert (entry.kind, entry.sheet, entry.row) == ("sheet-lacks-columns", "接种", 1)
    assert entry.problem() == "the sheet was not read: no column for date of the dose"


def test_headings_without_rows_are_refused(importing: Importer, tmp_path: Path) -> None:
    assert refusal(importing, roster(tmp_path / "r.xlsx")).problem == "the roster has headings and no rows"


def test_a_workbook_of_empty_sheets_is_refused(importing: Importer, tmp_path: Path) -> None:
    assert refusal(importing, book(tmp_path / "r.xlsx", {"一": [], "二": [()]})).problem == "no sheet holds a roster"


def test_a_hidden_sheet_is_not_read_and_said_so(importing: Importer, tmp_path: Path) -> None:
    path = roster(tmp_path / "r.xlsx", [child()], [dose()])
    made = openpyxl.load_workbook(path)
    made["接种记录"].sheet_state = "hidden"
    made.save(path)
    report = importing(path)
    assert kinds(report) == ["sheet-is-hidden"]
    assert report.doses.as_json() == numbers()


def test_a_formula_without_a_value_is_a_fault_of_its_cell(importing: Importer, tmp_path: Path) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child()], [dose(), dose(接种日期="=D2+30", 剂次=2)]))
    (entry,) = report.entries
    assert (entry.kind, entry.row, entry.column, entry.value) == ("formula-without-a-value", 3, "接种日期", "=D2+30")


def test_titles_and_merged_cells_above_the_headings_are_passed_over(importing: Importer, tmp_path: Path) -> None:
    path = book(
        tmp_path / "r.xlsx",
        {
            "儿童": [("花名册", *[None] * 9), (None,), CHILD_HEADINGS, child()],
            "接种": [("接种记录一览",), DOSE_HEADINGS, dose(), DOSE_HEADINGS, dose(接种日期="2024-04-08", 剂次=2), ("合计", 2)],
        },
    )
    made = openpyxl.load_workbook(path)
    made["儿童"].merge_cells("A1:J1")
    made.save(path)
    report = importing(path)
    assert (kinds(report), report.doses.as_json()) == ([], numbers(stored=2))


def test_rows_are_numbered_as_the_sheet_shows_them(tmp_path: Path) -> None:
    path = book(tmp_path / "r.xlsx", {"表": [("a", 1, 2.5), (), (None, date(2024, 3, 5), "#N/A", "=1+1")]})
    with open_workbook(path) as (sheet,):
        rows = list(sheet.rows())
    assert rows[0] == (1, ("a", 1, 2.5))
    assert rows[2] == (
        3,
        (None, datetime(2024, 3, 5), Unreadable("cell-shows-an-error", "#N/A"), Unreadable("formula-without-a-value", "=1+1")),
    )


def test_what_was_typed_into_a_cell_is_never_a_formula_in_a_report(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write_workbook(path, [Table("表", [("标题", 10)], [("=HYPERLINK(1)",), ("with a \x07 bell",)])])
    sheet = openpyxl.load_workbook(path)["表"]
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A3"].value) == ("=HYPERLINK(1)", "s", "with a   bell")


@pytest.mark.parametrize("written", ["=1+1", "+86 139", "-1", "@SUM(A1)"])
def test_what_looks_like_a_formula_stays_text_when_a_report_is_edited(tmp_path: Path, written: str) -> None:
    path = tmp_path / "out.xlsx"
    write_workbook(path, [Table("表", [("标题", 10)], [(written,), ("云朵朵",)])])
    sheet = openpyxl.load_workbook(path)["表"]
    assert [(cell.value, cell.quotePrefix) for cell in (sheet["A2"], sheet["A3"])] == [(written, True), ("云朵朵", False)]


@pytest.mark.parametrize(("name", "language", "word"), [("out.json", "en", "lot number"), ("out.xlsx", "zh", "疫苗批号")])
def test_a_report_is_written_as_it_is_named(importing: Importer, tmp_path: Path, name: str, language: str, word: str) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child()], [dose(疫苗批号=None)]))
    out = tmp_path / name
    write_report(report, out, language)
    assert word in _text_of(out)


def test_a_report_of_another_kind_is_refused(importing: Importer, tmp_path: Path) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child()]))
    for out in (tmp_path / "out.csv", tmp_path / "nowhere" / "out.json"):
        with pytest.raises(InputFault):
            write_report(report, out)


def _text_of(path: Path) -> str:
    if path.suffix == ".json":
        return path.read_text(encoding="utf-8")
    cells: list[Any] = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows(values_only=True) for cell in row]
    return " ".join(str(cell) for cell in cells)
