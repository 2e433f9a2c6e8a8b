"""What a family's telephone keeps without a network, and that one button leaves nothing of it; pages with pictures first."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from tests.serving import TODAY, House
from tests.web.family_phone import LOT, NAME, a_child, mailbox_of, opened_phone, phone_at

WORKER = Path(__file__).resolve().parents[2] / "static" / "family_worker.js"


def kept_path() -> re.Pattern[str]:
    found = re.search(r"KEPT_PATH = /(.+)/;", WORKER.read_text(encoding="utf-8"))
    assert found is not None
    return re.compile(found[1].replace("\\/", "/"))


def test_the_worker_keeps_first_views_and_what_there_is_to_read_and_nothing_else(house: House) -> None:
    phone, kept = phone_at(house, a_child(house)), kept_path()
    for page in ("", "/know", "/know/visit", "/know/age-2", "/know/dtap-ipv-hib"):
        assert kept.search(f"/C/{phone.token}{page}"), page
    behind = ("/record", "/certificate", "/texts", "/looks", "/devices", "/calendar")
    for page in (*behind, "/after", "/open", "/code", "/know/find", "/forget"):
        assert not kept.search(f"/C/{phone.token}{page}"), page
    for address in ("/O/" + phone.token, "/counter/", "/calendar/x.ics", f"/C/{phone.token[:-1]}", "/api/v1/scans"):
        assert not kept.search(address), address


def test_the_worker_is_served_where_it_may_serve_cards_and_is_asked_for_anew(house: House) -> None:
    with house.client().get("/family-worker.js") as answer:
        assert answer.mimetype == "text/javascript" and answer.headers["Cache-Control"] == "no-store"
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_worker_and_pages_without_a_card_name_nobody_and_nothing_is_installed(house: House) -> None:
    child_id = a_child(house)
    phone = phone_at(house, child_id)
    for address in ("/family-worker.js", "/offline", "/forgotten"):
        with phone.client.get(address) as answer:
            told = answer.text + str(answer.headers)
        for secret in (NAME, "朵朵", "13900000001", "清河", "0571", "330100", LOT, "2026-07-22", str(child_id), phone.token):
            assert secret not in told, (address, secret)
    assert 'rel="manifest"' not in phone.get().text and phone.client.get("/manifest.webmanifest").status_code == 404


def test_the_first_view_names_the_pages_to_keep_for_its_age_and_only_the_first_view_keeps(house: House) -> None:
    phone = phone_at(house, house.story.newborn(date(2026, 11, 20), TODAY))
    page = phone.get().text
    assert f'data-keep="/C/{phone.token}"' in page
    assert re.findall(r'href="/C/\w{20}/([\w/-]+)" data-keep', page) == ["know/age-1", "know"]
    assert 'class="kept" hidden' in page and "<time></time>" in page
    for other in ("after", "open", "know"):
        assert f'data-keep="/C/{phone.token}"' not in phone.get(other).text, other


def test_one_button_closes_every_record_and_clears_what_this_telephone_keeps(house: House) -> None:
    mailbox = mailbox_of(house)
    phone = opened_phone(house, a_child(house), mailbox)
    phone.get("?pictures=on&lang=en")
    answer = phone.post("forget")
    assert (answer.status_code, answer.location) == (303, "/forgotten")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    ended = [cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie") if "Max-Age=0" in cookie or "1970" in cookie]
    assert {"family", "lang", "pictures", "vaxcard"} <= set(ended)
    assert "/open?to=" in phone.get("record").location
    page = phone.client.get("/forgotten").text
    assert phone.token not in page and "forget.js" in page and "data-keep" not in page


def test_forgetting_asks_first_and_needs_its_form(house: House) -> None:
    phone = opened_phone(house, a_child(house), mailbox_of(house))
    assert "这里打开的记录都会关上" in phone.get("forget").text
    assert phone.client.post(f"/C/{phone.token}/forget").status_code == 400
    assert phone.get("record").status_code == 200


def test_pictures_first_is_remembered_until_it_is_switched_off(house: House) -> None:
    phone = phone_at(house, house.story.newborn(date(2026, 7, 22), TODAY))
    assert 'class="pictures"' not in phone.get().text
    assert 'class="pictures"' in phone.get("?pictures=on").text
    page = phone.get("know/dtap").text
    assert 'class="pictures"' in page and 'id="say"' in page and "?pictures=off" in page
    assert 'class="pictures"' not in phone.get("?pictures=off").text and 'class="pictures"' not in phone.get().text
    assert "pictures" not in str(phone.get("?pictures=maybe").headers.getlist("Set-Cookie"))
