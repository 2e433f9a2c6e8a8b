"""Behind the door and before it: record, wishes, calendar, absence, what is told after a visit, and what a stranger never learns."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.serving import MORNING, TODAY, House, form_token, post_form
from tests.story import an_id
from tests.web.family_phone import BORN, LOT, NAME, a_child, mailbox_of, opened_phone, phone_at
from vaxcard.records import registry
from vaxcard.records.doses import DoseForm
from vaxcard.records.family_notes import NoteRecord
from vaxcard.records.people import ChildRecord, GuardianRecord
from vaxcard.records.visits import next_visit_of
from vaxcard.web.family_door import device_kind

CARD_ONLY = (
    *("", "after", "told", "open", "code", "visit.ics", "forget", "know", "know/dtap", "know/find?q=乙肝"),
    *("record", "certificate", "texts", "devices", "looks", "calendar", "cannot-come", "moved"),
)


def test_a_stranger_with_the_card_learns_nothing_that_names_the_child(house: House) -> None:
    mailbox_of(house)
    child_id = a_child(house)
    phone = phone_at(house, child_id)
    facts = (NAME, "朵朵", "云小莲", "13900000001", "清河街", "330100", LOT, "2026-07-22", "7月22日", str(child_id))
    for page in CARD_ONLY:
        answer = phone.get(page)
        told = answer.text + str(answer.headers)
        for secret in facts:
            assert secret not in told, (page, secret)
        assert answer.headers["Referrer-Policy"] == "no-referrer" and answer.headers["Cache-Control"] == "no-store", page


def test_a_fault_is_told_as_a_familys_page_and_names_nobody(house: House) -> None:
    child_id = a_child(house)
    phone = phone_at(house, child_id)
    answers = [phone.client.post(f"/C/{phone.token}/{page}", data={"sign": "sore"}) for page in ("after", "open", "forget")]
    answers += [phone.client.put(f"/C/{phone.token}/after"), phone.get("nothing-of-the-kind")]
    for answer in answers:
        assert answer.status_code >= 400
        assert not [secret for secret in (NAME, "朵朵", "13900000001", LOT, "2026-07-22", str(child_id)) if secret in answer.text]
    assert "这一页开得太久了" in answers[0].text and f'href="/C/{phone.token}"' in answers[0].text and "接种台" not in answers[0].text


def test_no_form_of_a_card_holder_shows_or_changes_the_record(house: House) -> None:
    child_id = a_child(house)
    phone = phone_at(house, child_id)
    secret = form_token(phone.get("after").text)
    for page in ("texts", "devices", "calendar", "cannot-come"):
        answer = phone.client.post(f"/C/{phone.token}/{page}", data={"csrf_token": secret, "what": "new", "texts": "no"})
        assert "/open?to=" in answer.location, page
    with house.story.database.reading() as session:
        assert all(guardian.agrees_to_texts for guardian in session.query(GuardianRecord))


def test_a_dose_that_does_not_count_says_why(house: House) -> None:
    child_id = a_child(house)
    house.story.dose(child_id, "HepB", date(2026, 8, 30), TODAY)
    page = opened_phone(house, child_id).get("record").text
    assert "不算数：" in page


def test_a_sensitive_reason_is_withheld_on_a_familys_telephone_too(house: House) -> None:
    page = opened_phone(house, a_child(house)).get("record").text
    assert "HIV" not in page and "HBsAg" not in page


def test_a_family_stops_texts_and_chooses_their_language(house: House) -> None:
    child_id = a_child(house)
    phone = opened_phone(house, child_id)
    assert phone.post("texts", texts="no", language="en").status_code == 303
    with house.story.database.reading() as session:
        child = session.get_one(ChildRecord, child_id)
        guardian = session.get_one(GuardianRecord, child.guardianships[0].guardian_id)
        assert (guardian.agrees_to_texts, guardian.language) == (False, "en")


def test_the_certificate_names_child_doses_and_clinic_in_two_languages(house: House) -> None:
    phone = opened_phone(house, a_child(house))
    for lang in ("zh", "en"):
        page = phone.get(f"certificate?lang={lang}").text
        both = ("乙肝疫苗", "Hepatitis B vaccine", "预防接种证明", "Certificate of vaccination")
        for words in (NAME, LOT, "2026-08-22", "清河卫生服务中心", *both):
            assert words in page, words
        assert "2026年7月22日" in page and "22 July 2026" in page


def test_who_has_looked_is_told_without_a_nurses_name(house: House) -> None:
    child_id = a_child(house)
    house.signed_in().get(f"/counter/children/{child_id}")
    page = opened_phone(house, child_id).get("looks").text
    assert "接种员" in page and "看过" in page and "周小敏" not in page


# Calendar


def test_the_calendar_moves_with_the_visit_and_names_neither_child_nor_vaccine(house: House) -> None:
    child_id = house.story.newborn(date(2026, 11, 20), TODAY, guardians=[house.story.guardian(relation="mother")])
    phone = opened_phone(house, child_id)
    phone.post("calendar", what="new")
    address = re.search(r'value="http://[^/]+(/calendar/[^"?]+)', phone.get("calendar").text)
    assert address is not None
    stranger = house.client()
    feed = stranger.get(address[1])
    assert feed.content_type.startswith("text/calendar") and "DTSTART:20261220T000000Z" in feed.text
    assert not any(word in feed.text for word in (NAME, "朵朵", "乙肝", "HepB", str(child_id), phone.token))
    assert all(len(line.encode()) <= 75 for line in feed.text.split("\r\n"))
    phone.post("cannot-come", reason="away", day="2026-12-22")
    moved = stranger.get(address[1]).text
    same = re.findall("UID:.*", feed.text) == re.findall("UID:.*", moved)
    assert "DTSTART:20261222T000000Z" in moved and same
    phone.post("calendar", what="end")
    assert stranger.get(address[1]).status_code == 404


def test_a_protected_childs_calendar_closes_at_once(house: House) -> None:
    child_id = a_child(house)
    phone = opened_phone(house, child_id)
    phone.post("calendar", what="new")
    address = re.search(r'value="http://[^/]+(/calendar/[^"?]+)', phone.get("calendar").text)
    assert address is not None
    with house.story.on(TODAY) as acting:
        acting.session.get_one(ChildRecord, child_id).is_sensitive = True
    assert house.client().get(address[1]).status_code == 404


# Absence


def test_a_family_that_cannot_come_chooses_another_day_and_the_clinic_sees_it(house: House) -> None:
    child_id = house.story.newborn(date(2026, 11, 20), TODAY, guardians=[house.story.guardian(relation="mother")])
    phone = opened_phone(house, child_id)
    page = phone.get("cannot-come").text
    assert "2026-12-21" in page and 'value="2026-12-20"' not in page
    assert phone.post("cannot-come", reason="child-ill", day="2026-12-01").status_code == 422
    assert phone.post("cannot-come", reason="child-ill", day="2026-12-21").status_code == 303
    assert "12月21日" in phone.get("moved").text
    with house.story.database.reading() as session:
        visit = next_visit_of(session, child_id)
        assert visit is not None and (visit.visit_on, visit.kind) == (date(2026, 12, 21), "appointed")
    desk = house.signed_in().get("/desk/families").text
    for words in ("来不了", "孩子病了", "改到 12月21日", NAME):
        assert words in desk, words


def test_a_family_that_knows_no_day_yet_is_rung(house: House) -> None:
    child_id = a_child(house)
    phone = opened_phone(house, child_id)
    assert phone.post("cannot-come", reason="no-time", day="ring").status_code == 303
    assert "等门诊打电话" in house.signed_in().get("/desk/families").text


# After the visit


def vaccinated_today(house: House) -> tuple[object, object]:
    child_id = a_child(house)
    with house.story.on(TODAY, hour=1) as acting:
        form = DoseForm(id=an_id(), vaccine="IPV", given_on=TODAY, clinic_id=house.story.clinic_id, happened="so it was", site="left-thigh")
        registry.record_dose(acting, child_id, form)
    return child_id, phone_at(house, child_id)


def test_the_half_hour_is_counted_from_the_dose(house: House) -> None:
    _, phone = vaccinated_today(house)
    house.clock.moment = MORNING - timedelta(minutes=30)  # 9:12; the dose was recorded at 9:00
    page = phone.get("after").text
    assert "9:30" in page and "data-until" in page and "打完再坐" in page
    house.clock.moment = MORNING
    assert "可以走了" in phone.get("after").text
    house.clock.moment = MORNING + timedelta(days=3)
    assert "3 天前打的针" in phone.get("after").text and "孩子怎么样" in phone.get().text
    house.clock.moment = MORNING + timedelta(days=4)
    assert "孩子怎么样" not in phone.get().text


def test_danger_shows_whom_to_ring_before_anything_is_sent(house: House) -> None:
    child_id, phone = vaccinated_today(house)
    asked = phone.post("after", sign="breath", words="他喘")
    assert asked.status_code == 200
    for words in ("现在就打 120", "tel:0571-88880000", "还没有发给门诊"):
        assert words in asked.text, words
    with house.story.database.reading() as session:
        assert session.query(NoteRecord).count() == 0
    note_id = re.search(r'name="id" value="([^"]+)"', asked.text)
    assert note_id is not None
    for _ in range(2):  # a second tap is the same note
        sent = phone.post("after", sign="breath", words="他喘", id=note_id[1], **{"numbers-shown": "yes"})
        assert sent.status_code == 303
    assert "tel:120" in phone.get("told").text
    house.clock.moment = MORNING + timedelta(hours=3)
    nurse = house.signed_in()
    desk = nurse.get("/desk/families").text
    for words in ("疑似接种反应", "喘不上气", "“他喘”", "未核实", "3 小时前", NAME):
        assert words in desk, words
    with house.story.database.reading() as session:
        (note,) = session.query(NoteRecord)
        assert "他喘".encode() not in note.told_sealed
    done = post_form(nurse, "/desk/families", "/desk/families", note=str(note.id))
    assert done.status_code == 303 and 'name="note"' not in nurse.get("/desk/families").text


def test_all_is_well_puts_nothing_on_the_list(house: House) -> None:
    _, phone = vaccinated_today(house)
    assert phone.post("after", how="well").status_code == 303
    assert "没有要处理的" in house.signed_in().get("/desk/families").text


def test_a_card_holder_leaves_a_few_notes_a_day_and_then_rings(house: House) -> None:
    _, phone = vaccinated_today(house)
    answers = [phone.post("after", sign="sore").status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]


def test_a_note_changes_nothing_of_the_record(house: House) -> None:
    child_id, phone = vaccinated_today(house)
    with house.story.database.reading() as session:
        before = session.get_one(ChildRecord, child_id).version
    phone.post("after", sign="sore")
    with house.story.database.reading() as session:
        assert session.get_one(ChildRecord, child_id).version == before


@pytest.mark.parametrize(
    ("agent", "kind"),
    [("Mozilla/5.0 (Linux; Android 13) MicroMessenger/8", "Android · WeChat"), ("Mozilla/5.0 (iPhone; CPU)", "iPhone"), ("curl", "")],
)
def test_a_device_is_called_what_its_owner_calls_it(agent: str, kind: str) -> None:
    assert device_kind(agent) == kind


def test_the_first_view_gives_way_calendar_hours_and_the_door(house: House) -> None:
    page = phone_at(house, house.story.newborn(BORN, TODAY)).get().text
    for words in ("加到日历", "那天来不了", "看完整记录", "周一至周日", "tel:0571-88880000"):
        assert words in page, words
    assert "<form" not in page
