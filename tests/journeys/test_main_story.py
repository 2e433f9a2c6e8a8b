"""The main job in a real browser: a workbook in, cards out, a parent's scan, a nurse's scan, a dose, and the text that is taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from openpyxl import Workbook

from tests.serving import MORNING, PASSWORD, TODAY, House, open_house
from tests.story import an_id
from vaxcard.cards.printing import print_cards
from vaxcard.keyring import random_text
from vaxcard.papers.check import opened, read_page
from vaxcard.records.messages import MessageState, texts_of
from vaxcard.records.people import children_to_print
from vaxcard.records.roster import import_roster
from vaxcard.reminders.planning import plan
from vaxcard.schedule.loader import load_schedule

pytestmark = pytest.mark.journey

CLINIC = "清河卫生服务中心"
CHILDREN = ("儿童编码", "姓名", "性别", "出生日期", "监护人", "与儿童关系", "联系电话", "建档单位")
DOSES = ("儿童编码", "疫苗名称", "剂次", "接种日期", "疫苗批号", "有效期", "接种单位")
CODE = "320114000120260001"


@dataclass
class Town:
    """What the story happens in: the clinic, its one child, and the address that the cards lead to."""

    house: House
    child_id: UUID
    address: str


def workbook(path: Path) -> Path:
    """A clinic's workbook with one family: a girl who is two months old today."""
    book = Workbook()
    children, doses = book.active, book.create_sheet("接种记录")
    children.title = "儿童信息"
    children.append(CHILDREN)
    children.append((CODE, "云小朵", "女", date(2026, 9, 24), "云大山", "父亲", "13900000001", CLINIC))
    doses.append(DOSES)
    for name, number, day in (("乙肝疫苗", 1, date(2026, 9, 24)), ("卡介苗", 1, date(2026, 9, 24)), ("乙肝疫苗", 2, date(2026, 10, 26))):
        doses.append((CODE, name, number, day, "D2603118", date(2027, 8, 31), CLINIC))
    book.save(path)
    return path


@pytest.fixture
def town(sqlite_database: Any, serve: Callable[[Any], str], tmp_path: Path) -> Town:
    """The workbook imported, the day's text planned, the clinic served."""
    schedule = load_schedule("cn")
    house = open_house(sqlite_database, schedule)
    told = {"now": MORNING, "today": TODAY, "actor": "system:import", "new_id": an_id}
    where = {"time_zone": "Asia/Shanghai", "language": "zh", "region": "CN"}
    report = import_roster(sqlite_database, schedule, workbook(tmp_path / "roster.xlsx"), **told, **where)
    assert report.as_json()["doses"]["stored"] == 3, report.as_json()
    house.staff()
    with house.story.on(TODAY) as acting:
        assert plan(acting, TODAY).planned == 1
    with sqlite_database.reading() as session:
        (child_id,) = children_to_print(session, None)
    return Town(house, child_id, serve(house.app))


def symbols_on(town: Town, folder: Path) -> set[str]:
    """What a phone reads off the printed set: its pages drawn as pictures, every symbol decoded."""
    run = print_cards(
        town.house.story.database,
        town.house.story.schedule,
        [town.child_id],
        folder / "cards.pdf",
        sheet="a4",
        public_url=town.address,
        qr_version=3,
        actor="system:print",
        now=MORNING,
        today=TODAY,
        new_id=an_id,
        random_text=random_text,
    )
    with opened(run.files[0].read_bytes()) as document:
        return {found.text for page in range(len(document)) for found in read_page(document, page)}


def states_of_texts(town: Town) -> list[str]:
    with town.house.story.database.reading() as session:
        return [text.state for text in texts_of(session, town.child_id)]


def sign_in(screen: Any, address: str) -> None:
    screen.goto(address)
    screen.get_by_label("登录名").fill("zhou")
    screen.get_by_label("密码").fill(PASSWORD)
    screen.get_by_role("button", name="登录").click()
    screen.get_by_label("扫孩子的卡").wait_for()


def fill_in_the_form(screen: Any, lot: str, expires_on: str, site: str) -> None:
    """Open the form of the first dose that is due, fill it in as off the box, and send it."""
    screen.get_by_role("link", name="记这一剂").first.click()
    screen.get_by_label("追溯码：扫药盒").fill("81234567890123456789")
    screen.keyboard.press("Enter")  # as the box's scanner does; it must not send the form
    screen.get_by_label("批号").fill(lot)
    screen.get_by_label("有效期到").fill(expires_on)
    screen.get_by_text(site).click()
    screen.get_by_label("姓名、生日问过，对得上").check()
    screen.get_by_label("家长看过品种和有效期").check()
    send(screen)


def send(screen: Any) -> None:
    screen.get_by_role("button", name="记下这一剂").click()


def test_from_a_printed_card_to_a_recorded_dose_and_a_text_taken_back(town: Town, phone: Any, counter_screen: Any, tmp_path: Path) -> None:
    symbols = symbols_on(town, tmp_path)
    assert len(symbols) == 8, "a cover and one card an age bracket, each with a code of its own"
    link = sorted(symbols)[0]
    assert re.fullmatch(r"HTTP://127\.0\.0\.1:\d+/C/[0-9A-Z]{20}", link)

    phone.goto(link)
    assert phone.get_by_role("heading", name="该打第 3 次了").is_visible()
    assert phone.locator(".tok.next").all_inner_texts()[0].startswith("3")
    assert "云小朵" not in phone.content()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    assert states_of_texts(town) == [MessageState.PLANNED]

    sign_in(counter_screen, town.address)
    counter_screen.keyboard.type(link.lower())  # the field has the focus: a wedge scanner types and ends with Enter
    counter_screen.keyboard.press("Enter")
    counter_screen.get_by_role("heading", name="今天 2 剂").wait_for()
    assert town.address + f"/counter/children/{town.child_id}" == counter_screen.url
    fill_in_the_form(counter_screen, "D2603118", "2027-08-31", "左大腿")
    counter_screen.get_by_text("记好了").wait_for()
    assert states_of_texts(town) == [MessageState.CANCELLED]

    fill_in_the_form(counter_screen, "P2601007", "2027-05-31", "左大腿")
    counter_screen.get_by_text("那天另一针打在同一处").wait_for()
    counter_screen.get_by_text("右大腿").click()
    send(counter_screen)
    counter_screen.get_by_role("link", name="下一个孩子").wait_for()

    phone.reload()
    assert phone.get_by_role("heading", name="都按时打了").is_visible()
    assert phone.get_by_text("前 3 次都好了").is_visible()
    assert phone.locator(".tok.done").all_inner_texts()[-1].startswith("3")
