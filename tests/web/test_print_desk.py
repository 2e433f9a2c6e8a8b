"""The desk's print page: a run is asked for, watched, taken; it belongs to its clinic; and a bad print is seen."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.serving import MORNING, TODAY, House, form_token, open_house, post_form, said
from tests.story import an_id, begin
from vaxcard.cards.printing import print_cards
from vaxcard.cards.queue import PrintShop, work_queue
from vaxcard.keyring import random_text
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import Role, load_clinic
from vaxcard.records.issued_cards import cards_of
from vaxcard.records.print_runs import PrintRunRecord, runs
from vaxcard.records.printers import printers_of
from vaxcard.schedule.loader import load_schedule

BORN = date(2026, 10, 20)
DESK = "/desk/print/"


@pytest.fixture
def house(sqlite_database: Any, tmp_path: Path) -> House:
    """A served clinic whose print queue has a folder of its own."""
    return open_house(sqlite_database, load_schedule("cn"), print_folder=str(tmp_path / "print"))


def work(house: House, tmp_path: Path) -> int:
    story = house.story
    shop = PrintShop(story.database, story.schedule, tmp_path / "print", "http://127.0.0.1:8000", 3, lambda: MORNING, an_id, random_text)
    return work_queue(shop)


def only_run(house: House) -> PrintRunRecord:
    with house.story.database.reading() as session:
        (run,) = runs(session)
        return run


def test_a_run_is_asked_for_watched_and_taken(house: House, tmp_path: Path) -> None:
    house.story.newborn(BORN, TODAY)
    client = house.signed_in()
    page = client.get(DESK).text
    assert "还没有卡的婴儿" in page and "还没有打印过" in page
    assert post_form(client, DESK, DESK, choice="babies", printer="").status_code == 303
    waiting = client.get("/desk/print/progress").text
    assert "排队中" in waiting and "0 / 1" in waiting and "周小敏" in waiting
    assert work(house, tmp_path) == 1
    ready = client.get("/desk/print/progress").text
    assert "已打印并核对" in ready
    with client.get(f"/desk/print/{only_run(house).id}/1.pdf") as file:
        assert file.status_code == 200 and file.data.startswith(b"%PDF")
    assert client.get(f"/desk/print/{only_run(house).id}/2.pdf").status_code == 404


def test_what_can_not_be_printed_is_told_on_the_page(house: House) -> None:
    client = house.signed_in()
    assert "请选别的一组" in post_form(client, DESK, DESK, choice="all", printer="").text
    assert "填 1 到 800" in post_form(client, DESK, DESK, choice="blank", number="9999", printer="").text
    for wrong in ("child", "born:x", ""):
        assert post_form(client, DESK, DESK, choice=wrong, printer="").status_code == 422
    assert post_form(client, DESK, DESK, choice="all", printer="not-an-id").status_code == 422


def test_another_clinic_sees_neither_the_run_nor_its_file(house: House, tmp_path: Path) -> None:
    house.story.newborn(BORN, TODAY)
    post_form(house.signed_in(), DESK, DESK, choice="all", printer="")
    work(house, tmp_path)
    other = begin(house.story.database, house.story.schedule, name="青禾镇卫生院")
    stranger = House(other, house.app).signed_in(login="wu")
    assert "还没有打印过" in stranger.get("/desk/print/progress").text
    assert stranger.get(f"/desk/print/{only_run(house).id}/1.pdf").status_code == 404
    token = form_token(stranger.get(DESK).text)
    assert stranger.post(f"/desk/print/{only_run(house).id}/again", data={"csrf_token": token}).status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SCHOOL, Role.PROGRAMME_OFFICER])
def test_who_has_no_business_with_cards_prints_none(house: House, role: Role) -> None:
    client = house.signed_in(role)
    assert client.get(DESK).status_code == 403
    assert client.get(f"/counter/children/{an_id()}/cards").status_code == 403


def test_a_run_is_stopped_and_goes_on(house: House, tmp_path: Path) -> None:
    house.story.newborn(BORN, TODAY)
    client = house.signed_in()
    post_form(client, DESK, DESK, choice="all", printer="")
    run = only_run(house).id
    assert post_form(client, DESK, f"/desk/print/{run}/stop").status_code == 303
    assert work(house, tmp_path) == 0 and "已停止" in client.get(DESK).text
    assert post_form(client, DESK, f"/desk/print/{run}/again").status_code == 303
    assert work(house, tmp_path) == 1 and only_run(house).sets == 1


def test_the_card_that_failed_is_named_on_the_page(sqlite_database: Any, tmp_path: Path) -> None:
    house = open_house(sqlite_database, load_schedule("cn"), print_folder=str(tmp_path / "print"))
    with house.story.on(TODAY) as acting:
        load_clinic(acting.session, house.story.clinic_id).name = "清河" * 60
    child = house.story.newborn(BORN, TODAY)
    client = house.signed_in()
    post_form(client, DESK, DESK, choice="all", printer="")
    work(house, tmp_path)
    page = client.get(DESK).text
    assert "有一段文字在卡上放不下" in page and f"/counter/children/{child}/cards" in page and "接着打" in page


def test_a_print_whose_codes_are_typed_too_often_is_marked(house: House, tmp_path: Path) -> None:
    child = house.story.newborn(BORN, TODAY)
    client = house.signed_in()
    post_form(client, DESK, DESK, choice="all", printer="")
    work(house, tmp_path)
    token, code = symbol_and_code(house, child)
    for _ in range(8):
        assert post_form(client, "/counter/", "/counter/scan", code=f"HTTP://127.0.0.1:8000/C/{token}").status_code == 303
    post_form(client, "/counter/", "/counter/scan", code=code)
    assert "不好扫" not in client.get(DESK).text, "nine readings say nothing yet"
    post_form(client, "/counter/", "/counter/scan", code=code)
    page = said(client.get(DESK).text)
    assert "20 %" in page and "标出来的那批不好扫" in page


def symbol_and_code(house: House, child: UUID) -> tuple[str, str]:
    with house.story.database.reading() as session:
        keyring = house.story.database.keyring
        card = cards_of(session, child)[0]
        return card.token(keyring), card.short_code(keyring, load_child(session, child).person_key)


def test_a_nurses_telephone_counts_as_a_scan_and_a_familys_does_not(house: House) -> None:
    child = house.story.newborn(BORN, TODAY)
    token, _ = house.card(child)
    house.client().get(f"/C/{token}")
    house.signed_in().get(f"/C/{token}")
    with house.story.database.reading() as session:
        assert [card.scanned for card in cards_of(session, child)] == [1]


def test_a_printer_is_kept_offered_first_and_gives_its_test_sheet(house: House, tmp_path: Path) -> None:
    house.story.newborn(BORN, TODAY)
    client, address = house.signed_in(), "/desk/printers/"
    assert client.get("/desk/printers/test-sheet.pdf").data.startswith(b"%PDF")
    told = {"name": "前台 HP", "sheet": "a4", "turn": "short", "right": "0,5", "down": "\N{MINUS SIGN}1"}
    assert post_form(client, address, address, **told).status_code == 303
    assert post_form(client, address, address, **{**told, "name": "后面那台", "right": "0", "down": "0"}).status_code == 303
    with house.story.database.reading() as session:
        first = next(printer for printer in printers_of(session, house.story.clinic_id) if printer.name == "前台 HP")
    assert (first.turn, first.offset_right, first.offset_down) == ("short", 0.5, -1.0)
    assert client.get(f"/desk/printers/{first.id}/test-sheet.pdf").data.startswith(b"%PDF")
    post_form(client, DESK, DESK, choice="all", printer=str(first.id))
    run = only_run(house)
    assert (run.turn, run.offset_right, run.offset_down) == ("short", 0.5, -1.0)
    assert "背面偏移 0.5 / -1 毫米" in client.get(DESK).text
    assert post_form(client, address, address, **{**told, "right": "11"}).status_code == 422
    assert post_form(client, address, address, **{**told, "down": "much"}).status_code == 422
    assert post_form(client, address, address, **{**told, "turn": "twice"}).status_code == 422


def test_the_desk_finds_one_childs_cards_by_name_and_by_card(house: House) -> None:
    child = house.story.newborn(BORN, TODAY, name="云小朵")
    client, find = house.signed_in(), "/desk/print/find"
    token, code = house.card(child)
    for typed in ("云小朵", code, f"HTTPS://X.EXAMPLE/C/{token}"):
        assert post_form(client, DESK, find, code=typed).location == f"/counter/children/{child}/cards"
    assert "没找到" in post_form(client, DESK, find, code="风小雨").text


def test_a_surname_alone_finds_the_clinics_children_of_that_name(house: House) -> None:
    child, brother = (house.story.newborn(BORN, TODAY, name=name) for name in ("云小朵", "云大朵"))
    house.story.newborn(BORN, TODAY, name="风小雨")
    other = begin(house.story.database, house.story.schedule, name="青禾镇卫生院")
    other.newborn(BORN, TODAY, name="云中鹤")
    client, find = house.signed_in(), "/desk/print/find"
    for typed in ("云", "yun"):
        found = post_form(client, DESK, find, code=typed).text
        assert str(child) in found and str(brother) in found
        assert "风小雨" not in found and "云中鹤" not in found
    assert post_form(client, DESK, find, code="feng").status_code == 303


def test_a_run_of_the_programme_counts_the_clinics_own_children(house: House, tmp_path: Path) -> None:
    story = house.story
    other = begin(story.database, story.schedule, name="青禾镇卫生院")
    children = [story.newborn(BORN, TODAY), *(other.newborn(BORN, TODAY) for _ in range(2))]
    told = {"sheet": "a4", "public_url": "http://127.0.0.1:8000", "qr_version": 3, "actor": "system:cli", "now": MORNING, "today": TODAY}
    made = {"new_id": an_id, "random_text": random_text, "places": [1]}
    print_cards(story.database, story.schedule, children, tmp_path / "run.pdf", **told, **made)
    assert "1 张" in house.signed_in().get("/desk/print/progress").text
    assert "2 张" in House(other, house.app).signed_in(login="wu").get("/desk/print/progress").text
    third = begin(story.database, story.schedule, name="第三门诊")
    assert "还没有打印过" in House(third, house.app).signed_in(login="li").get("/desk/print/progress").text
