"""A recall: everybody who had the lots is texted at once, at any hour, or stands on the list to be rung."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from tests.reminders.conftest import RecordingChannel, planned, sent, texts
from tests.story import Story, an_id
from vaxcard.errors import InputFault, Refused
from vaxcard.records.chart import load_child
from vaxcard.records.doses import DoseForm
from vaxcard.records.messages import MessageKind
from vaxcard.records.people import ChildState
from vaxcard.records.recalls import RecallRecord, call_back, recall_of_lot
from vaxcard.records.registry import record_dose
from vaxcard.reminders.hold_out import set_hold_out
from vaxcard.reminders.recalls import Line, Recalled, call_list, plan_recall

BORN = date(2026, 5, 20)
ON = date(2026, 6, 20)
LOT = "202601-７"


def a_child(story: Story, number: int, *, lot: str = LOT, phone: bool = True) -> UUID:
    guardian = story.guardian(f"+8613900{number:04}77" if phone else None)
    child = story.child(BORN, BORN, guardians=[guardian])
    story.dose(child, "HepB", BORN, lot_number=lot)
    return child


def recall(story: Story, *lots: str, number: int = 5, hour: int = 2) -> tuple[RecallRecord, Recalled]:
    with story.on(ON, actor="staff:officer", hour=hour) as acting:
        found = call_back(acting, UUID(int=number), "HepB", lots or (" 202601-7 ",), "the maker's letter of 19 June")
        return found, plan_recall(acting, found)


def listed(story: Story, found: RecallRecord) -> list[Line]:
    with story.on(ON) as acting:
        return call_list(acting, found)


def test_who_had_the_lot_is_texted_in_the_night_and_held_out_or_not(story: Story) -> None:
    with story.on(ON) as acting:
        set_hold_out(acting, 0.5, by="云小河")
    children = [a_child(story, number) for number in range(6)]
    a_child(story, 7, lot="202602-1")
    found, came = recall(story, hour=15)
    assert came == Recalled(6, 6, {})
    channel = RecordingChannel()
    assert dict(sent(story, channel, ON, hour=15))["sent"] == 6  # eleven at night where the clinic is
    assert all("核查" in body and "乙" not in body for _, body, _ in channel.given)
    assert [text.state for child in children for text in texts(story, child)] == ["sent"] * 6
    assert recall(story)[1] == Recalled(6, 0, {})


def test_it_goes_beside_the_text_of_the_day_and_before_it(story: Story) -> None:
    child = a_child(story, 1)
    assert planned(story, ON).planned == 1
    recall(story)
    channel = RecordingChannel()
    assert dict(sent(story, channel, ON)) == {"sent": 2}
    assert ["核查" in body for _, body, _ in channel.given] == [True, False]
    assert {text.kind for text in texts(story, child)} == {MessageKind.TODAY, MessageKind.RECALL}


def test_what_could_not_go_on_its_day_goes_later_and_is_let_go_after_three(story: Story) -> None:
    a_child(story, 1)
    recall(story)
    assert dict(sent(story, RecordingChannel(), ON + timedelta(days=2), hour=20)) == {"sent": 1}
    a_child(story, 2)
    recall(story)
    assert dict(sent(story, RecordingChannel(), ON + timedelta(days=4))) == {"expired": 1}


def test_the_list_names_whom_to_ring_first_those_whom_no_text_reaches(story: Story) -> None:
    texted, silent, unwilling = a_child(story, 1), a_child(story, 2, phone=False), a_child(story, 3)
    protected, moved = a_child(story, 4), a_child(story, 5)
    with story.on(ON) as acting:
        load_child(acting.session, unwilling).guardianships[0].guardian.agrees_to_texts = False
        load_child(acting.session, protected).is_sensitive = True
        load_child(acting.session, moved).state = ChildState.MOVED_AWAY
    found, came = recall(story)
    assert came == Recalled(5, 2, {"no-number": 1, "no-consent": 1, "sensitive": 1})
    sent(story, RecordingChannel(), ON)
    lines = listed(story, found)
    assert [line.is_reached for line in lines] == [False, False, False, True, True]
    assert {line.child_id for line in lines[:3]} == {silent, unwilling, protected}
    assert {line.child_id for line in lines[3:]} == {texted, moved}
    by_child = {line.child_id: line for line in lines}
    assert (by_child[unwilling].phone, by_child[unwilling].lot, by_child[unwilling].text) == ("+8613900000377", LOT, None)
    assert (by_child[silent].name, by_child[silent].phone) == ("云朵朵", None)


def test_a_number_has_so_many_recalls_a_day_and_is_rung_for_more(story: Story) -> None:
    parent = story.guardian()
    for lot in "ABCD":
        child = story.child(BORN, BORN, guardians=[parent], name=f"云{lot}")
        story.dose(child, "HepB", BORN, lot_number=lot)
    came = [recall(story, lot, number=number)[1] for number, lot in enumerate("ABCD", 1)]
    assert [each.planned for each in came] == [1, 1, 1, 0]
    assert came[3].not_texted == {"too-many-today": 1}


def test_brothers_and_sisters_who_had_it_share_one_text(story: Story) -> None:
    parent = story.guardian()
    for name in ("云朵朵", "云阳阳"):
        story.dose(story.child(BORN, BORN, name=name, guardians=[parent]), "HepB", BORN, lot_number=LOT)
    assert recall(story)[1] == Recalled(2, 1, {})


def test_who_died_is_neither_texted_nor_listed_and_a_voided_dose_calls_nobody(story: Story) -> None:
    child = a_child(story, 1)
    with story.on(ON) as acting:
        load_child(acting.session, child).state = ChildState.DIED
    found, came = recall(story)
    assert (came, listed(story, found)) == (Recalled(0, 0, {}), [])


@pytest.mark.parametrize(("vaccine", "lots", "reason", "place"), [("Hepp", ["1"], "x", "vaccine"), ("HepB", [" "], "x", "lots")])
def test_a_recall_of_nothing_is_refused(story: Story, vaccine: str, lots: list[str], reason: str, place: str) -> None:
    with story.on(ON) as acting, pytest.raises(InputFault) as fault:
        call_back(acting, UUID(int=1), vaccine, lots, reason)
    assert fault.value.place == place


def test_the_counter_can_ask_whether_a_lot_is_called_back(story: Story) -> None:
    recall(story)
    with story.database.reading() as session:
        assert recall_of_lot(session, "HepB", "２０２６０１-7") is not None
        assert recall_of_lot(session, "HepB", "202601-8") is None
        assert recall_of_lot(session, "BCG", "202601-7") is None


def test_a_recalled_lot_is_stopped_before_the_needle_and_recorded_where_it_was_given(story: Story) -> None:
    recall(story)
    child = story.child(BORN, BORN)
    form = DoseForm(an_id(), "HepB", ON, lot_number="202601-7", expires_on=date(2027, 1, 1), site="left_thigh", typed_because="no code")
    with story.on(ON) as acting, pytest.raises(Refused) as stopped:
        record_dose(acting, child, form)
    assert stopped.value.reason == "recalled-lot"
    with story.on(ON) as acting:
        kept = record_dose(acting, child, replace(form, happened="seen only afterwards"))
    assert kept.dose.incidents == ["recalled-lot"]
