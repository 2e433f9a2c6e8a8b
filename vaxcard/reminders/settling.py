"""What a channel, a receipt or a look-up says of a text, written into its row: the one place where a text's state follows its fate.

What is final stays; all else only goes forward, so that answers in any order, twice, or before our own end alike.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from vaxcard.records import outbox, phone_faults
from vaxcard.records.acting import Acting
from vaxcard.records.messages import EXEMPT, FailureKind, MessageRecord, MessageState
from vaxcard.reminders.channels import Fate, Outcome
from vaxcard.reminders.policy import Policy

_UNDERWAY = (MessageState.PLANNED, MessageState.SENDING, MessageState.UNKNOWN)
_NOT_FINAL = (*_UNDERWAY, MessageState.SENT)


def settle(acting: Acting, message_id: UUID, outcome: Outcome, policy: Policy, *, attempt: int | None = None) -> MessageState | None:
    """Bring a text to where its fate says; returns the state it is in now, None where there is no such text.

    `attempt` is that of a sender: if another has the text by now, its silence or refusal says nothing about that one's.
    """
    message = acting.session.get(MessageRecord, message_id, with_for_update=True, populate_existing=True)
    if message is None:
        return None
    if outcome.fate in (Fate.SENT, Fate.DELIVERED, Fate.FAILED):
        _take(acting, message, outcome)
    elif outcome.fate is Fate.ABSENT:
        _again(acting, message, MessageState.UNKNOWN, Outcome(Fate.NOT_TAKEN, reason="never-arrived"), policy, attempt)
    elif outcome.fate is Fate.NOT_TAKEN:
        _again(acting, message, MessageState.SENDING, outcome, policy, attempt)
    elif message.state == MessageState.SENDING:
        outbox.move(
            acting.session, message.id, MessageState.SENDING, MessageState.UNKNOWN, acting.now, attempt=attempt, failure=outcome.reason
        )
    acting.session.refresh(message)
    return MessageState(message.state)


def _take(acting: Acting, message: MessageRecord, outcome: Outcome) -> None:
    """The provider has it, or says how it ended."""
    target = {Fate.SENT: MessageState.SENT, Fate.DELIVERED: MessageState.DELIVERED, Fate.FAILED: MessageState.FAILED}[outcome.fate]
    sources = _UNDERWAY if target is MessageState.SENT else _NOT_FINAL
    told: dict[str, Any] = {"provider_id": outcome.provider_id, "failure": outcome.reason, "failure_kind": outcome.kind}
    moved = outbox.move(acting.session, message.id, sources, target, acting.now, **told)
    if moved and outcome.fate is Fate.DELIVERED:
        phone_faults.forget_fault(acting.session, message.family_key)
    elif moved and outcome.opted_out:
        guardians = outbox.opt_out(acting.session, message.family_key)
        acting.note("texts.stop", subjects=[str(guardian) for guardian in guardians])
    elif moved and outcome.kind is FailureKind.PERMANENT:
        phone_faults.note_fault(acting.session, message.family_key, outcome.reason or "permanent", acting.now)


def _again(acting: Acting, message: MessageRecord, source: MessageState, outcome: Outcome, policy: Policy, attempt: int | None) -> None:
    """Certainly not taken: tried again after a pause, or given up. A code is of no use later."""
    failure: dict[str, Any] = {"failure": outcome.reason, "failure_kind": outcome.kind}
    if message.attempts >= policy.most_attempts or (message.kind in EXEMPT and message.body_key is None):
        kind = outcome.kind or FailureKind.TECHNICAL
        told = {**failure, "failure_kind": kind}
        outbox.move(acting.session, message.id, source, MessageState.FAILED, acting.now, attempt=attempt, **told)
        return
    not_before = acting.now + policy.pause_after(message.attempts)
    outbox.move(acting.session, message.id, source, MessageState.PLANNED, acting.now, attempt=attempt, not_before=not_before, **failure)
