"""Brings the rows of one child together, wherever in the workbook they stand.

The first reading finds the children and where each one's last dose stands; the second hands a child out as soon as that row is read.
A workbook sorted by child is therefore held one child at a time; one sorted by date is held until its end, about 1 KB a dose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from vaxcard.records.roster.dose_rows import DoseReader, DoseRow, tells_a_dose
from vaxcard.records.roster.headings import Table
from vaxcard.records.roster.rows import ChildRow, Link, links_of, read_child, says_nothing
from vaxcard.records.workbooks import Row

_Key = int | Link  # a child of the workbook by its number, else the identifier of one who is not in it


@dataclass(frozen=True)
class Bundle:
    """A child and its doses as the workbook tells them. `child` is None where only doses stand in it."""

    child: ChildRow | None
    links: tuple[Link, ...]
    doses: tuple[DoseRow, ...]


@dataclass
class Survey:
    """What the first reading finds: the children, and by key the place of the last dose."""

    children: list[ChildRow] = field(default_factory=list)
    by_link: dict[Link, int] = field(default_factory=dict)
    last_dose: dict[_Key, int] = field(default_factory=dict)
    doses: int = 0

    def key(self, links: tuple[Link, ...]) -> _Key:
        """The key of the child that a row belongs to."""
        return next((self.by_link[link] for link in links if link in self.by_link), links[0])

    def add(self, child: ChildRow) -> None:
        """Take in a child. A second row under the same first identifier is refused; a lesser one that another child has is left out."""
        known = self.by_link.get(child.links[0]) if child.links else None
        if known is not None:
            refusal = child.entry("the-same-child-twice", "child_code", child.code, first=str(self.children[known].row))
            self.children.append(replace(child, refusal=refusal, warnings=()))
            return
        taken = [link for link in child.links if link in self.by_link]
        warnings = tuple(child.entry("identifier-of-another-child", None, value) for _, value in taken) if child.refusal is None else ()
        links = tuple(link for link in child.links if link not in taken)
        self.by_link.update(dict.fromkeys(links, len(self.children)))
        self.children.append(replace(child, links=links, warnings=child.warnings + warnings))


def survey(tables: Sequence[Table], region: str, today: date) -> Survey:
    """Read every table once. Where children have a sheet of their own, what is repeated beside doses makes no child."""
    found = Survey()
    repeated_only = all(table.has_doses for table in tables)
    for table in sorted(tables, key=lambda table: table.has_doses):
        if table.has_doses:
            _survey_doses(found, table, region, today, repeated_only)
        else:
            for number, row in table.rows():
                if not says_nothing(table, row):
                    found.add(read_child(table, number, row, region=region, today=today))
    return found


def _survey_doses(found: Survey, table: Table, region: str, today: date, takes_children: bool) -> None:
    last: dict[tuple[Link, ...], int] = {}
    for number, row, links in _rows_with_links(table):
        own = links_of(table, row)
        is_new = not links or links[0] not in found.by_link
        if takes_children and table.has_children and is_new and (own or not tells_a_dose(table, row)):
            found.add(read_child(table, number, row, region=region, today=today))
        if tells_a_dose(table, row) or not table.has_children:
            found.doses += 1
            last[links] = found.doses
    for links, ordinal in last.items():
        if links:
            key = found.key(links)
            found.last_dose[key] = max(ordinal, found.last_dose.get(key, 0))


def _rows_with_links(table: Table) -> Iterator[tuple[int, Row, tuple[Link, ...]]]:
    """The rows that say something, tied to their child; where a flat sheet names the child once, the rows below are its too."""
    above: tuple[Link, ...] = ()
    for number, row in table.rows():
        if says_nothing(table, row):
            continue
        links = links_of(table, row)
        names_a_child = any(table.cell(row, of) for of in ("name", "born_on", "child_code"))
        above = links if links or names_a_child or not table.has_children else above
        yield number, row, above


def gather(tables: Sequence[Table], found: Survey, reader: DoseReader) -> Iterator[Bundle]:
    """Every child of the workbook with all its doses, and the doses of children who are not in it."""
    waiting: dict[_Key, list[DoseRow]] = {}
    ordinal = 0
    for table in (table for table in tables if table.has_doses):
        for number, row, links in _rows_with_links(table):
            if table.has_children and not tells_a_dose(table, row):
                continue
            ordinal += 1
            dose = reader.read(table, number, row, links)
            if not dose.links:
                yield Bundle(None, (), (dose,))
                continue
            key = found.key(dose.links)
            waiting.setdefault(key, []).append(dose)
            if ordinal == found.last_dose[key]:
                yield _bundle(found, key, waiting.pop(key))
    yield from (Bundle(child, child.links, ()) for index, child in enumerate(found.children) if index not in found.last_dose)


def _bundle(found: Survey, key: _Key, doses: list[DoseRow]) -> Bundle:
    if isinstance(key, int):
        child = found.children[key]
        return Bundle(child, child.links, tuple(doses))
    return Bundle(None, doses[0].links, tuple(doses))
