"""What becomes of a text that was refused, or of which nobody knows: tried again, asked about, sent another way, never doubled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from tests.reminders.conftest import RecordingChannel, planned, texts
from tests.story import Story
from tests.twilio_double import SID, TOKEN, TwilioDouble, twilio_double
from vaxcard.records.messages import MessageRecord
from vaxcard.reminders.asking import reconcile, sweep_receipts
from vaxcard.reminders.channels import Fate, Outcome
from vaxcard.reminders.channels.twilio_sms import TwilioAccount, TwilioChannel
from vaxcard.reminders.dispatch import Sender, send_due
from vaxcard.reminders.lineup import Lineup

BORN, DUE = date(2026, 5, 20), date(2026, 6, 20)
TEN = datetime(2026, 6, 20, 2, tzinfo=UTC)  # in the morning, at the clinic


@pytest.fixture
def double() -> Iterator[TwilioDouble]:
    with twilio_double(now=TEN) as running:
        yield running


@pytest.fixture
def twilio(double: TwilioDouble) -> Iterator[TwilioChannel]:
    account = TwilioAccount(SID, TOKEN, "+15005550006", None, double.url, "https://vaxcard.example")
    channel = TwilioChannel(account, seconds=2)
    yield channel
    channel._client.http_client.session.close()


def a_child(story: Story, ends: str) -> UUID:
    return story.newborn(BORN, BORN, guardians=[story.guardian(f"+861390000{ends}")])


def send(story: Story, channel: object, minutes: int = 0) -> dict[str, int]:
    moment = TEN + timedelta(minutes=minutes)
    return dict(send_due(story.database, story.schedule, channel, moment, edition_signed=True))  # type: ignore[arg-type]


def ask(story: Story, channel: TwilioChannel, minutes: int) -> dict[str, int]:
    return dict(reconcile(Sender(story.database, story.schedule, Lineup((channel,)), lambda: TEN + timedelta(minutes=minutes))))


def the_text(story: Story, child: UUID) -> MessageRecord:
    (text,) = texts(story, child)
    return text


def test_too_many_at_once_is_tried_again_after_a_longer_pause_each_time(story: Story, double: TwilioDouble, twilio: TwilioChannel) -> None:
    child = a_child(story, "0429")
    planned(story, DUE)
    results = [send(story, twilio, minutes) for minutes in (0, 0, 1, 2, 3)]
    assert results == [{"planned": 1, "waiting": 1}, {"waiting": 1}, {"planned": 1, "waiting": 1}, {"waiting": 1}, {"sent": 1}]
    assert (len(double.taken()), the_text(story, child).attempts) == (1, 3)


def test_a_text_that_nobody_takes_is_given_up_after_some_attempts(story: Story) -> None:
    child, channel = a_child(story, "0001"), RecordingChannel([Outcome(Fate.NOT_TAKEN, reason="busy")] * 20)
    planned(story, DUE)
    for minutes in range(0, 420, 30):
        send(story, channel, minutes)
    text = the_text(story, child)
    assert (text.state, text.attempts, text.failure, text.failure_kind) == ("failed", 8, "busy", "technical")


@pytest.mark.parametrize(("ends", "settled", "taken"), [("0502", "delivered", 1), ("0501", "planned", 0)])
def test_a_doubt_is_asked_about_and_only_what_never_came_goes_again(
    story: Story, double: TwilioDouble, twilio: TwilioChannel, ends: str, settled: str, taken: int
) -> None:
    child = a_child(story, ends)
    planned(story, DUE)
    assert send(story, twilio) == {"unknown": 1}
    assert ask(story, twilio, 5) == {}  # the provider may not know it yet
    assert ask(story, twilio, 11) == {settled: 1}
    assert (len(double.taken()), the_text(story, child).state) == (taken, settled)


def test_while_the_provider_can_not_be_asked_a_doubt_stays(story: Story, double: TwilioDouble, twilio: TwilioChannel) -> None:
    child = a_child(story, "0502")
    planned(story, DUE)
    send(story, twilio)
    double.down = True
    assert ask(story, twilio, 11) == {"unknown": 1}
    double.down = False
    assert ask(story, twilio, 12) == {"delivered": 1}
    assert the_text(story, child).provider_id is not None


def test_a_number_that_is_none_fails_for_good_and_is_known(story: Story, twilio: TwilioChannel) -> None:
    child = a_child(story, "0400")
    planned(story, DUE)
    assert send(story, twilio) == {"failed": 1}
    assert (the_text(story, child).failure, the_text(story, child).failure_kind) == ("twilio-21211", "permanent")
    assert planned(story, DUE + timedelta(days=3)).skipped == {"no-number": 1}


def test_a_text_without_a_receipt_is_asked_about_after_a_day_and_given_up_after_three(
    story: Story, double: TwilioDouble, twilio: TwilioChannel
) -> None:
    double.delivers = False
    child = a_child(story, "0001")
    planned(story, DUE)
    send(story, twilio)

    def sweep(hours: int) -> dict[str, int]:
        moment = TEN + timedelta(hours=hours)
        return dict(sweep_receipts(Sender(story.database, story.schedule, Lineup((twilio,)), lambda: moment)))

    assert [sweep(1), sweep(25)] == [{}, {"sent": 1}]
    assert sweep(73) == {"failed": 1}
    assert the_text(story, child).failure == "no-receipt"


def test_the_second_channel_serves_while_the_first_is_out_of_order(story: Story, double: TwilioDouble, twilio: TwilioChannel) -> None:
    for number in range(12):
        a_child(story, f"{number:04}")
    planned(story, DUE)
    double.down = True
    second = RecordingChannel(is_real=True)
    lineup = Lineup((twilio, second))
    assert send(story, lineup) == {"unknown": 5, "sent": 7}  # a server's fault may hide a text that was taken
    double.down = False
    assert ask(story, twilio, 11) == {"planned": 5}
    assert send(story, lineup, 13) == {"sent": 5}
    assert (len(double.taken()), len(second.given)) == (5, 7)


def test_after_its_rest_a_channel_is_tried_with_one_text(story: Story) -> None:
    for number in range(12):
        a_child(story, f"{number:04}")
    planned(story, DUE)
    first = RecordingChannel([Outcome(Fate.NOT_TAKEN, reason="busy")] * 6, name="first")
    second = RecordingChannel()
    lineup = Lineup((first, second))
    send(story, lineup)
    send(story, lineup, 5)
    assert (len(first.given), len(second.given)) == (6, 11)


def test_the_next_guardian_is_texted_where_the_first_says_no_meanwhile(story: Story) -> None:
    guardians = [story.guardian(), story.guardian("+8613900000002", name="云小山", language="en")]
    child = story.newborn(BORN, BORN, guardians=guardians)
    planned(story, DUE)
    with story.on(DUE) as acting:
        from vaxcard.records.people import GuardianRecord

        acting.session.get_one(GuardianRecord, guardians[0].id).agrees_to_texts = False
    channel = RecordingChannel()
    assert send(story, channel) == {"sent": 1}
    assert channel.given[0][0] == "+8613900000002" and "Vaccination is due" in channel.given[0][1]
    assert the_text(story, child).guardian_id == guardians[1].id


def test_an_old_senders_silence_says_nothing_about_another_attempt(story: Story) -> None:
    from vaxcard.reminders.policy import POLICY
    from vaxcard.reminders.settling import settle

    child = a_child(story, "0001")
    planned(story, DUE)
    send(story, RecordingChannel([Outcome(Fate.NOT_TAKEN)]))
    with story.on(DUE) as acting:
        row = acting.session.get_one(MessageRecord, the_text(story, child).id)
        row.state, row.attempts = "sending", 2
        acting.session.flush()
        assert settle(acting, row.id, Outcome(Fate.NOT_TAKEN, reason="late"), POLICY, attempt=1) == "sending"
        assert settle(acting, row.id, Outcome(Fate.SENT, provider_id="P"), POLICY, attempt=1) == "sent"
