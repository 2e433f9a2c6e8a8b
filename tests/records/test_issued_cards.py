"""Cards: only an active one opens a record, and each other state says what to do."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from tests.story import Story, an_id
from vaxcard.errors import CardClosed, CardReplaced, CardRevoked, CardUnknown, VaxcardError
from vaxcard.keyring import Keyring
from vaxcard.records.chart import load_child
from vaxcard.records.issued_cards import (
    COVER,
    CardRecord,
    CardState,
    card_by_short_code,
    card_by_token,
    cards_of,
    close_cards,
    issue_card,
    short_code_is_taken,
)

BORN = date(2026, 5, 20)
CODE = "7K3M9P2X"


@pytest.fixture
def child(story: Story) -> UUID:
    return story.child(BORN, BORN)


def issued(story: Story, child_id: UUID, bracket: int = COVER, code: str = CODE) -> CardRecord:
    with story.on(BORN) as acting:
        key = load_child(acting.session, child_id).person_key
        return issue_card(
            acting.session,
            acting.keyring,
            card_id=an_id(),
            child_id=child_id,
            person_key=key,
            bracket=bracket,
            short_code=code,
            now=acting.now,
        )


def opened(story: Story, token: str) -> CardRecord:
    with story.database.reading() as session:
        return card_by_token(session, token)


def test_a_card_opens_by_its_token_and_by_its_short_code(story: Story, child: UUID) -> None:
    card = issued(story, child)
    assert opened(story, card.token(story.database.keyring)).child_id == child
    with story.database.reading() as session:
        assert card_by_short_code(session, story.database.keyring, CODE.lower()).id == card.id
        assert short_code_is_taken(session, story.database.keyring, CODE)


def test_the_short_code_can_be_printed_again(story: Story, child: UUID) -> None:
    issued(story, child)
    with story.database.reading() as session:
        (card,) = cards_of(session, child)
        assert card.short_code(story.database.keyring, load_child(session, child).person_key) == CODE


def test_a_token_outlives_a_new_secret(story: Story, child: UUID, keyring: Keyring) -> None:
    card = issued(story, child)
    later = Keyring({**keyring._secrets, 3: b"an invented secret of the third year, long enough by far"})
    assert card.token(later) == card.token(keyring)


def test_issues_of_a_bracket_are_counted_apart(story: Story, child: UUID) -> None:
    cards = [issued(story, child, bracket, f"AAAAAAA{number}") for number, bracket in enumerate([COVER, 1, 1])]
    assert [(card.bracket, card.issue) for card in cards] == [(COVER, 1), (1, 1), (1, 2)]


def test_an_unknown_token_says_how_to_find_the_child(story: Story) -> None:
    with pytest.raises(CardUnknown, match="by name and birth date"):
        opened(story, "0" * 20)
    with pytest.raises(CardUnknown), story.database.reading() as session:
        card_by_short_code(session, story.database.keyring, "00000000")


@pytest.mark.parametrize(
    ("state", "error", "advice"),
    [
        (CardState.REPLACED, CardRevoked, "name and birth date"),
        (CardState.LOST, CardRevoked, "name and birth date"),
        (CardState.REVOKED, CardRevoked, "by name and birth date"),
        (CardState.BLANK, CardClosed, "at the counter"),
    ],
)
def test_a_card_out_of_use_says_so_in_its_own_way(
    story: Story, child: UUID, state: CardState, error: type[VaxcardError], advice: str
) -> None:
    card = issued(story, child)
    with story.on(BORN) as acting:
        close_cards(acting.session, [acting.session.get_one(CardRecord, card.id)], state, by="staff:1", reason="lost", now=acting.now)
    with pytest.raises(error, match=advice) as refused:
        opened(story, card.token(story.database.keyring))
    assert type(refused.value) is error
    with story.database.reading() as session:
        assert cards_of(session, child) == []
        assert [each.closed_by for each in cards_of(session, child, only_active=False)] == ["staff:1"]


def test_a_replaced_card_sends_to_the_newer_one_once_that_is_printed(story: Story, child: UUID) -> None:
    old = issued(story, child)
    with story.on(BORN) as acting:
        card = acting.session.get_one(CardRecord, old.id)
        close_cards(acting.session, [card], CardState.REPLACED, by="staff:1", reason="worn", now=acting.now)
    issued(story, child, COVER, "AAAAAAA1")
    with pytest.raises(CardReplaced, match="new card"):
        opened(story, old.token(story.database.keyring))


def test_a_short_code_is_never_given_twice(story: Story, child: UUID) -> None:
    issued(story, child)
    with pytest.raises(IntegrityError):
        issued(story, child, 1)
