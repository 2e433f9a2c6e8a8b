"""Texts of which nobody knows what became: the provider is asked, by its own id or by number, words and time, and the answer settled.

Only what the provider certainly never had is sent again. No transaction is open while it is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from vaxcard.records import outbox
from vaxcard.records.clinics import ClinicRecord, load_clinic
from vaxcard.records.messages import FailureKind, MessageRecord, MessageState
from vaxcard.records.people import GuardianRecord
from vaxcard.reminders.channels import Channel, Fate, Outcome, Text
from vaxcard.reminders.dispatch import Sender, text_of
from vaxcard.reminders.settling import settle

_AT_ONCE = 500  # texts asked about in one run


@dataclass(frozen=True)
class _Asked:
    """A text as it was handed over."""

    message_id: UUID
    attempt: int
    clinic: ClinicRecord
    text: Text | None
    provider_id: str | None
    is_old: bool


def reconcile(sender: Sender) -> Mapping[str, int]:
    """Ask about texts in doubt, once the provider has had time to know them; returns how many went into which state."""
    now, policy = sender.clock(), sender.policy
    before = now - timedelta(minutes=policy.doubt_after_minutes)
    with sender.database.writing() as session:
        outbox.doubt(session, before, now)
    return _ask(sender, MessageState.UNKNOWN, timedelta(minutes=policy.doubt_after_minutes))


def sweep_receipts(sender: Sender) -> Mapping[str, int]:
    """Ask about texts that were taken and of which no receipt came; after some days nobody will ever know, and they count as failed."""
    return _ask(sender, MessageState.SENT, timedelta(hours=sender.policy.ask_after_hours))


def _ask(sender: Sender, state: MessageState, age: timedelta) -> Mapping[str, int]:
    results: Counter[str] = Counter()
    for channel in sender.lineup.channels:
        if not channel.can_be_asked or (state is MessageState.SENT and not channel.reports):
            continue
        for asked in _texts(sender, state, channel, age):
            outcome = _answer(channel, asked)
            with sender.database.writing() as session:
                acting = sender.acting(session, asked.clinic)
                found = settle(acting, asked.message_id, outcome, sender.policy, attempt=asked.attempt)
            results[found or "gone"] += 1
            if outcome.fate is Fate.UNKNOWN:
                break  # the provider can't be asked now
    return results


def _answer(channel: Channel, asked: _Asked) -> Outcome:
    """What the channel says; a text too old for any answer to come has failed for now."""
    if asked.text is None:
        return Outcome(Fate.FAILED, reason="nobody-to-ask-for", kind=FailureKind.TECHNICAL)
    outcome = channel.look_up(asked.text, asked.provider_id)
    if asked.is_old and outcome.fate in (Fate.SENT, Fate.ABSENT):
        return Outcome(Fate.FAILED, reason="no-receipt", kind=FailureKind.TEMPORARY)
    return outcome


def _texts(sender: Sender, state: MessageState, channel: Channel, age: timedelta) -> list[_Asked]:
    """What is to be asked about, number and words unsealed."""
    now = sender.clock()
    too_old = now - timedelta(days=sender.policy.give_up_after_days)
    with sender.database.reading() as session:
        messages = outbox.to_ask_about(session, state, channel.name, now - age, _AT_ONCE)
        clinics = {message.clinic_id: load_clinic(session, message.clinic_id) for message in messages}
        asked = []
        for message in messages:
            guardian = session.get(GuardianRecord, message.guardian_id)
            text = _text(sender, message, guardian)
            is_old = (message.sent_at or message.planned_at) < too_old
            asked.append(_Asked(message.id, message.attempts, clinics[message.clinic_id], text, message.provider_id, is_old))
        return asked


def _text(sender: Sender, message: MessageRecord, guardian: GuardianRecord | None) -> Text | None:
    """The text as it was handed over; None where number or words are gone, or the number is another now."""
    keyring = sender.database.keyring
    to = guardian.phone(keyring) if guardian else None
    if guardian is None or to is None:
        return None
    if not message.provider_id and keyring.index("phone", to) != message.family_key:
        return None
    return text_of(message, to, keyring.unseal(guardian.person_key, message.body_sealed, "message.body"))
