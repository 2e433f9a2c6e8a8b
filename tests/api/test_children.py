"""A record by its child's id."""

from __future__ import annotations

from datetime import date

from tests.serving import TODAY, House
from tests.story import an_id


def test_the_record_is_the_one_that_a_scan_gives(house: House) -> None:
    child_id = house.story.newborn(date(2026, 7, 22), TODAY)
    scan = house.client().post("/api/v1/scans", json={"code": house.card(child_id)[0]}, headers=house.key("scan")).get_json()
    answer = house.client().get(f"/api/v1/children/{child_id}", headers=house.key("read"))
    assert answer.status_code == 200
    assert answer.get_json() == {name: value for name, value in scan.items() if name != "card"}
    assert answer.headers["ETag"] == f'"{scan["child"]["version"]}-2026-11-24"'


def test_nobody_on_file_is_404_in_the_language_asked_for(house: House) -> None:
    told = house.client().get(f"/api/v1/children/{an_id()}?lang=en", headers=house.key("read")).get_json()
    assert told["detail"] == "no child with this id is on file"
    assert told["status"] == 404


def test_what_is_no_id_is_404(house: House) -> None:
    assert house.client().get("/api/v1/children/17", headers=house.key("read")).status_code == 404
