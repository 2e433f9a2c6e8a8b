"""What a provider reports of a text, and what a family answers: taken in any order, twice, and before the provider's id is known to us."""

from __future__ import annotations

import unicodedata
from uuid import UUID

from vaxcard.records import outbox
from vaxcard.records.acting import Acting
from vaxcard.records.messages import MessageRecord, MessageState
from vaxcard.reminders.channels import Fate, Outcome
from vaxcard.reminders.policy import POLICY, Policy
from vaxcard.reminders.settling import settle
from vaxcard.reminders.wording import stop_words

_TOLD_BY_RECEIPTS = (Fate.SENT, Fate.DELIVERED, Fate.FAILED)


def take_receipt(acting: Acting, message_id: UUID, outcome: Outcome, policy: Policy = POLICY) -> MessageState | None:
    """Write a receipt down; returns the text's state now, None where it is none of ours.

    A receipt under another id of the provider's than the one that we were given speaks of another request: it changes nothing.
    """
    message = acting.session.get(MessageRecord, message_id)
    if message is None or outcome.fate not in _TOLD_BY_RECEIPTS:
        return MessageState(message.state) if message else None
    if message.provider_id and outcome.provider_id and message.provider_id != outcome.provider_id:
        return MessageState(message.state)
    return settle(acting, message_id, outcome, policy)


def take_answer(acting: Acting, number: str, words: str) -> int:
    """A text from a family: one that says stop is obeyed, and nothing is ever answered. Returns how many guardians that ended for."""
    plain = unicodedata.normalize("NFKC", words).strip(" \t\r\n.。!！").casefold()
    if plain not in stop_words():
        return 0
    guardians = outbox.opt_out(acting.session, acting.keyring.index("phone", number))
    acting.note("texts.stop", subjects=[str(guardian) for guardian in guardians])
    return len(guardians)
