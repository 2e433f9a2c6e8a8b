"""The counter: one field leads to the child, and the page says what to give and what must wait."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.serving import MORNING, PASSWORD, TODAY, House, an_unknown_token, form_token, post_form
from vaxcard.errors import Refused
from vaxcard.language import Said
from vaxcard.records.clinics import Role
from vaxcard.records.issued_cards import CardState
from vaxcard.reminders.planning import plan
from vaxcard.web.rendering import fault_in_words

BORN = date(2026, 7, 22)


def scan(client: object, code: str) -> object:
    return post_form(client, "/counter/", "/counter/scan", code=code)  # type: ignore[arg-type]


def test_a_stranger_is_led_to_sign_in_and_back_to_where_they_were_going(house: House) -> None:
    child = f"/counter/children/{house.story.newborn(BORN, TODAY)}"
    house.staff()
    client = house.client()
    assert client.get(child).location == "/counter/sign-in"
    signed_in = post_form(client, "/counter/sign-in", "/counter/sign-in", login=" ZHOU ", password=PASSWORD)
    assert signed_in.location == child
    assert client.get(child).status_code == 200


def test_a_wrong_password_and_an_unknown_name_are_told_alike(house: House) -> None:
    house.staff()
    answers = [post_form(house.client(), "/counter/sign-in", "/counter/sign-in", login=login, password="x") for login in ("zhou", "nobody")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert all("名字或密码不对" in answer.text for answer in answers)


def test_after_five_wrong_passwords_even_the_right_one_waits_a_quarter_of_an_hour(house: House) -> None:
    house.staff()
    client = house.client()
    for _ in range(5):
        post_form(client, "/counter/sign-in", "/counter/sign-in", login="zhou", password="x")
    assert post_form(client, "/counter/sign-in", "/counter/sign-in", login="zhou", password=PASSWORD).status_code == 429
    house.clock.moment = MORNING + timedelta(minutes=16)
    assert post_form(client, "/counter/sign-in", "/counter/sign-in", login="zhou", password=PASSWORD).status_code == 303


def test_a_form_without_its_token_does_nothing(house: House) -> None:
    client = house.signed_in()
    answer = client.post("/counter/scan", data={"code": "x"})
    assert answer.status_code == 400
    assert "开得太久" in answer.text


def test_signing_out_ends_the_session(house: House) -> None:
    client = house.signed_in()
    assert post_form(client, "/counter/", "/counter/sign-out").status_code == 303
    assert client.get("/counter/").status_code == 303


def test_a_scanned_card_leads_to_its_child_and_the_token_is_in_no_address(house: House) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    token, short_code = house.card(child_id)
    client = house.signed_in()
    for typed in (f"HTTP://127.0.0.1/C/{token}", token.lower(), short_code):
        answer = scan(client, typed)
        assert answer.location == f"/counter/children/{child_id}"  # type: ignore[attr-defined]


def test_a_card_that_opens_nothing_says_so_at_the_counter(house: House) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    token, _ = house.card(child_id)
    house.close_card(token, CardState.REPLACED)
    house.card(child_id)
    client = house.signed_in()
    assert "这张卡换过新的了" in scan(client, token).text  # type: ignore[attr-defined]
    assert "没有发过这张卡" in scan(client, an_unknown_token()).text  # type: ignore[attr-defined]


def test_one_who_is_found_by_name_is_opened_and_several_are_a_list(house: House) -> None:
    guardian = house.story.guardian()
    first = house.story.newborn(BORN, TODAY, guardians=[guardian])
    client = house.signed_in()
    assert scan(client, "云朵朵").location == f"/counter/children/{first}"  # type: ignore[attr-defined]
    house.story.newborn(BORN, TODAY, name="云山山", guardians=[guardian])
    listed = scan(client, "2026-07-22").text  # type: ignore[attr-defined]
    assert "云朵朵" in listed and "云山山" in listed
    assert "没找到" in scan(client, "不在").text  # type: ignore[attr-defined]


def test_the_childs_page_says_who_what_is_due_what_waits_and_what_was_given(house: House) -> None:
    guardian = house.story.guardian(relation="妈妈")
    child_id = house.story.newborn(BORN, TODAY, guardians=[guardian])
    house.story.newborn(BORN, TODAY, name="云山山", guardians=[guardian])
    page = house.signed_in().get(f"/counter/children/{child_id}").text
    who = ("云朵朵", "4 个月 2 天", "<bdi>云小莲</bdi>（妈妈）", "双胞胎，别认错", "云山山")
    for words in (*who, "今天 3 剂", "百白破 第 1 剂", "要满 8 个月", "卡介苗"):
        assert words in page, words
    assert "13900000001" not in page


def test_a_registrar_may_look_but_is_offered_nothing_to_record(house: House) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    client = house.signed_in(Role.REGISTRAR)
    assert "/doses/new" not in client.get(f"/counter/children/{child_id}").text
    assert client.get(f"/counter/children/{child_id}/doses/new/DTaP").status_code == 403


def test_english_is_one_link_away_and_stays(house: House) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    client = house.signed_in()
    assert "DTaP, dose 1" in client.get(f"/counter/children/{child_id}?lang=en").text
    assert "3 doses today" in client.get(f"/counter/children/{child_id}").text


def test_an_invented_language_changes_nothing(house: House) -> None:
    client = house.signed_in()
    assert "扫孩子的卡" in client.get("/counter/?lang=xx").text


def test_what_cannot_be_a_name_is_refused_like_a_wrong_one(house: House) -> None:
    answer = post_form(house.client(), "/counter/sign-in", "/counter/sign-in", login="\0zhou\0", password="\0")
    assert answer.status_code == 403


def test_whoever_can_sign_in_can_sign_out_again(house: House) -> None:
    client = house.signed_in(Role.SCHOOL)
    page = client.get("/counter/")
    assert page.status_code == 403
    assert client.post("/counter/sign-out", data={"csrf_token": form_token(page.text)}).status_code == 303
    assert client.get("/counter/").location == "/counter/sign-in"


def test_a_name_is_text_and_never_markup(house: House) -> None:
    guardian = house.story.guardian(name="<i>小莲</i>", relation="<u>")
    child_id = house.story.newborn(BORN, TODAY, name="<b>云</b> 100%s", guardians=[guardian])
    page = house.signed_in().get(f"/counter/children/{child_id}").text
    assert "&lt;b&gt;云&lt;/b&gt;" in page and "&lt;i&gt;小莲" in page
    assert "<b>云" not in page and "<i>小莲" not in page and "<u>" not in page


def test_the_nurse_sees_what_became_of_the_last_text(house: House) -> None:
    child_id = house.story.newborn(date(2026, 10, 24), TODAY)
    client = house.signed_in()
    assert "上一条短信" not in client.get(f"/counter/children/{child_id}").text
    with house.story.on(TODAY) as acting:
        plan(acting, TODAY)
    page = client.get(f"/counter/children/{child_id}").text
    assert "上一条短信" in page and "排好了" in page


@pytest.mark.parametrize("role", [Role.PROGRAMME_OFFICER, Role.SCHOOL, Role.AUDITOR])
def test_an_account_without_pages_is_told_what_it_is_for_and_leads_in_no_circle(house: House, role: Role) -> None:
    client, home = house.client(), "/programme/clinics" if role == Role.PROGRAMME_OFFICER else "/account"
    assert client.get("/counter/").location == "/counter/sign-in"
    signed_in = post_form(client, "/counter/sign-in", "/counter/sign-in", login=house.staff(role), password=PASSWORD)
    assert signed_in.location == home
    page = client.get("/account").text
    assert "这个账号" in page and "退出" in page and 'href="/desk/"' not in page
    assert client.get("/").location == client.get("/counter/sign-in").location == home
    assert "你的账号" in client.get("/counter/").text


def test_twenty_of_many_are_shown_as_more_than_twenty_and_each_can_be_reached(house: House) -> None:
    children = {name: house.story.child(BORN, TODAY, name=name) for name in (f"云{number:02}" for number in range(21))}
    client = house.signed_in()
    listed = scan(client, BORN.isoformat()).text  # type: ignore[attr-defined]
    assert "超过 20 个" in listed and "找到 20 个" not in listed
    for name, child_id in children.items():
        assert scan(client, f"{BORN.isoformat()} {name}").location == f"/counter/children/{child_id}"  # type: ignore[attr-defined]


def test_a_lost_card_promises_no_new_one(house: House) -> None:
    token, _ = house.card(house.story.newborn(BORN, TODAY))
    house.close_card(token, CardState.LOST)
    page = scan(house.signed_in(), token).text  # type: ignore[attr-defined]
    assert "这张卡报失了" in page and "新" not in page.partition('role="alert"')[2].partition("</section>")[0]


def test_a_sentence_that_no_catalogue_knows_is_not_printed_on_a_chinese_page(house: House) -> None:
    fault = Refused("a sheet of paper jammed in drawer 2", reason="jam", advice="pull it out of drawer 2")
    with house.app.test_request_context("/counter/"):
        assert fault_in_words(fault) == Said("先停", None)
    with house.app.test_request_context("/counter/?lang=en"):
        assert fault_in_words(fault).problem == "a sheet of paper jammed in drawer 2"


def test_a_combination_is_one_dose_with_a_verdict_for_each_of_its_parts(house: House) -> None:
    child_id, counter = house.story.newborn(BORN, TODAY), house.signed_in()
    house.story.dose(child_id, "IPV", date(2026, 9, 25), TODAY)
    house.story.dose(child_id, "DTaP-IPV/Hib", date(2026, 10, 5), TODAY)
    page = counter.get(f"/counter/children/{child_id}").text
    (line,) = re.findall(r'<span class="given"><small>五联.*?</ul>', page, re.DOTALL)
    parts = [said for _, said in re.findall(r"<li( class=\"why\")?>.*?<span>(.*?)</span></li>", line, re.DOTALL)]
    assert "百白破 1" in parts and "Hib 1" in parts
    (polio,) = [said for said in parts if said.startswith("脊灰")]
    assert "不算数" in polio


def test_a_combination_that_is_wrong_for_one_reason_says_it_once(house: House) -> None:
    child_id, counter = house.story.newborn(BORN, TODAY), house.signed_in()
    house.story.dose(child_id, "DTaP-IPV/Hib", date(2026, 9, 12), TODAY)
    page = counter.get(f"/counter/children/{child_id}").text
    assert page.count("不算数") == 1 and 'class="parts"' not in page
