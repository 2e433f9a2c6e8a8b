"""What goes wrong at a counter, in a real browser: lost and swapped cards, a bad box, two clinics at once, a slip, a refusal, a danger."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.journeys.nurse import Desk, Nurse, box
from tests.serving import TODAY, House
from tests.story import begin
from vaxcard.papers.frames import read_frame
from vaxcard.records.clinics import Role
from vaxcard.records.doses import DoseSource

pytestmark = pytest.mark.journey

BORN = date(2026, 7, 22)
YESTERDAY = date(2026, 11, 23)


def a_child(counter: Desk, name: str, **more: object) -> UUID:
    """A child of four months who is owed polio and DTaP today."""
    child_id = counter.house.story.newborn(BORN, TODAY, name=name, **more)
    counter.house.story.dose(child_id, "HepB", date(2026, 8, 24), TODAY)
    return child_id


def scanned_off(screen: Any, address: str) -> str:
    """Where the symbol on a screen leads, on this server."""
    (read,) = read_frame(screen.locator("svg.pass").screenshot())
    return f"{address}/O/{read.text.rpartition('/')[2]}"


def due(nurse: Nurse) -> int:
    """How many doses the child's page asks for today."""
    return int(nurse.screen.locator(".plan .due").count())


def test_a_child_whose_card_is_lost_is_found_by_name_and_vaccinated(counter: Desk) -> None:
    child_id = a_child(counter, "何雨桐")
    old, _ = counter.house.card(child_id)
    nurse = counter.nurse()
    with counter.telephone() as phone:
        nurse.scan("何雨桐 2026-07-22")
        nurse.screen.wait_for_url(f"**/counter/children/{child_id}")
        nurse.scan_the_box("DTaP", box("DTaP"))
        nurse.send()
        nurse.recorded()
        nurse.screen.goto(f"{counter.address}/counter/children/{child_id}/cards")
        nurse.screen.get_by_role("link", name="丢了").click()
        nurse.screen.get_by_role("button", name="停用 1 张卡").click()
        nurse.screen.get_by_text("已停用，打不开任何记录").first.wait_for()
        phone.goto(f"{counter.address}/C/{old}")
        assert "何雨桐" not in phone.content() and phone.get_by_text("卡丢了").is_visible()
    assert [dose.vaccine for dose in counter.standing(child_id, TODAY)] == ["DTaP"], "a lost card cost the child no dose"


def test_twins_whose_cards_were_swapped_each_get_their_own_dose(counter: Desk) -> None:
    mother = [counter.house.story.guardian("+8613900000077")]
    first, second = (a_child(counter, name, guardians=mother) for name in ("沈以安", "沈以宁"))
    wrong, _ = counter.house.card(second)
    symbol = box("DTaP")
    nurse = counter.nurse()
    nurse.scan(f"HTTPS://VAX.EXAMPLE/C/{wrong}")
    alert = nurse.screen.locator(".alertbox.sib")
    assert "双胞胎" in alert.inner_text() and "沈以安" in alert.inner_text()
    alert.get_by_role("link", name="沈以安").click()  # the mother said another name than the card's
    nurse.screen.wait_for_url(f"**/counter/children/{first}")
    nurse.scan_the_box("DTaP", symbol)
    nurse.send()
    nurse.recorded()
    nurse.open(second)
    assert due(nurse) == 2, "the other twin is still owed hers"
    nurse.scan_the_box("DTaP", symbol)
    nurse.send()
    assert "另一个孩子" in nurse.stopped(), "the empty box of the first is not taken for the second"
    assert len(counter.standing(first, TODAY)) == 1 and counter.standing(second, TODAY) == []


def test_an_expired_box_stops_before_the_needle_and_another_box_is_taken(counter: Desk) -> None:
    child_id = a_child(counter, "陆知行")
    nurse = counter.nurse()
    nurse.open(child_id)
    nurse.scan_the_box("DTaP", box("DTaP", expires="261031"))
    nurse.send()
    assert "疫苗已经过期" in nurse.stopped() and counter.standing(child_id, TODAY) == []
    nurse.open(child_id)
    nurse.scan_the_box("DTaP", box("DTaP", lot="D2604002"))
    nurse.send()
    nurse.recorded()
    (dose,) = counter.standing(child_id, TODAY)
    assert dose.lot_number == "D2604002" and not dose.incidents


def test_an_expired_box_seen_after_the_needle_is_recorded_and_the_dose_is_owed_again(counter: Desk) -> None:
    child_id = a_child(counter, "叶青禾")
    nurse = counter.nurse()
    nurse.open(child_id)
    nurse.scan_the_box("DTaP", box("DTaP", expires="261031"))
    nurse.send()
    nurse.stopped()
    nurse.screen.locator("textarea[name=happened]").fill("打完才看见过期了")
    nurse.send()
    nurse.recorded()
    assert nurse.screen.get_by_text("不算数").first.is_visible()
    nurse.open(child_id)
    assert nurse.screen.get_by_text("不算数").first.is_visible(), "what was given stands on the record and does not count"
    (dose,) = counter.standing(child_id, TODAY)
    assert dose.incidents == ["expired"] and dose.expires_on == date(2026, 10, 31)
    (owed,) = (each for each in counter.house.story.refresh(child_id, TODAY).assessment.forecasts if each.group == "DTaP")
    assert owed.dose == 1, "the first DTaP is still to come"


def test_of_two_clinics_that_record_one_dose_at_once_one_is_stopped(counter: Desk) -> None:
    child_id = a_child(counter, "木沙江")
    token, _ = counter.house.card(child_id)
    other = House(begin(counter.house.story.database, counter.house.story.schedule, name="青禾镇卫生院"), counter.house.app)
    here = counter.nurse()
    there = counter.nurse(house=other)
    here.open(child_id)
    there.scan(f"HTTPS://VAX.EXAMPLE/C/{token}")
    there.screen.wait_for_url(f"**/counter/children/{child_id}")
    for nurse in (here, there):
        nurse.scan_the_box("DTaP", box("DTaP"))
    for nurse in (here, there):
        nurse.screen.evaluate("setTimeout(() => document.querySelector('form.R').requestSubmit(), 0)")
    for nurse in (here, there):
        nurse.screen.locator(".done-h h1, section.alertbox[role=alert]").first.wait_for()
    said = [nurse.screen.locator(".done-h h1").count() for nurse in (here, there)]
    assert sorted(said) == [0, 1], "one is on record"
    assert "已经记过" in (here, there)[said.index(0)].stopped()
    assert len(counter.standing(child_id, TODAY)) == 1


def test_a_slip_of_yesterday_is_corrected_and_the_family_sees_it_at_once(counter: Desk) -> None:
    child_id = a_child(counter, "云小朵")
    counter.house.story.dose(child_id, "DTaP", YESTERDAY, TODAY, lot_number="D-WRONG", source=DoseSource.CLINIC)
    counter.house.card(child_id)
    nurse = counter.nurse()
    with counter.telephone() as phone:
        nurse.open(child_id)
        nurse.screen.get_by_role("button", name="在家长手机上打开").click()
        phone.goto(scanned_off(nurse.screen, counter.address))
        phone.get_by_role("button", name="打开").click()
        phone.get_by_text("批号 D-WRONG").wait_for()
        nurse.open(child_id)
        nurse.screen.get_by_role("link", name="更正 2026年11月23日").first.click()
        nurse.screen.locator("input[name=lot_number]").fill("D2603118")
        nurse.screen.locator("textarea[name=reason]").first.fill("昨天看错了批号")
        nurse.screen.get_by_role("button", name="更正这一剂").click()
        nurse.recorded()
        phone.reload()
        assert phone.get_by_text("批号 D2603118").is_visible() and "D-WRONG" not in phone.content()


def test_a_refused_vaccine_is_kept_with_its_reason_and_asked_again_on_its_day(counter: Desk) -> None:
    child_id = a_child(counter, "林知远")
    token, _ = counter.house.card(child_id)
    nurse = counter.nurse()
    with counter.telephone() as phone:
        nurse.open(child_id)
        nurse.screen.get_by_role("link", name="今天不打：百白破").click()
        nurse.screen.get_by_label("家长不同意打").check()
        nurse.screen.locator("input[name=retry_on]").fill("2026-12-08")
        nurse.screen.get_by_role("button", name="记下今天没打").click()
        nurse.screen.wait_for_url(f"**/counter/children/{child_id}")
        assert nurse.screen.get_by_text("家长不同意打").is_visible()
        assert nurse.screen.get_by_text("往后推了：12月8日").first.is_visible()
        phone.goto(f"{counter.address}/C/{token}")
        assert "不同意" not in phone.content(), "nobody who holds the card reads what the family said"
    assert counter.standing(child_id, TODAY) == []


def test_last_years_card_of_a_child_in_danger_tells_neither_clinic_nor_day(counter: Desk) -> None:
    child_id = a_child(counter, "江小满")
    token, _ = counter.house.card(child_id)
    other = House(begin(counter.house.story.database, counter.house.story.schedule, name="白石镇卫生院"), counter.house.app)
    clerk = counter.nurse(Role.REGISTRAR)
    with counter.telephone() as phone:
        phone.goto(f"{counter.address}/C/{token}")
        assert "清河卫生服务中心" in phone.content() and "0571-88880000" in phone.content()
        clerk.screen.goto(f"{counter.address}/counter/children/{child_id}/whereabouts")
        clerk.screen.get_by_role("button", name="马上全部停用").click()
        clerk.screen.get_by_text("受保护的记录").first.wait_for()
        for page in ("", "/after", "/calendar", "/visit.ics", "/record", "/cannot-come"):
            phone.goto(f"{counter.address}/C/{token}{page}")
            told = phone.content()
            assert not [word for word in ("清河", "88880000", "江小满", "月24日") if word in told], page
    elsewhere = counter.nurse(house=other)
    elsewhere.scan(f"HTTPS://VAX.EXAMPLE/C/{token}")
    elsewhere.screen.wait_for_url(f"**/counter/children/{child_id}")
    said = elsewhere.screen.locator("main").inner_text()
    assert "受保护的记录" in said and due(elsewhere) == 2, "no child goes without its dose"
    assert not [word for word in ("清河", "云小莲", "****", "0571") if word in said]
