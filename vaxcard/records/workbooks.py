"""Spreadsheet files as plain rows, and plain rows as spreadsheet files; what a column means is decided in `roster`.

Rows are streamed. Whatever is wrong with a file becomes an InputFault that says what to do; no fault of the library gets out.
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from vaxcard.errors import InputFault
from vaxcard.records.archives import look_through

_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
LONGEST_CELL, WIDEST_ROW, LAST_ROW = 32_767, 1_000, 1_048_576  # characters, filled columns, rows: Excel's own, but for the columns
MOST_CELLS = 50_000_000  # of one sheet, blank ones between others included
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
_DAMAGE = (zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, KeyError, IndexError, ValueError, TypeError, EOFError)
_TAKEN_FOR_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_OUTSIDE_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that shows no value of its own: `why` is "formula-without-a-value" or "cell-shows-an-error"."""

    why: str
    shown: str


Cell = str | int | float | bool | date | time | Unreadable | None
Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows` reads it anew each time, as (row number from 1, cells), skipping nothing in between."""

    title: str
    is_hidden: bool
    _source: Any = field(repr=False)
    _formulas: Mapping[tuple[int, int], str] = field(repr=False)
    _place: str = field(repr=False)

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Every row with its number. Raises InputFault where the file turns out to be damaged."""
        self._source.reset_dimensions()  # some programs write down a size that is not the sheet's
        number = cells = 0
        with closing(self._source.iter_rows(values_only=True)) as rows:
            while (values := self._next(rows, number)) is not None:
                number += 1
                cells += len(values)
                self._check(number, cells, values)
                yield number, tuple(self._cell(number, column, value) for column, value in enumerate(values))

    def _next(self, rows: Iterator[tuple[Any, ...]], number: int) -> tuple[Any, ...] | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about looks and unreadable dates; the latter show as errors below
                return next(rows, None)
        except _DAMAGE as fault:
            raise _damaged(self._place, self.title, number) from fault

    def _check(self, number: int, cells: int, values: Sequence[Any]) -> None:
        """Refuse what no roster has before it fills the memory, or the day."""
        place = f"{self._place}, sheet {self.title}, row {number}"
        if number > LAST_ROW or cells > MOST_CELLS:
            advice = "delete the blank rows and columns around the roster"
            raise InputFault("the sheet has more cells than are read", place=place, advice=advice)
        if len(values) > WIDEST_ROW and any(value is not None for value in values[WIDEST_ROW:]):
            raise InputFault(f"the row fills more than {WIDEST_ROW} columns", place=place, advice="delete what is no part of the roster")
        if any(isinstance(value, str) and len(value) > LONGEST_CELL for value in values):
            raise InputFault(f"a cell holds more than {LONGEST_CELL} characters", place=place, advice="shorten it to what belongs there")

    def _cell(self, row: int, column: int, value: Any) -> Cell:
        if value is None:
            formula = self._formulas.get((row, column)) if self._formulas else None
            return Unreadable("formula-without-a-value", formula) if formula else None
        if isinstance(value, str) and value in _ERRORS:
            return Unreadable("cell-shows-an-error", value)
        return value  # type: ignore[no-any-return]


@contextmanager
def open_workbook(path: Path) -> Iterator[tuple[Sheet, ...]]:
    """The sheets of an .xlsx file, in its order. Raises InputFault for a file that is missing, damaged, locked or of another kind."""
    _check_kind(path)
    formulas = _formulas_without_values(path)
    with _opened(path, values=True) as book:
        yield tuple(
            Sheet(sheet.title, sheet.sheet_state != "visible", sheet, formulas.get(sheet.title, {}), path.name) for sheet in book.worksheets
        )


def _check_kind(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(8)
            rest = file.read() if start == _OLE else b""
    except OSError as fault:
        raise InputFault(f"the file can't be opened ({fault.strerror})", place=path.name, advice="check its name and folder") from fault
    if start.startswith(_ZIP):
        return
    if _ENCRYPTED in rest:
        raise InputFault("the workbook is locked with a password", place=path.name, advice="open it, save a copy without password")
    if rest:
        raise InputFault("this is an old .xls workbook", place=path.name, advice="open it and save it as .xlsx")
    if not start:
        raise InputFault("the file is empty", place=path.name, advice="export the workbook again")
    raise InputFault("this is not an .xlsx workbook", place=path.name, advice="export as .xlsx (Excel workbook); nothing else is read")


@contextmanager
def _opened(path: Path, *, values: bool) -> Iterator[Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = ExcelReader(path, read_only=True, data_only=values)
            reader.read()
            missing = [sheet.name for sheet, part in reader.parser.find_sheets() if part.target not in reader.valid_files]
    except _DAMAGE as fault:
        raise _damaged(path.name) from fault
    book = reader.wb
    try:
        if missing:
            raise _damaged(path.name, ", ".join(missing))
        yield book
    finally:
        book.close()


def _damaged(place: str, sheet: str | None = None, row: int | None = None) -> InputFault:
    where = f"{place}, sheet {sheet}" if sheet else place
    where = f"{where}, after row {row}" if row is not None else where
    return InputFault("the workbook is damaged or not complete", place=where, advice="export it again, or copy it once more")


def _formulas_without_values(path: Path) -> dict[str, dict[tuple[int, int], str]]:
    """Cells whose formula was never worked out, by sheet and (row, column from 0): they would look blank. Costs a reading only if any."""
    if not look_through(path):
        return {}
    found: dict[str, dict[tuple[int, int], str]] = {}
    with _opened(path, values=False) as book:
        for sheet in book.worksheets:
            cells = Sheet(sheet.title, False, sheet, {}, path.name).rows()
            found[sheet.title] = {
                (row, column): str(cell)
                for row, values in cells
                for column, cell in enumerate(values)
                if (isinstance(cell, str) and cell.startswith("=")) or type(cell).__name__ in ("ArrayFormula", "DataTableFormula")
            }
    return found


@dataclass(frozen=True)
class Table:
    """A sheet to be written: a title, headings with their widths in characters, and rows."""

    title: str
    headings: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[str | int | date | datetime | None]]


def write_workbook(path: Path, tables: Sequence[Table]) -> None:
    """Write tables as sheets of one .xlsx file: headings stay in view, rows can be filtered, text is never taken for a formula."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for table in tables:
        sheet = book.create_sheet(table.title)
        sheet.append([heading for heading, _ in table.headings])
        for row in table.rows:
            sheet.append([_OUTSIDE_XML.sub(" ", value) if isinstance(value, str) else value for value in row])
        _lay_out(sheet, table)
    book.save(path)


def _lay_out(sheet: Any, table: Table) -> None:
    for column, (_, width) in enumerate(table.headings, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.cell(1, column).font = Font(bold=True)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if cell.data_type == "f":  # what somebody typed into a workbook is shown, never worked out
                cell.data_type = "s"
            if isinstance(cell.value, str) and cell.value.startswith(_TAKEN_FOR_FORMULAS):
                cell.quotePrefix = True  # nor when the cell is edited later
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
