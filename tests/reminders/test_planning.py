"""Who is texted on which day: three times about one visit, once a family and day, and never out of the blue."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from tests.reminders.conftest import planned, texts
from tests.story import PHONE, WEEKDAYS, Story, begin
from vaxcard.errors import InputFault, NotAllowed, NotFound
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import ClinicClosure, load_clinic
from vaxcard.records.database import Database
from vaxcard.records.messages import MessageKind
from vaxcard.records.people import ChildState, GuardianRecord
from vaxcard.records.phone_faults import note_fault
from vaxcard.reminders.hold_out import set_hold_out
from vaxcard.reminders.planning import plan, release_backlog
from vaxcard.reminders.policy import POLICY
from vaxcard.schedule.loader import load_schedule

BORN = date(2026, 5, 20)
REGISTERED = date(2026, 5, 21)
DUE = date(2026, 6, 20)  # the second HepB, a month after birth; a Saturday


def body_of(story: Story, child_id: UUID) -> str:
    """What the child's latest text says."""
    with story.database.reading() as session:
        child = load_child(session, child_id)
        key = child.guardianships[0].guardian.person_key
    (latest, *_) = texts(story, child_id)
    return story.database.keyring.unseal(key, latest.body_sealed, "message.body")


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (date(2026, 6, 16), None),
        (date(2026, 6, 17), MessageKind.BEFORE),
        (date(2026, 6, 19), MessageKind.BEFORE),  # the planner was down for two days: late is better than not at all
        (date(2026, 6, 20), MessageKind.TODAY),
        (date(2026, 6, 22), None),
        (date(2026, 6, 23), MessageKind.MISSED),
        (date(2026, 7, 20), MessageKind.TODAY),  # Polio and DTaP begin, and HepB is still owed
    ],
)
def test_a_family_is_texted_before_on_and_after_the_day(story: Story, on: date, kind: MessageKind | None) -> None:
    child = story.newborn(BORN, REGISTERED)
    planned(story, on)
    assert [text.kind for text in texts(story, child)] == ([kind] if kind else [])


def test_a_visit_brings_three_texts_however_often_it_is_planned(story: Story) -> None:
    child = story.newborn(BORN, REGISTERED)
    for ahead in range(25):
        planned(story, date(2026, 6, 10) + timedelta(days=ahead))
    assert [(text.kind, text.send_on) for text in reversed(texts(story, child))] == [
        (MessageKind.BEFORE, date(2026, 6, 17)),
        (MessageKind.TODAY, date(2026, 6, 20)),
        (MessageKind.MISSED, date(2026, 6, 23)),
    ]


def test_planning_twice_plans_nothing_new(story: Story) -> None:
    story.newborn(BORN, REGISTERED)
    assert planned(story, DUE).planned == 1
    again = planned(story, DUE)
    assert (again.planned, dict(again.skipped)) == (0, {"already-told": 1})


def test_two_planners_at_once_plan_one_text(story: Story) -> None:
    children = [story.newborn(BORN, REGISTERED, guardians=[story.guardian(f"+861390000{number:04}")]) for number in range(8)]
    results = []
    planners = [threading.Thread(target=lambda: results.append(planned(story, DUE).planned)) for _ in range(4)]
    for planner in planners:
        planner.start()
    for planner in planners:
        planner.join()
    assert sum(results) == 8
    assert [len(texts(story, child)) for child in children] == [1] * 8


def test_a_day_to_come_can_be_planned_today(story: Story) -> None:
    child = story.newborn(BORN, REGISTERED)
    assert planned(story, DUE, today=REGISTERED).planned == 1
    (text,) = texts(story, child)
    assert (text.send_on, text.visit_on, text.parts) == (DUE, DUE, 1)


def test_brothers_and_sisters_share_one_text(story: Story) -> None:
    parent = story.guardian()
    first = story.newborn(BORN, REGISTERED, name="云朵朵", guardians=[parent])
    second = story.newborn(BORN, REGISTERED, name="云阳阳", guardians=[parent])
    assert planned(story, DUE).planned == 1
    assert texts(story, first)[0].id == texts(story, second)[0].id
    body = body_of(story, first)
    assert "和" in body and "朵朵" in body and "阳阳" in body


def test_a_second_visit_in_the_family_waits_for_another_day(story: Story) -> None:
    parent = story.guardian()
    today = story.newborn(BORN, REGISTERED, guardians=[parent])
    soon = story.newborn(BORN + timedelta(days=2), BORN + timedelta(days=3), name="云阳阳", guardians=[parent])
    assert planned(story, DUE).skipped == {"one-a-day": 1}
    assert planned(story, DUE + timedelta(days=1)).planned == 1
    assert [text.kind for text in texts(story, today)] == [MessageKind.TODAY]
    assert [text.kind for text in texts(story, soon)] == [MessageKind.BEFORE]


def test_a_text_names_neither_surname_nor_vaccine_nor_link(story: Story) -> None:
    child = story.newborn(BORN, REGISTERED, name="云朵朵")
    planned(story, DUE)
    body = body_of(story, child)
    assert body == "【清河卫生服务中心】朵朵该打疫苗了：今天 8:00–17:00，带接种证和卡。电话0571-88880000"
    assert not any(word in body for word in ("云朵朵", "乙", "HepB", "http"))


def test_a_guardian_reads_in_their_own_language(story: Story) -> None:
    child = story.newborn(BORN, REGISTERED, name="Anna Vogel", guardians=[story.guardian(language="en-GB")])
    planned(story, DUE)
    assert "Vaccination is due for Anna: today, 8:00–17:00." in body_of(story, child)


def test_the_text_names_the_clinics_first_open_day(database: Database) -> None:
    story = begin(database, load_schedule("cn"), sessions=WEEKDAYS)
    with story.on(REGISTERED) as acting:
        load_clinic(acting.session, story.clinic_id).closures = [ClinicClosure(closed_on=date(2026, 6, 22), reason="holiday")]
    child = story.newborn(BORN, REGISTERED)
    assert planned(story, DUE).planned == 0  # a Saturday: nobody would answer the telephone
    assert planned(story, DUE - timedelta(days=1)).planned == 1
    (text,) = texts(story, child)
    assert (text.kind, text.visit_on) == (MessageKind.BEFORE, date(2026, 6, 23))


def test_the_first_guardian_who_can_be_asked_is(story: Story) -> None:
    guardians = [story.guardian(None, name="云小山"), story.guardian("+8613900000002")]
    child = story.newborn(BORN, REGISTERED, guardians=guardians)
    planned(story, DUE)
    assert texts(story, child)[0].guardian_id == guardians[1].id


def test_nobody_is_texted_without_a_number_or_against_their_will(story: Story) -> None:
    story.newborn(BORN, REGISTERED, guardians=[])
    unwilling = story.guardian("+8613900000003")
    story.newborn(BORN, REGISTERED, guardians=[unwilling])
    with story.on(REGISTERED) as acting:
        acting.session.get_one(GuardianRecord, unwilling.id).agrees_to_texts = False
    result = planned(story, DUE)
    assert (result.planned, dict(result.skipped)) == (0, {"no-number": 1, "no-consent": 1})


def test_a_sensitive_child_is_never_texted_about(story: Story) -> None:
    child = story.newborn(BORN, REGISTERED)
    with story.on(REGISTERED) as acting:
        load_child(acting.session, child).is_sensitive = True
    result = planned(story, DUE)
    assert (result.planned, dict(result.skipped)) == (0, {"sensitive": 1})


@pytest.mark.parametrize("state", [ChildState.MOVED_AWAY, ChildState.DIED])
def test_who_moved_away_or_died_is_not_texted_about(story: Story, state: ChildState) -> None:
    child = story.newborn(BORN, REGISTERED)
    with story.on(REGISTERED) as acting:
        load_child(acting.session, child).state = state
    assert planned(story, DUE).planned == 0


# The backlog after an import


def imported(story: Story, on: date) -> None:
    with story.on(on) as acting:
        load_clinic(acting.session, story.clinic_id).imported_on = on


def released(story: Story, on: date) -> int:
    with story.on(on) as acting:
        return release_backlog(acting, story.clinic_id)


def test_after_an_import_nobody_long_overdue_is_texted_until_the_clinic_says_so(story: Story) -> None:
    imported_on = date(2026, 7, 19)
    child = story.newborn(BORN - timedelta(days=31), imported_on)  # HepB 2 was due on 19 May, DTaP on 19 June
    imported(story, imported_on)
    later = imported_on + timedelta(days=1)
    assert dict(planned(story, imported_on).skipped) == {}  # recommended thirty days before the import: not a day too old
    assert [text.kind for text in texts(story, child)] == [MessageKind.MISSED]
    old = story.newborn(BORN - timedelta(days=32), imported_on, guardians=[story.guardian("+8613900000005")])
    assert dict(planned(story, later).skipped)["backlog"] == 1
    assert texts(story, old) == []
    assert released(story, later) == 1
    assert planned(story, later).planned == 1
    assert [text.kind for text in texts(story, old)] == [MessageKind.MISSED]
    assert planned(story, later + timedelta(days=1)).planned == 0


def test_a_backlog_is_released_once(story: Story) -> None:
    assert released(story, date(2026, 7, 19)) == 0
    imported(story, date(2026, 7, 19))
    assert released(story, date(2026, 7, 19)) == 1
    assert released(story, date(2026, 7, 20)) == 0


def test_an_old_arrear_joins_the_text_about_what_is_due_today(story: Story) -> None:
    imported(story, date(2026, 7, 25))
    child = story.newborn(BORN, date(2026, 7, 25))  # HepB 2 was due on 20 June; IPV 2 is due on 20 August
    story.dose(child, "IPV", date(2026, 7, 20), date(2026, 7, 25))
    story.dose(child, "DTaP", date(2026, 7, 20), date(2026, 7, 25))
    planned(story, date(2026, 8, 20))
    (text,) = texts(story, child)
    assert (text.kind, text.children[0].groups) == (MessageKind.TODAY, ["HepB", "Polio"])


def test_a_clinic_releases_no_others_backlog(story: Story) -> None:
    with pytest.raises(NotAllowed), story.on(DUE) as acting:
        release_backlog(acting, None)


def test_an_unknown_clinic_has_no_backlog(story: Story) -> None:
    with pytest.raises(NotFound), story.on(DUE) as acting:
        release_backlog(replace(acting, clinic_id=None), UUID(int=1))


def test_every_clinic_is_planned_where_none_acts(story: Story) -> None:
    story.newborn(BORN, REGISTERED)
    other = begin(story.database, story.schedule, name="云溪卫生院")
    other.newborn(BORN, REGISTERED, guardians=[other.guardian("+8613900000006")])
    with story.on(DUE) as acting:
        assert plan(replace(acting, clinic_id=None), DUE).planned == 2


# A last word, a cap, a share held out, a number that is none


def test_after_two_weeks_a_last_word_and_then_silence(story: Story) -> None:
    child = story.newborn(BORN, REGISTERED)
    for ahead in range(-5, 60):
        planned(story, DUE + timedelta(days=ahead))
    told = {text.kind: (text.send_on - DUE).days for text in reversed(texts(story, child)) if "HepB" in text.children[0].groups}
    assert {kind: told[kind] for kind in ("before", "today", "missed", "last")} == {"before": -3, "today": 0, "missed": 3, "last": 17}


def test_no_number_gets_more_than_its_weeks_share(story: Story) -> None:
    story.newborn(BORN, REGISTERED)
    strict = replace(POLICY, week_cap=1)
    results = []
    for ahead in (-3, 0, 3, 4):
        with story.on(DUE + timedelta(days=ahead), actor="system:test") as acting:
            results.append(plan(acting, acting.today, strict))
    assert [(result.planned, dict(result.skipped)) for result in results] == [
        (1, {}),
        (0, {"week-cap": 1}),
        (0, {"week-cap": 1}),
        (1, {}),
    ]


def test_a_share_is_held_out_the_same_families_every_time(story: Story) -> None:
    children = [story.newborn(BORN, REGISTERED, guardians=[story.guardian(f"+861390000{number:04}")]) for number in range(40)]
    with story.on(DUE) as acting:
        set_hold_out(acting, 0.5, by="an officer")
    first, second = planned(story, DUE - timedelta(days=3)), planned(story, DUE)
    assert first.planned + first.skipped["held-out"] == 40
    assert 8 <= first.skipped["held-out"] <= 32
    assert (first.planned, dict(first.skipped)) == (second.planned, dict(second.skipped))
    for child in children:
        assert len({text.state for text in texts(story, child)}) == 1
    assert planned(story, DUE).planned == 0


@pytest.mark.parametrize("share", [-0.1, 0.6])
def test_no_more_than_half_is_held_out(story: Story, share: float) -> None:
    with pytest.raises(InputFault), story.on(DUE) as acting:
        set_hold_out(acting, share, by="an officer")


def test_a_number_that_can_not_be_reached_is_not_tried_again_and_the_next_guardian_is(story: Story) -> None:
    story.newborn(BORN, REGISTERED)
    guardians = [story.guardian(), story.guardian("+8613900000002", name="云小山")]
    both = story.newborn(BORN, REGISTERED, guardians=guardians)
    with story.on(DUE) as acting:
        note_fault(acting.session, acting.keyring.index("phone", PHONE), "twilio-30005", acting.now)
    result = planned(story, DUE)
    assert (result.planned, dict(result.skipped)) == (1, {"no-number": 1})
    assert texts(story, both)[0].guardian_id == guardians[1].id
