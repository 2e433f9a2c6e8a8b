"""What an import says of a workbook: counts, and one entry for each thing that a person should look at.

The entries hold codes; the words for them, in each language, are data. The report is for the clinic: it quotes what was written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from vaxcard.errors import InputFault
from vaxcard.records.import_words import sentence, severity, word
from vaxcard.records.workbooks import Table, write_workbook

REFUSED, WARNING = "refused", "warning"
LEFT_OUT = ("voided", "not-given")
_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to look at: where it stands, what was written, and its kind, which is a code of roster_faults.toml."""

    kind: str
    sheet: str
    row: int
    column: str | None = None
    child: str | None = None
    value: str | None = None
    details: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """`refused` (not stored) or `warning` (stored)."""
        return severity(self.kind)

    def problem(self, language: str = _LANGUAGE) -> str:
        """What is wrong, in a sentence."""
        return sentence(self.kind, "problem", self.value, self.details, language)

    def advice(self, language: str = _LANGUAGE) -> str:
        """What to do about it, in a sentence."""
        return sentence(self.kind, "advice", self.value, self.details, language)

    def as_json(self, language: str = _LANGUAGE) -> dict[str, object]:
        """The entry of the contract, with its `kind` beside it."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "child": self.child,
            "value": self.value,
            "problem": self.problem(language),
            "advice": self.advice(language),
            "severity": self.severity,
            "kind": self.kind,
        }


@dataclass
class Counts:
    """What became of the children, or of the doses."""

    stored: int = 0
    unchanged: int = 0
    refused: int = 0

    def add(self, other: Counts) -> None:
        """Count what another has counted."""
        self.stored += other.stored
        self.unchanged += other.unchanged
        self.refused += other.refused

    def as_json(self) -> dict[str, int]:
        """The counts of the contract."""
        return {"stored": self.stored, "unchanged": self.unchanged, "refused": self.refused}


@dataclass
class RosterReport:
    """The outcome of one import. A dry run's report is the one that the import itself would give.

    `columns_not_read` are, by sheet, the headings that mean nothing to the import: what stands below them was not stored.
    `left_out` counts rows that say of themselves that they are no dose: `voided`, `not-given`. `run_id` names the import, to undo it.
    """

    children: Counts = field(default_factory=Counts)
    doses: Counts = field(default_factory=Counts)
    entries: list[Entry] = field(default_factory=list)
    columns_not_read: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    is_dry_run: bool = False
    run_id: UUID | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether anything in the workbook was not stored and waits for a person."""
        return any(entry.severity == REFUSED for entry in self.entries)

    def as_json(self, language: str = _LANGUAGE) -> dict[str, Any]:
        """The report of the contract, with `columns_not_read` beside it."""
        return {
            "children": self.children.as_json(),
            "doses": self.doses.as_json(),
            "entries": [entry.as_json(language) for entry in self.entries],
            "columns_not_read": {sheet: list(headings) for sheet, headings in self.columns_not_read.items()},
            "left_out": {reason: self.left_out[reason] for reason in LEFT_OUT},
        }


def write_report(report: RosterReport, path: Path, language: str = _LANGUAGE) -> None:
    """Write the report as .json or .xlsx. Raises InputFault for any other ending, and where the file can't be written."""
    ending = path.suffix.casefold()
    if ending not in (".json", ".xlsx"):
        raise InputFault("a report is written as .json or .xlsx", place=path.name, advice="name the report so")
    try:
        if ending == ".json":
            path.write_text(json.dumps(report.as_json(language), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        else:
            tables = [_entries_table(report.entries, language), _totals_table(report, language), _columns_table(report, language)]
            write_workbook(path, tables)
    except OSError as fault:
        advice = "check the folder, and close the file if it is open"
        raise InputFault(f"the report can't be written ({fault.strerror})", place=path.name, advice=advice) from fault


def _entries_table(entries: Iterable[Entry], language: str) -> Table:
    def said(code: str) -> str:
        return word("heading", code, language)

    widths = {"sheet": 14, "row": 8, "column": 14, "child": 24, "value": 28, "problem": 48, "advice": 48, "severity": 18}
    rows = [
        (
            entry.sheet,
            entry.row,
            entry.column,
            entry.child,
            entry.value,
            entry.problem(language),
            entry.advice(language),
            said(entry.severity),
        )
        for entry in entries
    ]
    return Table(said("entries"), [(said(code), width) for code, width in widths.items()], rows)


def _totals_table(report: RosterReport, language: str) -> Table:
    def said(code: str) -> str:
        return word("heading", code, language)

    outcomes = ("stored", "unchanged", "refused")
    rows: list[tuple[str | int, ...]] = [
        (said(kind), *(counts.as_json()[outcome] for outcome in outcomes))
        for kind, counts in (("children", report.children), ("doses", report.doses))
    ]
    rows += [(said(reason), report.left_out[reason]) for reason in LEFT_OUT if report.left_out[reason]]
    return Table(said("totals"), [("", 14), *((said(outcome), 14) for outcome in outcomes)], rows)


def _columns_table(report: RosterReport, language: str) -> Table:
    headings = [(word("heading", code, language), 24) for code in ("sheet", "column")]
    rows = [(sheet, column) for sheet, columns in report.columns_not_read.items() for column in columns]
    return Table(word("heading", "not_read", language), headings, rows)
