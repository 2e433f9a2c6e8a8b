"""A card scanned while another child's page is open opens that card, whatever has the focus."""

from __future__ import annotations

from datetime import date

import pytest

from tests.journeys.nurse import Desk, Hands
from tests.serving import TODAY

pytestmark = pytest.mark.journey


def test_the_next_childs_card_opens_the_next_child(counter: Desk) -> None:
    first, second = (counter.house.story.newborn(date(2026, 9, 20), TODAY, name=name) for name in ("云朵朵", "云小星"))
    token, _ = counter.house.card(second)
    nurse = counter.nurse()
    nurse.open(first)
    Hands(nurse.screen).scan(f"HTTPS://VAX.EXAMPLE/C/{token}")
    nurse.screen.wait_for_url(f"**/counter/children/{second}")
