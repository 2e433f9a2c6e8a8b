"""One row of a workbook as a child, with what is wrong in the row itself; what its neighbours say is judged later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from vaxcard.records.characters import has_a_letter, named_if_unseen
from vaxcard.records.roster.dates import read_date
from vaxcard.records.roster.guardians import GuardianRow, guardian_entries, read_guardians
from vaxcard.records.roster.headings import IDENTIFIERS, Table
from vaxcard.records.roster.lengths import LONGEST, OF_A_CHILD, kept, kept_name, too_long
from vaxcard.records.roster.report import Entry
from vaxcard.records.roster.values import (
    code_for,
    coded,
    has_lost_digits,
    identifier,
    is_elsewhere,
    is_footer,
    optional_text,
    plain_text,
    shown,
)
from vaxcard.records.workbooks import Cell, Row, Unreadable

Link = tuple[str, str]  # an identifier as (system, value): what ties a dose to its child


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A child as its row tells. With a `refusal` it is not stored, and its doses go with it."""

    table: Table
    row: int
    code: str | None
    links: tuple[Link, ...]
    name: str
    born_on: date | None
    sex: str
    guardians: tuple[GuardianRow, ...]
    address: str | None
    residence: str | None
    clinic: str | None
    refusal: Entry | None = None
    warnings: tuple[Entry, ...] = ()

    def entry(self, kind: str, field: str | None = None, value: str | None = None, **details: str | tuple[str, ...]) -> Entry:
        """An entry about this row."""
        return self.table.entry(kind, self.row, self.code, field, value, **details)


def says_nothing(table: Table, row: Row) -> bool:
    """Whether a row is neither child nor dose: headings repeated on a new page, a sum, a signature."""
    first = next((text for text in (plain_text(cell) for cell in row) if text), "")
    repeated = sum(plain_text(table.cell(row, field)) == heading for field, heading in table.written.items())
    return is_footer(first) or repeated > 1


def links_of(table: Table, row: Row) -> tuple[Link, ...]:
    """The identifiers in a row, the child's code first; those that lost digits are none."""
    cells = ((system, table.cell(row, field)) for field, system in IDENTIFIERS.items())
    read = ((system, identifier(cell)) for system, cell in cells if not has_lost_digits(cell))
    return tuple((system, value) for system, value in read if value)


def shown_code(table: Table, row: Row) -> str | None:
    """What stands where the child's code should be, as a report quotes it."""
    return next((text for text in (plain_text(table.cell(row, field)) for field in IDENTIFIERS) if text), None)


def link_fault(table: Table, row: Row) -> tuple[str, str, str | None] | None:
    """Why a row is tied to no child, as (kind, field, what was written); None where it is."""
    if links_of(table, row):
        return None
    for field in IDENTIFIERS:
        cell = table.cell(row, field)
        if has_lost_digits(cell):
            return "digits-lost", field, plain_text(cell)
        if isinstance(cell, Unreadable):
            return cell.why, field, cell.shown
    return "child-code-missing", next(field for field in IDENTIFIERS if field in table.columns), None


def date_kind(cell: Cell, kind: str) -> str:
    """The kind of fault of a date that can't be read: a broken cell is named as such."""
    return cell.why if isinstance(cell, Unreadable) else kind


def read_child(table: Table, number: int, row: Row, *, region: str, today: date) -> ChildRow:
    """The child of a row. `region` is the clinic's, for phone numbers; to be born after `today` is a fault."""
    links = links_of(table, row)
    code = links[0][1] if links else shown_code(table, row)
    born = read_date(table.cell(row, "born_on"))
    guardians = read_guardians(table, row, region)
    place = kept(table, row, "home_clinic")
    child = ChildRow(
        table,
        number,
        code,
        links,
        kept_name(table, row, "name") or "",
        born if isinstance(born, date) else None,
        code_for("sex", plain_text(table.cell(row, "sex"))) or "unknown",
        guardians.people,
        kept(table, row, "address"),
        coded("residence", table.cell(row, "residence"), LONGEST["residence"]),
        place if place and not is_elsewhere(place) else None,
    )
    refusal = _identity_fault(child, row) or _birth_fault(child, row, born, today)
    warnings = () if refusal else guardian_entries(guardians, table, number, code) + _sex_warning(child, row) + _cut(child, row)
    return replace(child, refusal=refusal, warnings=warnings)


def _identity_fault(child: ChildRow, row: Row) -> Entry | None:
    fault = link_fault(child.table, row)
    if fault is not None:
        kind, field, value = fault
        return child.entry(kind, field, value)
    for field, limit in too_long(child.table, row, (*IDENTIFIERS, "name")):
        return child.entry("value-too-long", field, plain_text(child.table.cell(row, field)), limit=limit)
    name = child.table.cell(row, "name")
    if isinstance(name, Unreadable):
        return child.entry(name.why, "name", name.shown)
    return _name_fault(child, name)


def _name_fault(child: ChildRow, cell: Cell) -> Entry | None:
    if child.name and has_a_letter(child.name):
        return None
    is_blank = not child.name and optional_text(cell, 1) is None and not (isinstance(cell, str) and named_if_unseen(cell) != cell)
    return child.entry("name-missing", "name") if is_blank else child.entry("name-not-readable", "name", shown(cell))


def _birth_fault(child: ChildRow, row: Row, born: date | str, today: date) -> Entry | None:
    cell = child.table.cell(row, "born_on")
    if isinstance(born, str):
        return child.entry(date_kind(cell, born), "born_on", shown(cell))
    return child.entry("born-in-the-future", "born_on", shown(cell)) if born > today else None


def _sex_warning(child: ChildRow, row: Row) -> tuple[Entry, ...]:
    written = child.table.cell(row, "sex")
    known = code_for("sex", plain_text(written)) is not None
    return () if known else (child.entry("sex-not-understood", "sex", shown(written)),)


def _cut(child: ChildRow, row: Row) -> tuple[Entry, ...]:
    cells = ((field, limit, plain_text(child.table.cell(row, field))) for field, limit in too_long(child.table, row, OF_A_CHILD))
    return tuple(child.entry("value-cut", field, text, limit=limit) for field, limit, text in cells)
