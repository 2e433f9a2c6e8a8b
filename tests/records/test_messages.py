"""The outbox: one open text a family and day, which still hold, and who may take the next one."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from tests.story import Story, an_id
from vaxcard.records import outbox
from vaxcard.records.chart import load_child
from vaxcard.records.messages import Called, Draft, MessageKind, MessageRecord, MessageState, put, texts_of, told_until
from vaxcard.records.visits import NextVisit, VisitKind

BORN = date(2026, 5, 20)
DUE = date(2026, 6, 20)
NOW = datetime(2026, 6, 20, 2, tzinfo=UTC)


@pytest.fixture
def child(story: Story) -> UUID:
    return story.newborn(BORN, BORN)


def a_draft(story: Story, *children: UUID, kind: MessageKind = MessageKind.TODAY, family: bytes = b"f" * 16, on: date = DUE) -> Draft:
    with story.database.reading() as session:
        guardian = load_child(session, children[0]).guardianships[0].guardian_id
    called = tuple(Called(child, ("HepB",), DUE) for child in children)
    return Draft(an_id(), story.clinic_id, guardian, family, kind, "zh", on, DUE, b"sealed", 1, called)


def stored(story: Story, *drafts: Draft) -> set[UUID]:
    with story.database.writing() as session:
        return put(session, drafts, NOW)


def state_of(story: Story, draft: Draft) -> str:
    with story.database.reading() as session:
        return session.get_one(MessageRecord, draft.id).state


def moved(story: Story, draft: Draft, source: MessageState, target: MessageState) -> int:
    with story.database.writing() as session:
        return outbox.move(session, draft.id, source, target, NOW)


# One a day


OPEN = [MessageState.PLANNED, MessageState.SENDING, MessageState.SENT, MessageState.UNKNOWN, MessageState.DELIVERED]


@pytest.mark.parametrize("state", OPEN)
def test_a_family_has_one_open_text_a_day_of_whatever_kind(story: Story, child: UUID, state: MessageState) -> None:
    first, second = a_draft(story, child), a_draft(story, child, kind=MessageKind.MISSED)
    assert stored(story, first) == {first.id}
    moved(story, first, MessageState.PLANNED, state)
    assert stored(story, second) == set()


@pytest.mark.parametrize("state", [MessageState.CANCELLED, MessageState.MUTED, MessageState.FAILED, MessageState.EXPIRED])
def test_what_ended_unsent_leaves_the_day_free(story: Story, child: UUID, state: MessageState) -> None:
    first, second = a_draft(story, child), a_draft(story, child)
    stored(story, first)
    moved(story, first, MessageState.PLANNED, state)
    assert stored(story, second) == {second.id}


def test_other_families_and_other_days_are_free(story: Story, child: UUID) -> None:
    drafts = [a_draft(story, child), a_draft(story, child, family=b"g" * 16), a_draft(story, child, on=DUE + timedelta(days=1))]
    assert stored(story, *drafts) == {draft.id for draft in drafts}


def test_of_two_drafts_in_one_batch_one_is_kept(story: Story, child: UUID) -> None:
    assert len(stored(story, a_draft(story, child), a_draft(story, child))) == 1
    with story.database.reading() as session:
        (text,) = texts_of(session, child)
        assert [each.child_id for each in text.children] == [child]


def test_what_was_withdrawn_told_nothing(story: Story, child: UUID) -> None:
    draft = a_draft(story, child)
    stored(story, draft)
    with story.database.reading() as session:
        assert told_until(session, [child]) == {(child, MessageKind.TODAY): DUE}
    moved(story, draft, MessageState.PLANNED, MessageState.CANCELLED)
    with story.database.reading() as session:
        assert told_until(session, [child]) == {}


# What still holds


def ends(story: Story, draft: Draft) -> list[MessageState | None]:
    with story.database.reading() as session:
        return list(outbox.standing(session, session.get_one(MessageRecord, draft.id), NOW).values())


def test_a_text_holds_as_long_as_what_it_called_for_is_owed(story: Story, child: UUID) -> None:
    draft = a_draft(story, child)
    stored(story, draft)
    assert ends(story, draft) == [None]
    story.dose(child, "HepB", DUE)
    assert state_of(story, draft) == MessageState.CANCELLED


def test_one_dose_of_several_recorded_means_that_the_family_came(story: Story, child: UUID) -> None:
    draft = replace(a_draft(story, child), children=(Called(child, ("HepB", "Polio"), date(2026, 7, 20)),))
    stored(story, draft)
    story.dose(child, "HepB", DUE)
    assert state_of(story, draft) == MessageState.CANCELLED


def test_a_dose_of_something_else_changes_nothing(story: Story, child: UUID) -> None:
    draft = a_draft(story, child)
    stored(story, draft)
    story.dose(child, "RV5", date(2026, 6, 15))
    assert state_of(story, draft) == MessageState.PLANNED


def test_an_appointment_on_another_day_withdraws_it(story: Story, child: UUID) -> None:
    draft = a_draft(story, child, kind=MessageKind.MISSED)
    stored(story, draft)
    with story.on(DUE) as acting:
        visit = acting.session.get_one(NextVisit, child)
        visit.kind, visit.visit_on = VisitKind.APPOINTED, DUE + timedelta(days=5)
    assert ends(story, draft) == [MessageState.CANCELLED]


def test_of_two_children_one_may_end_and_the_text_stands(story: Story, child: UUID) -> None:
    brother = story.newborn(BORN, BORN, name="云阳阳")
    draft = a_draft(story, child, brother)
    stored(story, draft)
    story.dose(child, "HepB", DUE)
    assert state_of(story, draft) == MessageState.PLANNED
    assert sorted(ends(story, draft), key=str) == [None, MessageState.CANCELLED]
    story.dose(brother, "HepB", DUE)
    assert state_of(story, draft) == MessageState.CANCELLED


def test_what_is_on_its_way_is_not_withdrawn(story: Story, child: UUID) -> None:
    draft = a_draft(story, child)
    stored(story, draft)
    moved(story, draft, MessageState.PLANNED, MessageState.SENDING)
    story.dose(child, "HepB", DUE)
    assert state_of(story, draft) == MessageState.SENDING


# Who takes the next one


def claimed(story: Story, on: date = DUE) -> UUID | None:
    with story.database.writing() as session:
        message = outbox.claim_next(session, story.clinic_id, on, "recording", NOW)
        return message.id if message else None


def test_only_the_clinics_planned_texts_of_the_day_can_be_taken(story: Story, child: UUID) -> None:
    draft = a_draft(story, child)
    stored(story, draft)
    assert claimed(story, DUE + timedelta(days=1)) is None
    assert claimed(story) == draft.id
    assert claimed(story) is None


def test_no_two_senders_take_the_same_text(story: Story, child: UUID) -> None:
    drafts = [a_draft(story, child, family=bytes([number]) * 16) for number in range(12)]
    stored(story, *drafts)
    taken: list[UUID] = []

    def work() -> None:
        while (message := claimed(story)) is not None:
            taken.append(message)

    senders = [threading.Thread(target=work) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(taken) == sorted(draft.id for draft in drafts)


def test_a_text_moves_only_from_the_state_it_is_in(story: Story, child: UUID) -> None:
    draft = a_draft(story, child)
    stored(story, draft)
    assert moved(story, draft, MessageState.SENDING, MessageState.SENT) == 0
    assert moved(story, draft, MessageState.PLANNED, MessageState.CANCELLED) == 1
    assert moved(story, draft, MessageState.PLANNED, MessageState.SENDING) == 0
    assert state_of(story, draft) == MessageState.CANCELLED
