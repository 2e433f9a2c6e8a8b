"""A scan leads to a child's record, whatever the scanner types, and a card that opens nothing says so."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.serving import TODAY, House, an_unknown_token, open_house
from tests.story import an_id
from vaxcard.records.audit import AuditEntry
from vaxcard.records.clinics import Role
from vaxcard.records.issued_cards import CardState
from vaxcard.records.registry import observe
from vaxcard.schedule.loader import load_schedule

BORN = date(2026, 7, 22)


@pytest.fixture
def house(database: Any) -> House:
    """The clinic on each database: what these doors do is made of rows."""
    return open_house(database, load_schedule("cn"))


def scanned(house: House, code: object, **more: object) -> tuple[int, dict[str, object]]:
    answer = house.client().post("/api/v1/scans", json={"code": code}, headers=house.key("scan"), **more)  # type: ignore[arg-type]
    return answer.status_code, answer.get_json()


def test_a_scan_gives_the_child_the_doses_what_is_due_and_what_waits(house: House) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    token, _ = house.card(child_id)
    status, told = scanned(house, f"HTTPS://VAX.EXAMPLE/C/{token}")
    assert status == 200
    assert told["child"]["id"] == str(child_id)
    assert told["child"]["name"] == "云朵朵"
    assert told["card"]["bracket"] == 2
    assert [(dose["vaccine"], dose["evaluations"][0]["status"]) for dose in told["doses"]] == [("HepB", "valid"), ("BCG", "valid")]
    assert {row["group"]: row["vaccines"][0] for row in told["due_now"]} == {"HepB": "HepB", "Polio": "IPV", "DTaP": "DTaP"}
    waiting = {row["group"]: row for row in told["waits"]}
    assert waiting["MMR"]["until"] == "2027-03-22"
    assert waiting["MMR"]["reasons"][0]["sentence"] == "要满 8 个月，2027年3月22日"
    assert told["next_visit"]["days"] >= 0
    assert told["unverified"], "rules that nobody has checked are told with the answer"


def test_what_a_scanner_types_need_not_be_tidy(house: House) -> None:
    token, short_code = house.card(house.story.newborn(BORN, TODAY))
    wide = "".join(chr(ord(character) + 0xFEE0) for character in token)
    for typed in (f"http://elsewhere.example/c/{token.lower()}\n", wide, token.lower(), f"{short_code[:4]}-{short_code[4:].lower()}"):
        assert scanned(house, typed)[0] == 200, typed


def test_brothers_and_sisters_are_named_by_their_ids_alone(house: House) -> None:
    guardian = house.story.guardian()
    child_id = house.story.newborn(BORN, TODAY, guardians=[guardian])
    sibling = house.story.newborn(date(2024, 5, 1), TODAY, name="云山山", guardians=[guardian])
    _, told = scanned(house, house.card(child_id)[0])
    assert told["child"]["siblings"] == [str(sibling)]
    assert "云山山" not in str(told)


@pytest.mark.parametrize(
    ("state", "status", "kind"),
    [
        (CardState.REPLACED, 410, "card-replaced"),
        (CardState.LOST, 410, "card-revoked"),
        (CardState.REVOKED, 410, "card-revoked"),
        (CardState.BLANK, 409, "card-closed"),
    ],
)
def test_each_card_that_opens_nothing_has_its_own_answer(house: House, state: CardState, status: int, kind: str) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    token, _ = house.card(child_id)
    house.close_card(token, state)
    house.card(child_id)
    answered, told = scanned(house, token)
    assert answered == status
    assert told["type"] == f"urn:vaxcard:problem:{kind}"
    assert told["advice"]
    assert "云" not in str(told)


def test_an_unknown_card_and_what_is_no_code_are_both_told(house: House) -> None:
    for typed in (an_unknown_token(), "not a code", "林"):
        status, told = scanned(house, typed)
        assert (status, told["type"]) == (404, "urn:vaxcard:problem:card-unknown")


def test_the_token_is_in_no_answer(house: House) -> None:
    token, short_code = house.card(house.story.newborn(BORN, TODAY))
    answer = house.client().post("/api/v1/scans", json={"code": token}, headers=house.key("scan"))
    assert token not in answer.text + str(answer.headers)
    assert short_code not in answer.text


def test_a_sensitive_reason_is_told_to_vaccinators_and_kept_from_registrars(house: House) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    with house.story.on(TODAY) as acting:
        observe(acting, child_id, an_id(), "hiv-status", "infected", on=BORN)
    token, _ = house.card(child_id)
    vaccinator, registrar = house.signed_in(), house.signed_in(Role.REGISTRAR, "desk")
    assert "hiv-status" in vaccinator.post("/api/v1/scans", json={"code": token}).text
    told = registrar.post("/api/v1/scans", json={"code": token}).get_json()
    del told["unverified"]  # flags of the rules, the same for every child
    assert "hiv" not in str(told).casefold()
    assert "门诊另有安排" in str(told)


def test_a_look_is_in_the_audit_trail_with_the_card_that_opened_it(house: House) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    scanned(house, house.card(child_id)[0])
    with house.story.database.reading() as session:
        looks = [entry for entry in session.query(AuditEntry) if entry.action == "child.look"]
    assert [(look.child_id, look.actor[:4], look.subjects[0][:5]) for look in looks] == [(child_id, "key:", "card:")]
