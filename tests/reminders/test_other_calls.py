"""Texts that nothing owed calls for: a day that moved is told at once and to all; on the third day it is asked how the child is."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from uuid import UUID

import pytest

from tests.reminders.conftest import RecordingChannel, planned, sent, texts
from tests.story import Story
from vaxcard.errors import InputFault
from vaxcard.records.chart import load_child
from vaxcard.records.messages import MessageKind
from vaxcard.records.opening_days import close_days, renew_visits, visits_to_renew
from vaxcard.records.registry import void_dose
from vaxcard.records.told import states_about
from vaxcard.reminders.hold_out import set_hold_out
from vaxcard.reminders.other_calls import set_checks

BORN = date(2026, 5, 20)
DUE = date(2026, 6, 20)
TODAY = date(2026, 6, 10)
_NUMBERS = count(1)


def close(story: Story, day: date, today: date = TODAY) -> None:
    """The manager closes a day, and every visit is worked out again."""
    with story.on(today) as acting:
        close_days(acting, day, day, "flood")
        renew_visits(acting, visits_to_renew(acting, None))


def told(story: Story, child_id: UUID) -> list[tuple[str, date, date]]:
    return [(text.kind, text.send_on, text.visit_on) for text in reversed(texts(story, child_id))]


# A day that moved


def test_who_was_expected_on_a_day_that_was_closed_is_told_the_new_one_at_once(story: Story) -> None:
    expected = story.newborn(BORN, BORN)
    other = story.newborn(date(2026, 6, 1), date(2026, 6, 1), guardians=[story.guardian("+8613900000002")])
    close(story, DUE)
    assert planned(story, TODAY).planned == 1
    assert told(story, expected) == [(MessageKind.MOVED, TODAY, DUE + timedelta(days=1))]
    assert told(story, other) == []
    assert planned(story, TODAY + timedelta(days=1)).skipped == {"already-told": 1}


def test_the_new_day_is_not_told_again_three_days_before_but_on_the_day(story: Story) -> None:
    child = story.newborn(BORN, BORN)
    close(story, DUE)
    for ahead in range(12):
        planned(story, TODAY + timedelta(days=ahead))
    assert [kind for kind, _, _ in told(story, child)] == [MessageKind.MOVED, MessageKind.TODAY]


def test_a_day_that_moves_twice_is_told_twice(story: Story) -> None:
    child = story.newborn(BORN, BORN)
    close(story, DUE)
    planned(story, TODAY)
    sent(story, RecordingChannel(), TODAY)
    close(story, DUE + timedelta(days=1), TODAY + timedelta(days=1))
    planned(story, TODAY + timedelta(days=1))
    assert [day for _, _, day in told(story, child)] == [DUE + timedelta(days=1), DUE + timedelta(days=2)]


def test_a_text_of_a_moved_day_goes_out_while_that_is_still_the_day(story: Story) -> None:
    child = story.newborn(BORN, BORN)
    close(story, DUE)
    planned(story, TODAY)
    channel = RecordingChannel()
    assert dict(sent(story, channel, TODAY)) == {"sent": 1}
    assert "门诊日改了" in channel.given[0][1] and "6月21日" in channel.given[0][1]
    with story.database.reading() as session:
        assert states_about(session, [child], MessageKind.MOVED, called_on=DUE) == {child: "sent"}
        assert states_about(session, [child], MessageKind.MOVED, called_on=TODAY) == {}


def test_nobody_is_told_of_a_day_that_moved_when_the_visit_has_happened(story: Story) -> None:
    child = story.newborn(BORN, BORN)
    close(story, DUE)
    planned(story, TODAY)
    story.dose(child, "HepB", TODAY)
    assert dict(sent(story, RecordingChannel(), TODAY)) == {}
    assert planned(story, TODAY).planned == 0


# The third day


def a_dose(story: Story, on: date = DUE, noted_on: date | None = None) -> UUID:
    number = next(_NUMBERS)
    child = story.newborn(BORN, BORN, guardians=[story.guardian(f"+8613900{number:04}77")])
    story.dose(child, "HepB", on, noted_on or on, clinic_id=story.clinic_id, happened=None if noted_on is None else "late note")
    return child


def test_a_family_is_asked_how_the_child_is_from_the_third_to_the_fifth_day(story: Story) -> None:
    lately, longer, long = (a_dose(story, DUE + timedelta(days=days)) for days in (4, 1, 0))
    planned(story, DUE + timedelta(days=6))
    assert [[kind for kind, _, _ in told(story, child)] for child in (lately, longer, long)] == [[], ["check"], []]
    planned(story, DUE + timedelta(days=7))
    assert [kind for kind, _, _ in told(story, lately)] == ["check"]


def test_it_is_asked_once_and_the_text_stands_when_it_goes(story: Story) -> None:
    child, channel = a_dose(story), RecordingChannel()
    for days in (3, 4, 5):
        planned(story, DUE + timedelta(days=days))
    assert dict(sent(story, channel, DUE + timedelta(days=3))) == {"sent": 1}
    assert len(told(story, child)) == 1 and "这几天好吗" in channel.given[0][1]


def test_a_dose_copied_from_paper_asks_nobody(story: Story) -> None:
    child = a_dose(story, noted_on=DUE + timedelta(days=2))
    planned(story, DUE + timedelta(days=3))
    assert told(story, child) == []


def test_a_dose_that_was_voided_asks_nobody(story: Story) -> None:
    child = story.newborn(BORN, BORN)
    dose = story.dose(child, "HepB", DUE, clinic_id=story.clinic_id, happened=None)
    with story.on(DUE) as acting:
        version = load_child(acting.session, child).version
        void_dose(acting, child, dose.dose.id, UUID(int=99), seen_version=version, reason="wrong child")
    planned(story, DUE + timedelta(days=3))
    assert [kind for kind, _, _ in told(story, child)] == ["missed"]


def test_an_officer_may_do_without_the_question(story: Story) -> None:
    child = a_dose(story)
    with story.on(DUE) as acting:
        set_checks(acting, "off", by="云小河")
    planned(story, DUE + timedelta(days=3))
    assert told(story, child) == []
    with story.on(DUE) as acting, pytest.raises(InputFault, match="on or off"):
        set_checks(acting, "perhaps", by="云小河")


def test_who_is_held_out_from_reminders_is_told_of_a_moved_day_and_asked_on_the_third(story: Story) -> None:
    with story.on(TODAY) as acting:
        set_hold_out(acting, 0.5, by="云小河")
    children = [story.newborn(BORN, BORN, guardians=[story.guardian(f"+8613900{number:04}77")]) for number in range(12)]
    close(story, DUE)
    assert planned(story, TODAY).planned == 12
    states = [texts(story, child)[0].state for child in children]
    assert set(states) == {"planned"}
    planned(story, DUE + timedelta(days=1))
    assert {texts(story, child)[0].state for child in children} == {"planned", "held-out"}
