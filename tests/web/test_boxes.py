"""The box's field at the counter: a code is asked about, and what is known of the box is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.serving import TODAY, House, form_token
from tests.story import an_id
from vaxcard.records.clinics import Role
from vaxcard.records.doses import DoseForm
from vaxcard.records.registry import record_dose

GS1 = "(01)06901234567892(17)270331(10)20250401(21)000123456789"


def asked(client: Any, code: Any) -> Any:
    secret = form_token(client.get("/counter/").text)
    return client.post("/counter/boxes", json={"code": code}, headers={"X-CSRFToken": secret})


def test_a_box_that_tells_its_lot_fills_lot_and_expiry(house: House) -> None:
    told = asked(house.signed_in(), "0106901234567892172703311020250401\x1d21000123456789").get_json()
    assert (told["code"], told["lot_number"], told["expires_on"]) == (GS1, "20250401", "2027-03-31")
    assert (told["vaccine"], told["from_open_vial"]) == (None, False)


def test_an_open_vial_is_known_at_the_next_child(house: House) -> None:
    child_id = house.story.newborn(date(2026, 9, 20), TODAY)
    with house.story.on(TODAY) as acting:
        told = {"lot_number": "P1", "expires_on": date(2027, 8, 31), "route": "oral", "happened": "given at the door"}
        dose = DoseForm(an_id(), "bOPV", TODAY, trace_code="81234560000000000017", clinic_id=house.story.clinic_id, **told)
        record_dose(acting, child_id, dose)
    found = asked(house.signed_in(), "81234560000000000017").get_json()
    assert (found["vaccine"], found["lot_number"], found["from_open_vial"]) == ("bOPV", "P1", True)
    assert "bOPV" in found["vaccine_name"]


@pytest.mark.parametrize("code", ["", "8385793", "HTTPS://VAX.EXAMPLE/C/7A7A7A7A7A7A7A7A7A7A", None, 5, ["x"]])
def test_what_is_no_box_is_told_in_plain_words(house: House, code: Any) -> None:
    answer = asked(house.signed_in(), code)
    assert answer.status_code == 422 and answer.get_json()["title"]


def test_only_those_who_record_doses_may_ask(house: House) -> None:
    assert asked(house.signed_in(Role.REGISTRAR), GS1).status_code == 403
