"""The clinic's days at the desk: the manager changes them, everybody sees whom it moves, and each child's page follows."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from tests.serving import TODAY, House, form_token, post_form
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import Role
from vaxcard.records.messages import MessageRecord, MessageState
from vaxcard.reminders.planning import plan

PAGE = "/desk/days"
VISIT = date(2026, 12, 2)


@pytest.fixture
def manager(house: House) -> Any:
    return house.signed_in(Role.MANAGER, "he")


def test_a_closed_day_moves_the_visit_on_every_page(house: House, manager: Any) -> None:
    child_id = house.story.newborn(date(2026, 11, 2), TODAY)
    assert "12月2日" in manager.get(f"/counter/children/{child_id}").text
    answer = post_form(manager, PAGE, f"{PAGE}/closed", first=VISIT.isoformat(), reason="培训", sure="yes")
    assert answer.status_code == 303
    assert "改期 1 人" in manager.get(PAGE).text
    listed = manager.get(f"{PAGE}/closed/{VISIT.isoformat()}").text
    assert "云朵朵" in listed and "+8613900000001" in listed and "12月3日" in listed
    assert "12月3日" in manager.get(f"/counter/children/{child_id}").text
    opened = manager.post(f"{PAGE}/closed/{VISIT.isoformat()}/open", data={"csrf_token": form_token(manager.get(PAGE).text)})
    assert opened.status_code == 303
    assert "12月2日" in manager.get(f"/counter/children/{child_id}").text


def test_closing_is_asked_once_with_how_many_visits_it_moves_and_where_to(house: House, manager: Any) -> None:
    child_id = house.story.newborn(date(2026, 11, 2), TODAY)
    asked = post_form(manager, PAGE, f"{PAGE}/closed", first=VISIT.isoformat(), last="2026-12-03", reason="培训")
    assert asked.status_code == 200
    assert "1 人改期" in asked.text and "12月4日" in asked.text and "培训" in asked.text
    assert "12月2日" in manager.get(f"/counter/children/{child_id}").text, "nothing is closed by being asked"
    form = asked.text.partition("<h1>")[0].rpartition("<form")[2]
    sent = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', form))
    assert manager.post(f"{PAGE}/closed", data=sent).status_code == 303
    assert "12月4日" in manager.get(f"/counter/children/{child_id}").text
    assert post_form(manager, PAGE, f"{PAGE}/closed", first=VISIT.isoformat(), last="2026-12-01").status_code == 422


def test_whoever_has_no_text_of_a_moved_day_stands_first_and_is_to_be_rung(house: House, manager: Any) -> None:
    phones = ("+8613900000021", "+8613900000022")
    told, alone = (house.story.newborn(date(2026, 11, 2), TODAY, guardians=[house.story.guardian(phone=phone)]) for phone in phones)
    post_form(manager, PAGE, f"{PAGE}/closed", first=VISIT.isoformat(), sure="yes")
    with house.story.on(TODAY) as acting:
        plan(acting, TODAY)
        other = load_child(acting.session, alone).guardianships[0].guardian_id
        for text in acting.session.query(MessageRecord).filter_by(guardian_id=other):
            text.state = MessageState.MUTED
    page = manager.get(f"{PAGE}/closed/{VISIT.isoformat()}").text
    assert page.index(f"/children/{alone}") < page.index("<b>打电话</b>") < page.index(f"/children/{told}") < page.index("短信待发")


def test_a_week_is_kept_as_written_and_a_wrong_one_is_shown_again(manager: Any) -> None:
    good = {"0-morning-opens": "8:00", "0-morning-closes": "11：30", "0-afternoon-opens": "13:30", "0-afternoon-closes": "16:00"}
    wrong = post_form(manager, PAGE, f"{PAGE}/week", **{**good, "2-morning-opens": "9:00"})
    assert wrong.status_code == 422 and 'id="why-week-2"' in wrong.text and 'value="11：30"' in wrong.text
    assert post_form(manager, PAGE, f"{PAGE}/week", **good).status_code == 303
    page = manager.get(PAGE).text
    assert 'name="0-morning-closes" value="11:30"' in page and 'name="4-morning-opens" value=""' in page
    assert post_form(manager, PAGE, f"{PAGE}/week").status_code == 422


def test_a_day_besides_the_week_comes_and_goes(manager: Any) -> None:
    form = {"open_on": "2026-11-28", "opens": "08:30", "closes": "11:00"}
    assert post_form(manager, PAGE, f"{PAGE}/extra", **form).status_code == 303
    assert "8:30–11:00" in manager.get(PAGE).text
    assert post_form(manager, PAGE, f"{PAGE}/extra/2026-11-28/drop").status_code == 303
    assert post_form(manager, PAGE, f"{PAGE}/extra/2026-11-28/drop").status_code == 303, "a second click changes nothing"
    assert post_form(manager, PAGE, f"{PAGE}/extra", **{**form, "closes": "07:00"}).status_code == 422


def test_whoever_does_not_manage_the_clinic_reads_its_days(house: House) -> None:
    nurse = house.signed_in()
    page = nurse.get(PAGE)
    assert page.status_code == 200 and "<input type=\"date\"" not in page.text
    assert nurse.post(f"{PAGE}/closed", data={"csrf_token": form_token(page.text), "first": VISIT.isoformat()}).status_code == 403
