"""A printed card held crooked before the counter's camera opens its child, and a photo of one does too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import QUIET_AND_CLOSED
from tests.journeys.nurse import Desk
from tests.papers.test_frames import drawn, held
from tests.serving import PASSWORD, TODAY, House, open_house
from vaxcard.schedule.loader import load_schedule

pytestmark = pytest.mark.journey

CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture
def watched(sqlite_database: Any) -> House:
    return open_house(sqlite_database, load_schedule("cn"))


@contextmanager
def a_counter_with_a_camera(driver: Any, chromium: str, film: Path) -> Iterator[Any]:
    """A browser whose camera sees the frames of a film, over and over."""
    arguments = [*QUIET_AND_CLOSED, *CAMERA, f"--use-file-for-fake-video-capture={film}"]
    opened = driver.chromium.launch(executable_path=chromium, args=arguments)
    page = opened.new_context(locale="zh-CN", viewport={"width": 820, "height": 1180}).new_page()
    page.set_default_timeout(20_000)
    yield page
    opened.close()


def at_the_field(page: Any, address: str, login: str) -> None:
    page.goto(f"{address}/counter/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/counter/")


def test_a_card_held_crooked_before_the_camera_opens_its_child(
    watched: House, serve: Callable[[Any], str], driver: Any, chromium: str, tmp_path: Path
) -> None:
    login, child_id = watched.staff(), watched.story.newborn(date(2026, 9, 20), TODAY)
    token, _ = watched.card(child_id)
    film = tmp_path / "card.mjpeg"
    film.write_bytes(held(drawn("qr", f"HTTPS://VAX.EXAMPLE/C/{token}", scale=7), turned=17, blurred=0.8) * 30)
    address = serve(watched.app)
    with a_counter_with_a_camera(driver, chromium, film) as page:
        at_the_field(page, address, login)
        page.get_by_role("button", name="用摄像头扫").click()
        page.wait_for_url(f"**/counter/children/{child_id}")


def test_a_photo_of_a_card_opens_its_child(counter: Desk, tmp_path: Path) -> None:
    child_id = counter.house.story.newborn(date(2026, 9, 20), TODAY)
    token, _ = counter.house.card(child_id)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(held(drawn("qr", f"HTTPS://VAX.EXAMPLE/C/{token}", scale=6), turned=200))
    screen = counter.nurse().screen
    screen.goto(f"{counter.address}/counter/")
    screen.set_input_files("[data-photo] input", str(photo))
    screen.wait_for_url(f"**/counter/children/{child_id}")
