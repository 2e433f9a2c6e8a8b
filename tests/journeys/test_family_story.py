"""A family's telephone in a real browser: a grandmother's scan, a code, another day, a fever, and a page that fits at 320 px."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.serving import MORNING, TODAY, House, open_house
from tests.story import an_id
from tests.web.family_phone import Mailbox, mailbox_of
from vaxcard.records import registry
from vaxcard.records.doses import DoseForm
from vaxcard.schedule.loader import load_schedule

pytestmark = pytest.mark.journey

NAME = "云小朵"
FIRST_VIEW_BYTES = 60_000
REQUESTS_TO_READ = 3


@pytest.fixture
def house(sqlite_database: Any) -> House:
    """The clinic."""
    return open_house(sqlite_database, load_schedule("cn"))


@pytest.fixture
def mailbox(house: House) -> Mailbox:
    """Where the codes go."""
    return mailbox_of(house)


def late_child(house: House) -> str:
    guardian = house.story.guardian(relation="mother")
    child_id = house.story.newborn(date(2025, 1, 10), TODAY, name=NAME, guardians=[guardian])
    house.story.dose(child_id, "HepB", date(2025, 2, 10), TODAY, lot_number="D2603118")
    return house.card(child_id)[0]


def fits(phone: Any) -> bool:
    return bool(phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_grandmother_reads_a_late_childs_card_in_three_requests(house: House, phone: Any, serve: Callable[[Any], str]) -> None:
    address, token = serve(house.app), late_child(house)
    answers: list[Any] = []
    phone.on("response", lambda answer: answers.append(answer))
    phone.goto(f"{address}/C/{token}")
    assert phone.get_by_role("heading", name="次该补").is_visible()
    assert phone.get_by_text("现在来就行，不用从头打。").is_visible()
    for link in ("打电话 0571-88880000", "加到日历", "那天来不了"):
        box = phone.get_by_role("link", name=link).first.bounding_box()
        assert box["y"] + box["height"] <= 740 and box["height"] >= 44, link
    waited_for = "performance.getEntriesByType('resource').filter((each) => each.renderBlockingStatus === 'blocking').length"
    assert 1 + phone.evaluate(waited_for) <= REQUESTS_TO_READ  # the page itself, and what it is not drawn without
    assert sum(int(answer.headers.get("content-length", 0)) for answer in answers) <= FIRST_VIEW_BYTES
    assert NAME not in phone.content() and fits(phone)
    phone.set_viewport_size({"width": 320, "height": 568})
    phone.evaluate("document.documentElement.style.fontSize = '200%'")
    assert fits(phone)


def test_a_mother_opens_the_record_and_chooses_another_day(house: House, mailbox: Mailbox, phone: Any, serve: Callable[[Any], str]) -> None:
    address, token = serve(house.app), late_child(house)
    phone.goto(f"{address}/C/{token}")
    phone.get_by_role("link", name="那天来不了").click()
    phone.get_by_role("button", name="妈妈").click()
    for _ in range(2):
        phone.get_by_label("短信里的 6 位数字").fill("000000")
        phone.get_by_role("button", name="打开").click()
        phone.get_by_role("alert").wait_for()
    phone.get_by_label("短信里的 6 位数字").fill(mailbox.code)
    phone.get_by_role("button", name="打开").click()
    phone.get_by_label("人在外地").check()
    phone.locator("input[name=day]").nth(1).check()
    phone.get_by_role("button", name="告诉门诊").click()
    phone.get_by_text("门诊知道了").wait_for()
    phone.goto(f"{address}/C/{token}/record")
    assert phone.get_by_role("heading", name=NAME).is_visible() and phone.get_by_text("批号 D2603118").is_visible()
    assert fits(phone)
    phone.get_by_role("button", name="在这部手机上退出").click()
    phone.goto(f"{address}/C/{token}/record")
    assert phone.get_by_role("heading", name="看完整记录").is_visible()


def test_a_fever_on_day_two_shows_the_numbers_first(house: House, phone: Any, counter_screen: Any, serve: Callable[[Any], str]) -> None:
    child_id = house.story.newborn(date(2026, 5, 20), TODAY, name=NAME)
    with house.story.on(TODAY, hour=1) as acting:
        form = DoseForm(id=an_id(), vaccine="IPV", given_on=TODAY, clinic_id=house.story.clinic_id, happened="so it was", site="left-thigh")
        registry.record_dose(acting, child_id, form)
    house.clock.moment = MORNING + timedelta(days=2)
    address = serve(house.app)
    phone.goto(f"{address}/C/{house.card(child_id)[0]}")
    phone.get_by_role("link", name="孩子怎么样？").click()
    phone.get_by_label("发烧，38.6 °C 以上").check()
    phone.get_by_role("button", name="告诉门诊").click()
    phone.get_by_text("还没有发给门诊").wait_for()
    assert phone.get_by_role("link", name="打电话 120").is_visible()
    phone.get_by_role("button", name="告诉门诊").click()
    phone.get_by_text("已经转给门诊").wait_for()
    assert fits(phone)


def test_an_english_family_reads_its_own_language(house: House, browser: Any, serve: Callable[[Any], str]) -> None:
    address, token = serve(house.app), late_child(house)
    context = browser.new_context(locale="en-GB", viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{address}/C/{token}")
    assert page.get_by_text("Come now; nothing starts again.").is_visible()
    page.goto(f"{address}/C/{token}/after")
    assert page.get_by_text("Tell the clinic").first.is_visible()
    context.close()
