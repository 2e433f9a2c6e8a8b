"""Texts at the desk: numbers with a chart that can be read aloud, wording with its parts, and recalls with a list to ring from."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from tests.reminders.conftest import planned
from tests.serving import TODAY, House, form_token
from vaxcard.records.clinics import Role
from vaxcard.records.messages import MessageKind
from vaxcard.records.text_figures import TextCount
from vaxcard.web.text_chart import HEIGHT, chart_of

CLINIC = UUID(int=1)


def officer(house: House) -> FlaskClient:
    return house.signed_in(Role.PROGRAMME_OFFICER, "guan")


def test_the_numbers_are_drawn_told_and_written_out(house: House) -> None:
    house.story.newborn(date(2026, 10, 24), date(2026, 10, 24))
    planned(house.story, TODAY)
    page = house.signed_in().get("/desk/texts").text
    assert 'role="img" aria-labelledby="bars-t bars-d"' in page and "待发 1，说不准 0" in page
    assert page.count('<rect class="planned"') == 2  # the bar and the key
    assert len(re.findall(r'<th scope="row">', page)) == 17
    assert "hold-out" not in page and "/desk/texts/recalls" in page


def test_an_officer_sees_every_clinic_and_sets_the_share(house: House) -> None:
    client = officer(house)
    page = client.get("/desk/texts").text
    assert "清河卫生服务中心" in page and "还没法比较" in page
    token = form_token(page)
    assert client.post("/desk/texts/hold-out", data={"csrf_token": token, "percent": "60"}).status_code == 422
    assert client.post("/desk/texts/hold-out", data={"csrf_token": token, "percent": "10"}).status_code == 303
    assert client.post("/desk/texts/checks", data={"csrf_token": token, "checks": "off"}).status_code == 303
    page = client.get("/desk/texts").text
    assert 'value="10"' in page and "现在不问" in page


@pytest.mark.parametrize("way", ["hold-out", "checks", "recalls"])
def test_nobody_but_an_officer_sets_anything(house: House, way: str) -> None:
    client = house.signed_in(Role.MANAGER)
    token = form_token(client.get("/desk/").text)
    assert client.post(f"/desk/texts/{way}", data={"csrf_token": token, "percent": "10"}).status_code == 403


def test_every_text_can_be_read_before_it_goes(house: House) -> None:
    page = house.signed_in().get("/desk/texts/wording").text
    assert page.count('class="bubble"') == 2 * len(MessageKind)
    assert "朵朵" in page and "Duoduo" in page and "没有设置每条的价格" in page


def test_a_recall_is_called_by_an_officer_and_rung_by_the_clinic(house: House) -> None:
    child = house.story.newborn(date(2026, 10, 24), date(2026, 10, 24), name="=云朵朵")
    house.story.dose(child, "HepB", TODAY, lot_number="A-1")
    client = officer(house)
    page = client.get("/desk/texts/recalls").text
    sent = {"csrf_token": form_token(page), "recall_id": re.findall(r'name="recall_id" value="([^"]+)"', page)[0]}
    told = {"vaccine": "HepB", "lots": "a-1，B2", "reason": "the maker's letter"}
    assert "没有批号" in client.post("/desk/texts/recalls", data={**sent, **told, "lots": " "}).text
    for came in ("现在发出 1 条短信", "现在发出 0 条短信"):  # sent twice it texts once
        assert came in client.post("/desk/texts/recalls", data={**sent, **told}).text
    manager = house.signed_in(Role.MANAGER, "li")
    ring = f"/desk/texts/recalls/{sent['recall_id']}"
    listed = manager.get(ring).text
    assert str(child) in listed and "=云朵朵" in listed and "+8613900000001" in listed and "排好了" in listed
    written = manager.get(f"{ring}/list.csv").text
    assert "'=云朵朵" in written and "'+8613900000001" in written
    assert house.signed_in(Role.VACCINATOR, "wang").get(f"{ring}/list.csv").status_code == 403


def test_a_bar_is_as_long_as_its_number() -> None:
    counts = [TextCount(CLINIC, TODAY, state, number, number) for state, number in (("delivered", 6), ("failed", 2), ("muted", 1))]
    chart = chart_of(counts, TODAY, TODAY)
    (bar,) = chart.bars
    heights = {piece.group: piece.height for piece in bar.pieces}
    assert heights["delivered"] == pytest.approx(3 * heights["failed"]) and heights["failed"] == pytest.approx(2 * heights["unsent"])
    assert (chart.totals["unsent"], bar.parts, [number for _, number in chart.lines]) == (1, 8, [0, 5, 10, 15, 20])
    assert all(0 < piece.y < piece.y + piece.height <= HEIGHT for piece in bar.pieces)
