"""An import that is taken back: its doses are voided, untouched children go off file, what people did since stays."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.records.roster_books import CODE, NOW, OTHER_CODE, Importer, child, counts, dose, kinds, numbers, roster
from vaxcard.errors import Conflict, InputFault, NotFound
from vaxcard.records import audit, integrity, registry
from vaxcard.records.acting import Acting
from vaxcard.records.audit import AuditEntry
from vaxcard.records.database import Database
from vaxcard.records.doses import DoseForm, doses_of
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.review import ImportBatch, open_items
from vaxcard.records.roster import Undone, undo_import
from vaxcard.records.search import child_by_identifier
from vaxcard.records.visits import due_rows_of
from vaxcard.schedule.loader import load_schedule


@pytest.fixture
def importing(database: Database) -> Importer:
    return Importer(database)


def undo(importing: Importer, run_id: UUID | None, reason: str = "the wrong year's workbook") -> Undone:
    assert run_id is not None
    return undo_import(
        importing.database,
        load_schedule("cn"),
        run_id,
        now=NOW,
        today=importing.today,
        actor="system:test",
        new_id=importing.new_id,
        reason=reason,
    )


def found(importing: Importer, code: str) -> ChildRecord | None:
    with importing.database.reading() as session:
        return child_by_identifier(session, importing.database.keyring, code)


def sound(importing: Importer) -> None:
    with importing.database.reading() as session:
        assert audit.verify(session, importing.database.keyring) == []
        assert integrity.verify(session, importing.database.keyring) == []


def test_an_import_taken_back_leaves_nothing_to_find_and_can_be_done_again(importing: Importer, tmp_path: Path) -> None:
    path = roster(tmp_path / "r.xlsx", [child(), child(OTHER_CODE, 姓名="林小满")], [dose(), dose(OTHER_CODE), dose(疫苗名称="白白破")])
    first = importing(path)
    undone = undo(importing, first.run_id)
    assert (undone.children_removed, undone.children_kept, undone.doses_voided) == (2, 0, 2)
    assert (found(importing, CODE), found(importing, OTHER_CODE)) == (None, None)
    with importing.database.reading() as session:
        for record in session.scalars(select(ChildRecord)):
            assert (record.state, doses_of(session, record.id), due_rows_of(session, record.id)) == (ChildState.ENTERED_IN_ERROR, [], [])
            assert open_items(session, record.id) == []
        assert {"roster.undo", "roster.undone"} <= set(session.scalars(select(AuditEntry.action)))
    sound(importing)
    again = importing(path)
    assert counts(again) == {"children": numbers(stored=2), "doses": numbers(stored=2, refused=1)}
    record = found(importing, CODE)
    assert record is not None
    with importing.database.reading() as session:
        assert len(open_items(session, record.id)) == 1
    sound(importing)


def test_doses_taken_back_from_a_child_on_file_can_come_again(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "first.xlsx", [child()], [dose()]))
    second = roster(tmp_path / "second.xlsx", [child()], [dose(), dose(疫苗名称="卡介苗"), dose(接种日期="2024-04-06", 剂次=2)])
    undone = undo(importing, importing(second).run_id)
    assert (undone.children_removed, undone.doses_voided) == (0, 2)
    record = found(importing, CODE)
    assert record is not None
    with importing.database.reading() as session:
        assert [each.vaccine for each in doses_of(session, record.id)] == ["HepB"]
    report = importing(second)
    assert (kinds(report), counts(report)["doses"]) == ([], numbers(stored=2, unchanged=1))
    sound(importing)


def test_what_people_did_since_stays(importing: Importer, tmp_path: Path) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child(), child(OTHER_CODE, 姓名="林小满")], [dose(), dose(OTHER_CODE)]))
    record, other = found(importing, CODE), found(importing, OTHER_CODE)
    assert record is not None and other is not None
    database = importing.database
    with database.writing() as session:
        acting = Acting(session, database.keyring, load_schedule("cn"), "staff:1", record.clinic_id, NOW, importing.today)
        (given,) = doses_of(session, record.id)
        form = DoseForm(importing.new_id(), "HepB", given.given_on, lot_number="202401009", happened="transcribed")
        registry.correct_dose(acting, record.id, given.id, form, seen_version=record.version, reason="another lot")
    undone = undo(importing, report.run_id)
    assert (undone.children_removed, undone.children_kept, undone.doses_voided, undone.doses_kept) == (1, 1, 1, 1)
    assert found(importing, CODE) is not None and found(importing, OTHER_CODE) is None
    with database.reading() as session:
        assert [each.lot_number for each in doses_of(session, record.id)] == ["202401009"]
    sound(importing)


def test_an_import_is_taken_back_once_and_for_a_reason(importing: Importer, tmp_path: Path) -> None:
    run_id = importing(roster(tmp_path / "r.xlsx", [child()], [dose()])).run_id
    with pytest.raises(InputFault):
        undo(importing, run_id, " ")
    undo(importing, run_id)
    with pytest.raises(Conflict):
        undo(importing, run_id)
    with pytest.raises(NotFound):
        undo(importing, UUID(int=1))
    with importing.database.reading() as session:
        assert session.scalars(select(ImportBatch.undone_at)).all() == [NOW]
