"""A family's telephone in a real browser: without a network, forgotten, read aloud, in pictures; a lost card, brother and sister."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from tests.serving import TODAY, House, open_house
from tests.web.family_phone import Mailbox, mailbox_of
from vaxcard.records.issued_cards import CardState
from vaxcard.schedule.loader import load_schedule

pytestmark = pytest.mark.journey

NAME = "云小朵"
A_VOICE = """
  window.said = [];
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => [{ lang: "zh-CN", name: "invented" }], cancel: () => undefined,
    speak: (each) => { window.said.push([each.lang, each.text]); each.onstart(); window.over = each.onend; },
  } });
"""
EVERYTHING_KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys())
    found.push([request.url, await (await (await caches.open(name)).match(request)).text()]);
  return found;
}"""


@pytest.fixture
def house(sqlite_database: Any) -> House:
    """The clinic."""
    return open_house(sqlite_database, load_schedule("cn"))


@contextmanager
def network(app: Any, port: int = 0) -> Iterator[int]:
    """The service within reach, on a port that may be had again; without it there is no network."""
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def kept(phone: Any, at_least: int) -> list[list[str]]:
    """What the browser keeps, once so many pages are; fails after half a minute."""
    pages: list[list[str]] = []
    for _ in range(300):
        found: list[list[str]] = phone.evaluate(EVERYTHING_KEPT)
        pages = [each for each in found if "/kept/" in each[0]]
        if len(pages) >= at_least:
            return found
        phone.wait_for_timeout(100)
    raise AssertionError(f"{len(pages)} pages are kept, not {at_least}")


def test_a_page_opens_again_without_a_network_and_is_forgotten(house: House, phone: Any) -> None:
    child_id = house.story.newborn(date(2026, 11, 20), TODAY, name=NAME)
    token, other = house.card(child_id)[0], house.card(house.story.newborn(date(2025, 1, 10), TODAY))[0]
    with network(house.app) as port:
        here = f"http://127.0.0.1:{port}"
        phone.goto(f"{here}/C/{token}")
        stored = kept(phone, 6)  # the first view, the list, the age, two vaccines, the visit's day
        assert not [secret for address, body in stored for secret in (token, NAME, "清河", "乙肝") if secret in address + body]
    phone.goto(f"{here}/C/{token}")
    assert phone.locator(".kept").is_visible() and phone.locator(".kept").inner_text() == "没有网。上次看是 1分钟前"
    assert phone.get_by_role("heading", name="都按时打了").is_visible() and phone.get_by_role("link", name="加到日历").is_hidden()
    phone.get_by_role("link", name="0–1 月龄").click()
    phone.get_by_role("link", name="卡介苗").click()
    phone.get_by_role("heading", name="卡介苗").wait_for()
    assert phone.locator(".kept").is_visible() and phone.url.endswith("/know/bcg")
    phone.goto(f"{here}/C/{other}")  # another card opens nothing of it
    assert phone.get_by_role("heading", name="没有网").is_visible() and phone.get_by_role("link", name="打电话 120").is_visible()
    with network(house.app, port):
        house.close_card(token, CardState.REVOKED)
        phone.goto(f"{here}/C/{token}")
        assert phone.get_by_role("heading", name="这张卡不用了").is_visible()
        phone.goto(f"{here}/C/{other}")
        phone.get_by_role("link", name="在这部手机上全忘掉").click()
        phone.get_by_role("button", name="这里的都删掉").click()
        phone.get_by_text("一页也没留下").wait_for()
        assert phone.evaluate(EVERYTHING_KEPT) == [] and phone.context.cookies() == []
    with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
        phone.goto(f"{here}/C/{token}")


def test_a_page_is_read_aloud_sentence_by_sentence_and_in_pictures(house: House, phone: Any, serve: Any) -> None:
    address, token = serve(house.app), house.card(house.story.newborn(date(2025, 1, 10), TODAY))[0]
    phone.goto(f"{address}/C/{token}/know/dtap")
    listen = phone.locator("[data-listen]")
    assert listen.is_hidden()  # this browser has no voice
    phone.add_init_script(A_VOICE)
    phone.goto(f"{address}/C/{token}/know/dtap?pictures=on")
    listen.click()
    assert phone.evaluate("window.said") == [["zh-Hans", "百白破疫苗"]]
    assert phone.evaluate("[...CSS.highlights.get('spoken')].join()") == "百白破疫苗"
    phone.evaluate("window.over()")
    assert phone.evaluate("window.said.length") == 2 and listen.get_attribute("aria-pressed") == "true"
    listen.click()
    assert listen.get_attribute("aria-pressed") == "false" and phone.evaluate("CSS.highlights.has('spoken')") is False
    phone.locator(".pbox", has_text="发烧").get_by_role("button", name="听").click()
    assert phone.evaluate("window.said.at(-1)[1]") == "发烧 1–2 天"
    phone.evaluate("window.over()")
    assert "38.6" in phone.evaluate("window.said.at(-1)[1]")  # few words are shown, all are said
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_lost_cards_symbol_says_so_and_gives_the_clinics_number(house: House, phone: Any, serve: Any) -> None:
    address, token = serve(house.app), house.card(house.story.newborn(date(2025, 1, 10), TODAY, name=NAME))[0]
    house.close_card(token, CardState.LOST)
    assert phone.goto(f"{address}/C/{token}").status == 410
    assert phone.get_by_role("heading", name="这张卡不用了").is_visible()
    assert phone.get_by_role("link", name="打电话 0571-88880000").is_visible() and NAME not in phone.content()


def test_brother_and_sister_have_each_their_own_page_sign_and_key(house: House, phone: Any, serve: Any) -> None:
    mailbox: Mailbox = mailbox_of(house)
    address, mother = serve(house.app), house.story.guardian(relation="mother")
    tokens = [
        house.card(house.story.newborn(born_on, TODAY, name=name, guardians=[mother], sex=sex))[0]
        for born_on, name, sex in ((date(2025, 1, 10), "云小山", "male"), (date(2026, 11, 20), "云小河", "female"))
    ]
    marks = []
    for token in tokens:
        phone.goto(f"{address}/C/{token}")
        marks.append((phone.locator("header .vh").inner_text(), phone.locator("h1").inner_text()))
    assert marks[0][0] != marks[1][0] and marks[0][1] != marks[1][1]
    phone.goto(f"{address}/C/{tokens[0]}/record")
    phone.get_by_role("button", name="妈妈").click()
    for _ in range(5):
        phone.get_by_label("短信里的 6 位数字").fill("000000")
        phone.get_by_role("button", name="打开").click()
        phone.get_by_role("alert").wait_for()
    phone.get_by_label("短信里的 6 位数字").fill(mailbox.code)
    phone.get_by_role("button", name="打开").click()
    assert "等一刻钟" in phone.get_by_role("alert").inner_text()  # five wrong ones: the right one waits too
    phone.goto(f"{address}/C/{tokens[1]}/record")  # the sister's card is not locked by it
    phone.get_by_role("button", name="妈妈").click()
    phone.get_by_label("短信里的 6 位数字").fill(mailbox.code)
    phone.get_by_role("button", name="打开").click()
    phone.get_by_role("heading", name="云小河").wait_for()
    phone.goto(f"{address}/C/{tokens[0]}/record")
    assert phone.get_by_role("heading", name="看完整记录").is_visible()
