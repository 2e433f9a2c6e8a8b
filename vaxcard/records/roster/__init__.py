"""The import of a clinic's roster workbook, mess included: `import_roster` reads, judges and stores it, `write_report` says how it went."""

from vaxcard.records.roster.importing import import_roster
from vaxcard.records.roster.report import Entry, RosterReport, write_report

__all__ = ["Entry", "RosterReport", "import_roster", "write_report"]
