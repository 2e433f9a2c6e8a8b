"""Nothing at the counter grows with the registry: every statement of its pages and doors finds its rows by an index, on both databases.

SQLite, which was told nothing of the tables' sizes, takes each for a large one; PostgreSQL is forbidden to read a table from end to end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, text

from tests.serving import TODAY, House, open_house
from tests.story import an_id
from vaxcard.records.clinics import Role, Scope
from vaxcard.records.database import Database
from vaxcard.schedule.loader import load_schedule

BORN = date(2026, 7, 22)
# A country has as many of these as it has clinics, or fewer.
SMALL = {"clinics", "clinic_sessions", "clinic_closures", "clinic_extra_days", "staff", "api_keys", "printers", "reminder_settings"}
SMALL |= {"edition_signatures", "import_batches", "print_runs", "job_runs"}
MADE_OF_NOTHING = {"CONSTANT"}  # a row of values that stands in the statement itself
Asked = dict[str, Any]


@contextmanager
def heard(database: Database) -> Iterator[Asked]:
    """Every statement that reaches the database meanwhile, each once, with what it was first asked with."""
    asked: Asked = {}

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        asked.setdefault(statement, values[0] if many else values)

    event.listen(database.engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", hear)


def scanned(database: Database, asked: Asked) -> list[str]:
    """The statements that read a large table from end to end, with the table."""
    found = []
    read_whole = _whole_on_sqlite if database.engine.dialect.name == "sqlite" else _whole_on_postgresql
    with database.engine.connect() as connection:
        if database.engine.dialect.name == "postgresql":
            connection.execute(text("SET enable_seqscan = off"))
        cursor: Any = connection.connection.cursor()
        for statement, values in asked.items():
            if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", statement):
                found += [f"{name}: {' '.join(statement.split())}" for name in read_whole(cursor, statement, values)]
    return found


def _whole_on_sqlite(cursor: Any, statement: str, values: Any) -> Iterator[str]:
    """By SQLite's word: SEARCH has a key to look for, SCAN has none, be it through an index."""
    aliases = dict((alias, name) for name, alias in re.findall(r"(\w+) AS (\w+)", statement))
    for *_, detail in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall():
        word, _, rest = detail.partition(" ")
        name = rest.split(" ")[0]
        if word == "SCAN" and aliases.get(name, name) not in SMALL | MADE_OF_NOTHING and not name.startswith(("(", "anon_", "json_each")):
            yield aliases.get(name, name)


def _whole_on_postgresql(cursor: Any, statement: str, values: Any) -> Iterator[str]:
    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", values)
    told = cursor.fetchone()[0]
    (plan,) = json.loads(told) if isinstance(told, str) else told
    yield from _nodes_without_a_key(plan["Plan"])


def _nodes_without_a_key(node: Any) -> Iterator[str]:
    reads = "Scan" in node["Node Type"] and node.get("Relation Name") not in (None, *SMALL)
    by_key = {"Index Cond", "TID Cond"} & node.keys() or node["Node Type"] == "Bitmap Heap Scan"  # whose key stands in the node below
    if reads and not by_key:
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _nodes_without_a_key(below)


@pytest.fixture
def house(database: Database) -> House:
    """A clinic, served over either database."""
    return open_house(database, load_schedule("cn"))


def open_every_page(house: House, child_id: UUID) -> int:
    """Every page of the counter and every door for machines that is asked by a child or by nothing; returns how many."""
    physician, told = house.signed_in(Role.PHYSICIAN), 0
    for path in _paths(house.app, child_id):
        answer = physician.get(path)
        assert answer.status_code < 500, path
        told += answer.status_code < 400
    return told


def _paths(app: Flask, child_id: UUID) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(("/counter/", "/api/v1/")) and "GET" in (rule.methods or ()) and rule.arguments <= {"child_id"}:
            yield app.url_map.bind("").build(rule.endpoint, {"child_id": child_id} if rule.arguments else {})


def use_the_doors(house: House, child_id: UUID) -> None:
    """A card scanned and typed, a child searched for, a dose recorded, corrected and voided."""
    machine, (token, code) = house.client(), house.card(child_id)
    key, doses = house.key(*Scope), f"/api/v1/children/{child_id}/doses"
    for written in (token, code):
        assert machine.post("/api/v1/scans", json={"code": written}, headers=key).status_code == 200
    for words in ("云朵朵", "yunduoduo", "ydd", "2026-07-22", "13900000001", "云朵朵 2026-07-22"):
        assert machine.post("/api/v1/children/search", json={"text": words}, headers=key).status_code < 500
    dose = {"id": str(an_id()), "vaccine": "DTaP", "given_on": TODAY.isoformat(), "site": "left-thigh", "lot_number": "D1"}
    recorded = machine.post(doses, json=dose, headers=key)
    assert recorded.status_code == 201
    again = {**dose, "id": str(an_id()), "lot_number": "D2", "reason": "another lot"}
    match = {**key, "If-Match": recorded.headers["ETag"]}
    corrected = machine.post(f"{doses}/{dose['id']}/corrections", json=again, headers=match)
    assert corrected.status_code == 201
    match = {**key, "If-Match": corrected.headers["ETag"]}
    assert machine.post(f"{doses}/{again['id']}/void", json={"id": str(an_id()), "reason": "not given"}, headers=match).status_code == 200


def test_every_query_of_the_counter_finds_its_rows_by_an_index(house: House) -> None:
    mother = house.story.guardian()
    house.story.newborn(date(2024, 3, 5), TODAY, name="云小山", guardians=[mother])
    child_id = house.story.newborn(BORN, TODAY, guardians=[mother])
    with heard(house.story.database) as asked:
        use_the_doors(house, child_id)
        assert open_every_page(house, child_id) > 10
    assert len(asked) > 50
    slow = scanned(house.story.database, asked)
    assert not slow, "\n".join(slow)


def test_a_query_without_an_index_is_found(database: Database) -> None:
    with heard(database) as asked, database.reading() as session:
        session.execute(text("SELECT id FROM children WHERE sex = 'female'"))
        session.execute(text("SELECT id FROM children WHERE born_on = '2026-07-22'"))
    assert [told.split(":")[0] for told in scanned(database, asked)] == ["children"]
