"""What an import says of a workbook: counts, and one entry for each thing that a person should look at.

The entries hold codes; the words for them, in each language, are data. The report is for the clinic: it quotes what was written.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from vaxcard.errors import InputFault
from vaxcard.records.workbooks import Table, write_workbook

REFUSED, WARNING = "refused", "warning"
_LANGUAGE = "en"  # where a language has no wording


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
        return str(_wording()[self.kind]["severity"])

    def problem(self, language: str = _LANGUAGE) -> str:
        """What is wrong, in a sentence."""
        return self._said("problem", language)

    def advice(self, language: str = _LANGUAGE) -> str:
        """What to do about it, in a sentence."""
        return self._said("advice", language)

    def _said(self, part: str, language: str) -> str:
        words = {"value": self.value or "", "likely": ""}
        for name, detail in self.details.items():
            words[name] = self._detail(name, detail, language)
        return _in(_wording()[self.kind][part], language).format_map(words)

    def _detail(self, name: str, detail: str | tuple[str, ...], language: str) -> str:
        if name == "likely":
            return _in(_wording()[self.kind]["likely"], language).format(names=_join(detail, language))
        if name == "because":
            return _word("because", str(detail), language)
        if name in ("fields", "missing"):
            return _join([_word("field", code, language) for code in detail], language)
        return _join(detail, language) if isinstance(detail, tuple) else detail

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
    """

    children: Counts = field(default_factory=Counts)
    doses: Counts = field(default_factory=Counts)
    entries: list[Entry] = field(default_factory=list)
    columns_not_read: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_dry_run: bool = False

    def as_json(self, language: str = _LANGUAGE) -> dict[str, Any]:
        """The report of the contract, with `columns_not_read` beside it."""
        return {
            "children": self.children.as_json(),
            "doses": self.doses.as_json(),
            "entries": [entry.as_json(language) for entry in self.entries],
            "columns_not_read": {sheet: list(headings) for sheet, headings in self.columns_not_read.items()},
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
        return _word("heading", code, language)

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
        return _word("heading", code, language)

    outcomes = ("stored", "unchanged", "refused")
    rows: list[tuple[str | int, ...]] = [
        (said(kind), *(counts.as_json()[outcome] for outcome in outcomes))
        for kind, counts in (("children", report.children), ("doses", report.doses))
    ]
    return Table(said("totals"), [("", 14), *((said(outcome), 14) for outcome in outcomes)], rows)


def _columns_table(report: RosterReport, language: str) -> Table:
    headings = [(_word("heading", code, language), 24) for code in ("sheet", "column")]
    rows = [(sheet, column) for sheet, columns in report.columns_not_read.items() for column in columns]
    return Table(_word("heading", "not_read", language), headings, rows)


@cache
def _wording() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("vaxcard.records").joinpath("data/roster_faults.toml").read_text(encoding="utf-8"))


def _word(table: str, code: str, language: str) -> str:
    return _in(_wording()[table][code], language)


def _in(wording: Mapping[str, str], language: str) -> str:
    return wording.get(language, wording[_LANGUAGE])


def _join(parts: Iterable[str] | str, language: str) -> str:
    return parts if isinstance(parts, str) else _word("between", "parts", language).join(parts)
