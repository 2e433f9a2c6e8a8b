"""Keyboard and scanner only: what is due is recorded with one scan of the card and one of each box, and four key presses at most."""

from __future__ import annotations

from datetime import date

import pytest

from tests.journeys.nurse import Desk, Hands, box
from tests.serving import TODAY
from vaxcard.records.doses import DoseSource

pytestmark = pytest.mark.journey

MOST_PRESSES = 4  # a dose, besides the two checks
BORN = date(2026, 7, 22)


def test_what_is_due_is_recorded_without_a_mouse(counter: Desk) -> None:
    child_id = counter.house.story.newborn(BORN, TODAY)
    counter.house.story.dose(child_id, "HepB", date(2026, 8, 24), TODAY)
    token, _ = counter.house.card(child_id)
    screen = counter.nurse().screen
    screen.goto(f"{counter.address}/counter/")
    hands = Hands(screen)
    hands.scan(f"HTTPS://VAX.EXAMPLE/C/{token}")
    screen.wait_for_url(f"**/counter/children/{child_id}")
    for code in (box("IPV", lot="P2603119"), box("DTaP", lot="D2603118")):
        hands.presses = 0
        hands.press("Enter")  # the first dose due has the focus
        hands.focused("trace_code")
        hands.scan(code)
        hands.focused("identity")
        screen.keyboard.press("Space")  # name and birth date asked
        hands.press("Tab")
        screen.keyboard.press("Space")  # product and expiry shown
        hands.press("Enter")
        screen.wait_for_selector(".done-h")
        assert hands.presses <= MOST_PRESSES
    assert hands.scans == 1 + 2, "the card and two boxes"
    today = [dose for dose in counter.standing(child_id, TODAY) if dose.source == DoseSource.CLINIC]
    assert {(dose.vaccine, dose.lot_number, dose.expires_on) for dose in today} == {
        ("IPV", "P2603119", date(2027, 8, 31)),
        ("DTaP", "D2603118", date(2027, 8, 31)),
    }
    assert len({dose.site for dose in today} - {None}) == 2, "each injection has a site of its own, as the plan proposed"


@pytest.mark.parametrize("skipped", ["identity", "shown"])
def test_no_dose_is_recorded_with_a_check_skipped(counter: Desk, skipped: str) -> None:
    child_id, screen = counter.house.story.newborn(BORN, TODAY), counter.nurse().screen
    screen.goto(f"{counter.address}/counter/children/{child_id}/doses/new/DTaP")
    hands = Hands(screen)
    hands.scan(box("DTaP"))
    hands.focused("identity")
    for name in ("identity", "shown"):
        assert not screen.is_checked(f"input[name={name}]"), "neither is ticked beforehand"
        if name != skipped:
            screen.focus(f"input[name={name}]")
            screen.keyboard.press("Space")
    screen.keyboard.press("Enter")
    screen.wait_for_function("document.querySelector('form.R :invalid') !== null")
    assert screen.evaluate("document.querySelector('form.R :invalid').name") == skipped
    assert counter.standing(child_id, TODAY) == []


def test_a_box_whose_product_is_not_known_leads_on_to_the_vaccine(counter: Desk) -> None:
    child_id, screen = counter.house.story.newborn(BORN, TODAY), counter.nurse().screen
    screen.goto(f"{counter.address}/counter/children/{child_id}/doses/new")
    hands = Hands(screen)
    hands.scan("01069012345678611727083110X2603118\x1d21000123456789")
    hands.focused("vaccine")


def test_a_browser_of_another_language_leaves_no_date_to_be_guessed(counter: Desk) -> None:
    child_id, nurse = counter.house.story.newborn(BORN, TODAY), counter.nurse()
    state = nurse.screen.context.storage_state()
    with counter.browser.new_context(locale="en-US", storage_state=state) as context:
        page = context.new_page()
        page.goto(f"{counter.address}/counter/children/{child_id}/doses/new/DTaP")
        assert page.locator("#given_on + output").inner_text() == "2026年11月24日"
        page.locator("#expires_on").fill("2027-08-31")
        assert page.locator("#expires_on + output").inner_text() == "2027年8月31日"
