"""Recording over the API: once however often it is sent, refused in plain words, and true to what happened."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.serving import TODAY, House, open_house
from tests.story import an_id
from vaxcard.schedule.loader import load_schedule

BORN = date(2026, 7, 22)


@pytest.fixture
def house(database: Any) -> House:
    """The clinic on each database: what these doors do is made of rows."""
    return open_house(database, load_schedule("cn"))


@pytest.fixture
def child_id(house: House) -> UUID:
    """A child of four months who had the doses of birth alone."""
    return house.story.newborn(BORN, TODAY)


@pytest.fixture
def send(house: House, child_id: UUID) -> Any:
    """Sends one dose; what is not told is a sound DTaP of today."""
    headers = house.key("record", "read")

    def sending(**told: object) -> Any:
        box = {"lot_number": "D26", "expires_on": "2027-08-31", "site": "left-thigh"}
        sound = {"id": str(an_id()), "vaccine": "DTaP", "given_on": TODAY.isoformat(), **box}
        body = {**sound, **told}
        body = {name: value for name, value in body.items() if value is not None}
        return house.client().post(f"/api/v1/children/{child_id}/doses", json=body, headers=headers)

    return sending


def test_a_new_dose_is_201_with_what_it_was_worth_and_the_record_after_it(send: Any) -> None:
    answer = send(trace_code="8123 4567 8901 2345 6789", site="left-thigh", route="injection")
    told = answer.get_json()
    assert answer.status_code == 201
    assert told["dose"]["trace_code"] == "81234567890123456789"
    assert told["dose"]["evaluations"] == [{"group": "DTaP", "dose": 1, "status": "valid", "reasons": []}]
    assert "DTaP" not in [row["group"] for row in told["due_now"]]
    assert len(told["doses"]) == 3


def test_the_same_dose_again_is_200_and_stays_one(send: Any) -> None:
    dose_id = str(an_id())
    assert send(id=dose_id).status_code == 201
    again = send(id=dose_id)
    assert again.status_code == 200
    assert len(again.get_json()["doses"]) == 3


def test_the_same_id_for_another_dose_is_409(send: Any) -> None:
    dose_id = str(an_id())
    send(id=dose_id)
    answer = send(id=dose_id, lot_number="other")
    assert (answer.status_code, answer.get_json()["type"]) == (409, "urn:vaxcard:problem:conflict")


def test_what_must_not_be_injected_is_stopped_with_its_reason(send: Any) -> None:
    answer = send(expires_on="2026-11-23")
    told = answer.get_json()
    assert (answer.status_code, told["reason"]) == (409, "expired")
    assert told["advice"].startswith("先别打")


def test_what_happened_all_the_same_is_recorded_with_its_incident(send: Any) -> None:
    answer = send(expires_on="2026-11-23", happened="found out afterwards")
    assert answer.status_code == 201
    assert answer.get_json()["dose"]["incidents"] == ["expired"]
    assert answer.get_json()["dose"]["evaluations"][0]["status"] != "valid"


@pytest.mark.parametrize(
    ("told", "place"),
    [({"given_on": "2026-11-25"}, "given_on"), ({"given_on": "2026-07-21"}, "given_on"), ({"vaccine": "X"}, "vaccine")],
)
def test_what_cannot_have_happened_is_refused_for_good(send: Any, told: dict[str, str], place: str) -> None:
    answer = send(happened="it did", **told)
    assert answer.status_code == 422
    assert answer.get_json()["faults"][0]["place"] == place


def test_all_faults_are_told_at_once_each_in_its_place(send: Any) -> None:
    answer = send(id="1", vaccine=5, given_on="18.6.2026", lot_number="x" * 41, stated_number=2.5, site="\x00", source="dream")
    assert answer.status_code == 422
    places = [fault["place"] for fault in answer.get_json()["faults"]]
    assert sorted(places) == ["given_on", "id", "lot_number", "site", "source", "stated_number", "vaccine"]


def test_missing_fields_are_named(send: Any) -> None:
    faults = send(id=None, vaccine="", given_on=None).get_json()["faults"]
    assert {fault["place"] for fault in faults} == {"id", "vaccine", "given_on"}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"[1]", "application/json", 422),
        (b'"text"', "application/json", 422),
        (b"{", "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
        (b"[" * 30_000, "application/json", 422),
        (b"vaccine=DTaP", "application/x-www-form-urlencoded", 415),
        (b'{"vaccine": "' + b"x" * 70_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_is_no_dose_is_a_plain_4xx(house: House, child_id: UUID, body: bytes, kind: str, status: int) -> None:
    answer = house.client().post(f"/api/v1/children/{child_id}/doses", data=body, content_type=kind, headers=house.key("record"))
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_a_child_who_is_not_on_file_is_404(house: House) -> None:
    body = {"id": str(an_id()), "vaccine": "DTaP", "given_on": TODAY.isoformat(), "site": "left-thigh"}
    answer = house.client().post(f"/api/v1/children/{an_id()}/doses", json=body, headers=house.key("record"))
    assert answer.status_code == 404


def test_a_dose_from_paper_keeps_where_it_was_given(send: Any) -> None:
    told = send(given_on="2026-10-01", place="an invented clinic far away", source="certificate").get_json()["dose"]
    assert (told["clinic"], told["place"], told["source"]) == (None, "an invented clinic far away", "certificate")


_NO_DATES = ["20261124xx", "2026-W48-2", "2026-11-24T00", "２０２６-11-24", "2026-1-24", "0000-01-01", "2026-02-29"]


@pytest.mark.parametrize("written", _NO_DATES)
def test_a_date_is_year_month_day_and_nothing_else(send: Any, written: str) -> None:
    answer = send(given_on=written)
    assert answer.status_code == 422
    assert [fault["place"] for fault in answer.get_json()["faults"]] == ["given_on"]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"given_on": "2026-11-24"}, 201),
        ({"given_on": "2026-11-25"}, 422),
        ({"given_on": "2026-07-22", "happened": "transcribed"}, 201),
        ({"given_on": "2026-07-21", "happened": "transcribed"}, 422),
        ({"expires_on": "2026-11-24"}, 201),
        ({"expires_on": "2026-11-23"}, 409),
    ],
)
def test_the_day_before_and_the_day_after_are_told_apart(send: Any, told: dict[str, str], status: int) -> None:
    assert send(**told).status_code == status


def test_a_key_that_may_only_record_learns_its_dose_and_what_is_due(house: House, child_id: UUID) -> None:
    box = {"lot_number": "D26", "expires_on": "2027-08-31", "site": "left-thigh"}
    body = {"id": str(an_id()), "vaccine": "DTaP", "given_on": TODAY.isoformat(), **box}
    told = house.client().post(f"/api/v1/children/{child_id}/doses", json=body, headers=house.key("record")).get_json()
    assert told.keys() == {"dose", "assessed_on", "due_now"}
    assert {row["group"] for row in told["due_now"]} == {"HepB", "Polio"}
    assert "云" not in str(told)


def test_a_machine_says_who_gave_a_dose_and_people_give_it_in_their_own_name(house: House, child_id: UUID) -> None:
    sound = {"vaccine": "DTaP", "given_on": TODAY.isoformat(), "lot_number": "D26", "performer": "somebody else", "happened": "it did"}
    door, key = f"/api/v1/children/{child_id}/doses", house.key("record")
    by_hand = house.signed_in().post(door, json={**sound, "id": str(an_id())}).get_json()
    by_key = house.client().post(door, json={**sound, "id": str(an_id())}, headers=key).get_json()
    assert (by_hand["dose"]["performer"], by_key["dose"]["performer"]) == ("周小敏", "somebody else")


def test_marks_that_nobody_sees_are_not_kept(send: Any) -> None:
    told = send(lot_number="D\u200b26\u202e", trace_code="8123\u20664567890123456789").get_json()["dose"]
    assert (told["lot_number"], told["trace_code"]) == ("D26", "81234567890123456789")
