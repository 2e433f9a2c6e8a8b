"""What else happens to a dose and a child at the counter: corrected, taken back, not given, copied, moved, protected, decided."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.serving import TODAY, House, form_token
from tests.story import an_id
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import Role
from vaxcard.records.doses import DoseRecord, doses_of
from vaxcard.records.not_given import not_given_of
from vaxcard.records.opening_days import close_days
from vaxcard.records.safety import decisions_of, observations_of
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.unread import Findings

BORN = date(2026, 7, 22)


@pytest.fixture
def child_id(house: House) -> UUID:
    """A child of four months who had the doses of birth alone."""
    return house.story.newborn(BORN, TODAY)


@pytest.fixture
def counter(house: House) -> Any:
    """The physician's browser: she may do all of it."""
    return house.signed_in(Role.PHYSICIAN, "wu")


def filled(counter: Any, page: str, form: int = 0) -> dict[str, str]:
    """What the page's form number `form` would send untouched."""
    text = counter.get(page).text
    written = re.findall(r"<form.*?</form>", text, re.DOTALL)[1 + form]  # the first signs out
    found = dict(re.findall(r'<input[^>]* name="([\w-]+)"[^>]* value="([^"]*)"', written))
    for name, options in re.findall(r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', written, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {**found, "csrf_token": form_token(text)}


def standing(house: House, child_id: UUID) -> list[DoseRecord]:
    with house.story.database.reading() as session:
        return doses_of(session, child_id)


def change_page(house: House, child_id: UUID) -> tuple[str, str]:
    """The page that changes the child's BCG, and the door of that dose."""
    (dose,) = [dose for dose in standing(house, child_id) if dose.vaccine == "BCG"]
    door = f"/counter/children/{child_id}/doses/{dose.id}"
    return f"{door}/change", door


def test_a_corrected_dose_stands_in_the_place_of_the_old_one(house: House, counter: Any, child_id: UUID) -> None:
    page, door = change_page(house, child_id)
    form = {**filled(counter, page), "lot_number": "B2607", "reason": "看错了批号"}
    answer = counter.post(f"{door}/corrections", data=form)
    assert answer.status_code == 303
    (bcg,) = [dose for dose in standing(house, child_id) if dose.vaccine == "BCG"]
    assert (bcg.lot_number, bcg.reason, bcg.given_on) == ("B2607", "看错了批号", BORN)
    assert counter.post(f"{door}/corrections", data=form).location == answer.location, "Back and again is the same correction"
    assert len(standing(house, child_id)) == 2


def test_a_correction_needs_its_reason(house: House, counter: Any, child_id: UUID) -> None:
    page, door = change_page(house, child_id)
    answer = counter.post(f"{door}/corrections", data={**filled(counter, page), "lot_number": "B2607"})
    assert answer.status_code == 422 and 'id="why-reason"' in answer.text and 'value="B2607"' in answer.text


def test_a_dose_that_is_taken_back_is_owed_again(house: House, counter: Any, child_id: UUID) -> None:
    page, door = change_page(house, child_id)
    form = {**filled(counter, page, 1), "reason": "是另一个孩子的"}
    assert counter.post(f"{door}/void", data=form).location == f"/counter/children/{child_id}"
    assert [dose.vaccine for dose in standing(house, child_id)] == ["HepB"]
    assert counter.post(f"{door}/void", data=form).status_code == 303, "sent twice it is one"
    assert counter.post(f"{door}/void", data={**form, "reason": ""}).status_code == 404


def test_a_form_opened_before_a_change_shows_the_difference(house: House, counter: Any, child_id: UUID) -> None:
    page, door = change_page(house, child_id)
    early = {**filled(counter, page), "lot_number": "B-LATE", "reason": "看错了"}
    other = {**filled(counter, page), "lot_number": "B-FIRST", "reason": "看错了"}
    assert counter.post(f"{door}/corrections", data=other).status_code == 303
    answer = counter.post(f"{door}/corrections", data=early)
    assert answer.status_code == 409
    assert "B-FIRST" in answer.text and "这张表什么也没有记" in answer.text
    assert [dose.lot_number for dose in standing(house, child_id) if dose.vaccine == "BCG"] == ["B-FIRST"]


def test_a_dose_not_given_is_kept_with_its_reason_and_can_be_taken_back(house: House, counter: Any, child_id: UUID) -> None:
    form = {**filled(counter, f"/counter/children/{child_id}/not-given/new/DTaP"), "because": "ill", "retry_on": "2026-12-08"}
    assert counter.post(f"/counter/children/{child_id}/not-given", data=form).status_code == 303
    page = counter.get(f"/counter/children/{child_id}").text
    assert "孩子今天不舒服" in page and "12月8日" in page
    back = re.search(r'action="([^"]+/take-back)".*?name="id" value="([^"]+)".*?name="seen" value="(\d+)"', page, re.DOTALL)
    assert back is not None
    sent = {"csrf_token": form_token(page), "id": back[2], "seen": back[3]}
    assert counter.post(back[1], data=sent).status_code == 303
    with house.story.database.reading() as session:
        assert not_given_of(session, child_id) == []


@pytest.mark.parametrize(("field", "value"), [("because", ""), ("retry_on", "2026-11-24")])
def test_a_dose_is_not_put_off_without_reason_or_into_the_past(
    house: House, counter: Any, child_id: UUID, field: str, value: str
) -> None:
    form = {**filled(counter, f"/counter/children/{child_id}/not-given/new/DTaP"), "because": "ill", field: value}
    answer = counter.post(f"/counter/children/{child_id}/not-given", data=form)
    assert answer.status_code == 422 and f'id="why-{field}"' in answer.text


def test_a_dose_is_not_put_off_to_a_day_on_which_the_clinic_is_shut(house: House, counter: Any, child_id: UUID) -> None:
    with house.story.on(TODAY) as acting:
        close_days(acting, date(2026, 12, 6), date(2026, 12, 7), "培训")
    form = {**filled(counter, f"/counter/children/{child_id}/not-given/new/DTaP"), "because": "ill", "retry_on": "2026-12-06"}
    answer = counter.post(f"/counter/children/{child_id}/not-given", data=form)
    assert answer.status_code == 422 and "那天不开诊" in answer.text and "2026-12-08" in answer.text
    assert counter.post(f"/counter/children/{child_id}/not-given", data={**form, "retry_on": "2026-12-08"}).status_code == 303


def test_a_paper_is_copied_whole_or_not_at_all(house: House, counter: Any, child_id: UUID) -> None:
    page = f"/counter/children/{child_id}/paper/"
    first = {**filled(counter, page), "document": "绿本 0126", "vaccine-0": "HepB", "given_on-0": "2026-08-22"}
    wrong = counter.post(page, data={**first, "vaccine-2": "IPV", "given_on-2": "2026-07-01"})
    assert wrong.status_code == 422 and 'id="why-given_on-2"' in wrong.text
    assert len(standing(house, child_id)) == 2
    right = {**first, "vaccine-2": "IPV", "given_on-2": "2026-09-22", "place-2": "外省诊所"}
    assert counter.post(page, data=right).status_code == 303
    assert counter.post(page, data=right).status_code == 303, "sent twice it is one"
    copied = [dose for dose in standing(house, child_id) if dose.document]
    assert [(dose.vaccine, str(dose.source), dose.document) for dose in copied] == [
        ("HepB", "certificate", "绿本 0126"),
        ("IPV", "certificate", "绿本 0126"),
    ]
    assert copied[0].clinic_id is None, "a paper does not say that it was given here"


def test_a_child_moves_away_and_a_manager_takes_it_back(house: House, counter: Any, child_id: UUID) -> None:
    page = f"/counter/children/{child_id}/whereabouts"
    assert counter.post(page, data=filled(counter, page)).status_code == 303
    assert "这孩子已经搬走了" in counter.get(f"/counter/children/{child_id}").text
    moved = counter.get(page).text
    kind = 'name="kind" value="taken-back"'
    back = re.search(rf'name="id" value="([^"]+)"><input type="hidden" {kind}><input[^>]*name="seen" value="(\d+)"', moved)
    assert back is not None
    form = {"csrf_token": form_token(moved), "id": back[1], "kind": "taken-back", "seen": back[2], "happened_on": TODAY.isoformat()}
    assert counter.post(page, data=form).status_code == 422, "without a reason it stands"
    assert counter.post(page, data={**form, "reason": "记错了孩子"}).status_code == 303
    with house.story.database.reading() as session:
        assert load_child(session, child_id).state == "active"


def test_only_a_physician_or_the_manager_records_a_death(house: House, child_id: UUID) -> None:
    client = house.signed_in(Role.REGISTRAR)
    page = f"/counter/children/{child_id}/whereabouts"
    text = client.get(page).text
    assert 'value="died"' not in text
    form = {**filled(client, page), "kind": "died", "id": str(an_id())}
    assert client.post(page, data=form).status_code == 403


def test_anybody_protects_a_family_and_a_manager_lifts_it(house: House, child_id: UUID) -> None:
    nurse = house.signed_in()
    token = {"csrf_token": form_token(nurse.get(f"/counter/children/{child_id}/whereabouts").text)}
    assert nurse.post(f"/counter/children/{child_id}/protection", data=token).status_code == 303
    with house.story.database.reading() as session:
        assert load_child(session, child_id).is_sensitive
    assert nurse.post(f"/counter/children/{child_id}/protection/lift", data=token).status_code == 403
    physician = house.signed_in(Role.PHYSICIAN, "wu")
    token = {"csrf_token": form_token(physician.get(f"/counter/children/{child_id}/whereabouts").text)}
    assert physician.post(f"/counter/children/{child_id}/protection/lift", data=token).status_code == 303
    with house.story.database.reading() as session:
        assert not load_child(session, child_id).is_sensitive


def seen_on(page: str) -> str:
    """The version of the record that a page's forms carry."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_a_decision_on_an_old_page_is_stopped_and_what_came_since_is_shown(house: House, counter: Any, child_id: UUID) -> None:
    page = f"/counter/children/{child_id}/decisions/"
    text = counter.get(page).text
    token = {"csrf_token": form_token(text), "seen": seen_on(text)}
    finding = {**token, "id": str(an_id()), "finding": "birth-weight-g:", "number": "1980"}
    assert counter.post(f"{page}findings", data=finding).status_code == 303
    decision = {**token, "id": str(an_id()), "group": "MMR", "decision": "never", "reason": "另有考虑"}
    answer = counter.post(page, data=decision)
    assert answer.status_code == 409
    assert "后来记下的" in answer.text and "1980" in answer.text and ">另有考虑</textarea>" in answer.text
    with house.story.database.reading() as session:
        assert decisions_of(session, child_id) == []
    again = {**decision, "seen": seen_on(answer.text)}
    assert counter.post(page, data=again).status_code == 303
    assert counter.post(f"{page}findings", data=finding).status_code == 303, "Back and again is the same finding"


def test_a_physician_lets_a_vaccine_wait_and_takes_it_back(house: House, counter: Any, child_id: UUID) -> None:
    page = f"/counter/children/{child_id}/decisions/"
    text = counter.get(page).text
    form = {"csrf_token": form_token(text), "seen": seen_on(text), "id": str(an_id())}
    form.update(group="DTP", decision="wait", reason="惊厥，等神经科")
    groups = re.findall(r'<option value="(\w+)"', text)
    form["group"] = "DTaP" if "DTaP" in groups else "DTP"
    assert counter.post(page, data=form).status_code == 422, "waiting needs its last day"
    assert counter.post(page, data={**form, "until": "2027-01-31"}).status_code == 303
    assert "惊厥，等神经科" in counter.get(page).text
    with house.story.database.reading() as session:
        (row,) = decisions_of(session, child_id)
        assert (row.decision, row.until) == ("never", date(2027, 1, 31))
    ending = {"csrf_token": form["csrf_token"], "seen": form["seen"]}
    assert counter.post(f"{page}{row.id}/end", data=ending).status_code == 409, "the page was opened before the decision"
    assert counter.post(f"{page}{row.id}/end", data={**ending, "seen": seen_on(counter.get(page).text)}).status_code == 303
    with house.story.database.reading() as session:
        assert decisions_of(session, child_id) == []


def test_a_finding_is_noted_by_a_vaccinator_who_decides_nothing(house: House, child_id: UUID) -> None:
    nurse, page = house.signed_in(), f"/counter/children/{child_id}/decisions/"
    text = nurse.get(page).text
    token = form_token(text)
    assert 'name="decision"' not in text
    sent = {"csrf_token": token, "id": str(an_id()), "finding": "birth-weight-g:", "seen": seen_on(text)}
    assert nurse.post(f"{page}findings", data=sent).status_code == 422, "a weight needs its grams"
    assert nurse.post(f"{page}findings", data={**sent, "number": "2450"}).status_code == 303
    assert "2450" in nurse.get(page).text
    with house.story.database.reading() as session:
        assert [row.code for row in observations_of(session, child_id)] == ["birth-weight-g"]
    assert nurse.post(page, data=sent).status_code == 403


def test_a_severe_reaction_is_noted_with_its_vaccine_and_keeps_it_away(house: House, child_id: UUID) -> None:
    nurse, page = house.signed_in(), f"/counter/children/{child_id}/decisions/"
    text = nurse.get(page).text
    sent = {"csrf_token": form_token(text), "id": str(an_id()), "finding": "severe-reaction:HepB", "seen": seen_on(text)}
    assert nurse.post(f"{page}findings", data={**sent, "finding": "severe-reaction:nothing"}).status_code == 422
    assert nurse.post(f"{page}findings", data=sent).status_code == 303
    assert "有严重反应" in nurse.get(page).text
    with house.story.database.reading() as session:
        assert [row.code for row in observations_of(session, child_id)] == ["severe-reaction"]
    forecasts = {each.group: each for each in house.story.refresh(child_id, TODAY).assessment.forecasts}
    assert forecasts["HepB"].status == "contraindicated"


def test_the_products_to_choose_between_are_those_that_the_schedule_asks_about(house: House, child_id: UUID) -> None:
    nurse, page = house.signed_in(), f"/counter/children/{child_id}/decisions/"
    text, asked = nurse.get(page).text, Findings(house.story.schedule).asked["line-je"].words
    assert asked and all(f'value="line-je:{vaccine}"' in text for vaccine in asked)
    sent = {"csrf_token": form_token(text), "id": str(an_id()), "finding": "line-je:JE-I", "seen": seen_on(text)}
    assert nurse.post(f"{page}findings", data={**sent, "finding": "line-je:MMR"}).status_code == 422
    assert nurse.post(f"{page}findings", data=sent).status_code == 303
    assert "本地打的是 乙脑灭活疫苗" in nurse.get(page).text
    assert not any("line-" in code for code in Findings(load_schedule("who")).asked)


def test_a_child_of_the_same_day_with_a_name_alike_is_shown_as_a_warning(house: House, counter: Any, child_id: UUID) -> None:
    other = house.story.newborn(BORN, TODAY, name="云多多", guardians=[house.story.guardian("+8613900000009", name="云大海")])
    far = house.story.newborn(BORN, TODAY, name="杨一诺", guardians=[house.story.guardian("+8613900000008", name="杨大山")])
    page = counter.get(f"/counter/children/{child_id}").text
    assert "同一天出生，名字像" in page
    assert str(other) in page and str(far) not in page


def test_what_is_due_says_where_it_goes(counter: Any, child_id: UUID) -> None:
    page = counter.get(f"/counter/children/{child_id}").text
    due = page[page.index('class="due"') :]
    assert "左上臂" in due or "左大腿" in due
