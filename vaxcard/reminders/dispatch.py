"""The outbox emptied: each text claimed in a transaction of its own, looked at again, handed over, and settled in another.

No transaction is open while a channel is spoken to. Whoever dies in between leaves a text in doubt, which is never sent again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from vaxcard.errors import Refused
from vaxcard.records import outbox
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ClinicRecord, all_clinics
from vaxcard.records.database import Database
from vaxcard.records.messages import MessageRecord, MessageState, count_by_state
from vaxcard.records.outreach import display_names
from vaxcard.reminders import wording
from vaxcard.reminders.channels import Channel, Fate, Outcome
from vaxcard.reminders.planning import facts_of
from vaxcard.reminders.policy import POLICY, Policy
from vaxcard.schedule.rules import Schedule

_STATES = {Fate.SENT: MessageState.SENT, Fate.FAILED: MessageState.FAILED, Fate.UNKNOWN: MessageState.UNKNOWN}
SENDER = "system:sender"


@dataclass(frozen=True)
class _Claimed:
    """A text taken into sending, with what the channel needs; or the state in which it ended instead."""

    message_id: UUID
    to: str = ""
    body: str = ""
    ended: MessageState | None = None


@dataclass(frozen=True)
class _Sender:
    """One run of sending: where from, through what, at which moment and in whose window."""

    database: Database
    schedule: Schedule
    channel: Channel
    now: datetime
    policy: Policy

    def acting(self, session: Session, clinic: ClinicRecord) -> Acting:
        return Acting(session, self.database.keyring, self.schedule, SENDER, clinic.id, self.now, self.today(clinic))

    def today(self, clinic: ClinicRecord) -> date:
        return self.now.astimezone(ZoneInfo(clinic.time_zone)).date()

    def may_send(self, clinic: ClinicRecord) -> bool:
        """Whether it is a decent hour where the clinic is."""
        return self.policy.send_from <= self.now.astimezone(ZoneInfo(clinic.time_zone)).time() < self.policy.send_until


def send_due(
    database: Database,
    schedule: Schedule,
    channel: Channel,
    now: datetime,
    *,
    edition_signed: bool,
    policy: Policy = POLICY,
    limit: int | None = None,
) -> Mapping[str, int]:
    """Send what may go at `now` (at most `limit` texts), and end; returns how many texts went into which state, and how many wait.

    Raises Refused where a channel that reaches people is asked for while no programme officer has signed the schedule.
    """
    if channel.is_real and not edition_signed:
        raise Refused(
            "texts may not reach families while the schedule is unsigned",
            reason="edition-unsigned",
            place=f"channel {channel.name}",
            advice="check it against the official text, then: vaxcard schedule sign --all --by NAME",
        )
    sender = _Sender(database, schedule, channel, now, policy)
    results = _put_in_order(sender)
    with database.reading() as session:
        clinics = [clinic for clinic in all_clinics(session) if sender.may_send(clinic)]
    for clinic in clinics:
        for state in _send_for(sender, clinic):
            results[state] += 1
            if limit is not None and results.total() >= limit:
                return results
    with database.reading() as session:
        results["waiting"] = count_by_state(session)[MessageState.PLANNED]
    return +results


def _put_in_order(sender: _Sender) -> Counter[str]:
    """What an earlier run left behind: texts in doubt, and texts whose day went by."""
    results: Counter[str] = Counter()
    since = sender.now - timedelta(minutes=sender.policy.doubt_after_minutes)
    with sender.database.writing() as session:
        results[MessageState.UNKNOWN] += outbox.doubt(session, since, sender.now)
        for clinic in all_clinics(session):
            results[MessageState.EXPIRED] += outbox.expire(session, clinic.id, sender.today(clinic), sender.now)
    return +results


def _send_for(sender: _Sender, clinic: ClinicRecord) -> Iterator[MessageState]:
    """The clinic's texts of the day, one after the other; yields the state in which each ends."""
    while True:
        with sender.database.writing() as session:
            claimed = _claim(sender, sender.acting(session, clinic), clinic)
        if claimed is None:
            return
        if claimed.ended is not None:
            yield claimed.ended
            continue
        outcome = sender.channel.send(claimed.to, claimed.body, claimed.message_id)
        yield _settle(sender, claimed.message_id, outcome)


def _claim(sender: _Sender, acting: Acting, clinic: ClinicRecord) -> _Claimed | None:
    """The next text, looked at again: the visit may have happened, the family may have moved, said no, or have another number."""
    message = outbox.claim_next(acting.session, clinic.id, acting.today, sender.channel.name, acting.now)
    if message is None:
        return None
    arrives_at = acting.now + timedelta(minutes=sender.policy.last_call_minutes)
    ends = outbox.standing(acting.session, message, arrives_at)  # whoever sets out now finds the clinic open
    standing = [child_id for child_id, end in ends.items() if end is None]
    if not standing:
        state = MessageState.CANCELLED if MessageState.CANCELLED in ends.values() else MessageState.MUTED
        return _ended(acting, message, state)
    guardian = outbox.guardian_to_text(acting.session, message, standing)
    to = guardian.phone(acting.keyring) if guardian else None
    if guardian is None or to is None:
        return _ended(acting, message, MessageState.MUTED)
    body = acting.keyring.unseal(guardian.person_key, message.body_sealed, "message.body")
    if len(standing) < len(ends):
        body = _worded_again(acting, clinic, message, standing)
        message.body_sealed = acting.keyring.seal(guardian.person_key, body, "message.body")
        message.parts = wording.parts(body)
    acting.note("text.send", child_id=standing[0], subjects=[str(message.id), "phone"])
    return _Claimed(message.id, to, body)


def _ended(acting: Acting, message: MessageRecord, state: MessageState) -> _Claimed:
    outbox.move(acting.session, message.id, MessageState.SENDING, state, acting.now)
    return _Claimed(message.id, ended=state)


def _worded_again(acting: Acting, clinic: ClinicRecord, message: MessageRecord, child_ids: list[UUID]) -> str:
    """For the brothers and sisters who are left."""
    names = display_names(acting.session, acting.keyring, child_ids)
    facts = facts_of(clinic, [names[child_id] for child_id in child_ids], message.visit_on, message.send_on)
    return wording.word(message.kind, message.language, facts)


def _settle(sender: _Sender, message_id: UUID, outcome: Outcome) -> MessageState:
    """Write down what the channel answered; an answer that comes late still settles a text that was already in doubt."""
    state = _STATES[outcome.fate]
    with sender.database.writing() as session:
        for source in (MessageState.SENDING, MessageState.UNKNOWN):
            told = {"provider_id": outcome.provider_id, "failure": outcome.reason}
            if source != state and outbox.move(session, message_id, source, state, sender.now, **told):
                break
    return state
