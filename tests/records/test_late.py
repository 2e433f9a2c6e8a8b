"""Who is late, since when, and what a call came to; and the counts that name nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.story import EVERY_DAY, Story, an_id
from vaxcard.errors import Conflict
from vaxcard.records.chart import load_child
from vaxcard.records.enrolment import open_clinic
from vaxcard.records.figures import figures_of_clinics
from vaxcard.records.late import CallResult, calls_of, late_children, note_call
from vaxcard.records.phone_faults import guardians_to_ask
from vaxcard.records.visits import due_rows_of

TODAY = date(2026, 11, 24)


def last_days_on_time(story: Story, child_id: object) -> list[date]:
    """The last days on time of what the child is owed, the first of them first."""
    with story.database.reading() as session:
        rows = due_rows_of(session, child_id)  # type: ignore[arg-type]
        return sorted(row.past_due for row in rows if row.past_due and row.recommended and not row.is_optional)


def test_a_child_is_late_from_the_day_after_its_last_day_on_time(story: Story) -> None:
    child_id = story.newborn(date(2026, 3, 9), date(2026, 3, 9))
    (first, *_) = last_days_on_time(story, child_id)
    with story.database.reading() as session:
        assert late_children(session, story.clinic_id, first, limit=10) == []
        (late,) = late_children(session, story.clinic_id, first + timedelta(days=1), limit=10)
        assert (late.child.id, late.since, late.last_call) == (child_id, first + timedelta(days=1), None)


def test_the_longest_late_stand_first_and_pages_follow_one_another(story: Story) -> None:
    born = [date(2025, 3, 9), date(2025, 1, 9), date(2025, 3, 9), date(2024, 3, 9)]
    ids = [story.newborn(day, TODAY, name=f"云{name}") for day, name in zip(born, "东南西北", strict=True)]
    with story.database.reading() as session:
        whole = late_children(session, story.clinic_id, TODAY, limit=10)
        assert [each.since for each in whole] == sorted(each.since for each in whole)
        assert {each.child.id for each in whole} == set(ids)
        paged, after = [], None
        while page := late_children(session, story.clinic_id, TODAY, limit=1, after=after):
            paged += page
            after = page[-1].since, page[-1].child.id
        assert [each.child.id for each in paged] == [each.child.id for each in whole]


def test_a_call_is_noted_once_and_a_wrong_number_is_asked_for(story: Story) -> None:
    child_id, call_id = story.newborn(date(2025, 3, 9), TODAY), an_id()
    for _ in range(2):
        with story.on(TODAY) as acting:
            note_call(acting, child_id, call_id, CallResult.WRONG_NUMBER)
    with pytest.raises(Conflict), story.on(TODAY) as acting:
        note_call(acting, child_id, call_id, CallResult.REACHED)
    with story.database.reading() as session:
        (call,) = calls_of(session, child_id)
        assert (call.result, call.called_on, call.called_by) == ("wrong-number", TODAY, "staff:1")
        mother = load_child(session, child_id).guardianships[0].guardian_id
        assert list(guardians_to_ask(session, child_id)) == [mother]
        (late,) = late_children(session, story.clinic_id, TODAY, limit=10)
        assert late.last_call is not None and late.last_call.id == call_id


def test_every_clinic_is_counted_apart(story: Story) -> None:
    away = an_id()
    with story.on(TODAY) as acting:
        open_clinic(acting, away, "远山卫生院", sessions=EVERY_DAY, time_zone="Asia/Shanghai", language="zh", region="CN", phone="0571-1")
    story.newborn(date(2025, 3, 9), TODAY)
    story.newborn(date(2026, 11, 20), TODAY, name="云阳阳")
    far = story.child(date(2026, 11, 1), TODAY, name="林小溪", clinic_id=away)
    story.dose(far, "HepB", TODAY, clinic_id=away)
    with story.database.reading() as session:
        counted = {each.clinic.id: each for each in figures_of_clinics(session, TODAY, since=TODAY - timedelta(days=30))}
    assert [(counted[each].children, counted[each].late, counted[each].doses) for each in (story.clinic_id, away)] == [(2, 1, 0), (1, 0, 1)]
