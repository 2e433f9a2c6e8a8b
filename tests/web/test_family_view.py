"""What a family is told goes by the child's age: on the day before, the day, and the day after a bracket begins."""

from datetime import date
from typing import Any

import pytest

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.brackets import lay_out
from vaxcard.schedule.history import Child, History
from vaxcard.web.family_view import bracket_at

BORN_ON = date(2026, 5, 24)


@pytest.mark.parametrize(
    ("today", "bracket"),
    [
        (date(2026, 5, 24), "birth"),
        (date(2026, 7, 23), "birth"),
        (date(2026, 7, 24), "2-4-months"),
        (date(2026, 11, 23), "2-4-months"),  # no solids before six months, whatever dose is due
        (date(2026, 11, 24), "6-months"),
        (date(2026, 11, 25), "6-months"),
        (date(2027, 1, 24), "8-9-months"),
    ],
)
def test_the_care_shown_goes_by_the_childs_age(schedule: Any, today: date, bracket: str) -> None:
    child = Child(BORN_ON, "female")
    plan = lay_out(schedule, child, assess(schedule, child, History(()), today))
    found = bracket_at(plan, BORN_ON, today)
    assert found is not None and found.code == bracket
