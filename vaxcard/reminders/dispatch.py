"""The outbox emptied: each text claimed in a transaction of its own, looked at again, handed over, and settled in another.

No transaction is open while a channel is spoken to. Whoever dies in between leaves a text in doubt: `asking` clears it up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from vaxcard.records.people import GuardianRecord
from vaxcard.records.visits import is_open_on
from vaxcard.reminders import wording
from vaxcard.reminders.channels import Channel, Text
from vaxcard.reminders.facts import facts_of
from vaxcard.reminders.lineup import Lineup
from vaxcard.reminders.policy import POLICY, Policy
from vaxcard.reminders.settling import settle
from vaxcard.schedule.rules import Schedule

SENDER = "system:sender"


@dataclass(frozen=True)
class _Claimed:
    """A text taken into sending, with what the channel needs; or the state in which it ended instead."""

    message_id: UUID
    attempt: int
    text: Text | None = None
    ended: MessageState | None = None


@dataclass(frozen=True)
class Sender:
    """One run of sending: where from, through what, by which clock and in whose window."""

    database: Database
    schedule: Schedule
    lineup: Lineup
    clock: Callable[[], datetime]
    policy: Policy = POLICY
    pace: Callable[[], None] = lambda: None

    def acting(self, session: Session, clinic: ClinicRecord) -> Acting:
        """The sender at this moment, in the clinic's name."""
        now = self.clock()
        return Acting(session, self.database.keyring, self.schedule, SENDER, clinic.id, now, _local(clinic, now).date())

    def may_send(self, clinic: ClinicRecord) -> bool:
        """Whether it is a decent hour where the clinic is, on a day when somebody would answer the telephone."""
        local = _local(clinic, self.clock())
        return self.policy.is_decent(local) and is_open_on(clinic, local.date())


def _local(clinic: ClinicRecord, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(clinic.time_zone))


def send_due(
    database: Database,
    schedule: Schedule,
    channel: Channel | Lineup,
    now: datetime,
    *,
    edition_signed: bool,
    policy: Policy = POLICY,
    limit: int | None = None,
    clock: Callable[[], datetime] | None = None,
    pace: Callable[[], None] = lambda: None,
) -> Mapping[str, int]:
    """Send what may go at `now` (at most `limit` texts), and end; returns how many texts went into which state, and how many wait.

    A long run is given a `clock`, so that it ends with the window, and a `pace` that waits before each text.
    Raises Refused where a channel that reaches people is asked for while no programme officer has signed the schedule.
    """
    lineup = channel if isinstance(channel, Lineup) else Lineup((channel,), policy)
    if lineup.is_real and not edition_signed:
        raise Refused(
            "texts may not reach families while the schedule is unsigned",
            reason="edition-unsigned",
            place=f"channel {', '.join(each.name for each in lineup.channels)}",
            advice="check it against the official text, then: vaxcard schedule sign --all --by NAME",
        )
    sender = Sender(database, schedule, lineup, clock or (lambda: now), policy, pace)
    results = _put_in_order(sender)
    with database.reading() as session:
        clinics = all_clinics(session)
    for clinic in clinics:
        for state in _send_for(sender, clinic):
            results[state] += 1
            if limit is not None and results.total() >= limit:
                return results
    with database.reading() as session:
        results["waiting"] = count_by_state(session)[MessageState.PLANNED]
    return +results


def _put_in_order(sender: Sender) -> Counter[str]:
    """What an earlier run left behind: texts in doubt, and texts whose day went by."""
    results: Counter[str] = Counter()
    now = sender.clock()
    since = now - timedelta(minutes=sender.policy.doubt_after_minutes)
    with sender.database.writing() as session:
        results[MessageState.UNKNOWN] += outbox.doubt(session, since, now)
        for clinic in all_clinics(session):
            results[MessageState.EXPIRED] += outbox.expire(session, clinic.id, _local(clinic, now).date(), now)
    return +results


def _send_for(sender: Sender, clinic: ClinicRecord) -> Iterator[MessageState]:
    """The clinic's texts of the day, one after the other, until there is none or no channel; yields the state in which each ends."""
    while (channel := sender.lineup.pick(sender.clock())) is not None:
        exempt_only = not sender.may_send(clinic)
        with sender.database.writing() as session:
            claimed = _claim(sender, sender.acting(session, clinic), clinic, channel, exempt_only)
        if claimed is None:
            return
        if claimed.text is None:
            yield claimed.ended or MessageState.MUTED
            continue
        sender.pace()
        outcome = channel.send(claimed.text)
        sender.lineup.note(channel, outcome, sender.clock())
        with sender.database.writing() as session:
            state = settle(sender.acting(session, clinic), claimed.message_id, outcome, sender.policy, attempt=claimed.attempt)
        yield state or MessageState.UNKNOWN


def _claim(sender: Sender, acting: Acting, clinic: ClinicRecord, channel: Channel, exempt_only: bool) -> _Claimed | None:
    """The next text, looked at again: the visit may have happened, the family may have moved, said no, or have another number."""
    message = outbox.claim_next(acting.session, clinic.id, acting.today, channel.name, acting.now, exempt_only=exempt_only)
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
    if guardian is None or to is None or not _takes_over(acting, message, to):
        return _ended(acting, message, MessageState.MUTED)
    body = _body(acting, clinic, message, guardian, standing)
    acting.note("text.send", child_id=standing[0], subjects=[str(message.id), "phone"])
    return _Claimed(message.id, message.attempts, text_of(message, to, body))


def text_of(message: MessageRecord, to: str, body: str) -> Text:
    """A row as a channel takes it."""
    return Text(to, body, message.id, f"{message.language}/{message.kind}", message.sent_at or message.planned_at)


def _takes_over(acting: Acting, message: MessageRecord, to: str) -> bool:
    """Whether the text may go to this number: one other than it was planned for must have no text of its own on this day."""
    key = acting.keyring.index("phone", to)
    if key != message.family_key:
        if message.one_a_day and outbox.has_open_text(acting.session, key, message.send_on, message.id):
            return False
        message.family_key = key
        acting.session.flush()
    return True


def _ended(acting: Acting, message: MessageRecord, state: MessageState) -> _Claimed:
    outbox.move(acting.session, message.id, MessageState.SENDING, state, acting.now)
    return _Claimed(message.id, message.attempts, ended=state)


def _body(acting: Acting, clinic: ClinicRecord, message: MessageRecord, guardian: GuardianRecord, child_ids: list[UUID]) -> str:
    """What was planned; worded again for the brothers and sisters who are left, and sealed anew for another guardian."""
    planned_for = acting.session.get(GuardianRecord, message.guardian_id)
    if len(child_ids) == len(message.children) and planned_for is guardian:
        return acting.keyring.unseal(guardian.person_key, message.body_sealed, "message.body")
    names = display_names(acting.session, acting.keyring, child_ids)
    facts = facts_of(clinic, [names[child_id] for child_id in child_ids], message.visit_on, message.send_on)
    message.language = wording.language_of(guardian.language, clinic.language)
    body = wording.word(message.kind, message.language, facts)
    message.guardian_id = guardian.id
    message.body_sealed = acting.keyring.seal(guardian.person_key, body, "message.body")
    message.parts = wording.parts(body)
    return body
