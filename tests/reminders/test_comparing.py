"""Reminded families beside those held out: counted as they were put into groups, and honest where nothing can be told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.reminders.conftest import planned
from tests.story import Story
from vaxcard.records.text_figures import Group, compared, text_counts
from vaxcard.reminders.comparing import compare, difference
from vaxcard.reminders.hold_out import set_hold_out

BORN, DUE = date(2026, 5, 20), date(2026, 6, 20)


def test_each_child_counts_once_in_the_group_that_it_was_put_into(story: Story) -> None:
    with story.on(DUE) as acting:
        set_hold_out(acting, 0.5, by="云小河")
    children = [story.newborn(BORN, BORN, guardians=[story.guardian(f"+8613900{number:04}77")]) for number in range(10)]
    planned(story, DUE - timedelta(days=3))
    for child in children[:4]:
        story.dose(child, "HepB", DUE)  # the texts of the day are planned for those who have not come
    planned(story, DUE)
    with story.database.reading() as session:
        reminded, held_out = compared(session, DUE - timedelta(days=9), DUE, timedelta(days=28))
        counted = text_counts(session, DUE - timedelta(days=3), DUE, story.clinic_id)
        comparison = compare(session, DUE + timedelta(days=60))
    assert reminded.children + held_out.children == 10 and reminded.children and held_out.children
    assert reminded.came + held_out.came == 4
    assert (comparison.reminded, comparison.held_out, comparison.says_something) == (reminded, held_out, False)
    by_day = {day: sum(each.number for each in counted if each.day == day) for day in (DUE - timedelta(days=3), DUE)}
    assert by_day == {DUE - timedelta(days=3): 10, DUE: 6}


def test_the_range_is_newcombes() -> None:
    found = difference(Group(70, 56), Group(80, 48))  # his example: 56 of 70 against 48 of 80
    assert found is not None
    assert [round(each / 100, 4) for each in found] == [0.2, 0.0524, 0.3339]


@pytest.mark.parametrize(("reminded", "held_out"), [(Group(), Group(3, 1)), (Group(3, 1), Group())])
def test_nothing_is_compared_with_an_empty_group(reminded: Group, held_out: Group) -> None:
    assert difference(reminded, held_out) is None
