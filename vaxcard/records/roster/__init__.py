"""The roster: a clinic's workbook of children and doses, read, checked and put on file, and taken back where it was the wrong one."""

from vaxcard.records.roster.importing import import_roster
from vaxcard.records.roster.report import Entry, RosterReport, write_report
from vaxcard.records.roster.undoing import Undone, runs, undo_import

__all__ = ["Entry", "RosterReport", "Undone", "import_roster", "runs", "undo_import", "write_report"]
