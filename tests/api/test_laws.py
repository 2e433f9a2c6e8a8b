"""Laws of the machines' doors: whatever is sent, the answer is a plain one and nothing is stored half."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.serving import TODAY, House, open_house
from vaxcard.records.doses import DoseRecord
from vaxcard.schedule.loader import load_schedule

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
TEXTS = ("lot_number", "trace_code", "site", "route", "place", "happened")
FIELDS = ("id", "vaccine", "given_on", "expires_on", "stated_number", "source", *TEXTS)
SOUND = {
    "id": st.uuids().map(str),
    "vaccine": st.sampled_from(["DTaP", "IPV", "MMR", "VarV", "none"]),
    "given_on": st.dates().map(str),
    "happened": st.text(min_size=1),
}
PATIENT = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def house(database: Any) -> House:
    """The clinic on each database: they differ in what they take for a text."""
    return open_house(database, load_schedule("cn"))


@PATIENT
@given(data=st.data())
def test_whatever_is_sent_as_a_dose_is_stored_or_refused_in_one_form(house: House, data: st.DataObject) -> None:
    client, headers, child_id = doors(house)
    told = {name: data.draw(SOUND.get(name, st.nothing()) | ANYTHING) for name in data.draw(st.sets(st.sampled_from(FIELDS)))}
    before = len(doses(house))
    answer = client.post(f"/api/v1/children/{child_id}/doses", json=told, headers=headers)
    assert answer.status_code in (200, 201, 409, 422), answer.text
    assert len(doses(house)) == before + (answer.status_code == 201)
    if answer.status_code > 201:
        assert answer.get_json()["type"].startswith("urn:vaxcard:problem:")


@PATIENT
@given(body=ANYTHING, code=ANYTHING)
def test_whatever_is_scanned_is_answered_in_plain_words(house: House, body: object, code: object) -> None:
    client, headers, _ = doors(house)
    for sent in (body, {"code": code}):
        answer = client.post("/api/v1/scans", data=json.dumps(sent), content_type="application/json", headers=headers)
        assert answer.status_code in (404, 422)
        assert answer.get_json()["title"] and answer.get_json()["type"].startswith("urn:vaxcard:problem:")


def doors(house: House) -> tuple[Any, dict[str, str], Any]:
    """A machine, its key and a child; made once a test, since a law knocks many times."""
    if not hasattr(house, "doors"):
        child_id = house.story.newborn(date(2026, 7, 22), TODAY)
        house.doors = (house.client(), house.key("record", "scan"), child_id)  # type: ignore[attr-defined]
    return house.doors  # type: ignore[attr-defined, no-any-return]


def doses(house: House) -> list[DoseRecord]:
    with house.story.database.reading() as session:
        return list(session.query(DoseRecord))
