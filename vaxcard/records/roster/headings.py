"""Finds the tables in a workbook by what their columns mean: neither the names nor the order of sheets and columns matter.

Headings are data (roster_headings.toml). What the cells below them say is read in `rows`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import islice, pairwise, product, zip_longest
from typing import Any

from vaxcard.errors import InputFault, ManyFaults, VaxcardError
from vaxcard.records.roster.report import Entry
from vaxcard.records.roster.values import plain_text, quoted
from vaxcard.records.workbooks import Cell, Row, Sheet

IDENTIFIERS = {
    "child_code": "child-code",
    "national_id": "national-id",
    "birth_certificate": "birth-certificate",
    "certificate": "certificate",
}
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
_SIGNS = re.compile(r"[\W_]+")
_CHILDREN_NEED = ("child_code", "name", "born_on")
_DOSES_NEED = ("child_code", "vaccine_name", "given_on")
_VACCINE = {"vaccine_name", "vaccine_code"}


@dataclass(frozen=True)
class Table:
    """A table found in a sheet: where its headings end, and what stands in which column (by field: column from 0, heading).

    `not_read` are the headings that mean nothing to the import. `fixed` is what the headings say of every row.
    Where doses stand side by side, each of the `parts` is the table of one of them, on the same rows.
    """

    sheet: Sheet
    heading_row: int
    columns: Mapping[str, int]
    written: Mapping[str, str]
    has_children: bool
    has_doses: bool
    not_read: tuple[str, ...]
    fixed: Mapping[str, Cell] = field(default_factory=dict)
    parts: tuple[Table, ...] = ()

    def rows(self) -> Iterator[tuple[int, Row]]:
        """The rows below the headings that say anything, with their numbers."""
        for number, row in islice(self.sheet.rows(), self.heading_row, None):
            if any(cell is not None and cell != "" for cell in row):
                yield number, row

    def cell(self, row: Row, field: str) -> Cell:
        """What stands in a row under a field, or is fixed for all rows; None where the table has no such column."""
        if field in self.fixed:
            return self.fixed[field]
        column = self.columns.get(field)
        return row[column] if column is not None and column < len(row) else None

    def heading(self, field: str) -> str | None:
        """The field's heading as it is written."""
        return self.written.get(field)

    def entry(
        self, kind: str, row: int, child: str | None, field: str | None, value: str | None, **details: str | tuple[str, ...]
    ) -> Entry:
        """An entry about a cell of this table."""
        column = self.written.get(field) if field else None
        return Entry(kind, self.sheet.title, row, column, quoted(child), quoted(value), details)


@dataclass(frozen=True)
class _Found:
    row: int
    columns: Mapping[str, int]
    written: Mapping[str, str]
    not_read: tuple[str, ...]


def find_tables(sheets: Sequence[Sheet], place: str) -> tuple[list[Table], list[Entry]]:
    """The tables of children and doses, and an entry for each sheet that nearly is one.

    Raises InputFault (or ManyFaults) where there is no table at all, naming the columns that are missing.
    """
    tables, near_misses, faults = [], [], []
    for sheet in sheets:
        found = _best_headings(sheet)
        table = _as_table(sheet, found) if found else None
        if table and sheet.is_hidden:
            near_misses.append(Entry("sheet-is-hidden", sheet.title, table.heading_row))
        elif table:
            tables.append(table)
        elif found and _is_near_miss(found):
            missing = tuple(_missing(found))
            near_misses.append(Entry("sheet-lacks-columns", sheet.title, found.row, details={"missing": missing}))
            faults.append(_lacking(place, sheet, missing))
    if not tables:
        raise _no_table(place, faults, near_misses)
    return tables, near_misses


def headings_not_read(sheets: Sequence[Sheet], tables: Sequence[Table]) -> dict[str, tuple[str, ...]]:
    """By sheet, the headings that mean nothing to the import; of a sheet that is not read at all, its fullest row near the top.

    A sheet of doses under unknown headings is so told of, and not passed over without a word.
    """
    read = {table.sheet.title: table.not_read for table in tables}
    told = {sheet.title: read[sheet.title] if sheet.title in read else _fullest_row(sheet) for sheet in sheets}
    return {title: headings for title, headings in told.items() if headings}


def _fullest_row(sheet: Sheet) -> tuple[str, ...]:
    top = islice(sheet.rows(), _data()["search"]["heading_rows"])
    return max((tuple(text for cell in row if (text := plain_text(cell))) for _, row in top), key=len, default=())


def _no_table(place: str, faults: Sequence[VaxcardError], near_misses: list[Entry]) -> InputFault:
    if faults:
        return ManyFaults(faults, place=place)
    if near_misses:
        return InputFault("every sheet with children or doses is hidden", place=place, advice="unhide the sheets of the roster")
    usual = {field: headings[0] for field, headings in _synonyms().items()}
    children, doses = (", ".join(usual[field] for field in fields) for fields in (_CHILDREN_NEED, _DOSES_NEED))
    advice = f"a sheet of children has headings such as {children}; one of doses {doses}"
    return InputFault("no sheet holds a roster", place=place, advice=advice)


def _lacking(place: str, sheet: Sheet, missing: Iterable[str]) -> InputFault:
    headings = _synonyms()
    wanted = ", ".join(headings[field][0] for field in missing)
    advice = "add it, or give it one of the usual headings"
    return InputFault(f"no column for {wanted}", place=f"{place}, sheet {sheet.title}", advice=advice)


def _best_headings(sheet: Sheet) -> _Found | None:
    """The row, or the two rows of grouped headings, in which most headings are known."""
    search = _data()["search"]
    top = list(islice(sheet.rows(), search["heading_rows"] + 1))
    texts = [(number, [plain_text(cell) for cell in row]) for number, row in top]
    single = [_understood(number, [[text] for text in row]) for number, row in texts]
    grouped = [_understood(below, _grouped(upper, lower)) for (_, upper), (below, lower) in pairwise(texts)]
    best = max([*single, *grouped], key=lambda found: len(found.columns), default=None)  # the first of equals: single rows go before
    return best if best and len(best.columns) >= search["fewest_headings"] else None


def _grouped(upper: Sequence[str], lower: Sequence[str]) -> list[list[str]]:
    """What two rows of headings may say together, column by column: "father" above "name" is "father name"."""
    ways, group = [], ""
    not_the_child = _data()["groups"]["not_the_child"]
    for above, below in zip_longest(upper, lower, fillvalue=""):
        group = above or (group if below else "")
        others = any(word in group.casefold() for word in not_the_child)
        ways.append([group + below, *([] if others else [below])] if below else [above])
    return ways


def _understood(row: int, ways: Sequence[Sequence[str]]) -> _Found:
    """Which field each column is: in the sense of a table of doses if a vaccine stands in it, else of children."""
    dose = _fields(ways, ("dose",))
    known = _fields(ways, ("dose", "child")) if _VACCINE & dose.keys() else _fields(ways, ("child",))
    columns = {field: column for field, (column, _) in known.items()}
    not_read = tuple(texts[0] for column, texts in enumerate(ways) if texts[0] and column not in columns.values())
    return _Found(row, columns, {field: text for field, (_, text) in known.items()}, not_read)


def _fields(ways: Sequence[Sequence[str]], sections: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Fields with their column and the heading as written; of two columns of one meaning, the first."""
    columns: dict[str, tuple[int, str]] = {}
    for column, texts in enumerate(ways):
        forms = [(form, text) for text in texts for form in _forms(text)]
        known = [(_lookup(section).get(form), text) for form, text in forms for section in sections]
        field, text = next(((field, text) for field, text in known if field is not None), (None, ""))
        if field is not None:
            columns.setdefault(field, (column, text))
    return columns


def _as_table(sheet: Sheet, found: _Found) -> Table | None:
    fields = found.columns.keys()
    identified = bool(fields & IDENTIFIERS.keys())
    has_children = identified and {"name", "born_on"} <= fields
    has_doses = identified and "given_on" in fields and bool(_VACCINE & fields)
    if not (has_children or has_doses):
        return None
    return Table(sheet, found.row, found.columns, found.written, has_children, has_doses, found.not_read)


def _is_near_miss(found: _Found) -> bool:
    """Whether a sheet that cannot be read speaks of children: a list of stock does not."""
    return bool(found.columns.keys() & {*IDENTIFIERS, "name"}) and bool(found.columns.keys() & {"born_on", "given_on", *_VACCINE})


def _missing(found: _Found) -> Iterator[str]:
    fields = found.columns.keys()
    if not fields & IDENTIFIERS.keys():
        yield "child_code"
    if "given_on" in fields or _VACCINE & fields:
        yield from (["given_on"] if "given_on" not in fields else [])
        yield from (["vaccine_name"] if not _VACCINE & fields else [])
    else:
        yield from (field for field in ("name", "born_on") if field not in fields)


def _forms(text: str) -> Iterator[str]:
    """A heading as it is compared: whole, without what stands in brackets, without the word in front."""
    whole, bare = _whole(text), _whole(_IN_BRACKETS.sub("", unicodedata.normalize("NFKC", text)))
    yield from dict.fromkeys(form for form in (whole, bare) if form)
    yield from (bare.removeprefix(prefix) for prefix in _prefixes() if bare.startswith(prefix) and bare != prefix)


def _whole(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())


@cache
def _data() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("vaxcard.records").joinpath("data/roster_headings.toml").read_text(encoding="utf-8"))


@cache
def _lookup(section: str) -> dict[str, str]:
    known = {_whole(heading): field for field, headings in _data()[section].items() for heading in headings}
    return known if section == "dose" else {**_compounds(), **known}


def _compounds() -> dict[str, str]:
    whose, what = _data()["compound"]["whose"], _data()["compound"]["what"]
    pairs = product(whose.items(), what.items())
    return {_whole(one + other): f"{who}_{of}" for (who, ones), (of, others) in pairs for one in ones for other in others}


@cache
def _prefixes() -> tuple[str, ...]:
    return tuple(_whole(prefix) for prefixes in _data()["prefixes"].values() for prefix in prefixes)


def _synonyms() -> dict[str, list[str]]:
    return _data()["child"] | _data()["dose"]
