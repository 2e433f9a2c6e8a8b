"""Cards in a real browser: a clerk asks for a print and watches it finish, takes the file, and replaces a card that was lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.serving import MORNING, PASSWORD, TODAY, open_house
from tests.story import an_id
from vaxcard.cards.queue import PrintShop, work_queue
from vaxcard.keyring import random_text
from vaxcard.papers.check import opened, read_page
from vaxcard.schedule.loader import load_schedule

pytestmark = pytest.mark.journey


def tokens_on(file: Path) -> set[str]:
    """The tokens of the symbols that read on a file's pages."""
    with opened(file.read_bytes()) as document:
        texts = [found.text for page in range(len(document)) for found in read_page(document, page, 150)]
    return {text.rpartition("/")[2] for text in texts}


def sign_in(screen: Any, address: str) -> None:
    screen.goto(f"{address}/desk/print/")
    screen.fill("#login", "zhou")
    screen.fill("input[type=password]", PASSWORD)
    screen.click("main button")
    screen.wait_for_url("**/desk/print/")


def typed(screen: Any, address: str, text: str) -> None:
    """Type into the one field of a page and press Enter, as a scanner does."""
    screen.goto(address)
    screen.fill("#code", text)
    screen.keyboard.press("Enter")


def taken(screen: Any, press: Any) -> set[str]:
    """The tokens on the file that a press brings."""
    with screen.expect_download() as download:
        press.click()
    return tokens_on(download.value.path())


def test_a_print_is_asked_for_watched_and_taken_and_a_lost_card_is_replaced(
    sqlite_database: Any, serve: Callable[[Any], str], counter_screen: Any, tmp_path: Path
) -> None:
    schedule, folder = load_schedule("cn"), tmp_path / "print"
    house = open_house(sqlite_database, schedule, print_folder=str(folder))
    house.story.newborn(date(2026, 10, 20), TODAY, name="云小朵")
    house.staff()
    address, screen = serve(house.app), counter_screen
    sign_in(screen, address)
    screen.get_by_role("button", name="打印", exact=True).click()
    screen.get_by_text("排队中").wait_for()
    shop = PrintShop(sqlite_database, schedule, folder, "http://127.0.0.1:8000", 3, lambda: MORNING, an_id, random_text)
    assert work_queue(shop) == 1
    screen.get_by_text("已打印并核对").wait_for()  # the list has looked again by itself
    old = taken(screen, screen.get_by_role("link", name="下载文件"))
    assert len(old) == 8

    typed(screen, f"{address}/desk/print/", "云小朵")
    screen.get_by_role("link", name="丢了").click()
    screen.get_by_role("button", name="停用 8 张卡").click()
    screen.get_by_text("现在没有卡能打开这份记录").wait_for()
    cards = screen.url
    typed(screen, f"{address}/counter/", f"HTTP://127.0.0.1:8000/C/{min(old)}")
    assert "停用" in screen.get_by_role("alert").inner_text()
    screen.goto(cards)
    new = taken(screen, screen.get_by_role("button", name="打印整套卡"))
    assert len(new) == 8 and not new & old
