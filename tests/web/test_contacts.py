"""Guardians and their numbers at the counter: asked at a visit, changed with identity first, and never behind somebody's back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.serving import TODAY, House, form_token
from tests.story import EVERY_DAY, an_id
from tests.web.test_what_else import BORN, filled
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import Role
from vaxcard.records.enrolment import open_clinic
from vaxcard.records.phone_faults import note_fault
from vaxcard.records.protection import protect

NEW = "139 0000 0009"


@pytest.fixture
def child_id(house: House) -> UUID:
    return house.story.newborn(BORN, TODAY)


@pytest.fixture
def counter(house: House) -> Any:
    return house.signed_in(Role.REGISTRAR, "qian")


def mother(house: House, child_id: UUID) -> Any:
    with house.story.database.reading() as session:
        return load_child(session, child_id).guardianships[0].guardian


def phone(house: House, child_id: UUID) -> str | None:
    number: str | None = mother(house, child_id).phone(house.story.database.keyring)
    return number


def change_form(counter: Any, page: str) -> dict[str, str]:
    return {**filled(counter, page, 1), "agrees": "yes", "identity": "yes"}


def test_a_number_is_changed_after_name_and_birth_date_were_asked(house: House, counter: Any, child_id: UUID) -> None:
    page = f"/counter/children/{child_id}/guardians/"
    door = f"{page}{mother(house, child_id).id}"
    form = {**change_form(counter, page), "phone": NEW}
    unasked = counter.post(door, data={name: value for name, value in form.items() if name != "identity"})
    assert unasked.status_code == 422 and 'id="why-identity"' in unasked.text and f'value="{NEW}"' in unasked.text
    assert counter.post(door, data=form).location == page
    assert phone(house, child_id) == "+8613900000009"
    assert counter.post(door, data=form).status_code == 303, "Back and again is the same change"


def test_a_form_that_somebody_overtook_keeps_what_was_typed_and_shows_how_it_stands(house: House, counter: Any, child_id: UUID) -> None:
    page = f"/counter/children/{child_id}/guardians/"
    door = f"{page}{mother(house, child_id).id}"
    early = {**change_form(counter, page), "phone": "139 0000 0007"}
    assert counter.post(door, data={**change_form(counter, page), "phone": NEW}).status_code == 303
    answer = counter.post(door, data=early)
    assert answer.status_code == 409
    assert "+8613900000009" in answer.text and 'value="139 0000 0007"' in answer.text
    assert phone(house, child_id) == "+8613900000009"


def test_the_child_s_page_asks_once_in_a_while_and_always_where_no_text_arrives(house: House, counter: Any, child_id: UUID) -> None:
    page, question = f"/counter/children/{child_id}", "还是这个号码吗"
    text = counter.get(page).text
    assert question in text
    door = re.search(r'action="([^"]+/confirm)"', text)
    assert door is not None
    assert counter.post(door[1], data={"csrf_token": form_token(text)}).location == page
    assert question not in counter.get(page).text
    with house.story.on(TODAY) as acting:
        key = mother(house, child_id).phone_key
        note_fault(acting.session, key, "unreachable", acting.now)
    text = counter.get(page).text
    assert question in text and f'href="{page}/guardians/"' in text


def test_a_guardian_is_added_and_taken_off(house: House, counter: Any, child_id: UUID) -> None:
    page = f"/counter/children/{child_id}/guardians/"
    new = {**filled(counter, page, 2), "name": "云大山", "phone": NEW, "relation": "father", "identity": "yes", "agrees": "yes"}
    assert counter.post(page, data=new).status_code == 303
    assert "云大山" in counter.get(page).text
    gone = change_form(counter, page)
    assert counter.post(f"{page}{mother(house, child_id).id}/remove", data=gone).status_code == 303
    assert "云小莲" not in counter.get(page).text


def test_a_protected_child_s_family_is_known_to_its_own_clinic_alone(house: House) -> None:
    away = an_id()
    with house.story.on(TODAY) as acting:
        where = {"time_zone": "Asia/Shanghai", "language": "zh", "region": "CN", "phone": "0571-11112222"}
        open_clinic(acting, away, "远山卫生院", sessions=EVERY_DAY, **where)
    child_id = house.story.newborn(BORN, TODAY, clinic_id=away)
    with house.story.on(TODAY) as acting:
        protect(acting, load_child(acting.session, child_id, lock=True))
    page, door = f"/counter/children/{child_id}/guardians/", f"/api/v1/children/{child_id}/guardians"
    visitor = house.signed_in(Role.REGISTRAR, "sun")
    opening = visitor.post(f"/api/v1/children/{child_id}/openings", json={"reason": "here-without-card"})
    assert opening.status_code == 201
    assert (visitor.get(page).status_code, visitor.get(door).status_code) == (403, 403)
    at_home = replace(house, story=replace(house.story, clinic_id=away)).signed_in(Role.REGISTRAR, "qian")
    assert (at_home.get(page).status_code, at_home.get(door).status_code) == (200, 200)
