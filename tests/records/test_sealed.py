"""Whoever steals the database file reads no name, no number, no address and no finding."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from tests.story import Story, an_id, begin
from vaxcard.records import registry
from vaxcard.records.chart import load_child
from vaxcard.records.database import Database
from vaxcard.records.issued_cards import card_by_token, issue_card
from vaxcard.records.registry import DecisionForm
from vaxcard.reminders.planning import plan
from vaxcard.schedule.loader import load_schedule

BORN = date(2026, 5, 20)
DUE = date(2026, 6, 20)
# Nothing of these stands in the registry by chance.
SENTINELS = {
    "child's name": "云璩璩",
    "its sound": "qxqx",
    "guardian's name": "Gwendolyn Qxqx",
    "phone": "+8613977713579",
    "address": "Qxqx Lane 97531",
    "identifier": "QXQX-24680",
    "short code": "QX7QX9QZ",
    "finding": "qxqx-infected",
    "reason of a decision": "qxqx was said",
}


def fill(story: Story) -> dict[str, str]:
    """Put every personal thing into the registry once, through the doors; returns what must not be found in it."""
    guardian = story.guardian(SENTINELS["phone"], name=SENTINELS["guardian's name"], address=SENTINELS["address"])
    code = ("child-code", SENTINELS["identifier"])
    child = story.child(BORN, BORN, name=SENTINELS["child's name"], guardians=[guardian], identifiers=[code])
    story.child(BORN, BORN, name="Qxqx Vogel", guardians=[guardian])
    story.dose(child, "HepB", BORN)
    with story.on(BORN) as acting:
        registry.observe(acting, child, an_id(), "note", SENTINELS["finding"], on=BORN)
        registry.decide(acting, child, DecisionForm(an_id(), "BCG", "never", SENTINELS["reason of a decision"]))
        person = {"child_id": child, "person_key": load_child(acting.session, child).person_key}
        told = {"card_id": an_id(), "bracket": 0, "short_code": SENTINELS["short code"], "now": acting.now}
        token = issue_card(acting.session, acting.keyring, **person, **told).token(acting.keyring)
    with story.on(DUE) as acting:
        assert plan(acting, DUE).planned == 1
    with story.database.reading() as session:
        assert card_by_token(session, token).child_id == child
    return {**SENTINELS, "token": token}


def everything(engine: Engine) -> bytes:
    """Each value of each row of each table, as stored."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        rows = [row for table in tables for row in connection.execute(text(f'SELECT * FROM "{table}"'))]
    values = [value for row in rows for value in row]
    return b"\n".join(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in values)


def test_nothing_personal_can_be_read_from_the_tables(story: Story) -> None:
    sentinels, stored = fill(story), everything(story.database.engine).lower()
    assert len(stored) > 1000
    assert [what for what, value in sentinels.items() if value.lower().encode() in stored] == []
    assert sentinels["phone"].removeprefix("+86").encode() not in stored


def test_nothing_personal_can_be_read_from_the_file(sqlite_database: Database) -> None:
    sentinels = fill(begin(sqlite_database, load_schedule("cn")))
    path = Path(str(sqlite_database.engine.url.database))
    raw = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*")).lower()
    assert b"hepb" in raw
    encodings = ("utf-8", "utf-16-le", "gb18030")
    assert [what for what, value in sentinels.items() if any(value.lower().encode(encoding) in raw for encoding in encodings)] == []


def test_a_database_error_repeats_nothing_of_what_was_to_be_stored(sqlite_database: Database) -> None:
    insert = text("INSERT INTO clinic_closures (clinic_id, closed_on, reason) VALUES (NULL, NULL, :why)")
    with pytest.raises(IntegrityError) as refused, sqlite_database.writing() as session:
        session.execute(insert, {"why": "Qxqx"})
    assert "Qxqx" not in str(refused.value)
