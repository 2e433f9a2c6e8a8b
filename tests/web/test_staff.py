"""Staff, roles, passwords, codes from a phone and keys, as a manager and the staff themselves use them on their pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from tests.serving import MORNING, PASSWORD, House, form_token, post_form
from vaxcard.records.clinics import ApiKeyRecord, Role, StaffRecord

STAFF = "/desk/staff"
OWN = "a long invented password"


@pytest.fixture
def manager(house: House) -> Any:
    """The manager's browser."""
    return house.signed_in(Role.MANAGER, "li")


def added(manager: Any, login: str = "Chen", role: str = "vaccinator") -> str:
    """Somebody new; their first password."""
    page = post_form(manager, STAFF, STAFF, name="陈一鸣", login=login, role=role)
    assert page.status_code == 200
    found = re.search(r"<code>([0-9A-Z]{12})</code>", page.text)
    assert found is not None
    return found[1]


def staff_id(house: House, login: str) -> str:
    with house.story.database.reading() as rows:
        return str(rows.query(StaffRecord).filter_by(login=login).one().id)


def enter(house: House, login: str, password: str) -> Any:
    client = house.client()
    return client, post_form(client, "/counter/sign-in", "/counter/sign-in", login=login, password=password)


def test_the_first_sign_in_chooses_a_password_before_any_page(house: House, manager: Any) -> None:
    first = added(manager)
    client, _ = enter(house, "chen", first)
    assert client.get("/counter/").location == "/account/password"
    assert client.post("/api/v1/scans", json={"code": "x"}).get_json()["type"] == "urn:vaxcard:problem:password-needed"
    answer = post_form(client, "/account/password", "/account/password", old=first, new=OWN, again=OWN)
    assert (answer.status_code, answer.location) == (303, "/counter/")
    assert client.get("/counter/").status_code == 200
    assert enter(house, "chen", first)[1].status_code == 403
    assert enter(house, "chen", OWN)[1].status_code == 303


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"old": "not it", "new": OWN, "again": OWN}, "old"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "new"),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "new"),
        ({"old": PASSWORD, "new": OWN, "again": OWN + "x"}, "again"),
    ],
)
def test_a_password_that_does_not_do_is_told_where(house: House, told: dict[str, str], place: str) -> None:
    answer = post_form(house.signed_in(), "/account/password", "/account/password", **told)
    assert answer.status_code == 422
    assert re.search(rf'id="{place}"[^>]*aria-invalid', answer.text)


def test_a_reset_ends_sessions_and_is_good_for_one_sign_in(house: House, manager: Any) -> None:
    nurse = house.signed_in()
    page = post_form(manager, STAFF, f"{STAFF}/{staff_id(house, 'zhou')}/reset").text
    assert nurse.get("/counter/").location == "/counter/sign-in"
    found = re.search(r"<code>([0-9A-Z]{12})</code>", page)
    assert found is not None
    client, answer = enter(house, "zhou", found[1])
    assert answer.status_code == 303 and client.get("/counter/").location == "/account/password"


def test_somebody_shut_out_is_out_at_once_and_may_come_back(house: House, manager: Any) -> None:
    nurse, door = house.signed_in(), f"{STAFF}/{staff_id(house, 'zhou')}"
    assert post_form(manager, STAFF, f"{door}/disable").status_code == 303
    assert nurse.get("/counter/").location == "/counter/sign-in"
    assert enter(house, "zhou", PASSWORD)[1].status_code == 403
    post_form(manager, STAFF, f"{door}/enable")
    assert enter(house, "zhou", PASSWORD)[1].status_code == 303


def test_another_role_ends_the_session_and_opens_other_doors(house: House, manager: Any) -> None:
    nurse = house.signed_in()
    post_form(manager, STAFF, f"{STAFF}/{staff_id(house, 'zhou')}/role", role="auditor")
    assert nurse.get("/counter/").location == "/counter/sign-in"
    assert enter(house, "zhou", PASSWORD)[1].location == "/account"


def test_a_clinic_keeps_a_manager(house: House, manager: Any) -> None:
    door = f"{STAFF}/{staff_id(house, 'li')}"
    for change, told in (("disable", {}), ("role", {"role": "vaccinator"})):
        answer = post_form(manager, STAFF, f"{door}/{change}", **told)
        assert answer.status_code == 409 and "alertbox" in answer.text
    assert manager.get(STAFF).status_code == 200


def test_two_accounts_of_one_name_are_refused_with_what_to_do(house: House, manager: Any) -> None:
    added(manager)
    answer = post_form(manager, STAFF, STAFF, name="陈二", login="chen", role="vaccinator")
    assert answer.status_code == 409 and "alertbox" in answer.text


def test_a_key_is_shown_once_opens_what_it_says_and_is_revoked(house: House, manager: Any) -> None:
    page = post_form(manager, STAFF, f"{STAFF}/keys", name="a school's program", scope="scan").text
    found = re.search(r"<code>([\w-]{64})</code>", page)
    assert found is not None
    headers = {"Authorization": f"Bearer {found[1]}"}
    assert house.client().post("/api/v1/scans", json={"code": "x"}, headers=headers).status_code == 404
    assert found[1] not in manager.get(STAFF).text
    with house.story.database.reading() as rows:
        key_id = rows.query(ApiKeyRecord).one().id
    post_form(manager, STAFF, f"{STAFF}/keys/{key_id}/revoke")
    assert house.client().post("/api/v1/scans", json={"code": "x"}, headers=headers).status_code == 401


def with_code(house: House) -> str:
    """A nurse who asks for codes; the secret in her phone."""
    client = house.signed_in()
    page = client.get("/account/code").text
    found = re.search(r'name="secret" value="([A-Z2-7]{32})"', page)
    assert found is not None
    told = {"csrf_token": form_token(page), "secret": found[1], "code": pyotp.TOTP(found[1]).at(house.clock.moment)}
    assert client.post("/account/code", data=told).location == "/account"
    house.clock.moment += timedelta(minutes=1)
    return found[1]


def test_a_code_from_the_phone_is_asked_for_after_the_password(house: House) -> None:
    secret = with_code(house)
    client, answer = enter(house, "zhou", PASSWORD)
    assert answer.location == "/counter/sign-in/code"
    assert client.get("/counter/").location == "/counter/sign-in", "a password alone opens nothing"
    wrong = post_form(client, answer.location, answer.location, code="000000")
    assert wrong.status_code == 403
    code = pyotp.TOTP(secret).at(house.clock.moment)
    assert post_form(client, answer.location, answer.location, code=code).status_code == 303
    assert client.get("/counter/").status_code == 200
    other, answer = enter(house, "zhou", PASSWORD)
    assert post_form(other, answer.location, answer.location, code=code).status_code == 403, "no code is taken twice"


def test_codes_are_not_tried_without_end(house: House) -> None:
    secret = with_code(house)
    client, answer = enter(house, "zhou", PASSWORD)
    tried = [post_form(client, answer.location, answer.location, code="000000").status_code for _ in range(6)]
    assert tried == [403] * 5 + [429]
    code = pyotp.TOTP(secret).at(house.clock.moment)
    assert post_form(client, answer.location, answer.location, code=code).status_code == 429


def test_a_lost_phone_is_forgotten_with_the_old_password(house: House, manager: Any) -> None:
    with_code(house)
    page = post_form(manager, STAFF, f"{STAFF}/{staff_id(house, 'zhou')}/reset").text
    found = re.search(r"<code>([0-9A-Z]{12})</code>", page)
    assert found is not None
    assert enter(house, "zhou", found[1])[1].location == "/counter/"


def test_the_password_counts_for_five_minutes_only(house: House) -> None:
    secret = with_code(house)
    client, answer = enter(house, "zhou", PASSWORD)
    token = form_token(client.get(answer.location).text)
    house.clock.moment += timedelta(minutes=5)
    told = {"csrf_token": token, "code": pyotp.TOTP(secret).at(house.clock.moment)}
    assert client.post("/counter/sign-in/code", data=told).location == "/counter/sign-in"


def test_the_access_log_tells_who_looked_and_why(house: House) -> None:
    child_id = house.story.child(MORNING.date().replace(month=7), MORNING.date())
    client = house.signed_in()
    client.get(f"/counter/children/{child_id}")
    page = client.get(f"/counter/children/{child_id}/access-log").text
    assert "周小敏" in page and "看了记录" in page
