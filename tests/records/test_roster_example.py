"""The example workbook, as a clinic exports it: what was sown in it is reported, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from tests.records.roster_books import Importer, counts, numbers
from vaxcard.records import audit
from vaxcard.records.audit import AuditEntry
from vaxcard.records.clinics import all_clinics
from vaxcard.records.database import Database
from vaxcard.records.doses import DoseRecord
from vaxcard.records.people import ChildRecord
from vaxcard.records.review import ImportBatch
from vaxcard.records.roster import RosterReport

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "examples" / "clinic-roster.xlsx"
UNDERSTOOD = {"stray-spaces-in-name", "full-width-digits-are-understood", "twins-are-two-children"}


def test_the_example_is_imported_whole_with_its_faults_and_only_once(database: Database) -> None:
    importing = Importer(database)
    rehearsed = importing(EXAMPLE, dry_run=True)
    with database.reading() as session:
        assert all_clinics(session) == []
    first = importing(EXAMPLE)
    assert counts(first) == {"children": numbers(stored=242, refused=2), "doses": numbers(stored=4194, refused=68)}
    assert rehearsed.as_json() == first.as_json()
    again = importing(EXAMPLE)
    assert counts(again) == {"children": numbers(unchanged=242, refused=2), "doses": numbers(unchanged=4194, refused=68)}
    assert again.entries == first.entries
    assert [line for line in _places(first)] == json.loads((HERE / "roster_example_entries.json").read_text(encoding="utf-8"))
    _registry_holds(database, children=242, doses=4194)


def _places(report: RosterReport) -> list[list[str | int | None]]:
    return [[entry.kind, entry.sheet, entry.row, entry.column, entry.child] for entry in report.entries]


def _registry_holds(database: Database, *, children: int, doses: int) -> None:
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ChildRecord)) == children
        assert session.scalar(select(func.count()).select_from(DoseRecord)) == doses
        assert session.scalar(select(func.count()).where(ChildRecord.assessed_on.is_(None))) == 0
        assert {clinic.name for clinic in all_clinics(session)} == {"云河街道社区卫生服务中心", "柳溪镇卫生院", "东山社区卫生服务站"}
        assert all(clinic.imported_on and clinic.backlog_released_at is None for clinic in all_clinics(session))
        assert session.scalar(select(func.count()).where(DoseRecord.place == "外地接种", DoseRecord.clinic_id.is_(None)))
        batches = session.scalars(select(ImportBatch).order_by(ImportBatch.id)).all()
        assert [batch.finished_at is not None for batch in batches] == [True, True]
        notes = Counter(session.scalars(select(AuditEntry.action)))
        assert notes["roster.import"] < 20
        assert audit.verify(session, database.keyring) == []


def test_exactly_what_was_sown_is_reported(sqlite_database: Database, shared_dir: Path) -> None:
    sown = json.loads((shared_dir / "data" / "clinic-roster.faults.json").read_text(encoding="utf-8"))
    expected = Counter((fault["kind"], fault["child"]) for fault in sown if fault["kind"] not in UNDERSTOOD)
    found = Counter((entry.kind, str(entry.child)) for entry in Importer(sqlite_database)(EXAMPLE, dry_run=True).entries)
    assert {"not reported": expected - found, "reported though sound": found - expected} == {
        "not reported": Counter(),
        "reported though sound": Counter(),
    }
