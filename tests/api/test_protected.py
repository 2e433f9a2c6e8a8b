"""A protected child: no clinic but its own learns where it lives, who its family is and when it comes next, by whatever door."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.serving import TODAY, House, post_form, said
from tests.story import EVERY_DAY, an_id
from vaxcard.api.access import LOOKING
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import Role
from vaxcard.records.enrolment import GuardianForm, open_clinic

BORN = date(2026, 7, 22)
NUMBER = "E20260722"
HOME, FAMILY, SIBLING = "远山卫生院", "云小莲", "云山山"


@pytest.fixture
def away(house: House) -> UUID:
    """A clinic far from the one that is served in the other tests."""
    clinic_id = an_id()
    with house.story.on(TODAY) as acting:
        where = {"time_zone": "Asia/Shanghai", "language": "zh", "region": "CN", "phone": "0571-11112222"}
        open_clinic(acting, clinic_id, HOME, sessions=EVERY_DAY, **where)
    return clinic_id


@pytest.fixture
def child_id(house: House, away: UUID) -> UUID:
    """A protected child of that clinic, up to date but for its next visit, with a sister who is not protected."""
    guardian: GuardianForm = house.story.guardian(name=FAMILY)
    child_id = house.story.newborn(BORN, TODAY, clinic_id=away, guardians=[guardian], identifiers=[("national", NUMBER)])
    house.story.child(date(2024, 5, 1), TODAY, name=SIBLING, clinic_id=away, guardians=[guardian])
    with house.story.on(TODAY) as acting:
        load_child(acting.session, child_id).is_sensitive = True
    house.story.refresh(child_id, TODAY)
    return child_id


OPENED = {"reason": "here-without-card"}


def at_home(house: House, away: UUID) -> House:
    """The same registry, with staff and keys of the child's own clinic."""
    return replace(house, story=replace(house.story, clinic_id=away))


@pytest.mark.parametrize("role", LOOKING)
@pytest.mark.parametrize("door", ["card", "short code", "identifier", "id"])
def test_at_the_counter_of_another_clinic_nothing_of_the_whereabouts_is_shown(house: House, child_id: UUID, role: Role, door: str) -> None:
    token, short_code = house.card(child_id)
    client = house.signed_in(role)
    typed = {"card": token, "short code": short_code, "identifier": NUMBER}.get(door)
    page = f"/counter/children/{child_id}"
    if typed is not None:
        page = post_form(client, "/counter/", "/counter/scan", code=typed).location
    if door in ("identifier", "id"):
        assert "别的门诊的孩子" in client.get(page).text
        post_form(client, page, f"/counter/children/{child_id}/opening", **OPENED)
    shown = client.get(page).text
    assert "受保护的记录" in shown and "云朵朵" in shown
    assert not [word for word in (HOME, FAMILY, SIBLING, "0571-11112222", "139", "现在没有约") if word in said(shown)]
    assert "下次日期只在孩子自己的门诊能看到" in shown


@pytest.mark.parametrize("role", LOOKING)
def test_at_its_own_counter_everything_is_shown_with_a_warning(house: House, away: UUID, child_id: UUID, role: Role) -> None:
    shown = at_home(house, away).signed_in(role).get(f"/counter/children/{child_id}").text
    for words in ("受保护的记录", FAMILY, SIBLING):
        assert words in shown, words


@pytest.mark.parametrize("asker", [*LOOKING, "key"])
@pytest.mark.parametrize("door", ["card", "short code", "id"])
def test_over_the_api_another_clinic_learns_no_whereabouts(house: House, away: UUID, child_id: UUID, asker: Any, door: str) -> None:
    told = asked(house, child_id, asker, door)
    assert told["child"]["sensitive"] is True
    assert told["child"]["siblings"] == []
    assert "clinic" not in told["child"] and "next_visit" not in told
    assert not any({"clinic", "place", "performer"} & dose.keys() for dose in told["doses"])
    assert not [word for word in (HOME, FAMILY, SIBLING, str(away)) if word in str(told)]


@pytest.mark.parametrize("asker", [*LOOKING, "key"])
def test_over_the_api_its_own_clinic_gets_all_of_it(house: House, away: UUID, child_id: UUID, asker: Any) -> None:
    told = asked(at_home(house, away), child_id, asker, "id")
    assert told["child"]["sensitive"] is True
    assert told["child"]["clinic"]["name"] == HOME
    assert told["next_visit"] and len(told["child"]["siblings"]) == 1


def test_a_dose_given_elsewhere_is_answered_without_the_next_visit(house: House, child_id: UUID) -> None:
    box = {"lot_number": "D26", "expires_on": "2027-08-31", "site": "left-thigh"}
    body = {"id": str(an_id()), "vaccine": "DTaP", "given_on": TODAY.isoformat(), **box}
    client = house.signed_in()
    client.post(f"/api/v1/children/{child_id}/openings", json=OPENED)
    answer = client.post(f"/api/v1/children/{child_id}/doses", json=body)
    assert answer.status_code == 201
    assert "next_visit" not in answer.get_json() and HOME not in answer.text


def test_the_page_after_a_dose_tells_no_telephone_and_no_day(house: House, child_id: UUID) -> None:
    client = house.signed_in()
    box = {"lot_number": "D26", "expires_on": "2027-08-31", "site": "left-thigh"}
    body = {"id": str(an_id()), "vaccine": "DTaP", "given_on": TODAY.isoformat(), **box}
    client.post(f"/api/v1/children/{child_id}/openings", json=OPENED)
    dose_id = client.post(f"/api/v1/children/{child_id}/doses", json=body).get_json()["dose"]["id"]
    page = client.get(f"/counter/children/{child_id}/doses/{dose_id}").text
    assert "由孩子自己的门诊告诉家里" in page
    assert "0571-11112222" not in page and HOME not in page


def asked(house: House, child_id: UUID, asker: Role | str, door: str) -> dict[str, Any]:
    """The record as somebody gets it through a door of the API."""
    token, short_code = house.card(child_id)
    client, headers = (house.client(), house.key("scan", "read")) if asker == "key" else (house.signed_in(Role(asker)), {})
    if door == "id":
        client.post(f"/api/v1/children/{child_id}/openings", json=OPENED, headers=headers)
        answer = client.get(f"/api/v1/children/{child_id}", headers=headers)
    else:
        answer = client.post("/api/v1/scans", json={"code": token if door == "card" else short_code}, headers=headers)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.get_json()
    return told
