"""Every door has a rule; who may not pass is told so, and learns nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.serving import MORNING, PASSWORD, TODAY, House, post_form
from tests.story import an_id
from vaxcard.api.access import PUBLIC, rule_of
from vaxcard.keyring import hash_password
from vaxcard.records.clinics import ApiKeyRecord, Role, StaffRecord

SCAN = "/api/v1/scans"


def test_every_route_has_a_rule_or_is_named_as_public(house: House) -> None:
    without = {rule.endpoint for rule in house.app.url_map.iter_rules() if rule_of(house.app.view_functions[rule.endpoint]) is None}
    assert without == PUBLIC


@pytest.mark.parametrize("role", list(Role))
def test_only_those_who_vaccinate_may_record(house: House, role: Role) -> None:
    client = house.signed_in(role)
    answer = client.post(f"/api/v1/children/{an_id()}/doses", json={})
    assert answer.status_code == (422 if role in (Role.PHYSICIAN, Role.VACCINATOR) else 403)


def test_a_stranger_is_asked_to_sign_in_and_told_how(house: House) -> None:
    answer = house.client().post(SCAN, json={"code": "x"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.content_type == "application/problem+json"


def test_a_key_opens_what_its_scopes_name_and_nothing_else(house: House) -> None:
    reader = house.key("read")
    assert house.client().get(f"/api/v1/children/{an_id()}", headers=reader).status_code == 404
    assert house.client().post(SCAN, json={"code": "x"}, headers=reader).status_code == 403


def test_a_wrong_key_is_refused_even_beside_a_session(house: House) -> None:
    client = house.signed_in()
    assert client.post(SCAN, json={"code": "x"}, headers={"Authorization": "Bearer nothing"}).status_code == 401


def test_a_revoked_key_opens_nothing(house: House) -> None:
    headers = house.key("scan")
    with house.story.on(TODAY) as acting:
        for key in acting.session.query(ApiKeyRecord):
            key.revoked_at = MORNING
    assert house.client().post(SCAN, json={"code": "x"}, headers=headers).status_code == 401


def test_a_session_ends_with_the_working_day(house: House) -> None:
    client = house.signed_in()
    house.clock.moment = MORNING + timedelta(hours=9, minutes=59)
    assert client.post(SCAN, json={"code": "x"}).status_code == 404
    house.clock.moment = MORNING + timedelta(hours=10)
    assert client.post(SCAN, json={"code": "x"}).status_code == 401


def test_someone_who_has_left_is_signed_out_at_once(house: House) -> None:
    client = house.signed_in()
    with house.story.on(TODAY) as acting:
        for staff in acting.session.query(StaffRecord):
            staff.is_active = False
    assert client.post(SCAN, json={"code": "x"}).status_code == 401


def test_a_session_does_not_count_when_another_site_asks(house: House) -> None:
    client = house.signed_in()
    assert client.post(SCAN, json={"code": "x"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 401
    assert client.post(SCAN, json={"code": "x"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 404


def test_a_copied_cookie_is_dead_after_signing_out(house: House) -> None:
    client, thief = house.signed_in(), house.client()
    cookie = client.get_cookie("vaxcard")
    assert cookie is not None
    thief.set_cookie("vaxcard", cookie.value)
    assert thief.get("/counter/").status_code == 200
    assert post_form(client, "/counter/", "/counter/sign-out").status_code == 303
    assert thief.get("/counter/").location == "/counter/sign-in"
    assert thief.post("/api/v1/scans", json={"code": "x"}).status_code == 401
    again = post_form(client, "/counter/sign-in", "/counter/sign-in", login="zhou", password=PASSWORD)
    assert again.status_code == 303 and client.get("/counter/").status_code == 200
    assert thief.get("/counter/").status_code == 303, "a new session does not bring the old one back"


def test_a_new_password_ends_the_sessions_of_the_old_one(house: House) -> None:
    client = house.signed_in()
    with house.story.on(TODAY) as acting:
        for staff in acting.session.query(StaffRecord):
            staff.password_hash = hash_password("another invented password")
    assert client.post(SCAN, json={"code": "x"}).status_code == 401
