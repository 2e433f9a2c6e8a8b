"""One row of a workbook as a dose, with what is wrong in the row itself: its vaccine, its date, its lot, expiry and trace code."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from vaxcard.records.roster.dates import read_date, read_expiry
from vaxcard.records.roster.headings import IDENTIFIERS, Table
from vaxcard.records.roster.lengths import LONGEST, OF_A_DOSE, kept, kept_name, too_long
from vaxcard.records.roster.report import Entry
from vaxcard.records.roster.rows import Link, date_kind, link_fault, links_of, shown_code
from vaxcard.records.roster.statuses import left_out, status_fault
from vaxcard.records.roster.values import (
    coded,
    customs,
    dose_number,
    has_lost_digits,
    is_code,
    is_trace_code,
    optional_text,
    plain_text,
    shown,
    site_code,
)
from vaxcard.records.workbooks import Row, Unreadable
from vaxcard.schedule.rules import Schedule


@dataclass(frozen=True, slots=True)
class DoseRow:
    """A dose as its row tells. With a `refusal` it is not stored; `vaccine` and `given_on` are told as far as they are known.

    `left_out` says why it is none: `voided` or `not-given`.
    """

    table: Table
    row: int
    code: str | None
    links: tuple[Link, ...]
    child_name: str | None
    vaccine: str | None = None
    product_name: str | None = None
    given_on: date | None = None
    written_date: str | None = None
    stated_number: int | None = None
    lot_number: str | None = None
    expires_on: date | None = None
    manufacturer: str | None = None
    trace_code: str | None = None
    site: str | None = None
    route: str | None = None
    place: str | None = None
    performer: str | None = None
    left_out: str | None = None
    refusal: Entry | None = None
    warnings: tuple[Entry, ...] = ()

    def entry(self, kind: str, of: str | None = None, value: str | None = None, **details: str | tuple[str, ...]) -> Entry:
        """An entry about this row."""
        return self.table.entry(kind, self.row, self.code, of, value, **details)


@dataclass
class DoseReader:
    """Reads doses in the terms of one schedule; `language` is the workbook's, for the names that are suggested."""

    schedule: Schedule
    language: str
    _known: dict[str, str | None] = field(default_factory=dict)

    def read(self, table: Table, number: int, row: Row, above: tuple[Link, ...] = ()) -> DoseRow:
        """The dose of a row. `above` ties it to the child of the rows above where a flat sheet leaves the child's cells blank."""
        links = links_of(table, row) or above
        dose = DoseRow(
            table,
            number,
            links[0][1] if links else shown_code(table, row),
            links,
            kept_name(table, row, "name"),
            lot_number=kept(table, row, "lot_number"),
            manufacturer=_interned(kept(table, row, "manufacturer")),
            trace_code=_trace_code(table, row),
            site=site_code(table.cell(row, "site"), LONGEST["site"]),
            route=coded("route", table.cell(row, "route"), LONGEST["route"]),
            place=_interned(kept(table, row, "given_at")),
            performer=_interned(kept(table, row, "performer")),
        )
        return self._with_facts(dose, row)

    def _with_facts(self, dose: DoseRow, row: Row) -> DoseRow:
        table = dose.table
        given, expires = read_date(table.cell(row, "given_on")), read_expiry(table.cell(row, "expires_on"))
        stated = dose_number(table.cell(row, "dose_number"))
        vaccine, vaccine_fault = self._vaccine(dose, row, given if isinstance(given, date) else None)
        dose = replace(
            dose,
            vaccine=vaccine,
            product_name=_interned(kept(table, row, "vaccine_name")),
            given_on=given if isinstance(given, date) else None,
            written_date=shown(table.cell(row, "given_on")),
            expires_on=expires if isinstance(expires, date) else None,
            stated_number=stated if isinstance(stated, int) else None,
        )
        reason = left_out(table, row)
        if reason is not None:
            return replace(dose, left_out=reason)
        refusal = _link_refusal(dose, row) or _status_refusal(dose, row) or _date_refusal(dose, row, given) or vaccine_fault
        refusal = refusal or _lot_refusal(dose, row)
        warnings = () if refusal else (*_warnings(dose, row, expires, stated), *self._site_warning(dose, row))
        return replace(dose, refusal=refusal, warnings=warnings)

    def _site_warning(self, dose: DoseRow, row: Row) -> list[Entry]:
        """A site that nobody knows, or one where this vaccine cannot go: by mouth into an arm."""
        if dose.site is None or dose.vaccine is None or any(too_long(dose.table, row, ["site"])):
            return []
        by_mouth = self.schedule.vaccine(dose.vaccine).route == "oral"
        if not is_code("site", dose.site):
            return [dose.entry("site-not-known", "site", shown(dose.table.cell(row, "site")))]
        impossible = self.schedule.vaccine(dose.vaccine).route == "injection" and dose.site == "oral"
        impossible = impossible or (by_mouth and dose.site != "oral")
        return [dose.entry("site-impossible", "site", shown(dose.table.cell(row, "site")))] if impossible else []

    def _vaccine(self, dose: DoseRow, row: Row, given_on: date | None) -> tuple[str | None, Entry | None]:
        """The vaccine's code, or what is wrong. A name counts before a code, since codes are typed blindly."""
        table = dose.table
        cells = {name: table.cell(row, name) for name in ("vaccine_name", "vaccine_code")}
        for name, cell in cells.items():
            if isinstance(cell, Unreadable):
                return None, dose.entry(cell.why, name, cell.shown)
        texts = {name: plain_text(cell) for name, cell in cells.items() if optional_text(cell, 120)}
        if not texts:
            return None, dose.entry("vaccine-missing", next(name for name in cells if name in table.columns))
        found = {name: self._code(text) for name, text in texts.items()}
        by_name, by_code = found.get("vaccine_name"), found.get("vaccine_code")
        if by_name and by_code and not self._share_a_group(by_name, by_code):
            return None, dose.entry("vaccine-name-and-code-disagree", "vaccine_code", texts["vaccine_code"])
        known = by_name or by_code
        return (known, None) if known else (None, self._unknown(dose, *next(iter(texts.items())), given_on))

    def _code(self, text: str) -> str | None:
        """The vaccine that a name or a national code stands for; a spreadsheet drops a code's leading zero."""
        if text not in self._known:
            padded = text.zfill(customs()["number"]["national_code_digits"]) if text.isdigit() else text
            vaccine = self.schedule.vaccine_named(text) or self.schedule.vaccine_named(padded)
            self._known[text] = vaccine.code if vaccine else None
        return self._known[text]

    def _share_a_group(self, one: str, other: str) -> bool:
        return one == other or bool(set(self.schedule.vaccine(one).groups) & set(self.schedule.vaccine(other).groups))

    def _unknown(self, dose: DoseRow, of: str, text: str, given_on: date | None) -> Entry:
        likely = [self.schedule.vaccine(code) for code in self.schedule.likely_vaccine(text, given_on)]
        names = tuple(f"{vaccine.names.get(self.language, vaccine.code)} ({vaccine.code}, {vaccine.names['en']})" for vaccine in likely)
        return dose.entry("vaccine-name-not-known", of, text, **({"likely": names} if names else {}))


def tells_a_dose(table: Table, row: Row) -> bool:
    """Whether a row of a flat sheet holds a dose at all: a child without doses stands there too."""
    cells = (table.cell(row, of) for of in ("vaccine_name", "vaccine_code", "given_on", "lot_number") if of not in table.fixed)
    return any(isinstance(cell, Unreadable) or optional_text(cell, 120) for cell in cells)


def _trace_code(table: Table, row: Row) -> str | None:
    text = kept(table, row, "trace_code")
    return "".join(text.split(" ")) if text else None


def _link_refusal(dose: DoseRow, row: Row) -> Entry | None:
    overlong = _too_long(dose, row, IDENTIFIERS)
    if overlong:
        return overlong
    fault = None if dose.links else link_fault(dose.table, row)
    return dose.entry(fault[0], fault[1], fault[2]) if fault else None


def _status_refusal(dose: DoseRow, row: Row) -> Entry | None:
    fault = status_fault(dose.table, row)
    return dose.entry(*fault) if fault else None


def _lot_refusal(dose: DoseRow, row: Row) -> Entry | None:
    return _too_long(dose, row, ("lot_number",))


def _too_long(dose: DoseRow, row: Row, fields: Iterable[str]) -> Entry | None:
    for of, limit in too_long(dose.table, row, fields):
        return dose.entry("value-too-long", of, plain_text(dose.table.cell(row, of)), limit=limit)
    return None


def _date_refusal(dose: DoseRow, row: Row, given: date | str) -> Entry | None:
    cell = dose.table.cell(row, "given_on")
    return dose.entry(date_kind(cell, given), "given_on", shown(cell)) if isinstance(given, str) else None


def _warnings(dose: DoseRow, row: Row, expires: date | str, stated: int | str | None) -> list[Entry]:
    table = dose.table
    found = [dose.entry("value-cut", of, plain_text(table.cell(row, of)), limit=limit) for of, limit in too_long(table, row, OF_A_DOSE)]
    if "lot_number" in table.columns and dose.lot_number is None:
        found.append(dose.entry("lot-number-missing", "lot_number"))
    if isinstance(expires, str) and expires != "date-missing":
        found.append(dose.entry("expiry-not-understood", "expires_on", shown(table.cell(row, "expires_on"))))
    if dose.expires_on and dose.given_on and dose.expires_on < dose.given_on:
        found.append(dose.entry("given-after-expiry", "expires_on", shown(table.cell(row, "expires_on"))))
    is_whole = not any(too_long(table, row, ["trace_code"]))
    if dose.trace_code and is_whole and (has_lost_digits(table.cell(row, "trace_code")) or not is_trace_code(dose.trace_code)):
        found.append(dose.entry("trace-code-not-20-digits", "trace_code", dose.trace_code))
    if isinstance(stated, str):
        found.append(dose.entry(stated, "dose_number", shown(table.cell(row, "dose_number"))))
    return found


def _interned(text: str | None) -> str | None:
    """One copy of what stands in thousands of rows."""
    return sys.intern(text) if text else None
