"""The counter: one field leads to the child, and the page says what to give and what must wait."""

from __future__ import annotations

from datetime import date, timedelta

from tests.serving import MORNING, PASSWORD, TODAY, House, an_unknown_token, form_token, post_form
from vaxcard.records.clinics import Role
from vaxcard.records.issued_cards import CardState
from vaxcard.reminders.planning import plan

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
    token, _ = house.card(house.story.newborn(BORN, TODAY))
    house.close_card(token, CardState.REPLACED)
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
    who = ("云朵朵", "4 个月 2 天", "云小莲（妈妈）", "双胞胎，别认错", "云山山")
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
