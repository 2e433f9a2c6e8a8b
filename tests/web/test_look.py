"""How pages travel: packed small, kept where nobody is named, and closed to anything from elsewhere."""

from __future__ import annotations

import gzip
import re
from datetime import date
from pathlib import Path

import pytest

from tests.serving import TODAY, House, open_house
from vaxcard.schedule.loader import load_schedule

ROOT = Path(__file__).resolve().parents[2]
BUDGET = 60_000  # bytes over the wire for a family's first view


def test_the_bracket_colours_come_from_the_schedule(house: House) -> None:
    page = house.client().get("/counter/sign-in").text
    sheet = re.search(r'href="(/look/staff-\w+\.css)"', page)
    assert sheet is not None
    answer = house.client().get(sheet[1])
    assert ".b4{--b:#0072B2;--bt:#DDEBF5;--bo:#FFFFFF}" in answer.text
    assert "immutable" in answer.headers["Cache-Control"]
    for address, kept in (("/static/record.js", "no-cache"), ("/static/record.js?v=1", "immutable")):
        with house.client().get(address) as script:
            assert kept in script.headers["Cache-Control"]
    assert house.client().get("/look/staff-old.css").headers["Cache-Control"] == "no-cache"
    assert house.client().get("/look/other-1.css").status_code == 404


def test_a_familys_first_view_is_small(house: House) -> None:
    token, _ = house.card(house.story.newborn(date(2026, 7, 22), TODAY))
    client, packed = house.client(), {"Accept-Encoding": "gzip"}
    page = client.get(f"/C/{token}", headers=packed)
    text = gzip.decompress(page.data).decode()
    wanted = set(re.findall(r'(?:href|src)="(/(?:static|look)/[^"#]+)', text))
    sizes = {}
    for address in wanted:
        with client.get(address, headers=packed) as answer:
            sizes[address] = len(answer.data)
    waited_for = re.findall(r'<link rel="stylesheet"|<script(?! type="module")', text)
    assert len(waited_for) <= 2, "with the page itself, three requests before it can be read; scripts of type module wait for it"
    assert len(wanted) <= 6, "stylesheet, two sheets of drawings, the window's mark, reading aloud, keeping"
    assert len(page.data) + sum(sizes.values()) <= BUDGET, sizes


def test_every_answer_is_closed_to_scripts_from_elsewhere_and_to_caches(house: House) -> None:
    token, _ = house.card(house.story.newborn(date(2026, 7, 22), TODAY))
    for address in (f"/C/{token}", "/counter/sign-in", "/api/v1/nothing", "/healthz"):
        headers = house.client().get(address).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_no_page_holds_a_script_or_a_style_of_its_own() -> None:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|<script(?![^>]* src=)|\son\w+=|https?://", text.replace("http://www.w3.org", "")), path.name


@pytest.mark.parametrize(("public_url", "secure"), [("https://vax.example", True), ("http://127.0.0.1:8000", False)])
def test_cookies_are_kept_from_scripts_and_from_open_lines(sqlite_database: object, public_url: str, secure: bool) -> None:
    house = open_house(sqlite_database, load_schedule("cn"), public_url=public_url)  # type: ignore[arg-type]
    for cookie in house.client().get("/counter/sign-in?lang=en").headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
        assert ("Secure" in cookie) == secure


def test_the_health_of_the_service_is_told_without_a_word_about_it(house: House) -> None:
    assert house.client().get("/healthz").get_json() == {"status": "ok"}


def test_the_front_door_leads_to_the_counter(house: House) -> None:
    assert house.client().get("/").location == "/counter/"


def test_a_registry_out_of_order_is_told_on_a_page_and_not_by_a_traceback(house: House) -> None:
    client = house.signed_in()
    with house.story.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE staff RENAME TO lost")
    answer = client.get("/counter/")
    assert answer.status_code == 500
    assert "这边出错了" in answer.text and "什么也没存" in answer.text
    assert "no such table" not in answer.text and "SELECT" not in answer.text
