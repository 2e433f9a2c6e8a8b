"""The way into the whole record: codes, wrong codes, passes, devices that are forgotten, and nothing told to strangers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.serving import MORNING, TODAY, House, form_token
from tests.story import an_id
from tests.web.family_phone import BORN, LOT, NAME, AtOnce, a_child, mailbox_of, opened_phone, phone_at
from vaxcard.records.audit import AuditEntry
from vaxcard.records.chart import load_child
from vaxcard.records.family_codes import CodeRecord, show_pass
from vaxcard.records.issued_cards import CardState
from vaxcard.records.people import ChildRecord, GuardianRecord
from vaxcard.web.family_texting import HANDS


def test_a_code_texted_to_the_mother_opens_the_record(house: House) -> None:
    mailbox, phone = mailbox_of(house), phone_at(house, a_child(house))
    assert phone.get("record").location.endswith("/open?to=record")
    asked = phone.ask()
    assert asked.status_code == 303 and mailbox.code not in asked.location
    opened = phone.type(mailbox.code)
    assert opened.location == f"/C/{phone.token}/record"
    page = phone.get("record").text
    for words in (NAME, "2026年7月22日", LOT, "第 2 剂", "在这部手机上退出"):
        assert words in page, words


def test_the_answer_is_the_same_whether_or_not_a_number_is_on_file(house: House) -> None:
    mailbox = mailbox_of(house)
    known = phone_at(house, a_child(house))
    unknown = phone_at(house, house.story.newborn(BORN, TODAY, guardians=[house.story.guardian(None, relation="mother")]))
    told = []
    for phone in (known, unknown):
        asked = phone.ask()
        page = phone.get("code").text.replace(form_token(phone.get("code").text), "")
        wrong = phone.type("12")
        plain = re.sub(r'value="[^"]*"', "", page.replace(phone.token, ""))
        told.append((asked.status_code, asked.location.replace(phone.token, ""), plain, wrong.status_code))
    assert told[0] == told[1] and len(mailbox.given) == 1


def test_the_list_to_choose_from_says_nothing_of_who_is_on_file(house: House) -> None:
    one = phone_at(house, a_child(house)).get("open").text
    other = phone_at(house, house.story.newborn(BORN, TODAY, guardians=[])).get("open").text
    names = re.findall(r'name="who" value="(\w+)"', one)
    assert names == ["mother", "father", "grandmother", "grandfather", "other"] == re.findall(r'name="who" value="(\w+)"', other)


def test_after_five_wrong_codes_this_telephone_waits_and_no_other(house: House) -> None:
    mailbox, child_id = mailbox_of(house), a_child(house)
    phone = phone_at(house, child_id)
    phone.ask()
    wrong = "000000" if mailbox.code != "000000" else "000001"
    assert [phone.type(wrong).status_code for _ in range(5)] == [403] * 5
    assert phone.type(mailbox.code).status_code == 429
    assert phone.ask().status_code == 429
    other = opened_phone(house, child_id, mailbox)  # from the same address of the waiting room
    assert other.get("record").status_code == 200
    house.clock.moment = MORNING + timedelta(minutes=16)
    phone.ask()
    assert phone.type(mailbox.code).status_code == 303


def test_a_code_is_good_for_ten_minutes_once_and_on_its_own_telephone(house: House) -> None:
    mailbox, child_id = mailbox_of(house), a_child(house)
    phone, stranger = phone_at(house, child_id), phone_at(house, child_id)
    phone.ask()
    assert stranger.type(mailbox.code).status_code == 403
    assert phone.type(mailbox.code).status_code == 303
    assert phone.type(mailbox.code).status_code == 403
    late = phone_at(house, child_id)
    late.ask()
    house.clock.moment = MORNING + timedelta(minutes=10)
    assert late.type(mailbox.code).status_code == 403


def test_five_codes_a_day_a_number_are_sent_and_the_sixth_says_the_same(house: House) -> None:
    mailbox, child_id = mailbox_of(house), a_child(house)
    answers = {phone_at(house, child_id).ask().status_code for _ in range(6)}
    assert answers == {303} and len(mailbox.given) == 5


def test_a_code_is_kept_nowhere_and_every_step_is_in_the_trail(house: House) -> None:
    mailbox = mailbox_of(house)
    phone = opened_phone(house, a_child(house), mailbox)
    phone.get("record")
    with house.story.database.reading() as session:
        (kept,) = session.query(CodeRecord)
        actions = [(entry.action, entry.actor.split(":")[0]) for entry in session.query(AuditEntry)]
    assert mailbox.code.encode() not in kept.code_key
    assert ("text.code", "system") in actions and ("family.open", "system") in actions and ("child.look", "family") in actions


def test_a_text_that_fails_tells_the_family_nothing_else(house: House) -> None:
    mailbox_of(house)
    house.app.extensions["vaxcard.lineup"].channels = ()
    house.app.extensions[HANDS] = AtOnce()
    assert phone_at(house, a_child(house)).ask().status_code == 303


@pytest.mark.parametrize("change", ["number", "card", "protected", "half a year"])
def test_an_opened_telephone_is_dropped_when_what_it_hung_on_changes(house: House, change: str) -> None:
    child_id = a_child(house)
    phone = opened_phone(house, child_id)
    with house.story.on(TODAY) as acting:
        child = acting.session.get_one(ChildRecord, child_id)
        if change == "number":
            guardian = acting.session.get_one(GuardianRecord, child.guardianships[0].guardian_id)
            guardian.phone_key = acting.keyring.index("phone", "+8613900000099")
        child.is_sensitive = change == "protected"
    if change == "card":
        house.close_card(phone.token, CardState.REPLACED)
    if change == "half a year":
        house.clock.moment = MORNING + timedelta(days=181)
    answer = phone.get("record")
    assert answer.status_code in (303, 410) and NAME not in answer.text


def test_a_telephone_can_be_listed_and_closed_from_another(house: House) -> None:
    mailbox, child_id = mailbox_of(house), a_child(house)
    first, second = opened_phone(house, child_id, mailbox), opened_phone(house, child_id, mailbox)
    ids = re.findall(r'name="device" value="([^"]+)"', first.get("devices").text)
    assert len(ids) == 2
    second_id = ids[0]  # the newest stands first
    first.post("devices", device=second_id)
    assert second.get("record").status_code == 303 and first.get("record").status_code == 200
    gone = first.post("devices", device=ids[1])
    assert gone.location == f"/C/{first.token}" and first.get("record").status_code == 303


def test_the_nurse_shows_a_pass_on_her_screen(house: House) -> None:
    child_id = a_child(house)
    phone = phone_at(house, child_id)
    nurse = house.signed_in()
    token = form_token(nurse.get(f"/counter/children/{child_id}").text)
    page = nurse.post(f"/counter/children/{child_id}/family", data={"csrf_token": token})
    assert page.status_code == 200 and "<path d=" in page.text
    assert phone.client.get("/O/" + "0" * 20).status_code == 410


def test_a_pass_opens_one_telephone_within_five_minutes(house: House) -> None:
    child_id = a_child(house)
    house.card(child_id)
    secrets = ("A" * 20, "B" * 20)
    with house.story.on(TODAY) as acting:
        for secret in secrets:
            row = show_pass(acting, load_child(acting.session, child_id), an_id(), secret)
            row.good_until = MORNING + timedelta(minutes=5)
    first, second = house.client(), house.client()
    seen = first.get(f"/o/{secrets[0].lower()}")
    assert seen.status_code == 200 and NAME not in seen.text
    opened = first.post(f"/O/{secrets[0]}", data={"csrf_token": form_token(seen.text)})
    assert opened.status_code == 303 and NAME in first.get(opened.location).text
    assert second.get(f"/O/{secrets[0]}").status_code == 410
    house.clock.moment = MORNING + timedelta(minutes=5)
    assert second.get(f"/O/{secrets[1]}").status_code == 410
