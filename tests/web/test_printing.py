"""A child's cards at the counter: printed again, replaced with one tap, a blank cover given and freed, a dose's sticker."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from tests.serving import MORNING, PASSWORD, TODAY, Clock, House, Wishes, open_house, post_form
from tests.story import an_id
from vaxcard.app import create_app
from vaxcard.cards.blanks import prepare_blanks
from vaxcard.cards.gathering import Asked
from vaxcard.cards.payload import grouped
from vaxcard.keyring import Keyring, random_text
from vaxcard.papers.check import opened, read_page
from vaxcard.papers.frames import read_frame
from vaxcard.records.audit import AuditEntry
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import Role
from vaxcard.records.database import Database
from vaxcard.records.issued_cards import CardRecord, CardState, cards_of, short_code_of_blank
from vaxcard.schedule.loader import load_schedule

BORN = date(2026, 10, 20)
REPLACED, REVOKED = "有新卡了", "这张卡不用了"


@pytest.fixture
def child(house: House) -> UUID:
    return house.story.newborn(BORN, TODAY)


def address(child: UUID, more: str = "") -> str:
    return f"/counter/children/{child}/cards{more}"


def symbols(pdf: bytes) -> set[str]:
    """The tokens that read on a printed file."""
    with opened(pdf) as document:
        return {found.text.rpartition("/")[2] for page in range(len(document)) for found in read_page(document, page, 150)}


def printed(client: FlaskClient, child: UUID, **fields: str) -> set[str]:
    answer = post_form(client, address(child), address(child), **fields)
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    return symbols(answer.data)


def a_blank(house: House) -> str:
    with house.story.on(TODAY) as acting:
        prepare_blanks(acting, 1, Asked("http://127.0.0.1:8000", 3, an_id, random_text), an_id(), sheet="a4")
    with house.story.database.reading() as session:
        card = session.query(CardRecord).filter(CardRecord.state == CardState.BLANK).one()
        return card.token(house.story.database.keyring)


def test_one_card_is_printed_again_under_the_token_that_it_has(house: House, child: UUID) -> None:
    client = house.signed_in()
    whole = printed(client, child)
    one = printed(client, child, place="3")
    assert len(whole) == 8 and len(one) == 1 and one < whole


def closing(client: FlaskClient, child: UUID, **fields: str) -> Any:
    """Say yes to the question whether cards are to be closed."""
    return post_form(client, address(child, "/replace"), address(child, "/replace"), **fields)


@pytest.mark.parametrize(
    ("reason", "says_later", "tells_clinic"),
    [("lost", REPLACED, True), ("damaged", REPLACED, True), ("stolen", REVOKED, False), ("safety", REVOKED, False)],
)
def test_a_set_is_replaced_and_the_old_symbol_says_so_at_once(
    house: House, child: UUID, reason: str, says_later: str, tells_clinic: bool
) -> None:
    client = house.signed_in()
    old = printed(client, child, place="1")
    assert closing(client, child, reason=reason).status_code == 303
    page = client.get(address(child)).text
    assert "现在没有卡能打开这份记录" in page and "周小敏" in page
    family = house.client().get(f"/C/{min(old)}")
    assert family.status_code == 410 and REVOKED in family.text and REPLACED not in family.text, "no new card is printed yet"
    assert ("0571-88880000" in family.text) == tells_clinic, "who took a card learns no clinic from it"
    new = printed(client, child, place="1")
    assert len(new) == 1 and not new & old
    family = house.client().get(f"/C/{min(old)}")
    assert family.status_code == 410 and says_later in family.text
    with house.story.database.reading() as session:
        entry = session.query(AuditEntry).filter(AuditEntry.action == "cards.replace").one()
        assert entry.child_id == child and entry.actor.startswith("staff:") and entry.at == MORNING


def test_one_card_is_replaced_and_the_others_of_the_set_stay_good(house: House, child: UUID) -> None:
    client = house.signed_in()
    (third,), (fourth,) = (printed(client, child, place=place) for place in "34")
    assert "停用第 3 张" in client.get(address(child, "/replace?place=3")).text
    closed = closing(client, child, reason="lost", place="3")
    assert closed.status_code == 303
    page = client.get(closed.location).text
    assert "第 3 张" in page and page.index("打印第 3 张") < page.index("打印整套卡"), "what is missing is what is printed first"
    assert [house.client().get(f"/C/{token}").status_code for token in (third, fourth)] == [410, 200]
    (fresh,), again = printed(client, child, place="3"), printed(client, child, place="4")
    assert fresh not in (third, fourth) and again == {fourth}


def test_closing_cards_is_asked_once_with_what_it_does(house: House, child: UUID) -> None:
    client = house.signed_in()
    printed(client, child)
    page = client.get(address(child)).text
    assert f'action="{address(child, "/replace")}"' not in page, "a wrong tap on the page of the cards closes nothing"
    asked = client.get(address(child, "/replace?reason=lost")).text
    assert "停用整套 8 张卡" in asked and "都打不开记录" in asked and 'value="lost" required checked' in asked
    assert "没有在用的卡可换" in client.get(address(child, "/replace?place=77")).text


def test_a_slip_is_undone_by_whoever_made_it_until_a_new_card_was_used(house: House, child: UUID) -> None:
    client, other = house.signed_in(), house.signed_in(Role.REGISTRAR, "wu")
    old = printed(client, child, place="1")
    closing(client, child, reason="lost")
    new = printed(client, child, place="1")
    assert "恢复使用" in client.get(address(child)).text and "恢复使用" not in other.get(address(child)).text
    refused = post_form(other, address(child), address(child, "/take-back"))
    assert refused.status_code == 409 and "谁停用的" in refused.text
    assert post_form(client, address(child), address(child, "/take-back")).status_code == 303
    assert all(house.client().get(f"/C/{token}").status_code == 200 for token in old)
    assert REVOKED in house.client().get(f"/C/{min(new)}").text, "what was printed meanwhile sends nobody to a newer card"
    assert printed(client, child, place="1") == old
    assert "恢复了停用的卡" in client.get(f"/counter/children/{child}/access-log").text


def test_cards_whose_successor_a_family_has_scanned_stay_closed(house: House, child: UUID) -> None:
    client = house.signed_in()
    printed(client, child, place="1")
    closing(client, child, reason="damaged")
    new = printed(client, child, place="1")
    house.client().get(f"/C/{min(new)}")
    assert "恢复使用" not in client.get(address(child)).text
    refused = post_form(client, address(child), address(child, "/take-back"))
    assert refused.status_code == 409 and "新卡已经用过了" in refused.text


def test_the_set_is_looked_at_without_issuing_a_card_or_showing_a_code_that_opens(house: House, child: UUID) -> None:
    client = house.signed_in()
    picture = client.get(address(child, "/set.png"))
    assert picture.mimetype == "image/png" and picture.headers["Cache-Control"] == "no-store"
    codes = {code.text.rpartition("/")[2] for code in read_frame(picture.data)}
    assert codes == {"0" * 20} and house.client().get(f"/C/{min(codes)}").status_code == 404
    with house.story.on(TODAY) as acting:
        assert cards_of(acting.session, child, only_active=False) == []
        load_child(acting.session, child).is_sensitive = True
    assert client.get(address(child, "/set.png")).status_code == 409


def test_nothing_is_replaced_without_one_of_the_reasons(house: House, child: UUID) -> None:
    client = house.signed_in()
    printed(client, child)
    assert closing(client, child, reason="because").status_code == 409
    with house.story.database.reading() as session:
        assert len(cards_of(session, child)) == 8


def test_a_blank_cover_is_given_by_scanning_it_and_freed_within_the_visit(house: House, child: UUID) -> None:
    client, blank = house.signed_in(), a_blank(house)
    before = printed(client, child, place="1")
    assert house.client().get(f"/C/{blank}").status_code == 409
    assert post_form(client, address(child), address(child, "/bind"), code=f"HTTP://127.0.0.1:8000/C/{blank}").status_code == 303
    assert house.client().get(f"/C/{blank}").status_code == 200
    with house.story.database.reading() as session:
        cover = cards_of(session, child)[0]
    given = client.get(address(child)).text.partition('id="bound"')[2].partition("</form>")[0]
    assert "这张空白封面卡归这个孩子了" in given and "云朵朵" in given
    house.clock.moment = MORNING + timedelta(hours=3, minutes=59)
    freed = post_form(client, address(child), address(child, f"/{cover.id}/unbind"))
    assert freed.status_code == 303 and "又空出来了" in client.get(freed.location).text
    assert house.client().get(f"/C/{blank}").status_code == 409
    assert printed(client, child, place="1") == before, "the cover that it stood in for opens the record again"
    assert post_form(client, address(child), address(child, "/bind"), code=blank).status_code == 303, "it can be given once more"


def test_a_cover_that_was_given_long_ago_is_not_freed(house: House, child: UUID) -> None:
    client, blank = house.signed_in(), a_blank(house)
    post_form(client, address(child), address(child, "/bind"), code=blank)
    with house.story.database.reading() as session:
        cover = cards_of(session, child)[0]
    house.clock.moment = MORNING + timedelta(hours=4, seconds=1)
    refused = post_form(client, address(child), address(child, f"/{cover.id}/unbind"))
    assert refused.status_code == 409 and "请改为换卡" in refused.text


def test_a_card_that_has_a_child_is_given_to_no_other(house: House, child: UUID) -> None:
    client, blank, other = house.signed_in(), a_blank(house), house.story.newborn(BORN, TODAY)
    post_form(client, address(child), address(child, "/bind"), code=blank)
    refused = post_form(client, address(other), address(other, "/bind"), code=blank)
    assert refused.status_code == 409 and "已经有主了" in refused.text
    assert post_form(client, address(other), address(other, "/bind"), code="?").status_code == 409


def test_a_blank_cover_is_given_by_the_characters_under_its_square(house: House, child: UUID) -> None:
    client, blank = house.signed_in(), a_blank(house)
    with house.story.database.reading() as session:
        card = session.query(CardRecord).filter(CardRecord.state == CardState.BLANK).one()
        code = grouped(short_code_of_blank(card, house.story.database.keyring))
    assert post_form(client, address(child), address(child, "/bind"), code=code.lower()).status_code == 303
    assert house.client().get(f"/C/{blank}").status_code == 200
    with house.story.database.reading() as session:
        (cover,) = cards_of(session, child)
        assert (cover.scanned, cover.typed) == (0, 1), "its print learns that the square was not scanned"


def test_a_hidden_childs_cards_stay_closed_here_too(house: House, child: UUID) -> None:
    client, blank = house.signed_in(), a_blank(house)
    with house.story.on(TODAY) as acting:
        load_child(acting.session, child).is_sensitive = True
    page = client.get(address(child)).text
    assert "卡已停用：不再打印" in page and "打印整套卡" not in page
    assert post_form(client, address(child), address(child, "/bind"), code=blank).status_code == 409


def test_the_sticker_of_a_dose_comes_as_pdf_and_for_label_printers(house: House, child: UUID) -> None:
    dose = house.story.dose(child, "HepB", TODAY, lot_number="20260401").dose
    client, label = house.signed_in(), f"/counter/children/{child}/doses/{dose.id}/label"
    assert f"{label}.pdf" in client.get(f"/counter/children/{child}/doses/{dose.id}").text
    assert f"{label}.pdf" in client.get(f"/counter/children/{child}").text, "an earlier dose has its sticker too"
    sticker = client.get(f"{label}.pdf")
    assert sticker.data.startswith(b"%PDF")
    assert re.search(r'"label-[a-z0-9-]+-20261124-0942\d\d\.pdf"', sticker.headers["Content-Disposition"])
    assert client.get(f"{label}.zpl").text.startswith("^XA")
    assert client.get(f"/counter/children/{child}/doses/{an_id()}/label.pdf").status_code == 404


def test_cards_printed_under_an_older_secret_still_scan_and_are_printed_alike(sqlite_database: Any) -> None:
    first = b"an invented secret of the first year, long enough by far"
    old = open_house(Database(sqlite_database.url, Keyring({1: first})), load_schedule("cn"))
    child = old.story.newborn(BORN, TODAY)
    tokens = printed(old.signed_in(), child, place="2")
    second = b"an invented secret of the second year, long enough by far"
    database = Database(sqlite_database.url, Keyring({1: first, 2: second}))
    new = House(old.story, create_app(Wishes(), database, load_schedule("cn"), Clock()))
    assert all(new.client().get(f"/C/{token}").status_code == 200 for token in tokens)
    client = new.client()
    signed = post_form(client, "/counter/sign-in", "/counter/sign-in", login="zhou", password=PASSWORD)
    assert signed.status_code == 303
    assert post_form(client, "/counter/", "/counter/scan", code=min(tokens)).location == f"/counter/children/{child}"
    assert printed(client, child, place="2") == tokens, "a card keeps the key that it was made with"
    closing(client, child, reason="damaged")
    fresh = printed(client, child, place="2")
    with database.reading() as session:
        assert {card.key_number for card in cards_of(session, child)} == {2} and not fresh & tokens
    database.close()
    old.story.database.close()
