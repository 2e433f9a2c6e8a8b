"""The family's page: what a parent needs in three seconds, and nothing by which a stranger could know the child."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest

from tests.serving import TODAY, House, an_unknown_token
from vaxcard.records.audit import AuditEntry
from vaxcard.records.clinics import Role
from vaxcard.records.issued_cards import CardState
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.schedule.dates import add_months

BORN = date(2026, 7, 22)


def test_a_parent_sees_the_next_visit_the_clinic_and_the_path(house: House) -> None:
    token, _ = house.card(house.story.newborn(date(2026, 11, 20), TODAY))
    page = house.client().get(f"/C/{token}")
    assert page.status_code == 200
    when = ("<b>12</b>月<b>20</b>日", "还有 26 天", "8:00–17:00")
    for words in ("都按时打了", "下一次是第 2 次", *when, "清河卫生服务中心", "tel:0571-88880000", "打 1 针"):
        assert words in page.text, words
    assert page.text.count('class="tok ') == 15


def test_a_late_child_is_told_when_to_come_without_blame(house: House) -> None:
    child_id = house.story.newborn(date(2025, 1, 10), TODAY)
    page = house.client().get(f"/C/{house.card(child_id)[0]}").text
    for words in ("有 4 次该补，先来一趟", "现在来就行，不用从头打。", "最近能打的一天"):
        assert words in page, words
    assert "过了" not in page.replace("打过了", "") and "原定" not in page


def given(house: House, child_id: UUID, *doses: tuple[str, date]) -> UUID:
    for vaccine, on in doses:
        house.story.dose(child_id, vaccine, on, TODAY)
    return child_id


def to_eight_months(house: House, born_on: date) -> UUID:
    """A child who got everything in time until eight months."""
    child_id = house.story.newborn(born_on, TODAY)
    plan = ((1, "HepB"), (2, "IPV"), (2, "DTaP"), (3, "IPV"), (4, "bOPV"), (4, "DTaP"), (6, "HepB"), (6, "DTaP"), (6, "MPSV-A"))
    return given(house, child_id, *((vaccine, add_months(born_on, months, False)) for months, vaccine in plan))


@pytest.mark.parametrize(("hepb_on", "told"), [(date(2025, 10, 20), True), (date(2026, 6, 1), False)])
def test_the_day_first_meant_is_told_only_where_age_alone_set_it(house: House, hepb_on: date, told: bool) -> None:
    born_on = date(2025, 10, 20)  # the second HepB is late: a month after birth, or an interval after a late first
    first_months = (("IPV", 2), ("DTaP", 2), ("IPV", 3), ("bOPV", 4), ("DTaP", 4), ("DTaP", 6), ("MPSV-A", 6))
    doses = (*first_months, ("MMR", 8), ("JE-L", 8), ("MPSV-A", 9))
    routine = tuple((vaccine, add_months(born_on, months, False)) for vaccine, months in doses)
    child_id = given(house, house.story.child(born_on, TODAY), ("HepB", hepb_on), ("BCG", born_on), *routine)
    page = house.client().get(f"/C/{house.card(child_id)[0]}").text
    assert "第 2 次该补了" in page
    assert ("原定 2025年11月20日 星期四" in page) == told and ("原定" in page) == told


def test_a_visit_that_waits_for_its_day_is_the_next_one_with_its_reason(house: House) -> None:
    child_id = given(house, to_eight_months(house, date(2026, 3, 20)), ("MMR", date(2026, 11, 20)))
    page = house.client().get(f"/C/{house.card(child_id)[0]}").text
    for words in ("<h1>先等一等</h1>", "第 7 次：和上一针要隔 28 天。", "<b>12</b>月<b>20</b>日", "12月18日 星期五起能打"):
        assert words in page, words
    assert "门诊定" not in page


def test_a_visit_that_waits_for_the_clinic_says_what_is_asked(house: House) -> None:
    child_id = house.story.child(date(2026, 7, 22), TODAY)
    given(house, child_id, ("HepB", date(2026, 7, 22)), ("HepB", date(2026, 8, 22)))
    page = house.client().get(f"/C/{house.card(child_id)[0]}").text
    assert "第 1 次：先做皮试，去门诊问一问。" in page


def test_paid_doses_are_offered_beside_the_free_ones_and_not_among_them(house: House) -> None:
    born_on = date(2026, 7, 24)
    doses = (("HepB", 1), ("IPV", 2), ("DTaP", 2), ("PCV13", 2), ("IPV", 3))
    routine = tuple((vaccine, add_months(born_on, months, False)) for vaccine, months in doses)
    child_id = given(house, house.story.newborn(born_on, TODAY), *routine)
    page = house.client().get(f"/C/{house.card(child_id)[0]}").text
    assert "打 1 针" in page and "口服 1 次" in page and "（另有自费 1 针，可选）" in page


def test_what_is_not_needed_has_a_mark_of_its_own(house: House) -> None:
    page = house.client().get(f"/C/{house.card(house.story.child(date(2013, 1, 5), TODAY))[0]}").text
    chip = re.search(r'class="tok not_needed">(.*?)</span></span>', page, re.DOTALL)
    assert chip is not None and "#st-none" in chip[1] and "不用打" in chip[1]
    assert re.search(r'class="not_needed"><svg[^>]*><use href="[^"]*#st-none"', page)


def test_the_ambulance_is_told_apart_from_the_doctor(house: House) -> None:
    young, older = (house.client().get(f"/C/{house.card(house.story.newborn(day, TODAY))[0]}").text for day in (date(2026, 8, 25), BORN))
    box = young.index("这样就打 120"), young.index("喘不上气"), young.index("这样就看医生"), young.index("不满 3 个月，发烧就看医生")
    assert list(box) == sorted(box)
    assert "38.6" not in young and "发烧，38.6 °C 以上" in older


def test_what_is_unverified_is_told_in_a_familys_words(house: House) -> None:
    page = house.client().get(f"/C/{house.card(house.story.newborn(BORN, TODAY))[0]}").text
    assert "接种时间有几条还没跟国家文件核对完，以门诊说的为准。" in page


@pytest.mark.parametrize(
    ("asked", "words"),
    [("en-GB,en;q=0.9,zh;q=0.5", "All on time"), ("zh-CN,zh;q=0.9,en;q=0.8", "都按时打了"), ("fr", "都按时打了"), (None, "都按时打了")],
)
def test_a_first_visit_is_answered_in_the_browsers_language(house: House, asked: str | None, words: str) -> None:
    token, _ = house.card(house.story.newborn(date(2026, 11, 20), TODAY))
    assert words in house.client().get(f"/C/{token}", headers={"Accept-Language": asked} if asked else {}).text


def test_a_language_that_was_chosen_goes_before_the_browsers(house: House) -> None:
    token, client = house.card(house.story.newborn(date(2026, 11, 20), TODAY))[0], house.client()
    client.get(f"/C/{token}?lang=zh")
    assert "都按时打了" in client.get(f"/C/{token}", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize(("done", "words"), [(1, "前 1 次都好了，下一次是第 2 次。"), (2, "前 2 次都好了，下一次是第 3 次。")])
def test_the_count_of_visits_leads_up_to_the_next(house: House, done: int, words: str) -> None:
    child_id = house.story.newborn(date(2026, 10, 1) if done == 2 else date(2026, 11, 20), TODAY)
    if done == 2:
        given(house, child_id, ("HepB", date(2026, 11, 1)))
    assert words in house.client().get(f"/C/{house.card(child_id)[0]}").text


def test_a_visit_that_has_gone_by_is_told_with_the_first_open_day(house: House) -> None:
    child_id = house.story.newborn(BORN, date(2026, 7, 23))  # the next visit was worked out in July
    page = house.client().get(f"/C/{house.card(child_id)[0]}").text
    assert "<b>11</b>月<b>24</b>日" in page and "今天" in page


def test_the_page_names_nobody(house: House) -> None:
    guardian = house.story.guardian(address="清河街 17 号", relation="妈妈")
    child_id = house.story.newborn(BORN, TODAY, guardians=[guardian], identifiers=[("child-code", "330100202607220001")])
    house.story.dose(child_id, "DTaP", date(2026, 9, 22), TODAY, lot_number="LOT-SENTINEL", trace_code="81234567890123456789")
    token, short_code = house.card(child_id)
    answer = house.client().get(f"/C/{token}")
    told = answer.text + str(answer.headers)
    facts = ("云朵朵", "朵朵", "云小莲", "13900000001", "清河街", "330100", "LOT-SENTINEL", "8123456789", "2026-07-22")
    for secret in (*facts, str(child_id), short_code):  # the token stands in the address already, and in the links below it
        assert secret not in told, secret
    assert "女" not in answer.text


@pytest.mark.parametrize("spelling", ["/C/{}", "/c/{}", "/C/{}/"])
def test_the_address_may_be_typed_in_any_case(house: House, spelling: str) -> None:
    token, _ = house.card(house.story.newborn(BORN, TODAY))
    for typed in (token, token.lower()):
        assert house.client().get(spelling.format(typed)).status_code == 200


def test_the_same_address_leads_a_signed_in_nurse_to_the_child(house: House) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    token, _ = house.card(child_id)
    assert house.signed_in().get(f"/C/{token}").location == f"/counter/children/{child_id}"
    assert house.signed_in(Role.SCHOOL, "school").get(f"/C/{token}").status_code == 200


@pytest.mark.parametrize(
    ("state", "words", "status"),
    [(CardState.REPLACED, "有新卡了", 410), (CardState.LOST, "这张卡不用了", 410), (CardState.REVOKED, "这张卡不用了", 410)],
)
def test_an_old_card_says_so_and_how_to_reach_the_clinic(house: House, state: CardState, words: str, status: int) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    token, _ = house.card(child_id)
    house.close_card(token, state)
    if state == CardState.REPLACED:
        assert "有新卡了" not in house.client().get(f"/C/{token}").text  # none is printed yet
        house.card(child_id)
    answer = house.client().get(f"/C/{token}")
    assert answer.status_code == status
    for said in (words, "卡丢了，也能打针。", "tel:0571-88880000"):
        assert said in answer.text
    assert 'class="path"' not in answer.text


def test_a_card_that_was_never_issued_is_told_in_plain_words(house: House) -> None:
    for typed in (an_unknown_token(), "X", "%00", "a/b/c"):
        answer = house.client().get(f"/C/{typed}")
        assert answer.status_code == 404
        for words in ("没有这张卡", "找个亮的地方", "方块码下面有编号", "卡丢了，也能打针。"):
            assert words in answer.text, words


@pytest.mark.parametrize("flag", [{"is_sensitive": True}, {"state": ChildState.DIED}])
def test_a_protected_child_is_shown_to_nobody_nor_where_it_is_looked_after(house: House, flag: dict[str, object]) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    token, _ = house.card(child_id)
    with house.story.on(TODAY) as acting:
        child = acting.session.get_one(ChildRecord, child_id)
        for name, value in flag.items():
            setattr(child, name, value)
    for state in (None, CardState.REVOKED):
        if state:
            house.close_card(token, state)
        answer = house.client().get(f"/C/{token}")
        assert answer.status_code == 410
        assert "清河" not in answer.text and "0571" not in answer.text and "月<b>" not in answer.text


def test_a_familys_look_is_noted_with_its_card(house: House) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    house.client().get(f"/C/{house.card(child_id)[0]}")
    with house.story.database.reading() as session:
        (look,) = [entry for entry in session.query(AuditEntry) if entry.action == "child.look"]
    assert (look.actor, look.child_id) == ("system:family-page", child_id)


def test_english_is_one_link_away(house: House) -> None:
    token, _ = house.card(house.story.newborn(date(2026, 11, 20), TODAY))
    page = house.client().get(f"/C/{token}?lang=en").text
    for words in ("All on time", "<b>20</b>&nbsp;December", "in 26 days", "1 injection", "Birth – 1 month"):
        assert words in page, words
    assert not any("\u4e00" <= character <= "\u9fff" for character in page.replace("中文", "").replace("清河卫生服务中心", ""))


def test_care_follows_the_childs_age_and_not_its_arrears(house: House) -> None:
    late = house.story.newborn(date(2023, 11, 1), TODAY)
    page = house.client().get(f"/C/{house.card(late)[0]}").text
    assert "样样都吃" in page and "只吃母乳" not in page
