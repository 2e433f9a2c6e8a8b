"""Keyboard and scanner only: what is due is recorded with one scan of the card and one of each box, and four key presses at most."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.serving import PASSWORD, TODAY, House, open_house
from vaxcard.records.doses import doses_of
from vaxcard.schedule.loader import load_schedule

pytestmark = pytest.mark.journey

BOXES = ("01069012345678921727083110D2603118\x1d21000123456789", "01069012345678851727083110P2603119\x1d21000123456790")
MOST_PRESSES = 4  # a dose, besides the two checks


class Hands:
    """A nurse's hands: what they scan and what they press, counted."""

    def __init__(self, page: Any) -> None:
        self.page, self.scans, self.presses = page, 0, 0

    def scan(self, code: str) -> None:
        """A scanner types and ends with Enter; group separators come as Ctrl+]."""
        self.scans += 1
        for part, text in enumerate(code.split("\x1d")):
            if part:
                self.page.keyboard.press("Control+]")
            self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def press(self, key: str) -> None:
        """One key."""
        self.presses += 1
        self.page.keyboard.press(key)

    def focused(self, name: str) -> None:
        """Wait until the field of that name has the focus."""
        self.page.wait_for_function("name => document.activeElement?.name === name", arg=name)


@pytest.fixture
def house(sqlite_database: Any) -> House:
    """A clinic at which a child of four months is owed polio and DTaP."""
    return open_house(sqlite_database, load_schedule("cn"))


def signed_in(house: House, serve: Callable[[Any], str], page: Any) -> str:
    """The nurse at the field to scan; gives the address."""
    login, address = house.staff(), serve(house.app)
    page.goto(f"{address}/counter/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/counter/")
    return address


def test_what_is_due_is_recorded_without_a_mouse(house: House, serve: Callable[[Any], str], counter_screen: Any) -> None:
    child_id = house.story.newborn(date(2026, 7, 22), TODAY)
    house.story.dose(child_id, "HepB", date(2026, 8, 24), TODAY)
    token, _ = house.card(child_id)
    signed_in(house, serve, counter_screen)
    hands = Hands(counter_screen)
    hands.scan(f"HTTPS://VAX.EXAMPLE/C/{token}")
    counter_screen.wait_for_url(f"**/counter/children/{child_id}")
    for box in BOXES:
        hands.presses = 0
        hands.press("Enter")  # the first dose due has the focus
        hands.focused("trace_code")
        hands.scan(box)
        hands.focused("identity")
        counter_screen.keyboard.press("Space")  # name and birth date asked
        hands.press("Tab")
        counter_screen.keyboard.press("Space")  # product and expiry shown
        hands.press("Enter")
        counter_screen.wait_for_selector(".done-h")
        assert hands.presses <= MOST_PRESSES
    assert hands.scans == 1 + len(BOXES)
    with house.story.database.reading() as session:
        today = [dose for dose in doses_of(session, child_id) if dose.given_on == TODAY]
        assert {(dose.lot_number, dose.expires_on) for dose in today} == {("D2603118", date(2027, 8, 31)), ("P2603119", date(2027, 8, 31))}
        assert len({dose.site for dose in today} - {None}) == len(BOXES), "each injection has a site of its own, as the plan proposed"


@pytest.mark.parametrize("skipped", ["identity", "shown"])
def test_no_dose_is_recorded_with_a_check_skipped(
    house: House, serve: Callable[[Any], str], counter_screen: Any, skipped: str
) -> None:
    child_id = house.story.newborn(date(2026, 7, 22), TODAY)
    address = signed_in(house, serve, counter_screen)
    counter_screen.goto(f"{address}/counter/children/{child_id}/doses/new/DTaP")
    hands = Hands(counter_screen)
    hands.scan(BOXES[0])
    hands.focused("identity")
    for name in ("identity", "shown"):
        assert not counter_screen.is_checked(f"input[name={name}]"), "neither is ticked beforehand"
        if name != skipped:
            counter_screen.focus(f"input[name={name}]")
            counter_screen.keyboard.press("Space")
    counter_screen.keyboard.press("Enter")
    counter_screen.wait_for_function("document.querySelector('form.R :invalid') !== null")
    assert counter_screen.evaluate("document.querySelector('form.R :invalid').name") == skipped
    with house.story.database.reading() as session:
        assert [dose for dose in doses_of(session, child_id) if dose.given_on == TODAY] == []


def test_a_box_whose_product_is_not_known_leads_on_to_the_vaccine(
    house: House, serve: Callable[[Any], str], counter_screen: Any
) -> None:
    child_id = house.story.newborn(date(2026, 7, 22), TODAY)
    address = signed_in(house, serve, counter_screen)
    counter_screen.goto(f"{address}/counter/children/{child_id}/doses/new")
    hands = Hands(counter_screen)
    hands.scan(BOXES[0])
    hands.focused("vaccine")
