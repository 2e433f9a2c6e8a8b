"""Sees to it that a child has an active card for every place of its set: what is active is printed again, what is missing is issued.

So a print that was killed, and a second print, bear the same tokens as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from vaxcard.cards.payload import SHORT_CODE_LENGTH, with_check
from vaxcard.records.acting import Acting
from vaxcard.records.issued_cards import CardRecord, cards_of, issue_card, short_code_is_taken
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


def _free_short_code(acting: Acting, random_text: Callable[[int], str]) -> str:
    """A short code that no card bears. 35 random bits: even with a hundred million cards most are free."""
    while True:
        code = with_check(random_text(SHORT_CODE_LENGTH - 1))
        if not short_code_is_taken(acting.session, acting.keyring, code):
            return code
