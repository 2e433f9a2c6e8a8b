"""What a family reads up with the card alone: every vaccine, the visit's day, care by age, a search; and not a word about the child."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from tests.serving import TODAY, House, an_unknown_token, said
from tests.web.family_phone import LOT, NAME, Phone, a_child, phone_at
from vaxcard.records.audit import AuditEntry
from vaxcard.records.issued_cards import CardState
from vaxcard.schedule.loader import load_schedule
from vaxcard.web.knowledge import slug_of

SCHEDULE = load_schedule("cn")
PAGES = ("know", "know/visit", "know/care", "know/age-2", "know/dtap", "know/find?q=IPV")


def a_phone(house: House) -> Phone:
    return phone_at(house, house.story.newborn(date(2026, 7, 22), TODAY))


def test_every_vaccine_of_the_schedule_has_a_page_of_its_own(house: House) -> None:
    phone = a_phone(house)
    assert len({slug_of(code) for code in SCHEDULE.vaccines}) == len(SCHEDULE.vaccines)
    for number, (code, vaccine) in enumerate(SCHEDULE.vaccines.items()):
        lang = ("zh", "en")[number % 2]
        page = phone.get(f"know/{slug_of(code)}?lang={lang}")
        assert page.status_code == 200 and f"<h1>{vaccine.names[lang]}</h1>" in page.text, code


def test_a_vaccines_page_says_what_it_prevents_what_is_usual_and_when_to_ring(house: House) -> None:
    page = a_phone(house).get("know/dtap").text
    for words in ("百白破疫苗", "百日咳", "白喉", "破伤风", "打针处红、硬", "发烧 1–2 天", "tel:120", "tel:0571-88880000", "抽过筋"):
        assert words in page, words
    assert re.findall(r'class="vno">(\d+)<', page) == ["3", "5", "6", "9", "13"]
    assert "免费" in page and "自费" not in page


def test_drops_are_taken_by_mouth_and_away_from_milk(house: House) -> None:
    page = a_phone(house).get("know/bopv").text
    assert "口服" in page and "前后半小时" in page


def test_a_paid_vaccine_says_so_and_gives_no_visit(house: House) -> None:
    page = a_phone(house).get("know/pcv13").text
    assert "自费，想打再打" in page and 'class="series"' not in page and "问门诊" in page


def test_what_does_not_count_any_more_as_usual_sends_to_the_clinic(house: House) -> None:
    page = a_phone(house).get("know/bcg").text
    assert "不挤，不擦药，不沾水" in page and "12 周还没长好" in page


def test_the_age_of_a_card_lists_its_visits_their_vaccines_and_care(house: House) -> None:
    page = a_phone(house).get("know/age-2").text
    assert re.findall(r'class="vno">(\d+)<', page) == ["3", "4", "5"]
    assert [slug in page for slug in ("know/ipv", "know/dtap", "know/bopv", "know/mmr")] == [True, True, True, False]
    assert "只吃母乳" in page and "每个孩子都一样" in page


def test_steps_and_rows_of_the_first_view_lead_to_knowledge(house: House) -> None:
    phone = a_phone(house)
    page = phone.get().text
    assert re.findall(r"know/age-(\d)", page) == ["1", "2", "3", "4", "5", "6", "7"]
    assert f"/C/{phone.token}/know" in page


def test_a_search_finds_pages_by_the_words_people_use(house: House) -> None:
    phone = a_phone(house)
    wanted = {"小儿麻痹": "know/ipv", "MEASLES": "know/mmr", "糖丸": "know/bopv", "hib": "know/hib", "五联": "know/dtap-ipv-hib"}
    for asked, first in wanted.items():
        page = phone.get(f"know/find?q={asked}").text
        assert re.findall(rf"/C/{phone.token}/(know/[\w-]+)", page.partition('role="status"')[2])[0] == first, asked


def test_a_search_for_what_nobody_wrote_gives_the_clinics_number_and_everything(house: House) -> None:
    page = a_phone(house).get("know/find?q=<b>电灯泡").text
    assert "没找到" in page and "tel:0571-88880000" in page and "know/hepb" in page
    assert "<b>电灯泡" not in page and "&lt;b&gt;电灯泡" in page


def test_a_page_that_is_not_there_leads_to_the_list(house: House) -> None:
    phone = a_phone(house)
    for page in ("know/aspirin", "know/age-9"):
        assert phone.get(page).location.endswith(f"/C/{phone.token}/know"), page


def test_they_speak_of_no_child_and_write_no_look(house: House) -> None:
    child_id = a_child(house)
    phone, other = phone_at(house, child_id), phone_at(house, house.story.newborn(date(2020, 1, 10), TODAY))
    before = looks(house, child_id)
    for page in PAGES:
        answer = phone.get(page)
        told = said(answer.text) + str(answer.headers)
        for secret in (NAME, "朵朵", "云小莲", "13900000001", "清河街", "330100", LOT, "2026-07-22", "7月22日", str(child_id)):
            assert secret not in told, (page, secret)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.text.replace(phone.token, "") == other.get(page).text.replace(other.token, ""), page
    assert looks(house, child_id) == before


def looks(house: House, child_id: UUID) -> int:
    with house.story.database.reading() as session:
        return session.query(AuditEntry).filter_by(child_id=child_id).count()


def test_only_who_holds_a_card_in_use_reads_them(house: House) -> None:
    phone = a_phone(house)
    house.close_card(phone.token, CardState.REVOKED)
    for page in PAGES:
        assert phone.get(page).status_code == 410, page
        assert house.client().get(f"/C/{an_unknown_token()}/{page}").status_code == 404, page
