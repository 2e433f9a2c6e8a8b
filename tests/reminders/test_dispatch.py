"""A text goes out once, in a decent hour, if it still holds; and whoever dies on the way leaves a doubt, never a double."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from tests.reminders.conftest import RecordingChannel, planned, sent, texts
from tests.story import PHONE, Story, an_id
from vaxcard.errors import Refused
from vaxcard.records.audit import AuditEntry
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import ClinicClosure, load_clinic
from vaxcard.records.doses import DoseForm
from vaxcard.records.messages import MessageState, count_by_state
from vaxcard.records.people import ChildState, GuardianRecord, context
from vaxcard.records.registry import record_dose
from vaxcard.records.sweeping import assess_again
from vaxcard.reminders.channels import Fate, Outcome, Text
from vaxcard.reminders.dispatch import send_due

BORN = date(2026, 5, 20)
REGISTERED = date(2026, 5, 21)
DUE = date(2026, 6, 20)


def state_of(story: Story, child_id: UUID) -> str:
    (text,) = texts(story, child_id)
    return text.state


def a_planned_text(story: Story) -> UUID:
    child = story.newborn(BORN, REGISTERED)
    planned(story, DUE)
    return child


def test_a_planned_text_is_handed_over_once_with_our_own_id(story: Story) -> None:
    child, channel = a_planned_text(story), RecordingChannel()
    assert dict(sent(story, channel, DUE)) == {"sent": 1}
    assert dict(sent(story, channel, DUE)) == {}
    (text,) = texts(story, child)
    assert [(to, reference) for to, _, reference in channel.given] == [(PHONE, text.id)]
    assert (text.state, text.provider_id, text.channel, text.attempts) == ("sent", "P1", "recording", 1)


@pytest.mark.parametrize(("hour", "states"), [(0, {"waiting": 1}), (1, {"sent": 1}), (9, {"sent": 1}), (10, {"waiting": 1})])
def test_texts_go_between_nine_and_six_where_the_clinic_is(story: Story, hour: int, states: dict[str, int]) -> None:
    story.newborn(BORN, REGISTERED)  # the hours are UTC, eight behind the clinic's
    planned(story, DUE - timedelta(days=3))
    assert dict(sent(story, RecordingChannel(), DUE - timedelta(days=3), hour=hour)) == states


@pytest.mark.parametrize(("hour", "states"), [(7, {"sent": 1}), (8, {"cancelled": 1}), (9, {"cancelled": 1})])
def test_nobody_is_called_for_today_in_the_last_hour_of_the_session_or_after_it(story: Story, hour: int, states: dict[str, int]) -> None:
    a_planned_text(story)  # the clinic vaccinates until five in the afternoon, nine UTC
    assert dict(sent(story, RecordingChannel(), DUE, hour=hour)) == states


def test_a_text_never_goes_on_another_day(story: Story) -> None:
    child, channel = a_planned_text(story), RecordingChannel()
    assert dict(sent(story, channel, DUE - timedelta(days=1))) == {"waiting": 1}
    assert dict(sent(story, channel, DUE + timedelta(days=1))) == {"expired": 1}
    assert (channel.given, state_of(story, child)) == ([], "expired")


def test_recording_the_dose_withdraws_the_text_at_once(story: Story) -> None:
    child = a_planned_text(story)
    with story.on(DUE) as acting:
        record_dose(acting, child, DoseForm(id=an_id(), vaccine="HepB", given_on=DUE))
    assert state_of(story, child) == MessageState.CANCELLED
    assert dict(sent(story, RecordingChannel(), DUE)) == {}


def test_what_was_withdrawn_is_not_planned_again(story: Story) -> None:
    child = a_planned_text(story)
    story.dose(child, "HepB", DUE)
    assert planned(story, DUE).planned == 0


def test_for_the_brother_who_is_left_the_text_is_worded_again(story: Story) -> None:
    parent = story.guardian()
    sister = story.newborn(BORN, REGISTERED, name="云朵朵", guardians=[parent])
    brother = story.newborn(BORN, REGISTERED, name="云阳阳", guardians=[parent])
    planned(story, DUE)
    story.dose(sister, "HepB", DUE)
    channel = RecordingChannel()
    assert state_of(story, brother) == MessageState.PLANNED
    sent(story, channel, DUE)
    assert "阳阳" in channel.given[0][1]
    assert "朵朵" not in channel.given[0][1]


def test_a_clinic_that_shut_its_doors_reminds_nobody_of_that_day(story: Story) -> None:
    child = a_planned_text(story)
    with story.on(DUE) as acting:
        load_clinic(acting.session, story.clinic_id).closures = [ClinicClosure(closed_on=DUE, reason="flood")]
    assert dict(sent(story, RecordingChannel(), DUE)) == {"waiting": 1}
    assert dict(sent(story, RecordingChannel(), DUE + timedelta(days=1))) == {"expired": 1}
    assert state_of(story, child) == "expired"


@pytest.mark.parametrize("state", [ChildState.MOVED_AWAY, ChildState.DIED])
def test_who_moved_away_or_died_is_muted(story: Story, state: ChildState) -> None:
    child = a_planned_text(story)
    with story.on(DUE) as acting:
        load_child(acting.session, child).state = state
    assert dict(sent(story, RecordingChannel(), DUE)) == {"muted": 1}


def test_a_child_that_became_sensitive_is_muted(story: Story) -> None:
    child = a_planned_text(story)
    with story.on(DUE) as acting:
        load_child(acting.session, child).is_sensitive = True
    story.refresh(child, DUE)
    assert state_of(story, child) == "muted"


def guardian_of(story: Story, child_id: UUID) -> GuardianRecord:
    with story.database.reading() as session:
        return load_child(session, child_id).guardianships[0].guardian


def test_a_family_that_says_no_is_muted(story: Story) -> None:
    child = a_planned_text(story)
    with story.on(DUE) as acting:
        acting.session.get_one(GuardianRecord, guardian_of(story, child).id).agrees_to_texts = False
    assert dict(sent(story, RecordingChannel(), DUE)) == {"muted": 1}


def test_a_changed_number_is_the_one_that_is_texted(story: Story) -> None:
    child, channel = a_planned_text(story), RecordingChannel()
    with story.on(DUE) as acting:
        guardian = acting.session.get_one(GuardianRecord, guardian_of(story, child).id)
        guardian.phone_sealed = acting.keyring.seal(guardian.person_key, "+8613900000099", context("guardian.phone", guardian.id))
    sent(story, channel, DUE)
    assert [to for to, _, _ in channel.given] == ["+8613900000099"]


def test_two_people_at_one_telephone_get_one_text_about_both_their_children(story: Story) -> None:
    first = story.newborn(BORN, REGISTERED, name="云朵朵", guardians=[story.guardian(name="云小莲")])
    story.newborn(BORN, REGISTERED, name="云阳阳", guardians=[story.guardian(name="云小山")])
    planned(story, DUE)
    channel = RecordingChannel()
    assert dict(sent(story, channel, DUE)) == {"sent": 1}
    assert "朵朵" in channel.given[0][1] and "阳阳" in channel.given[0][1]
    assert state_of(story, first) == "sent"


def test_a_guardian_who_is_none_any_more_is_muted(story: Story) -> None:
    child = a_planned_text(story)
    with story.on(DUE) as acting:
        acting.session.delete(load_child(acting.session, child).guardianships[0])
    assert dict(sent(story, RecordingChannel(), DUE)) == {"muted": 1}


# Many at once


def at_once(*work: Callable[[], object]) -> list[BaseException]:
    """Everything at the same moment; returns what went wrong."""
    faults: list[BaseException] = []

    def run(job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as fault:  # reported by the test
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(job,)) for job in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def test_four_senders_hand_each_text_over_once(story: Story) -> None:
    for number in range(12):
        story.newborn(BORN, REGISTERED, guardians=[story.guardian(f"+861390000{number:04}")])
    planned(story, DUE)
    channel = RecordingChannel()
    assert at_once(*[lambda: sent(story, channel, DUE)] * 4) == []
    assert len(channel.given) == len({reference for _, _, reference in channel.given}) == 12


def test_planning_sending_and_assessing_never_wait_for_each_other_in_a_ring(story: Story) -> None:
    children = [story.newborn(BORN, REGISTERED, guardians=[story.guardian(f"+861390000{number:04}")]) for number in range(12)]
    channel = RecordingChannel()

    def sweep() -> None:
        with story.on(DUE, actor="system:sweep") as acting:
            assess_again(acting, children, "schedule.sweep")

    def work(job: Callable[[], object]) -> Callable[[], None]:
        return lambda: [job() for _ in range(3)] and None

    assert at_once(work(sweep), work(sweep), work(lambda: planned(story, DUE)), work(lambda: sent(story, channel, DUE))) == []
    sent(story, channel, DUE)
    assert len(channel.given) == 12


# What a channel may answer


@pytest.mark.parametrize(
    ("outcome", "state", "failure"),
    [
        (Outcome(Fate.FAILED, reason="invalid-number"), "failed", "invalid-number"),
        (Outcome(Fate.UNKNOWN, reason="no-answer"), "unknown", "no-answer"),
    ],
)
def test_neither_a_failure_nor_a_silence_is_tried_again(story: Story, outcome: Outcome, state: str, failure: str) -> None:
    child, channel = a_planned_text(story), RecordingChannel([outcome])
    assert dict(sent(story, channel, DUE)) == {state: 1}
    assert dict(sent(story, channel, DUE, hour=4)) == {}
    assert planned(story, DUE).planned == 0
    (text,) = texts(story, child)
    assert (text.state, text.failure, len(channel.given)) == (state, failure, 1)


@dataclass
class DyingChannel(RecordingChannel):
    """Hands a text over and dies before it can tell."""

    def send(self, text: Text) -> Outcome:
        super().send(text)
        raise KeyboardInterrupt


def test_a_sender_that_dies_leaves_a_doubt_and_no_double(story: Story) -> None:
    child, dying, channel = a_planned_text(story), DyingChannel(), RecordingChannel()
    with pytest.raises(KeyboardInterrupt):
        sent(story, dying, DUE)
    assert state_of(story, child) == "sending"
    assert dict(sent(story, channel, DUE)) == {}  # perhaps the other sender lives
    assert dict(sent(story, channel, DUE, hour=3)) == {"unknown": 1}
    assert (len(dying.given), channel.given) == (1, [])


@dataclass
class ClerkChannel(RecordingChannel):
    """Writes to the registry while it is spoken to: possible only if no transaction is open meanwhile."""

    story: Story | None = None
    children: list[UUID] = field(default_factory=list)

    def send(self, text: Text) -> Outcome:
        assert self.story is not None
        self.children.append(self.story.child(BORN, DUE, guardians=[]))
        return super().send(text)


def test_no_transaction_is_open_while_a_channel_is_spoken_to(story: Story) -> None:
    a_planned_text(story)
    channel = ClerkChannel(story=story)
    assert dict(sent(story, channel, DUE)) == {"sent": 1}
    assert len(channel.children) == 1


def test_a_run_can_be_kept_short(story: Story) -> None:
    for number in range(3):
        story.newborn(BORN, REGISTERED, guardians=[story.guardian(f"+861390000{number:04}")])
    planned(story, DUE)
    channel = RecordingChannel()
    send_due(story.database, story.schedule, channel, datetime(2026, 6, 20, 2, tzinfo=UTC), edition_signed=True, limit=2)
    assert len(channel.given) == 2


# Who may be texted at all


def test_an_unsigned_schedule_reaches_nobody(story: Story) -> None:
    child, channel = a_planned_text(story), RecordingChannel(is_real=True)
    with pytest.raises(Refused, match="schedule sign") as refused:
        sent(story, channel, DUE, signed=False)
    assert refused.value.reason == "edition-unsigned"
    assert (channel.given, state_of(story, child)) == ([], "planned")


def test_a_rehearsal_needs_no_signature(story: Story) -> None:
    a_planned_text(story)
    assert dict(sent(story, RecordingChannel(), DUE, signed=False)) == {"sent": 1}


def test_sending_is_noted_without_number_or_words(story: Story) -> None:
    child = a_planned_text(story)
    sent(story, RecordingChannel(), DUE)
    (text,) = texts(story, child)
    with story.database.reading() as session:
        (entry,) = session.query(AuditEntry).filter(AuditEntry.action == "text.send")
    assert (entry.child_id, entry.subjects, entry.actor) == (child, [str(text.id), "phone"], "system:sender")


def test_every_state_is_counted(story: Story) -> None:
    a_planned_text(story)
    with story.database.reading() as session:
        counts = count_by_state(session)
    assert counts == {state.value: int(state == MessageState.PLANNED) for state in MessageState}
