"""A code is texted at any hour, a few times a day, and is kept nowhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from tests.reminders.conftest import RecordingChannel, texts
from tests.story import PHONE, Story, an_id
from vaxcard.errors import Refused
from vaxcard.records.chart import load_child
from vaxcard.records.messages import MessageState
from vaxcard.records.people import GuardianRecord
from vaxcard.reminders.channels import Fate, Outcome
from vaxcard.reminders.codes import CodeAsked, send_code
from vaxcard.reminders.dispatch import Sender
from vaxcard.reminders.lineup import Lineup

BORN = date(2026, 5, 20)
NIGHT = datetime(2026, 6, 20, 14, tzinfo=UTC)  # ten in the evening at the clinic


def guardian_of(story: Story, child_id: UUID) -> UUID:
    with story.database.reading() as session:
        return load_child(session, child_id).guardianships[0].guardian_id


def asked(story: Story, child_id: UUID, code: str = "483920") -> CodeAsked:
    return CodeAsked(an_id(), child_id, guardian_of(story, child_id), code, timedelta(minutes=10))


def sender(story: Story, channel: RecordingChannel, now: datetime = NIGHT) -> Sender:
    return Sender(story.database, story.schedule, Lineup((channel,)), lambda: now)


def test_a_code_goes_at_night_and_its_row_does_not_hold_it(story: Story) -> None:
    child, channel = story.newborn(BORN, BORN), RecordingChannel()
    assert send_code(sender(story, channel), story.clinic_id, asked(story, child)) == MessageState.SENT
    ((to, body, _),) = channel.given
    assert to == PHONE and "483920" in body and "10分钟" in body
    (row,) = texts(story, child)
    with story.database.reading() as session:
        guardian = session.get_one(GuardianRecord, row.guardian_id)
        kept = story.database.keyring.unseal(guardian.person_key, row.body_sealed, "message.body")
    assert "483920" not in kept and row.state == MessageState.SENT


def test_five_codes_a_day_a_number(story: Story) -> None:
    child, channel = story.newborn(BORN, BORN), RecordingChannel()
    for _ in range(5):
        send_code(sender(story, channel), story.clinic_id, asked(story, child))
    with pytest.raises(Refused) as refused:
        send_code(sender(story, channel), story.clinic_id, asked(story, child))
    assert (refused.value.reason, len(channel.given)) == ("too-many-codes", 5)
    send_code(sender(story, channel, NIGHT + timedelta(days=1)), story.clinic_id, asked(story, child))


def test_who_said_no_to_reminders_may_still_ask_for_a_code(story: Story) -> None:
    child, channel = story.newborn(BORN, BORN), RecordingChannel()
    with story.on(BORN) as acting:
        acting.session.get_one(GuardianRecord, guardian_of(story, child)).agrees_to_texts = False
    assert send_code(sender(story, channel), story.clinic_id, asked(story, child)) == MessageState.SENT


def test_a_code_goes_to_no_stranger_and_for_no_protected_child(story: Story) -> None:
    child, other = story.newborn(BORN, BORN), story.newborn(BORN, BORN, guardians=[story.guardian("+8613900000002")])
    stranger = CodeAsked(an_id(), child, guardian_of(story, other), "1", timedelta(minutes=10))
    with pytest.raises(Refused, match="texted"):
        send_code(sender(story, RecordingChannel()), story.clinic_id, stranger)
    wanted = asked(story, child)
    with story.on(BORN) as acting:
        load_child(acting.session, child).is_sensitive = True
    with pytest.raises(Refused, match="texted"):
        send_code(sender(story, RecordingChannel()), story.clinic_id, wanted)


@pytest.mark.parametrize(("fate", "state"), [(Fate.NOT_TAKEN, "failed"), (Fate.UNKNOWN, "unknown"), (Fate.FAILED, "failed")])
def test_a_code_is_never_tried_again_by_itself(story: Story, fate: Fate, state: str) -> None:
    child, channel = story.newborn(BORN, BORN), RecordingChannel([Outcome(fate, reason="x")])
    assert send_code(sender(story, channel), story.clinic_id, asked(story, child)) == state


def test_while_every_channel_rests_the_family_is_told(story: Story) -> None:
    child, channel = story.newborn(BORN, BORN), RecordingChannel([Outcome(Fate.UNKNOWN)] * 5)
    tired = sender(story, channel)
    for _ in range(5):
        send_code(tired, story.clinic_id, asked(story, child))
    with pytest.raises(Refused) as refused:
        send_code(tired, story.clinic_id, asked(story, child))
    assert refused.value.reason == "no-channel"
