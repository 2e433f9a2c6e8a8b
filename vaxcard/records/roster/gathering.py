"""Brings the rows of one child together, wherever in the workbook they stand.

The first reading finds the children and where each one's last dose stands; the second hands a child out as soon as that row is read.
A workbook sorted by child is therefore held one child at a time; one sorted by date is held until its end, about 1 KB a dose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from vaxcard.records.roster.dates import read_date
from vaxcard.records.roster.dose_rows import DoseReader, DoseRow, tells_a_dose
from vaxcard.records.roster.headings import Table
from vaxcard.records.roster.lengths import kept_name
from vaxcard.records.roster.likeness import are_different_children, are_one_name
from vaxcard.records.roster.report import Entry
from vaxcard.records.roster.rows import ChildRow, Link, links_of, read_child, says_nothing
from vaxcard.records.workbooks import Row

_Key = int | Link  # a child of the workbook by its number, else the identifier of one who is not in it


@dataclass(frozen=True)
class Bundle:
    """A child and its doses as the workbook tells them. `child` is None where only doses stand in it.

    `left_out` are rows that say of themselves that they are no dose.
    """

    child: ChildRow | None
    links: tuple[Link, ...]
    doses: tuple[DoseRow, ...]
    left_out: tuple[DoseRow, ...] = ()


@dataclass
class Survey:
    """What the first reading finds: the children, and by key the place of the last dose.

    `contested` are identifiers under which different children stand, with the numbers of these: whose a dose under one is, nobody knows.
    """

    children: list[ChildRow] = field(default_factory=list)
    by_link: dict[Link, int] = field(default_factory=dict)
    last_dose: dict[_Key, int] = field(default_factory=dict)
    doses: int = 0
    contested: dict[Link, list[int]] = field(default_factory=dict)

    def key(self, links: tuple[Link, ...]) -> _Key:
        """The key of the child that a row belongs to."""
        return next((self.by_link[link] for link in links if link in self.by_link), links[0])

    def contest(self, links: tuple[Link, ...]) -> Link | None:
        """The identifier for which a row may be either of several children's; None where it is tied to one or none."""
        first = next((link for link in links if link in self.contested or link in self.by_link), None)
        return first if first in self.contested else None

    def rows_of(self, link: Link) -> str:
        """The rows of the children who stand under a contested identifier."""
        return ", ".join(str(self.children[number].row) for number in self.contested[link])

    def known_as(self, link: Link) -> list[ChildRow]:
        """The children found so far whose first identifier this is."""
        known = self.by_link.get(link)
        return [self.children[number] for number in (self.contested.get(link, ()) if known is None else (known,))]

    def add(self, child: ChildRow) -> None:
        """Take in a child. A second row of the same child is refused; different children under one code all wait."""
        known = self.known_as(child.links[0]) if child.links else []
        if any(not are_different_children(other, child) for other in known):
            first = str(next(other.row for other in known if not are_different_children(other, child)))
            refusal = child.entry("the-same-child-twice", "child_code", child.code, first=first)
            self.children.append(replace(child, refusal=refusal, warnings=()))
        elif known:
            self._contest(child.links[0])
            self.children.append(child)
        else:
            self._add_new(child)

    def _contest(self, link: Link) -> None:
        """One more child under an identifier of another, about to be appended."""
        known = self.by_link.get(link)
        self.contested.setdefault(link, [known] if known is not None else []).append(len(self.children))

    def _add_new(self, child: ChildRow) -> None:
        """A lesser identifier that another child has is left out; doses that have only that one wait."""
        taken = [link for link in child.links if link in self.by_link]
        warnings = tuple(child.entry("identifier-of-another-child", None, value) for _, value in taken) if child.refusal is None else ()
        for link in taken:
            self._contest(link)
        links = tuple(link for link in child.links if link not in taken)
        self.by_link.update(dict.fromkeys(links, len(self.children)))
        self.children.append(replace(child, links=links, warnings=child.warnings + warnings))

    def settle(self) -> None:
        """Refuse the children who stand under another's code: neither they nor their doses can be told apart until it is repaired."""
        for link, numbers in self.contested.items():
            for number in numbers:
                child = self.children[number]
                if child.links[:1] == (link,) and len(self._first_under(link)) > 1:
                    refusal = child.entry("child-code-of-two-children", "child_code", link[1], rows=self.rows_of(link))
                    self.children[number] = replace(child, refusal=refusal, warnings=())

    def _first_under(self, link: Link) -> list[int]:
        return [number for number in self.contested[link] if self.children[number].links[:1] == (link,)]


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
    found.settle()
    return found


def _survey_doses(found: Survey, table: Table, region: str, today: date, takes_children: bool) -> None:
    last: dict[tuple[Link, ...], int] = {}
    for part, number, row, links in _rows_with_links(table):
        if takes_children and table.has_children and _tells_a_child(found, table, row, links):
            found.add(read_child(table, number, row, region=region, today=today))
        if tells_a_dose(part, row) or not table.has_children:
            found.doses += 1
            last[links] = found.doses
    for links, ordinal in last.items():
        if links:
            key = found.key(links)
            found.last_dose[key] = max(ordinal, found.last_dose.get(key, 0))


def _tells_a_child(found: Survey, table: Table, row: Row, links: tuple[Link, ...]) -> bool:
    """Whether a row of a flat sheet makes a child known: one who did not stand above, or another under the same code."""
    own = links_of(table, row)
    if not own:
        return not tells_a_dose(table, row)
    known = found.known_as(own[0])
    name, born = kept_name(table, row, "name"), read_date(table.cell(row, "born_on"))
    return not any(not name or not isinstance(born, date) or _is_told_again(child, name, born) for child in known)


def _is_told_again(child: ChildRow, name: str, born: date) -> bool:
    return child.born_on in (born, None) and (not child.name or are_one_name(child.name, name))


def _rows_with_links(table: Table) -> Iterator[tuple[Table, int, Row, tuple[Link, ...]]]:
    """The rows that say something, tied to their child; where a flat sheet names the child once, the rows below are its too.

    A row of a sheet with doses side by side comes once for each dose, with the part of the table that the dose stands in.
    """
    above: tuple[Link, ...] = ()
    for number, row in table.rows():
        if says_nothing(table, row):
            continue
        links = links_of(table, row)
        names_a_child = any(table.cell(row, of) for of in ("name", "born_on", "child_code"))
        above = links if links or names_a_child or not table.has_children else above
        if not table.parts:
            yield table, number, row, above
        for part in table.parts:
            if tells_a_dose(part, row):
                yield part, number, row, above


def gather(tables: Sequence[Table], found: Survey, reader: DoseReader) -> Iterator[Bundle]:
    """Every child of the workbook with all its doses, and the doses of children who are not in it."""
    waiting: dict[_Key, list[DoseRow]] = {}
    ordinal = 0
    for table in (table for table in tables if table.has_doses):
        for part, number, row, links in _rows_with_links(table):
            if table.has_children and not tells_a_dose(part, row):
                continue
            ordinal += 1
            dose = reader.read(part, number, row, links)
            contested = found.contest(dose.links)
            if contested is not None and dose.left_out is None:
                dose = replace(dose, refusal=_contested_entry(found, dose, contested))
            key = found.key(dose.links) if dose.links else None
            if key is None or contested is not None:
                yield _bundle(None, (), [dose])
            if key is not None:
                if contested is None:
                    waiting.setdefault(key, []).append(dose)
                if ordinal == found.last_dose[key]:
                    doses = waiting.pop(key, [])
                    child = found.children[key] if isinstance(key, int) else None
                    if doses or child is not None:
                        yield _bundle(child, child.links if child else doses[0].links, doses)
    yield from (Bundle(child, child.links, ()) for index, child in enumerate(found.children) if index not in found.last_dose)


def _contested_entry(found: Survey, dose: DoseRow, link: Link) -> Entry:
    return dose.entry("child-code-of-two-children", "child_code", link[1], rows=found.rows_of(link))


def _bundle(child: ChildRow | None, links: tuple[Link, ...], doses: list[DoseRow]) -> Bundle:
    return Bundle(
        child,
        links,
        tuple(dose for dose in doses if dose.left_out is None),
        tuple(dose for dose in doses if dose.left_out is not None),
    )
