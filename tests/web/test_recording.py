"""Recording at the counter: what is checked before the needle, what is told when it is stopped, and one dose from one form."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.serving import TODAY, House, form_token
from vaxcard.records.audit import AuditEntry
from vaxcard.records.doses import DoseRecord
from vaxcard.records.issued_cards import cards_of

BORN = date(2026, 7, 22)
Form = dict[str, str]


@pytest.fixture
def child_id(house: House) -> UUID:
    """A child of four months who had the doses of birth alone."""
    return house.story.newborn(BORN, TODAY)


@pytest.fixture
def counter(house: House) -> Any:
    """The nurse's browser."""
    return house.signed_in()


@pytest.fixture
def form(counter: Any, child_id: UUID) -> dict[str, str]:
    """The form for a due DTaP, filled in as a nurse would."""
    page = counter.get(f"/counter/children/{child_id}/doses/new/DTaP").text
    filled = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    assert filled["given_on"] == "2026-11-24"
    vaccine = re.search(r'<option value="(\w+)" selected>', page)
    assert vaccine is not None
    told = {"lot_number": "D2603118", "expires_on": "2027-08-31", "site": "left-thigh", "route": "injection", "typed_because": "no-code"}
    keep = {name: filled[name] for name in ("id", "group", "given_on")}
    return {**keep, **told, "vaccine": vaccine[1], "identity": "yes", "shown": "yes", "csrf_token": form_token(page)}


def send(counter: Any, child_id: UUID, form: Form, **changed: str | None) -> Any:
    told = {name: value for name, value in {**form, **changed}.items() if value is not None}
    return counter.post(f"/counter/children/{child_id}/doses", data=told)


def doses(house: House, child_id: UUID) -> list[DoseRecord]:
    with house.story.database.reading() as session:
        return [dose for dose in session.query(DoseRecord) if dose.child_id == child_id and dose.vaccine == "DTaP"]


def test_a_recorded_dose_is_shown_with_its_number_and_the_next_visit(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    answer = send(counter, child_id, form)
    assert answer.status_code == 303
    page = counter.get(answer.location).text
    for words in ("记好了：百白破 1", "2026年11月24日", "批号 D2603118", "左大腿", "今天还要打", "打完再坐 30 分钟"):
        assert words in page, words
    (dose,) = doses(house, child_id)
    assert (dose.performer, dose.site, dose.clinic_id) == ("周小敏", "left-thigh", house.story.clinic_id)


def test_back_and_send_again_makes_no_second_dose(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    first, second = send(counter, child_id, form), send(counter, child_id, form)
    assert first.location == second.location
    assert len(doses(house, child_id)) == 1


def test_back_and_change_is_told_that_the_form_was_sent(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    send(counter, child_id, form)
    answer = send(counter, child_id, form, lot_number="other")
    assert answer.status_code == 409
    assert "这张表交过了" in answer.text
    assert [dose.lot_number for dose in doses(house, child_id)] == ["D2603118"]


@pytest.mark.parametrize("left_out", ["identity", "shown", "lot_number", "expires_on", "vaccine"])
def test_nothing_is_recorded_with_a_check_left_out(house: House, counter: Any, child_id: UUID, form: Form, left_out: str) -> None:
    answer = send(counter, child_id, form, **{left_out: None})
    assert answer.status_code == 422
    assert f'id="why-{left_out}"' in answer.text
    assert form["id"] in answer.text, "the form keeps its id, so that it stays one dose"
    assert doses(house, child_id) == []


def test_neither_check_is_ticked_beforehand(counter: Any, child_id: UUID) -> None:
    page = counter.get(f"/counter/children/{child_id}/doses/new/DTaP").text
    boxes = re.findall(r'<input type="checkbox"[^>]*>', page)
    assert len(boxes) == 2
    assert not any("checked" in box for box in boxes)


def test_an_expired_vaccine_is_stopped_and_what_happened_is_recorded(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    stopped = send(counter, child_id, form, expires_on="2026-11-23")
    assert stopped.status_code == 409
    assert "那天疫苗已经过期" in stopped.text and "确实已经打了？写下为什么，再记" in stopped.text
    assert doses(house, child_id) == []
    recorded = send(counter, child_id, form, expires_on="2026-11-23", happened="打完才看到")
    assert "不算数" in counter.get(recorded.location).text
    (dose,) = doses(house, child_id)
    assert (dose.incidents, dose.reason) == (["expired"], "打完才看到")


def test_a_box_that_is_gone_does_not_keep_a_true_dose_out(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    assert send(counter, child_id, form, lot_number=None, expires_on=None, happened="药盒丢了").status_code == 303
    assert len(doses(house, child_id)) == 1


def test_a_paid_vaccine_can_be_recorded_from_the_list(counter: Any, child_id: UUID, form: Form) -> None:
    assert "EV71" in counter.get(f"/counter/children/{child_id}/doses/new").text
    assert send(counter, child_id, form, vaccine="PCV13", group="").status_code == 303


def test_who_was_asked_for_name_and_birth_date_is_in_the_trail(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    send(counter, child_id, form)
    with house.story.database.reading() as session:
        (entry,) = [entry for entry in session.query(AuditEntry) if entry.action == "identity.confirmed"]
    assert entry.subjects == ["name", "born_on", form["id"]]


def test_a_dose_of_another_child_is_not_shown(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    done = send(counter, child_id, form).location
    other = house.story.newborn(BORN, TODAY, name="云山山")
    assert counter.get(done.replace(str(child_id), str(other))).status_code == 404


def test_the_card_set_comes_as_a_pdf_and_the_same_again(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    answer = counter.post(f"/counter/children/{child_id}/cards", data={"csrf_token": form["csrf_token"]})
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    with house.story.database.reading() as session:
        assert len(cards_of(session, child_id)) == 8


def test_the_giver_is_who_signed_in_whatever_is_posted(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    assert send(counter, child_id, form, performer="somebody else", place="elsewhere", source="certificate").status_code == 303
    (dose,) = doses(house, child_id)
    assert (dose.performer, dose.place, str(dose.source)) == ("周小敏", None, "clinic")


def test_a_date_with_junk_behind_it_is_sent_back(counter: Any, child_id: UUID, form: Form) -> None:
    assert send(counter, child_id, form, given_on="20261124xx").status_code == 422


def test_a_box_for_one_dose_is_scanned_or_typed_for_a_reason(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    answer = send(counter, child_id, form, typed_because=None)
    assert answer.status_code == 422 and "盒子没有扫码" in answer.text and 'id="why-trace_code"' in answer.text
    assert send(counter, child_id, form, typed_because="just so").status_code == 422
    assert send(counter, child_id, form).status_code == 303
    (dose,) = doses(house, child_id)
    assert dose.typed_because == "no-code"


def test_a_scanned_box_needs_no_reason_and_keeps_none(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    assert send(counter, child_id, form, trace_code="81234567890123456789").status_code == 303
    (dose,) = doses(house, child_id)
    assert (dose.trace_code, dose.typed_because) == ("81234567890123456789", None)


def refuse(counter: Any, child_id: UUID, group: str, token: str, because: str = "refused") -> None:
    page = counter.get(f"/counter/children/{child_id}/not-given/new/{group}").text
    told = dict(re.findall(r'<input type="hidden" name="(id|vaccine)" value="([^"]*)"', page))
    sent = {**told, "because": because, "csrf_token": token}
    assert counter.post(f"/counter/children/{child_id}/not-given", data=sent).status_code == 303


def sections(page: str) -> dict[str, str]:
    """The page's boxes by heading."""
    found = re.findall(r"<section.*?</section>", page, re.DOTALL)
    return {re.sub(r"<[^>]*>", "", heading[1]): each for each in found if (heading := re.search(r"<h[12]>(.*?)</h[12]>", each, re.DOTALL))}


def test_what_was_refused_today_is_not_called_for_again(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    door, token = f"/counter/children/{child_id}", form["csrf_token"]
    owed = re.findall(rf'class="btn[^"]*" href="{door}/doses/new/(\w+)"', counter.get(door).text)
    others = [group for group in owed if group != "DTaP"]
    assert others
    refuse(counter, child_id, others[0], token)
    page = counter.get(door).text
    assert re.findall(rf'class="btn[^"]*" href="{door}/doses/new/(\w+)"', page) == [group for group in owed if group != others[0]]
    assert f"今天 {len(owed) - 1} 剂" in page
    for group in others[1:]:
        refuse(counter, child_id, group, token, "ill")
    page = counter.get(send(counter, child_id, form).location).text
    assert "今天还要打" not in page, "nothing is left that the family agreed to"
    focused = re.search(r'<a class="btn main[^>]*href="([^"]+)"[^>]*autofocus', page)
    assert focused is not None and focused[1] == "/counter/", "Enter leads to the next child"
    row = sections(page)["今天没打"]
    assert "家长今天不打" in row and f'class="link small" href="{door}/doses/new/{others[0]}"' in row
    after_all = counter.get(f"{door}/doses/new/{others[0]}").text
    assert re.search(r'<option value="\w+" selected>', after_all), "it may be given after all, filled in as any other"


def test_today_is_no_next_visit_once_the_child_was_seen(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    done = counter.get(send(counter, child_id, form).location).text
    for page in (done, counter.get(f"/counter/children/{child_id}").text):
        assert "下次的日子还没定" in sections(page)["下一次"] and "/next-visit" in sections(page)["下一次"]


def test_a_correction_says_so(house: House, counter: Any, child_id: UUID, form: Form) -> None:
    done = send(counter, child_id, form).location
    page = counter.get(f"{done}/change").text
    told = {"id": re.findall(r'name="id" value="([^"]+)"', page)[0], "seen": re.findall(r'name="seen" value="([^"]+)"', page)[0]}
    kept = {name: form[name] for name in ("vaccine", "given_on", "expires_on", "site", "route", "csrf_token")}
    answer = counter.post(f"{done}/corrections", data={**told, **kept, "lot_number": "D2603119", "reason": "看错了批号"})
    assert "已更正：百白破" in counter.get(answer.location).text
