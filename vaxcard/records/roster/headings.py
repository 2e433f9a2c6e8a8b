"""Finds the tables in a workbook by what their columns mean: neither the names nor the order of sheets and columns matter.

Headings are data (roster_headings.toml). What the cells below them say is read in `rows`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise, zip_longest

from vaxcard.errors import InputFault, ManyFaults, VaxcardError
from vaxcard.records.roster.heading_words import heading_forms, headings_data, lookup, synonyms
from vaxcard.records.roster.report import Entry
from vaxcard.records.roster.values import customs, plain_text, quoted
from vaxcard.records.roster.wide import SAMPLED, DoseColumns, DoseHeading, DoseHeadings, gathered, holds_dates
from vaxcard.records.workbooks import Cell, Row, Sheet
from vaxcard.schedule.names import VaccineNames

IDENTIFIERS = {
    "child_code": "child-code",
    "national_id": "national-id",
    "birth_certificate": "birth-certificate",
    "certificate": "certificate",
}
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
    """Headings as they are understood; `doses` are those that stand side by side, `unclear` columns that speak of a vaccine."""

    row: int
    columns: Mapping[str, int]
    written: Mapping[str, str]
    not_read: Mapping[int, str]
    doses: tuple[DoseColumns, ...]
    unclear: Mapping[int, str]

    @property
    def score(self) -> int:
        """How many columns are understood."""
        return len(self.columns) + sum(len(dose.columns) for dose in self.doses)


def find_tables(sheets: Sequence[Sheet], place: str, names: VaccineNames) -> tuple[list[Table], list[Entry]]:
    """The tables of children and doses, and an entry for each sheet that nearly is one.

    Raises InputFault (or ManyFaults) where there is no table at all, naming the columns that are missing, and where doses stand side
    by side under headings that cannot be read: children must not be stored without the doses that stand beside them.
    """
    reader = DoseHeadings(names, lookup("dose"), headings_data()["wide"], customs()["number"]["words"])
    tables, near_misses, faults, unread = [], [], [], []
    for sheet in sheets:
        found = _best_headings(sheet, reader)
        found = _with_dates_looked_at(sheet, found) if found else None
        of_this_sheet = _as_tables(sheet, found) if found else []
        if of_this_sheet and found and sheet.is_hidden:
            near_misses.append(Entry("sheet-is-hidden", sheet.title, found.row))
        elif of_this_sheet and found:
            tables += of_this_sheet
            unread += [_unread_doses(place, sheet, found.unclear)] if found.unclear else []
        elif found and _is_near_miss(found):
            missing = tuple(_missing(found))
            near_misses.append(Entry("sheet-lacks-columns", sheet.title, found.row, details={"missing": missing}))
            faults.append(_lacking(place, sheet, missing))
    if unread:
        raise ManyFaults(unread, place=place) if len(unread) > 1 else unread[0]
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


def _with_dates_looked_at(sheet: Sheet, found: _Found) -> _Found:
    """A column of dose headings in which no date stands is no dose; one that is unclear and holds dates cannot be passed over."""
    if not found.doses and not found.unclear:
        return found
    sample = [row for _, row in islice(sheet.rows(), found.row, found.row + SAMPLED)]
    doses = tuple(dose for dose in found.doses if holds_dates(sample, dose.columns["given_on"]) is not False)
    dropped = [dose for dose in found.doses if dose not in doses]
    not_read = dict(found.not_read) | {dose.columns[of]: dose.written[of] for dose in dropped for of in dose.columns}
    unclear = {column: text for column, text in found.unclear.items() if holds_dates(sample, column)}
    return replace(found, doses=doses, not_read=dict(sorted(not_read.items())), unclear=unclear)


def _unread_doses(place: str, sheet: Sheet, unclear: Mapping[int, str]) -> InputFault:
    told = ", ".join(unclear.values())
    examples = " and ".join(headings_data()["wide"]["examples"])
    advice = f"write vaccine and dose number into each heading, such as {examples}, or one row for each dose; nothing was stored"
    problem = f"doses stand side by side under headings that cannot be read: {told}"
    return InputFault(problem, place=f"{place}, sheet {sheet.title}", advice=advice)


def _fullest_row(sheet: Sheet) -> tuple[str, ...]:
    top = islice(sheet.rows(), headings_data()["search"]["heading_rows"])
    return max((tuple(text for cell in row if (text := plain_text(cell))) for _, row in top), key=len, default=())


def _no_table(place: str, faults: Sequence[VaxcardError], near_misses: list[Entry]) -> InputFault:
    if faults:
        return ManyFaults(faults, place=place)
    if near_misses:
        return InputFault("every sheet with children or doses is hidden", place=place, advice="unhide the sheets of the roster")
    usual = {field: headings[0] for field, headings in synonyms().items()}
    children, doses = (", ".join(usual[field] for field in fields) for fields in (_CHILDREN_NEED, _DOSES_NEED))
    advice = f"a sheet of children has headings such as {children}; one of doses {doses}"
    return InputFault("no sheet holds a roster", place=place, advice=advice)


def _lacking(place: str, sheet: Sheet, missing: Iterable[str]) -> InputFault:
    headings = synonyms()
    wanted = ", ".join(headings[field][0] for field in missing)
    advice = "add it, or give it one of the usual headings"
    return InputFault(f"no column for {wanted}", place=f"{place}, sheet {sheet.title}", advice=advice)


def _best_headings(sheet: Sheet, reader: DoseHeadings) -> _Found | None:
    """The row, or the two or three rows of grouped headings, in which most headings are known."""
    search = headings_data()["search"]
    top = list(islice(sheet.rows(), search["heading_rows"] + 1))
    texts = [(number, [plain_text(cell) for cell in row]) for number, row in top]
    single = [_understood(number, [[text] for text in row], reader) for number, row in texts]
    grouped = [_understood(below, _grouped(upper, lower, reader), reader) for (_, upper), (below, lower) in pairwise(texts)]
    tall = [
        _understood(below, _grouped(_joined(top_row, upper), lower, reader), reader)
        for (_, top_row), (_, upper), (below, lower) in zip(texts, texts[1:], texts[2:], strict=False)
    ]
    best = max([*single, *grouped, *tall], key=lambda found: found.score, default=None)  # the first of equals: fewer rows go before
    return best if best and best.score >= search["fewest_headings"] and best.columns else None


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Two rows of groups as one: "HepB" above "dose 1" is "HepB dose 1"; what is blank in both goes on with its neighbour."""
    joined, group = [], ""
    for above, below in zip_longest(upper, lower, fillvalue=""):
        group = above or group
        joined.append(group + below if below else above)
    return joined


def _grouped(upper: Sequence[str], lower: Sequence[str], reader: DoseHeadings) -> list[list[str]]:
    """What two rows of headings may say together, column by column: "father" above "name" is "father name"."""
    ways, group = [], ""
    not_the_child = headings_data()["groups"]["not_the_child"]
    for above, below in zip_longest(upper, lower, fillvalue=""):
        group = above or (group if below else "")
        others = any(word in group.casefold() for word in not_the_child) or reader.read(group) is not None
        ways.append([group + below, *([] if others else [below])] if below else [above])
    return ways


def _understood(row: int, ways: Sequence[Sequence[str]], reader: DoseHeadings) -> _Found:
    """Which field each column is: in the sense of a table of doses if a vaccine stands in it, else of children."""
    dose = _fields(ways, ("dose",))
    known = _fields(ways, ("dose", "child")) if _VACCINE & dose.keys() else _fields(ways, ("child",))
    columns = {field: column for field, (column, _) in known.items()}
    others = {column: texts for column, texts in enumerate(ways) if texts[0] and column not in columns.values()}
    told = {} if _VACCINE & dose.keys() else {column: _first_told(texts, reader) for column, texts in others.items()}
    doses = gathered([(column, text, heading) for column, (text, heading) in told.items() if heading])
    placed = {column for each in doses for column in each.columns.values()}
    not_read = {column: texts[0] for column, texts in others.items() if column not in placed}
    unclear = {column: text for column, text in not_read.items() if column in told and reader.speaks_of_a_vaccine(text)}
    return _Found(row, columns, {field: text for field, (_, text) in known.items()}, not_read, tuple(doses), unclear)


def _first_told(texts: Sequence[str], reader: DoseHeadings) -> tuple[str, DoseHeading | None]:
    return next(((text, heading) for text in texts if (heading := reader.read(text))), (texts[0], None))


def _fields(ways: Sequence[Sequence[str]], sections: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Fields with their column and the heading as written; of two columns of one meaning, the first."""
    columns: dict[str, tuple[int, str]] = {}
    for column, texts in enumerate(ways):
        forms = [(form, text) for text in texts for form in heading_forms(text)]
        known = [(lookup(section).get(form), text) for form, text in forms for section in sections]
        field, text = next(((field, text) for field, text in known if field is not None), (None, ""))
        if field is not None:
            columns.setdefault(field, (column, text))
    return columns


def _as_tables(sheet: Sheet, found: _Found) -> list[Table]:
    fields = found.columns.keys()
    identified = bool(fields & IDENTIFIERS.keys())
    has_children = identified and {"name", "born_on"} <= fields
    has_doses = identified and "given_on" in fields and bool(_VACCINE & fields)
    not_read = tuple(found.not_read.values())
    table = Table(sheet, found.row, found.columns, found.written, has_children, has_doses, not_read)
    side_by_side = replace(table, has_children=False, has_doses=True, parts=tuple(_part(table, dose) for dose in found.doses))
    doses = [side_by_side] if identified and found.doses else []
    return ([table] if has_children or has_doses else []) + doses


def _part(table: Table, dose: DoseColumns) -> Table:
    """The table of one of the doses that stand side by side: the child's identifiers, and the columns of the dose."""
    own = [field for field in (*IDENTIFIERS, "name") if field in table.columns]
    columns = {field: table.columns[field] for field in own} | dose.columns
    written = {field: table.written[field] for field in own} | dose.written | {"vaccine_name": dose.written["given_on"]}
    fixed: dict[str, Cell] = {"vaccine_name": dose.vaccine} | ({} if dose.number is None else {"dose_number": dose.number})
    return replace(table, columns=columns, written=written, fixed=fixed, has_children=False, has_doses=True)


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
