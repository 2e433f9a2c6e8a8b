"""Who holds the database without the key can destroy; whatever they change, add or take out is found."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.story import an_id, begin
from vaxcard.errors import VaxcardError
from vaxcard.records import audit, integrity
from vaxcard.records import registry as registry_verbs
from vaxcard.records.acting import Acting
from vaxcard.records.database import Database
from vaxcard.records.ending import end_decision
from vaxcard.records.people import ChildRecord
from vaxcard.records.registry import DecisionForm

BORN, TODAY = date(2026, 5, 20), date(2026, 8, 3)


@pytest.fixture
def registry(sqlite_database: Database, schedule: Any) -> Database:
    """Two children, one with two doses."""
    story = begin(sqlite_database, schedule)
    first, _ = story.child(BORN, TODAY, name="云朵朵"), story.child(BORN, TODAY, name="云小星")
    story.dose(first, "HepB", BORN, TODAY)
    story.dose(first, "HepB", date(2026, 6, 22), TODAY)
    return sqlite_database


def behind_our_back(database: Database, *statements: str) -> None:
    connection = sqlite3.connect(Path(database.url.removeprefix("sqlite:///")))
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def found(database: Database) -> list[str]:
    with database.reading() as session:
        links = [link.problem for link in audit.verify(session, database.keyring)]
        return links + [tampered.problem for tampered in integrity.verify(session, database.keyring)]


def test_a_record_as_the_house_left_it_is_whole(registry: Database) -> None:
    assert found(registry) == []


def test_a_record_is_whole_on_either_database(database: Database, schedule: Any) -> None:
    story = begin(database, schedule)
    child_id = story.newborn(BORN, TODAY)
    story.dose(child_id, "HepB", BORN, TODAY, lot_number="202601", expires_on=date(2027, 1, 1))
    assert found(database) == []


GUARDS = ("DROP TRIGGER doses_refuse_update", "DROP TRIGGER doses_refuse_delete", "DROP TRIGGER doses_refuse_replace")


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE doses SET lot_number = 'EVIL' WHERE number = 1", "changed, or made without the key"),
        ("UPDATE doses SET given_on = '2026-05-21' WHERE number = 2", "changed, or made without the key"),
        ("DELETE FROM doses WHERE number = 1", "dose row 1 is missing"),
        ("DELETE FROM doses WHERE number = 2", "dose row 2 is missing"),
        ("DELETE FROM doses", "dose row 2 is missing"),
        ("UPDATE children SET born_on = '2025-05-20' WHERE dose_count = 2", "who it is"),
        ("UPDATE children SET dose_count = 1 WHERE dose_count = 2", "who it is"),
    ],
)
def test_what_is_changed_or_taken_out_without_the_key_is_found(registry: Database, statement: str, problem: str) -> None:
    behind_our_back(registry, *GUARDS, statement)
    problems = found(registry)
    assert any(problem in told for told in problems), problems
    assert any("triggers" in told for told in problems)


def test_a_row_can_not_be_replaced_in_place(registry: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="a new row"):
        behind_our_back(registry, "INSERT OR REPLACE INTO doses SELECT * FROM doses WHERE number = 1")
    assert found(registry) == []


def test_a_dose_added_without_the_key_is_found(registry: Database) -> None:
    columns = [column.key for column in integrity.inspect(integrity.DoseRecord).columns]
    told = ", ".join({"id": f"'{an_id().hex}'", "number": "3", "vaccine": "'MMR'"}.get(name, name) for name in columns)
    behind_our_back(registry, f"INSERT INTO doses ({', '.join(columns)}) SELECT {told} FROM doses WHERE number = 2")
    assert "it was changed, or made without the key" in found(registry)


def test_a_child_can_not_be_given_another_childs_name(registry: Database) -> None:
    other = "(SELECT {0} FROM children other WHERE other.dose_count = 0)"
    names = ("person_key", "name_sealed", "display_name_sealed")
    told = ", ".join(f"{name} = {other.format(name)}" for name in names)
    behind_our_back(registry, f"UPDATE children SET {told} WHERE dose_count = 2")
    assert any("who it is" in told for told in found(registry))
    with registry.reading() as session:
        child = session.query(ChildRecord).filter(ChildRecord.dose_count == 2).one()
        with pytest.raises(VaxcardError):
            child.name(registry.keyring)


def test_a_dose_recorded_after_tampering_does_not_hide_it(registry: Database, schedule: Any) -> None:
    behind_our_back(registry, *GUARDS[1:2], "DELETE FROM doses WHERE number = 2", "UPDATE children SET dose_count = 1 WHERE dose_count = 2")
    with registry.reading() as session:
        child_id = session.query(ChildRecord.id).filter(ChildRecord.dose_count == 1).scalar()
    begin(registry, schedule).dose(child_id, "BCG", date(2026, 5, 21), TODAY)
    assert any("who it is" in told for told in found(registry))


def test_the_audits_tail_can_not_be_cut_off_unseen(registry: Database) -> None:
    behind_our_back(
        registry,
        "DROP TRIGGER audit_entries_refuse_delete",
        "UPDATE audit_heads SET mac = (SELECT previous_mac FROM audit_entries e "
        "WHERE e.chain = audit_heads.chain AND e.number = audit_heads.number)",
        "DELETE FROM audit_entries WHERE number = (SELECT number FROM audit_heads h WHERE h.chain = audit_entries.chain)",
        "UPDATE audit_heads SET number = number - 1",
    )
    assert "the head was moved without the key" in found(registry)


FACT = "a finding or a decision was changed, added or taken out without the key"


@pytest.fixture
def with_facts(sqlite_database: Database, schedule: Any) -> tuple[Database, Any]:
    """A child of whom two things were found and one decided, one of them taken back."""
    return child_with_facts(sqlite_database, schedule)


def child_with_facts(database: Database, schedule: Any) -> tuple[Database, Any]:
    story = begin(database, schedule)
    child_id = story.newborn(BORN, TODAY)
    weight, decision = an_id(), an_id()
    with story.on(TODAY) as acting:
        registry_verbs.observe(acting, child_id, weight, "birth-weight-g", "1980", on=BORN)
        registry_verbs.observe(acting, child_id, an_id(), "mother-hbsag", "positive", on=None)
        registry_verbs.decide(acting, child_id, DecisionForm(decision, "MMR", "never", "an invented one"))
    with story.on(TODAY) as acting:
        end_decision(acting, child_id, decision)
    story.dose(child_id, "HepB", date(2026, 6, 22), TODAY)
    return database, child_id


def test_findings_and_decisions_are_signed_with_the_child(database: Database, schedule: Any) -> None:
    child_with_facts(database, schedule)
    assert found(database) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE observations SET code = 'gestation-weeks' WHERE code = 'birth-weight-g'",
        "UPDATE decisions SET ended_at = NULL, ended_version = NULL",
        "DELETE FROM observations WHERE code = 'birth-weight-g'",
        "DELETE FROM observations",
        "UPDATE children SET facts_mac = NULL",
    ],
)
def test_what_is_changed_of_findings_and_decisions_is_found(with_facts: tuple[Database, Any], statement: str) -> None:
    database, _ = with_facts
    with database.engine.begin() as connection:
        connection.execute(text(statement))
    assert FACT in found(database)


def test_a_finding_after_tampering_does_not_hide_it(with_facts: tuple[Database, Any], schedule: Any) -> None:
    database, child_id = with_facts
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM observations WHERE code = 'mother-hbsag'"))
    with database.writing() as session:
        moment = datetime(2026, 8, 4, 2, tzinfo=UTC)
        acting = Acting(session, database.keyring, schedule, "staff:1", None, moment, moment.date())
        registry_verbs.observe(acting, child_id, an_id(), "gestation-weeks", "34", on=None)
    assert FACT in found(database)
