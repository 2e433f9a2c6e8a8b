"""A card scanned while another child's page is open opens that card, whatever has the focus."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.serving import PASSWORD, TODAY, open_house
from vaxcard.schedule.loader import load_schedule

pytestmark = pytest.mark.journey


def test_the_next_childs_card_opens_the_next_child(sqlite_database: Any, serve: Callable[[Any], str], counter_screen: Any) -> None:
    house = open_house(sqlite_database, load_schedule("cn"))
    login = house.staff()
    first, second = (house.story.newborn(date(2026, 9, 20), TODAY, name=name) for name in ("云朵朵", "云小星"))
    token, _ = house.card(second)
    address = serve(house.app)
    counter_screen.goto(f"{address}/counter/sign-in")
    counter_screen.fill("input[name=login]", login)
    counter_screen.fill("input[type=password]", PASSWORD)
    counter_screen.keyboard.press("Enter")
    counter_screen.wait_for_url("**/counter/")
    counter_screen.goto(f"{address}/counter/children/{first}")
    counter_screen.keyboard.type(f"HTTPS://VAX.EXAMPLE/C/{token}")
    counter_screen.keyboard.press("Enter")
    counter_screen.wait_for_url(f"**/counter/children/{second}")
