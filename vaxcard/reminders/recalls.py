"""Recalls: families of the lots' children are texted at once, at any hour, held out or not; and every clinic has a list to ring from.

The text says that a dose is being looked into and to come or ring, never which vaccine. Whoever no text reaches stands first on the list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ClinicRecord, load_clinic
from vaxcard.records.messages import Called, Draft, MessageKind, MessageState, batches, put
from vaxcard.records.outbox import count_of_day
from vaxcard.records.outreach import Recipient, display_names, recipients_of
from vaxcard.records.people import ChildRecord, GuardianRecord
from vaxcard.records.phone_faults import faulty
from vaxcard.records.recalls import Exposed, RecallRecord, clinics_of, exposed_to
from vaxcard.records.told import states_of_cause
from vaxcard.reminders.drafting import Occasion, draft
from vaxcard.reminders.policy import POLICY, Policy

_REACHED = (MessageState.SENT, MessageState.DELIVERED)


@dataclass(frozen=True)
class Recalled:
    """What a recall came to: children who had the lots, texts put into the outbox, children whom nobody texts about, by reason."""

    children: int
    planned: int
    not_texted: Mapping[str, int]


@dataclass(frozen=True)
class Line:
    """One child of the call list: whom to ring under which number, what was given when, and what became of the text about it.

    Name and number are None where the family is protected and the one who reads may not know them.
    """

    child_id: UUID
    name: str | None
    born_on: date | None
    guardian: str | None
    phone: str | None
    given_on: date
    lot: str
    text: str | None

    @property
    def is_reached(self) -> bool:
        """Whether a text was taken by the network, at least."""
        return self.text in _REACHED


def plan_recall(acting: Acting, recall: RecallRecord, policy: Policy = POLICY) -> Recalled:
    """Put a text into the outbox for every family of the lots' children, of all clinics; again it plans only what is new."""
    exposed = exposed_to(acting.session, recall)
    told = states_of_cause(acting.session, cause_of(recall))
    planned, not_texted = 0, Counter[str]()
    for clinic_id, children in clinics_of([each for each in exposed if each.child_id not in told]).items():
        clinic = load_clinic(acting.session, clinic_id)
        on = acting.now.astimezone(ZoneInfo(clinic.time_zone)).date()
        families = _families(acting, children, not_texted)
        for batch in batches(list(families.items())):
            drafts = [_draft(acting, clinic, recall, on, to, of_family) for to, of_family in batch if _may_have(acting, to, on, policy)]
            not_texted["too-many-today"] += sum(len(of_family) for _, of_family in batch) - sum(len(each.children) for each in drafts)
            stored = put(acting.session, drafts, acting.now)
            not_texted["already-told"] += sum(len(each.children) for each in drafts if each.id not in stored)
            planned += len(stored)
            acting.note("texts.plan", subjects=[str(recall.id), *map(str, sorted(stored))])
    return Recalled(len(exposed), planned, +not_texted)


def cause_of(recall: RecallRecord) -> str:
    """What a text of the recall bears as its cause."""
    return f"recall {recall.id}"


def _families(acting: Acting, exposed: Sequence[Exposed], not_texted: Counter[str]) -> dict[Recipient, list[Exposed]]:
    """By the first guardian who can be texted and agrees: brothers and sisters at one number together."""
    guardians = recipients_of(acting.session, [each.child_id for each in exposed])
    unreachable = faulty(acting.session, {to.family_key for found in guardians.values() for to in found if to.family_key})
    by_key: dict[bytes, Recipient] = {}
    families: dict[Recipient, list[Exposed]] = {}
    for each in exposed:
        textable = [to for to in guardians[each.child_id] if to.can_be_texted and to.family_key and to.family_key not in unreachable]
        willing = next((to for to in textable if to.agrees), None)
        if each.is_sensitive or willing is None or willing.family_key is None:
            not_texted["sensitive" if each.is_sensitive else "no-consent" if textable else "no-number"] += 1
            continue
        families.setdefault(by_key.setdefault(willing.family_key, willing), []).append(each)
    return families


def _may_have(acting: Acting, to: Recipient, on: date, policy: Policy) -> bool:
    return count_of_day(acting.session, to.family_key or b"", MessageKind.RECALL, on) < policy.recalls_a_day


def _draft(acting: Acting, clinic: ClinicRecord, recall: RecallRecord, on: date, to: Recipient, exposed: Sequence[Exposed]) -> Draft:
    names = display_names(acting.session, acting.keyring, [each.child_id for each in exposed])
    called = [Called(each.child_id, (), each.given_on) for each in exposed]
    return draft(acting, clinic, Occasion(MessageKind.RECALL, on, on, cause_of(recall)), to, called, names)


def call_list(acting: Acting, recall: RecallRecord) -> list[Line]:
    """The acting clinic's children who had the lots: those first whom no text has reached. Reading it is noted."""
    exposed = exposed_to(acting.session, recall, acting.clinic_id)
    told = states_of_cause(acting.session, cause_of(recall))
    lines = [_line(acting, each, told.get(each.child_id)) for each in exposed]
    acting.note("recall.list", subjects=[str(recall.id), *(str(each.child_id) for each in exposed)])
    return sorted(lines, key=lambda line: (line.is_reached, line.given_on, str(line.child_id)))


def _line(acting: Acting, exposed: Exposed, text: str | None) -> Line:
    child, keyring = acting.session.get_one(ChildRecord, exposed.child_id), acting.keyring
    if exposed.is_sensitive and child.clinic_id != acting.clinic_id:
        return Line(child.id, None, None, None, None, exposed.given_on, exposed.lot_number, text)
    to = _whom_to_ring(child)
    guardian, phone = (to.name(keyring), to.phone(keyring)) if to else (None, None)
    return Line(child.id, child.name(keyring), child.born_on, guardian, phone, exposed.given_on, exposed.lot_number, text)


def _whom_to_ring(child: ChildRecord) -> GuardianRecord | None:
    """The first guardian with a number, a landline too."""
    return next((bond.guardian for bond in child.guardianships if bond.guardian.phone_key is not None), None)
