"""How long a value may be: what the registry keeps of it, and what is said of one that is longer.

Names, lots and identifiers tell people, boxes and children apart, so one of those is never kept in part; anything else is, with a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vaxcard.records.characters import JOINERS
from vaxcard.records.names import tidy_name
from vaxcard.records.roster.headings import IDENTIFIERS, Table
from vaxcard.records.roster.values import optional_text, plain_text
from vaxcard.records.workbooks import Cell, Row

LONGEST = {
    **dict.fromkeys(IDENTIFIERS, 60),
    "name": 100,
    "address": 300,
    "residence": 20,
    "home_clinic": 200,
    **{f"{slot}_name": 100 for slot in ("guardian", "mother", "father", "second")},
    **{f"{slot}_relation": 40 for slot in ("guardian", "second")},
    **{f"{slot}_phone": 80 for slot in ("guardian", "mother", "father", "second")},
    "vaccine_name": 120,
    "lot_number": 40,
    "manufacturer": 120,
    "trace_code": 80,
    "site": 40,
    "route": 40,
    "given_at": 200,
    "performer": 100,
}
_OF_GUARDIANS = tuple(field for field in LONGEST if field.startswith(("guardian", "mother", "father", "second")))
OF_A_CHILD = ("address", "residence", "home_clinic", *_OF_GUARDIANS)
OF_A_DOSE = ("vaccine_name", "manufacturer", "trace_code", "site", "route", "given_at", "performer")


def kept(table: Table, row: Row, field: str) -> str | None:
    """What is kept of a cell; None where nothing is said."""
    joiners = JOINERS if field == "address" else ""
    return optional_text(table.cell(row, field), LONGEST[field], joiners=joiners)


def kept_name(table: Table, row: Row, field: str) -> str | None:
    """What is kept of a cell that holds somebody's name; None where nothing is said."""
    text = optional_text(table.cell(row, field), LONGEST[field], joiners=JOINERS)
    return tidy_name(text) or None if text else None


def too_long(table: Table, row: Row, fields: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Which of these fields hold more than is kept, each with its limit in characters."""
    for field in fields:
        if _is_longer(table.cell(row, field), LONGEST[field]):
            yield field, str(LONGEST[field])


def _is_longer(cell: Cell, limit: int) -> bool:
    may_be = isinstance(cell, str) and (len(cell) > limit or not cell.isascii())  # one sign may stand for several in plain text
    return may_be and len(plain_text(cell)) > limit
