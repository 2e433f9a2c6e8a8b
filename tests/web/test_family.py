"""The family's page: what a parent needs in three seconds, and nothing by which a stranger could know the child."""

from __future__ import annotations

from datetime import date

import pytest

from tests.serving import TODAY, House, an_unknown_token
from vaxcard.records.audit import AuditEntry
from vaxcard.records.clinics import Role
from vaxcard.records.issued_cards import CardState
from vaxcard.records.people import ChildRecord, ChildState

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
    for words in ("次该补了", "现在来就行，不用从头打。", "最近能打的一天", "原定"):
        assert words in page, words


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
    for secret in (*facts, str(child_id), token, short_code):
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
    [(CardState.REPLACED, "有新卡了", 410), (CardState.LOST, "有新卡了", 410), (CardState.REVOKED, "这张卡不用了", 410)],
)
def test_an_old_card_says_so_and_how_to_reach_the_clinic(house: House, state: CardState, words: str, status: int) -> None:
    token, _ = house.card(house.story.newborn(BORN, TODAY))
    house.close_card(token, state)
    answer = house.client().get(f"/C/{token}")
    assert answer.status_code == status
    for said in (words, "卡丢了，也能打针。", "tel:0571-88880000"):
        assert said in answer.text
    assert 'class="path"' not in answer.text


def test_a_card_that_was_never_issued_is_told_in_plain_words(house: House) -> None:
    for typed in (an_unknown_token(), "X", "%00", "a/b/c"):
        answer = house.client().get(f"/C/{typed}")
        assert answer.status_code == 404
        assert "没有这张卡" in answer.text and "卡丢了，也能打针。" in answer.text


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
