"""A child from elsewhere put on file at the counter, and a day agreed with the family."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from tests.serving import TODAY, House, form_token, post_form
from vaxcard.records.chart import load_child
from vaxcard.records.people import ChildRecord
from vaxcard.records.visits import next_visit_of

PAGE = "/counter/new-child"
BORN = date(2026, 7, 22)


@pytest.fixture
def counter(house: House) -> Any:
    return house.signed_in()


def filled(counter: Any, **more: str) -> dict[str, str]:
    page = counter.get(PAGE).text
    found = re.search(r'name="id" value="([^"]+)"', page)
    assert found is not None
    told = {"name": "林小溪", "born_on": BORN.isoformat(), "sex": "female", "guardian_name": "林大山", "guardian_phone": "139 0000 0005"}
    return {"csrf_token": form_token(page), "id": found[1], **told, "guardian_relation": "father", **more}


def count(house: House) -> int:
    with house.story.database.reading() as session:
        return session.query(ChildRecord).count()


def test_a_child_from_elsewhere_is_on_file_after_one_form(house: House, counter: Any) -> None:
    assert PAGE in post_form(counter, "/counter/", "/counter/scan", code="林小溪").text, "nobody found leads here"
    form = filled(counter)
    answer = counter.post(PAGE, data=form)
    assert answer.status_code == 303
    papers = counter.get(answer.location).text
    assert "先抄家里带来的接种记录" in papers and "/doses/new" not in papers, "a child from elsewhere is not opened as never vaccinated"
    way_on = re.search(r'<a class="btn" href="([^"]+)">没带记录', papers)
    assert way_on is not None
    page = counter.get(way_on[1]).text
    assert "林小溪" in page and "林大山" in page and "（爸爸）" in page and "+86139 **** 0005" in page
    assert counter.post(PAGE, data=form).location == answer.location, "Back and again is the same child"
    assert count(house) == 1


def test_who_may_be_on_file_already_is_shown_before_a_second_is_made(house: House, counter: Any) -> None:
    known = house.story.newborn(BORN, TODAY, name="林小西")
    answer = counter.post(PAGE, data=filled(counter))
    assert answer.status_code == 409 and f"/counter/children/{known}" in answer.text and 'value="林大山"' in answer.text
    assert count(house) == 1
    assert counter.post(PAGE, data=filled(counter, is_another="yes")).status_code == 303
    assert count(house) == 2


def test_what_is_missing_is_said_in_its_place(house: House, counter: Any) -> None:
    answer = counter.post(PAGE, data=filled(counter, name="", born_on="2027-01-01", sex=""))
    assert answer.status_code == 422 and 'id="why-name"' in answer.text and 'id="why-sex"' in answer.text
    future = counter.post(PAGE, data=filled(counter, born_on="2027-01-01"))
    assert future.status_code == 422 and 'id="why-born_on"' in future.text
    assert count(house) == 0


def test_a_number_that_is_another_child_s_is_told(house: House, counter: Any) -> None:
    house.story.child(BORN, TODAY, identifiers=[("certificate", "E1")])
    answer = counter.post(PAGE, data=filled(counter, certificate_number="E1", is_another="yes"))
    assert answer.status_code == 409 and 'id="why-certificate_number"' in answer.text


def test_a_day_is_agreed_and_stands_everywhere(house: House, counter: Any) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    page, day = f"/counter/children/{child_id}/next-visit", TODAY + timedelta(days=9)
    assert page in counter.get(f"/counter/children/{child_id}").text
    late = post_form(counter, page, page, visit_on=TODAY.isoformat())
    assert late.status_code == 422 and 'role="alert"' in late.text
    assert post_form(counter, page, page, visit_on=(TODAY + timedelta(days=2)).isoformat(), other=day.isoformat()).status_code == 303
    with house.story.database.reading() as session:
        visit = next_visit_of(session, child_id)
        assert visit is not None and (visit.visit_on, visit.kind) == (day, "appointed")
        assert load_child(session, child_id).version > 1
    assert "日子是约好的" in counter.get(page).text
