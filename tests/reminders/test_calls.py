"""Whether a child calls for a text: the day before, the day and the day after each rule changes its mind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcard.records.messages import MessageKind
from vaxcard.records.outreach import OwedDose
from vaxcard.reminders.calls import Call, call_of
from vaxcard.reminders.policy import POLICY

CHILD = UUID(int=1)
DUE = date(2026, 6, 20)


def owed(recommended: date, group: str = "HepB", **more: Any) -> OwedDose:
    told = {"planned_on": recommended, "visit_on": recommended, "is_appointed": False, "is_sensitive": False}
    return OwedDose(**{"child_id": CHILD, "group": group, "recommended": recommended, **told, **more})


def every_day(day: date) -> date:
    return day


def mondays(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def called(on: date, *doses: OwedDose, open_day: Callable[[date], date] = every_day, missed_since: date | None = None) -> Call | None:
    return call_of(doses, open_day, on, POLICY, missed_since=missed_since or on - timedelta(days=POLICY.backlog_days))


@pytest.mark.parametrize(
    ("days", "kind"),
    [
        (-4, None),
        (-3, MessageKind.BEFORE),
        (-1, MessageKind.BEFORE),
        (0, MessageKind.TODAY),
        (1, None),
        (2, None),
        (3, MessageKind.MISSED),
        (30, MessageKind.MISSED),
        (31, None),
    ],
)
def test_the_days_around_a_visit(days: int, kind: MessageKind | None) -> None:
    call = called(DUE + timedelta(days=days), owed(DUE))
    assert (call.kind if call else None) == kind


def test_a_missed_visit_is_told_with_the_next_open_day() -> None:
    call = called(date(2026, 6, 25), owed(DUE), open_day=mondays)  # open on Mondays: due on the 22nd, missed three days later
    assert call is not None
    assert (call.kind, call.visit_on) == (MessageKind.MISSED, date(2026, 6, 29))
    assert called(date(2026, 6, 24), owed(DUE), open_day=mondays) is None


def test_a_visit_after_a_long_holiday_is_told_of_on_the_last_day_before_it() -> None:
    shut_until = DUE - timedelta(days=1)

    def holiday(day: date) -> date:
        return day if not date(2026, 6, 10) < day <= shut_until else DUE

    before = called(date(2026, 6, 10), owed(DUE), open_day=holiday)
    assert before is not None
    assert (before.kind, before.visit_on) == (MessageKind.BEFORE, DUE)
    assert called(date(2026, 6, 9), owed(DUE), open_day=holiday) is None


def test_what_is_late_waits_for_no_reminder_of_what_is_to_come() -> None:
    late = owed(DUE - timedelta(days=40), planned_on=DUE - timedelta(days=40))
    soon = owed(DUE, "Polio", planned_on=DUE - timedelta(days=40))
    assert called(DUE - timedelta(days=3), late, soon) is None
    today = called(DUE, late, soon)
    assert today is not None
    assert (today.kind, today.groups, today.called_on) == (MessageKind.TODAY, ("HepB", "Polio"), DUE)


def test_an_appointment_is_reminded_of_by_its_own_day() -> None:
    dose = owed(DUE, planned_on=DUE, visit_on=DUE + timedelta(days=10), is_appointed=True)
    assert called(DUE, dose) is None
    before = called(DUE + timedelta(days=7), dose)
    assert before is not None
    assert (before.kind, before.visit_on) == (MessageKind.APPOINTMENT, DUE + timedelta(days=10))


def test_what_is_not_owed_by_the_appointed_day_is_not_called_for() -> None:
    appointed = {"planned_on": DUE, "visit_on": DUE, "is_appointed": True}
    call = called(DUE, owed(DUE, **appointed), owed(DUE + timedelta(days=1), "Polio", **appointed))
    assert call is not None
    assert call.groups == ("HepB",)


def test_an_old_arrear_is_called_for_only_while_a_backlog_is_released() -> None:
    old = owed(DUE - timedelta(days=300))
    assert called(DUE, old) is None
    call = called(DUE, old, missed_since=date.min)
    assert call is not None
    assert (call.kind, call.visit_on) == (MessageKind.MISSED, DUE)


days = st.integers(min_value=-400, max_value=400).map(lambda ahead: DUE + timedelta(days=ahead))


@given(recommended=st.lists(days, min_size=1, max_size=4), on=days, weekdays=st.sets(st.integers(0, 6), min_size=1))
def test_a_text_names_an_open_day_that_is_not_past(recommended: list[date], on: date, weekdays: set[int]) -> None:
    def open_day(day: date) -> date:
        return next(later for ahead in range(8) if (later := day + timedelta(days=ahead)).weekday() in weekdays)

    planned = min(recommended)
    doses = [owed(day, f"G{number}", planned_on=planned, visit_on=open_day(planned)) for number, day in enumerate(recommended)]
    call = called(on, *doses, open_day=open_day)
    if call is not None:
        assert call.visit_on >= on
        assert call.visit_on.weekday() in weekdays
        assert call.called_on <= call.visit_on
        assert call.groups
