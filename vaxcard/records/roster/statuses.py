"""Rows that say of themselves that they are no dose: voided since, or not given at all."""

from __future__ import annotations

from vaxcard.records.roster.headings import Table
from vaxcard.records.roster.values import code_for, optional_text, plain_text, shown
from vaxcard.records.workbooks import Row, Unreadable

VOIDED, NOT_GIVEN = "voided", "not-given"
_ASKED = {"is_voided": {"yes": VOIDED, "no": None}, "was_given": {"yes": None, "no": NOT_GIVEN}}  # columns answered with yes or no
_LONGEST = 60


def left_out(table: Table, row: Row) -> str | None:
    """Why a row is no dose: `voided`, `not-given`, or None where it is one as far as it can be read."""
    told = {_meaning(table, row, field) for field in ("status", *_ASKED)} | {_instead_of_a_date(table, row)}
    return next((reason for reason in (VOIDED, NOT_GIVEN) if reason in told), None)


def status_fault(table: Table, row: Row) -> tuple[str, str, str | None] | None:
    """A word about the row's standing that nobody knows, as (kind, field, what was written): it may mean that nothing was given."""
    for field in ("status", *_ASKED):
        cell = table.cell(row, field)
        if isinstance(cell, Unreadable):
            return cell.why, field, cell.shown
        if _word(table, row, field) and not _is_known(table, row, field):
            return "status-not-understood", field, shown(cell)
    return None


def _word(table: Table, row: Row, field: str) -> str | None:
    return optional_text(table.cell(row, field), _LONGEST)


def _is_known(table: Table, row: Row, field: str) -> bool:
    word = _word(table, row, field) or ""
    return code_for("status", word) is not None or (field in _ASKED and code_for("answer", word) is not None)


def _meaning(table: Table, row: Row, field: str) -> str | None:
    word = _word(table, row, field)
    if word is None:
        return None
    answer = code_for("answer", word) if field in _ASKED else None
    return _ASKED[field][answer] if answer else code_for("status", word)


def _instead_of_a_date(table: Table, row: Row) -> str | None:
    """Where "refused" or "not given" stands in the place of the date, no dose is meant."""
    found = code_for("status", plain_text(table.cell(row, "given_on")))
    return found if found in (VOIDED, NOT_GIVEN) else None
