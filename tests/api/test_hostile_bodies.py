"""Whatever a hostile or broken program sends to any door, the answer is a plain 4xx in one form, and nothing is stored."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from tests.api.test_every_door import Visit
from tests.serving import TODAY, House
from tests.story import an_id
from vaxcard.api.openapi import document
from vaxcard.records.doses import DoseRecord
from vaxcard.records.people import ChildRecord
from vaxcard.records.safety import DecisionRecord, ObservationRecord

DEEP = "[" * 5_000 + "]" * 5_000
BODIES: dict[str, bytes] = {
    "nul bytes": b'{"id": "\\u0000", "vaccine": "\\u0000DTaP", "code": "\\u0000", "text": "\\u0000", "name": "\\u0000"}',
    "bare nul": b"\x00\x00\x00",
    "lone surrogates": b'{"vaccine": "\\ud800", "code": "\\udfff", "text": "\\ud800", "reason": "\\ud800", "name": "\\udc00"}',
    "invalid UTF-8": b'{"code": "\xff\xfe\xc3\x28"}',
    "a number beyond counting": b'{"id": ' + b"9" * 4_000 + b', "limit": ' + b"9" * 4_000 + b', "code": 1e999, "bracket": -1}',
    "not a number": b'{"id": NaN, "limit": Infinity, "code": -Infinity}',
    "deep nesting": f'{{"id": {DEEP}, "code": {DEEP}}}'.encode(),
    "only brackets": DEEP.encode(),
    "wrong types": json.dumps(dict.fromkeys(("id", "code", "text", "name", "reason", "vaccine"), [{}, 1, None, True])).encode(),
    "the same name twice": b'{"code": "a", "code": {"code": []}}',
    "a list": b"[]",
    "nothing": b"",
    "half": b'{"id": "',
    "a megabyte": b'{"code": "' + b"x" * (1 << 20) + b'"}',
    "a megabyte of blanks": b" " * (1 << 20),
    "an unknown field": b'{"is_admin": true}',
    "ids of other worlds": b'{"id": "\\uff10\\uff11", "on": "2026-W48-2", "born_on": "0000-00-00", "cursor": "AAAA"}',
}


@pytest.fixture
def at(house: House) -> Visit:
    """A physician at the counter with a child on file."""
    return Visit(house)


def doors_with_bodies(at: Visit) -> list[tuple[str, str, Any]]:
    """Method and address of every door that takes a body, on ids that are on file, and the browser of somebody who may pass it."""
    with at.house.app.test_request_context():
        paths = document(at.house.app)["paths"]
    ids = {"child_id": str(at.child_id), "dose_id": at.recorded().rpartition("/")[2]}
    ids.update(guardian_id=at.guardian().rpartition("/")[2], item_id=str(an_id()))
    every = ((method, path, told) for path, methods in paths.items() for method, told in methods.items())
    taking = [(method, path, told["x-roles"]) for method, path, told in every if "requestBody" in told]
    assert len(taking) >= 14
    who = {True: at.client, False: at.manager}
    return [(method.upper(), path.format_map(ids), who["physician" in roles]) for method, path, roles in taking]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_whatever_is_sent_to_any_door_is_a_plain_4xx(at: Visit, body: bytes) -> None:
    doors, tag = doors_with_bodies(at), at.client.get(at.door).headers["ETag"]
    before = facts(at)
    for method, path, client in doors:
        answer = client.open(path, method=method, data=body, content_type="application/json", headers={"If-Match": tag})
        assert answer.status_code in (404, 413, 422), f"{method} {path}: {answer.status_code}"
        assert answer.content_type == "application/problem+json"
        assert {"type", "title", "status"} <= answer.get_json().keys()
    assert facts(at) == before, "a body that was refused leaves no fact"


@pytest.mark.parametrize("tag", ["*", '"1"', '"x-2026-11-24"', "\"99999999999999-2026-11-24\"", '"1-2026-11-24", "2-2026-11-24"', ""])
def test_what_is_no_version_matches_nothing(at: Visit, tag: str) -> None:
    answer = at.client.post(f"{at.recorded()}/void", json={"id": str(an_id()), "reason": "x1"}, headers={"If-Match": tag})
    assert answer.status_code == 422
    assert answer.get_json()["faults"][0]["place"] == "If-Match"


def test_a_change_without_a_version_is_asked_for_it(at: Visit) -> None:
    answer = at.client.post(f"{at.recorded()}/void", json={"id": str(an_id()), "reason": "an invented one"})
    assert (answer.status_code, answer.get_json()["type"]) == (428, "urn:vaxcard:problem:http-428")


def test_a_stale_version_is_told_the_difference_and_changes_nothing(at: Visit) -> None:
    dose, stale = at.recorded(), at.client.get(at.door).headers["ETag"]
    at.found()
    answer = at.client.post(f"{dose}/void", json={"id": str(an_id()), "reason": "an invented one"}, headers={"If-Match": stale})
    told = answer.get_json()
    assert (answer.status_code, told["type"]) == (409, "urn:vaxcard:problem:conflict")
    assert told["difference"]["version_now"] == told["difference"]["version_seen"] + 1


@pytest.mark.parametrize("cursor", ["x", "AAAA", "W10", "WyJhIiwiYiJd", "🦆", "[" * 500])
def test_a_made_up_cursor_is_refused(at: Visit, cursor: str) -> None:
    answer = at.client.post("/api/v1/children/search", json={"text": "云朵朵", "cursor": cursor})
    assert answer.status_code == 422
    assert [fault["place"] for fault in answer.get_json()["faults"]] == ["cursor"]


def test_a_page_follows_the_page_before_without_a_gap(at: Visit) -> None:
    for day in (1, 2, 3, 3, 3):
        at.house.story.child(date(2026, 6, day), TODAY)
    found, cursor = [], None
    while True:
        told = at.client.post("/api/v1/children/search", json={"text": "云朵朵", "limit": 2, "cursor": cursor}).get_json()
        found += [child["id"] for child in told["items"]]
        cursor = told["next"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 6


def test_a_record_that_has_not_changed_is_not_sent_again(at: Visit) -> None:
    tag = at.client.get(at.door).headers["ETag"]
    again = at.client.get(at.door, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def facts(at: Visit) -> list[tuple[Any, ...]]:
    """How much is on file."""
    with at.house.story.database.reading() as session:
        return [(kind.__name__, session.query(kind).count()) for kind in (ChildRecord, DoseRecord, ObservationRecord, DecisionRecord)]


@pytest.mark.parametrize("nothing", ["\x1d", "\u200b", " \t "])
def test_an_id_of_nothing_that_can_be_seen_is_missing(at: Visit, nothing: str) -> None:
    assert at.send("POST", f"{at.door}/calls", {"id": nothing, "result": "reached"}).status_code == 422
