"""A text as it goes into the outbox: worded for its guardian, sealed, counted in parts, under an id that follows from what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ClinicRecord
from vaxcard.records.messages import Called, Draft, MessageKind, MessageState
from vaxcard.records.outreach import Recipient
from vaxcard.reminders import wording
from vaxcard.reminders.facts import facts_of


@dataclass(frozen=True)
class Occasion:
    """Why a text is written: of which kind, about which day, to be sent on which, and what calls for it where no visit does."""

    kind: MessageKind
    visit_on: date
    send_on: date
    cause: str | None = None


def draft(
    acting: Acting,
    clinic: ClinicRecord,
    occasion: Occasion,
    to: Recipient,
    called: Sequence[Called],
    names: Mapping[UUID, str],
    *,
    state: MessageState = MessageState.PLANNED,
) -> Draft:
    """The text to one guardian about these children, by their display names. `to` has a number."""
    lang = wording.language_of(to.language, clinic.language)
    facts = facts_of(clinic, [names[each.child_id] for each in called], occasion.visit_on, occasion.send_on)
    body, family_key = wording.word(occasion.kind, lang, facts), to.family_key or b""
    what = f"{family_key.hex()} {occasion.kind} {occasion.send_on.isoformat()} {acting.now.isoformat()}"
    return Draft(
        # From what the text is, not from chance: two planners at one moment make the same row. Unguessable through the keyed hash.
        id=uuid5(clinic.id, what if occasion.cause is None else f"{what} {occasion.cause}"),
        clinic_id=clinic.id,
        guardian_id=to.guardian_id,
        family_key=family_key,
        kind=occasion.kind,
        language=lang,
        send_on=occasion.send_on,
        visit_on=occasion.visit_on,
        body_sealed=acting.keyring.seal(to.person_key, body, "message.body"),
        parts=wording.parts(body),
        children=tuple(called),
        cause=occasion.cause,
        body_key=acting.keyring.index("text", body),
        state=state,
    )
