"""A one-time code to a guardian's telephone: sent at once, at any hour, a few a day a number. The row never holds the code itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from vaxcard.errors import Refused
from vaxcard.records import outbox
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ClinicRecord, load_clinic
from vaxcard.records.messages import Called, Draft, MessageKind, MessageState, put
from vaxcard.records.outreach import display_names
from vaxcard.records.people import GuardianRecord
from vaxcard.reminders import wording
from vaxcard.reminders.channels import Channel, Text
from vaxcard.reminders.dispatch import Sender
from vaxcard.reminders.facts import facts_of
from vaxcard.reminders.settling import settle

_HIDDEN = "••••••"


@dataclass(frozen=True)
class CodeAsked:
    """A code to be told: of which child's page, to which guardian, under which id of ours, and for how long it is good."""

    message_id: UUID
    child_id: UUID
    guardian_id: UUID
    code: str
    good_for: timedelta


def send_code(sender: Sender, clinic_id: UUID, asked: CodeAsked) -> MessageState:
    """Text a code; returns how far it came: SENT, UNKNOWN where nobody answered, FAILED where it did not go.

    Raises Refused where the guardian is none of the child's or has no number that can be texted, where the number had its codes of
    the day, and where every channel is out of order. The caller makes the code, and checks it.
    """
    channel = sender.lineup.pick(sender.clock())
    if channel is None:
        raise Refused("no text can be sent now", reason="no-channel", advice="try again in some minutes, or ask the clinic")
    with sender.database.writing() as session:
        clinic = load_clinic(session, clinic_id)
        text = _written_down(sender, sender.acting(session, clinic), clinic, channel, asked)
    outcome = channel.send(text)
    sender.lineup.note(channel, outcome, sender.clock())
    with sender.database.writing() as session:
        state = settle(sender.acting(session, clinic), asked.message_id, outcome, sender.policy, attempt=1)
    return state or MessageState.FAILED


def _written_down(sender: Sender, acting: Acting, clinic: ClinicRecord, channel: Channel, asked: CodeAsked) -> Text:
    """The row before the request, already in sending; and the text with the code, which is kept nowhere."""
    guardian = outbox.guardian_for_code(acting.session, asked.child_id, asked.guardian_id)
    to = guardian.phone(acting.keyring) if guardian else None
    if guardian is None or to is None:
        raise Refused("this number can't be texted", reason="no-number", advice="ask the clinic to show the page")
    key = acting.keyring.index("phone", to)
    if outbox.count_of_day(acting.session, key, MessageKind.CODE, acting.today) >= sender.policy.codes_a_day:
        raise Refused("this number had its codes of today", reason="too-many-codes", advice="try again tomorrow, or ask the clinic")
    draft = _draft(acting, clinic, guardian, key, asked)
    put(acting.session, [draft], acting.now)
    outbox.hand_over(acting.session, draft.id, channel.name, acting.now)
    acting.note("text.code", child_id=asked.child_id, subjects=[str(asked.message_id), "phone"])
    return Text(to, _worded(acting, clinic, draft.language, asked, asked.code), draft.id, f"{draft.language}/{draft.kind}", acting.now)


def _draft(acting: Acting, clinic: ClinicRecord, guardian: GuardianRecord, key: bytes, asked: CodeAsked) -> Draft:
    lang = wording.language_of(guardian.language, clinic.language)
    shown = _worded(acting, clinic, lang, asked, _HIDDEN)
    return Draft(
        id=asked.message_id,
        clinic_id=clinic.id,
        guardian_id=guardian.id,
        family_key=key,
        kind=MessageKind.CODE,
        language=lang,
        send_on=acting.today,
        visit_on=acting.today,
        body_sealed=acting.keyring.seal(guardian.person_key, shown, "message.body"),
        parts=wording.parts(shown),
        children=(Called(asked.child_id, (), acting.today),),
    )


def _worded(acting: Acting, clinic: ClinicRecord, lang: str, asked: CodeAsked, code: str) -> str:
    names = display_names(acting.session, acting.keyring, [asked.child_id])
    minutes = str(int(asked.good_for.total_seconds() // 60))
    return wording.word(MessageKind.CODE, lang, facts_of(clinic, names.values(), acting.today, acting.today, code=code, minutes=minutes))
