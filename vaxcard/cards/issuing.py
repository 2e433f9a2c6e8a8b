"""Sees to it that a child has an active card for every place of its set: what is active is printed again, what is missing is issued.

So a print that was killed, and a second print, bear the same tokens as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from vaxcard.cards.payload import SHORT_CODE_LENGTH, short_code_from, token_from_scan, with_check
from vaxcard.errors import InputFault, NotFound, Refused
from vaxcard.records.acting import Acting
from vaxcard.records.issued_cards import (
    COVER,
    TELLS_NOTHING,
    CardRecord,
    CardState,
    bind,
    blank_by_short_code,
    blank_by_token,
    cards_of,
    close_cards,
    issue_blank,
    issue_card,
    note_scanned,
    note_typed,
    reopen,
    short_code_is_taken,
    unbind,
)
from vaxcard.records.people import ChildRecord, ChildState


def refuse_closed(child: ChildRecord) -> None:
    """Raise Refused for a child whose cards are closed: nothing is printed for it and nothing bound to it."""
    if child.is_sensitive or child.state == ChildState.DIED:
        raise Refused(
            "this child's cards are closed",
            reason="cards-closed",
            place=f"child {child.id}",
            advice="a physician or the programme officer lifts the flag first",
        )


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

    Cards that were stolen, or replaced for somebody's safety, are revoked: they tell nothing more. Says in the audit who did it
    and why; the child's row must be locked. Raises InputFault without a reason.
    """
    if not reason.strip():
        raise InputFault("cards are replaced for a reason", advice="say what became of the old ones, such as: lost")
    closing = [card for card in cards_of(acting.session, child.id) if brackets is None or card.bracket in brackets]
    state = CardState.REVOKED if reason.strip() in TELLS_NOTHING else CardState.REPLACED
    close_cards(acting.session, closing, state, by=acting.actor, reason=reason.strip(), now=acting.now)
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


def bind_cover(acting: Acting, child: ChildRecord, typed: str) -> CardRecord:
    """Make the blank card that was scanned, or whose 8 characters were typed, the child's cover; the cover that was is closed as
    replaced. The child's row must be locked.

    Raises InputFault for what is no card's code, CardUnknown, CardClosed for a card that is not blank, and Refused for a child
    whose cards are closed.
    """
    refuse_closed(child)
    card = _blank_meant(acting, typed)
    old = [one for one in cards_of(acting.session, child.id) if one.bracket == COVER]
    close_cards(acting.session, old, CardState.REPLACED, by=acting.actor, reason=BOUND, now=acting.now)
    bind(acting.session, acting.keyring, card, child_id=child.id, person_key=child.person_key, bracket=COVER, now=acting.now)
    acting.note("cards.bind", child_id=child.id, subjects=[str(one.id) for one in (card, *old)])
    return card


def _blank_meant(acting: Acting, typed: str) -> CardRecord:
    """The blank card of a scanned symbol or a typed short code; the reading is counted for the print that it came from."""
    token, short_code = token_from_scan(typed), short_code_from(typed)
    if token is not None:
        card = blank_by_token(acting.session, token)
        note_scanned(acting.session, card)
    elif short_code is not None:
        card = blank_by_short_code(acting.session, acting.keyring, short_code)
        note_typed(acting.session, card)
    else:
        advice = "scan the blank card's square again, or type the 8 characters under it"
        raise InputFault("this is not a card's code", place="code", advice=advice)
    return card


def unbind_cover(acting: Acting, child: ChildRecord, card_id: UUID) -> CardRecord:
    """Undo `bind_cover` within the visit: the card is blank again, and the cover that it stood in for opens the record again.

    The child's row must be locked. Raises NotFound for a card that is not the child's, Refused for one not bound in this visit.
    """
    card = next((one for one in cards_of(acting.session, child.id) if one.id == card_id), None)
    if card is None:
        raise NotFound("this card is not the child's", advice="look at the child's cards again")
    bound_at = unbind(acting.session, acting.keyring, card, person_key=child.person_key, now=acting.now)
    acting.session.flush()
    old = reopen(acting.session, child.id, closed_at=bound_at, reason=BOUND)
    acting.note("cards.unbind", child_id=child.id, subjects=[str(one.id) for one in (card, *old)])
    return card


BOUND = "a blank card was bound in its place"
"""The reason under which a cover is closed that a blank one stands in for."""


def _free_short_code(acting: Acting, random_text: Callable[[int], str]) -> str:
    """A short code that no card bears. 35 random bits: even with a hundred million cards most are free."""
    while True:
        code = with_check(random_text(SHORT_CODE_LENGTH - 1))
        if not short_code_is_taken(acting.session, acting.keyring, code):
            return code
