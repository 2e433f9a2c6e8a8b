"""Codes, devices and notes of families, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.story import Story, an_id
from vaxcard.errors import Refused
from vaxcard.records.chart import load_child
from vaxcard.records.family_codes import GOOD_FOR, Knock, ask, guardian_chosen, pass_with, show_pass, try_code
from vaxcard.records.family_devices import NewDevice, device_with, forget_everywhere, remember
from vaxcard.records.family_notes import NoteKind, Told, count_unseen, leave_note, mark_seen, notes_of_clinic
from vaxcard.records.issued_cards import issue_card

TODAY = date(2026, 11, 24)


def test_a_code_a_device_a_pass_and_a_note(story: Story) -> None:
    child_id = story.newborn(date(2026, 7, 22), TODAY, guardians=[story.guardian(relation="mother")])
    with story.on(TODAY) as acting:
        child = load_child(acting.session, child_id)
        told = {"card_id": an_id(), "child_id": child_id, "person_key": child.person_key, "bracket": 2, "short_code": "ABCDEFG0"}
        card = issue_card(acting.session, acting.keyring, now=acting.now, **told)
        acting.session.flush()
        knock = Knock(child_id, card.id, "device")
        guardian = guardian_chosen(child, "mother")
        assert guardian is not None
        ask(acting, knock, an_id(), guardian, "123456")
        assert try_code(acting, knock, "654321") is None
        assert try_code(acting, knock, "123456") is not None and try_code(acting, knock, "123456") is None
        remember(acting, child, NewDevice(an_id(), "device", "", card.id, guardian))
        assert device_with(acting.session, child_id, "device", acting.now) is not None
        assert forget_everywhere(acting, "device") == [child_id]
        show_pass(acting, child, an_id(), "secret")
        acting.session.flush()
        assert pass_with(acting.session, "secret", acting.now) is not None
        assert pass_with(acting.session, "secret", acting.now + timedelta(minutes=5)) is None
        note = leave_note(acting, child, an_id(), NoteKind.REACTION, Told(("sore",), words="红"), card_id=card.id)
        assert note.told(acting.keyring, child).words == "红" and count_unseen(acting.session, story.clinic_id) == 1
        mark_seen(acting, note.id)
        assert [each.id for each in notes_of_clinic(acting.session, story.clinic_id, since=acting.now - GOOD_FOR)] == [note.id]


def test_five_wrong_codes_are_counted_over_several(story: Story) -> None:
    child_id = story.newborn(date(2026, 7, 22), TODAY)
    with story.on(TODAY) as acting:
        child = load_child(acting.session, child_id)
        told = {"card_id": an_id(), "child_id": child_id, "person_key": child.person_key, "bracket": 2, "short_code": "ABCDEFG1"}
        card = issue_card(acting.session, acting.keyring, now=acting.now, **told)
        acting.session.flush()
        knock = Knock(child_id, card.id, "device")
        for _ in range(2):
            ask(acting, knock, an_id(), an_id(), "123456")
            acting.session.flush()
            for _ in range(2):
                assert try_code(acting, knock, "000000") is None
        ask(acting, knock, an_id(), an_id(), "123456")
        assert try_code(acting, knock, "000000") is None
        with pytest.raises(Refused, match="wrong codes"):
            try_code(acting, knock, "123456")
