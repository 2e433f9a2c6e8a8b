"""Sees to it that a child has an active card for every place of its set: what is active is printed again, what is missing is issued.

So a print that was killed, and a second print, bear the same tokens as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from vaxcard.cards.payload import SHORT_CODE_LENGTH, with_check
from vaxcard.errors import InputFault
from vaxcard.records.acting import Acting
from vaxcard.records.issued_cards import (
    COVER,
    CardRecord,
    CardState,
    bind,
    blank_by_token,
    cards_of,
    close_cards,
    issue_blank,
    issue_card,
    short_code_is_taken,
)
from vaxcard.records.people import ChildRecord


def issue_set(
    acting: Acting,
    child: ChildRecord,
    brackets: Collection[int],
    *,
    new_id: Callable[[], UUID],
    random_text: Callable[[int], str],
) -> Mapping[int, CardRecord]:
    """The child's active card of each bracket, newly issued where there is none. The child's row must be locked."""
    active = {card.bracket: card for card in cards_of(acting.session, child.id)}
    missing = [bracket for bracket in brackets if bracket not in active]
    for bracket in missing:
        active[bracket] = issue_card(
            acting.session,
            acting.keyring,
            card_id=new_id(),
            child_id=child.id,
            person_key=child.person_key,
            bracket=bracket,
            short_code=_free_short_code(acting, random_text),
            now=acting.now,
        )
        acting.session.flush()
    if missing:
        acting.note("cards.issue", child_id=child.id, subjects=[str(active[bracket].id) for bracket in missing])
    return {bracket: active[bracket] for bracket in brackets}


def replace_cards(acting: Acting, child: ChildRecord, *, reason: str, brackets: Collection[int] | None = None) -> list[CardRecord]:
    """Close the child's active cards, of some brackets or all, as replaced: what is printed next bears new tokens.

    Says in the audit who did it and why; the child's row must be locked. Raises InputFault without a reason.
    """
    if not reason.strip():
        raise InputFault("cards are replaced for a reason", advice="say what became of the old ones, such as: lost")
    closing = [card for card in cards_of(acting.session, child.id) if brackets is None or card.bracket in brackets]
    close_cards(acting.session, closing, CardState.REPLACED, by=acting.actor, reason=reason.strip(), now=acting.now)
    if closing:
        acting.note("cards.replace", child_id=child.id, subjects=[str(card.id) for card in closing], reason=reason.strip())
    return closing


def issue_blanks(acting: Acting, number: int, *, new_id: Callable[[], UUID], random_text: Callable[[int], str]) -> list[CardRecord]:
    """Cards that belong to nobody yet."""
    cards = []
    for _ in range(number):
        code = _free_short_code(acting, random_text)
        cards.append(issue_blank(acting.session, acting.keyring, card_id=new_id(), short_code=code, now=acting.now))
        acting.session.flush()
    acting.note("cards.issue-blank", subjects=[str(card.id) for card in cards])
    return cards


def bind_cover(acting: Acting, child: ChildRecord, token: str) -> CardRecord:
    """Make the blank card of a token the child's cover; the cover that was is closed as replaced. The child's row must be locked.

    Raises CardUnknown, and CardClosed for a card that is not blank.
    """
    card = blank_by_token(acting.session, token)
    old = [one for one in cards_of(acting.session, child.id) if one.bracket == COVER]
    close_cards(acting.session, old, CardState.REPLACED, by=acting.actor, reason=_BOUND, now=acting.now)
    bind(acting.session, acting.keyring, card, child_id=child.id, person_key=child.person_key, bracket=COVER, now=acting.now)
    acting.note("cards.bind", child_id=child.id, subjects=[str(one.id) for one in (card, *old)])
    return card


_BOUND = "a blank card was bound in its place"


def _free_short_code(acting: Acting, random_text: Callable[[int], str]) -> str:
    """A short code that no card bears. 35 random bits: even with a hundred million cards most are free."""
    while True:
        code = with_check(random_text(SHORT_CODE_LENGTH - 1))
        if not short_code_is_taken(acting.session, acting.keyring, code):
            return code
