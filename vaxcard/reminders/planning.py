"""The day's texts: who calls for one, through whom, and the outbox filled with one text a family. Planning again plans nothing twice.

Rows are read and written through `records`; whether a child calls is decided in `calls`, what the text says in `wording`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from vaxcard.errors import NotAllowed
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ClinicRecord, all_clinics, load_clinic
from vaxcard.records.messages import Called, Draft, MessageKind, MessageState, batches, put, told_until
from vaxcard.records.outreach import Recipient, count_in_backlog, display_names, owed_between, recipients_of
from vaxcard.records.phone_faults import faulty
from vaxcard.records.told import count_since, days_told, latest_day
from vaxcard.records.visits import first_open_day, is_open_on
from vaxcard.reminders.calls import TOLD_TO_ALL, URGENCY, Call, call_of, horizon
from vaxcard.reminders.drafting import Occasion, draft
from vaxcard.reminders.hold_out import hold_out_share, is_held_out
from vaxcard.reminders.other_calls import other_calls
from vaxcard.reminders.policy import POLICY, Policy

_AHEAD = (MessageKind.BEFORE, MessageKind.APPOINTMENT)


class Skipped(StrEnum):
    """Why a child that calls for a text gets none."""

    SENSITIVE = "sensitive"
    NO_NUMBER = "no-number"
    NO_CONSENT = "no-consent"
    BACKLOG = "backlog"
    ALREADY_TOLD = "already-told"
    ONE_A_DAY = "one-a-day"
    SHUT = "clinic-shut"
    WEEK_CAP = "week-cap"
    HELD_OUT = "held-out"


@dataclass(frozen=True)
class Planned:
    """What a planning did: texts put into the outbox, and children passed over by reason."""

    planned: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Planned) -> Planned:
        return Planned(self.planned + other.planned, Counter(self.skipped) + Counter(other.skipped))


@dataclass(frozen=True)
class _Family:
    """One telephone, whom to ask there, and the calls that go together into its text of the day."""

    recipient: Recipient
    calls: tuple[Call, ...]


def plan(acting: Acting, on: date, policy: Policy = POLICY) -> Planned:
    """Fill the outbox for the day `on` (today or later): of the acting clinic, or of every clinic where none acts."""
    clinics = [load_clinic(acting.session, acting.clinic_id)] if acting.clinic_id else all_clinics(acting.session)
    return sum((_plan_clinic(acting, clinic, on, policy) for clinic in clinics), Planned())


def _plan_clinic(acting: Acting, clinic: ClinicRecord, on: date, policy: Policy) -> Planned:
    skipped: Counter[str] = Counter()
    if not is_open_on(clinic, on):
        return Planned()  # nobody would answer the telephone: what is due is told on an open day before or after
    others, sensitive = other_calls(acting, clinic, on, policy)
    skipped[Skipped.SENSITIVE] += sensitive
    calls = _untold(acting, [*others, *_calls(acting, clinic, on, policy, skipped)], on, policy, skipped)
    families = _within_cap(acting, _families(acting, calls, skipped), on, policy, skipped)
    drafts = [draft for batch in batches(families) for draft in _drafts(acting, clinic, on, batch)]
    stored = put(acting.session, drafts, acting.now)
    skipped[Skipped.ONE_A_DAY] += sum(len(draft.children) for draft in drafts if draft.id not in stored)
    held_out = {draft.id for draft in drafts if draft.state is MessageState.HELD_OUT} & stored
    skipped[Skipped.HELD_OUT] += len(held_out)
    for ids in batches(sorted(stored)):
        acting.note("texts.plan", subjects=[str(message_id) for message_id in ids])
    return Planned(len(stored) - len(held_out), +skipped)


def _calls(acting: Acting, clinic: ClinicRecord, on: date, policy: Policy, skipped: Counter[str]) -> list[Call]:
    """What the clinic's children call for on the day; counts those whom nobody may be texted about."""
    missed_since = _missed_since(clinic, on, policy)
    cutoff = _backlog_cutoff(clinic, policy)
    if cutoff is not None:
        skipped[Skipped.BACKLOG] += count_in_backlog(acting.session, clinic.id, cutoff, on)
    open_day = lru_cache(maxsize=None)(lambda day: first_open_day(clinic, day))
    owed = owed_between(acting.session, clinic.id, missed_since, horizon(on, open_day, policy))
    calls = []
    for _, group in groupby(owed, key=lambda dose: dose.child_id):
        doses = list(group)
        call = call_of(doses, open_day, on, policy, missed_since=missed_since)
        if call is not None and doses[0].is_sensitive:
            skipped[Skipped.SENSITIVE] += 1
        elif call is not None:
            calls.append(call)
    return calls


def _missed_since(clinic: ClinicRecord, on: date, policy: Policy) -> date:
    """The earliest recommended day that is still told of: a month back, and all of a backlog while it is being released."""
    released = _released_on(clinic)
    if released is not None and released <= on <= released + timedelta(days=policy.released_days):
        return date.min
    cutoff = _backlog_cutoff(clinic, policy)
    usual = on - timedelta(days=policy.backlog_days)
    return max(usual, cutoff) if cutoff else usual


def _backlog_cutoff(clinic: ClinicRecord, policy: Policy) -> date | None:
    """The day before which an import's arrears began, as long as the clinic has not released them."""
    released = _released_on(clinic)
    if clinic.imported_on is None or (released is not None and released >= clinic.imported_on):
        return None
    return clinic.imported_on - timedelta(days=policy.backlog_days)


def _released_on(clinic: ClinicRecord) -> date | None:
    moment = clinic.backlog_released_at
    return moment.astimezone(ZoneInfo(clinic.time_zone)).date() if moment else None


def _untold(acting: Acting, calls: Sequence[Call], on: date, policy: Policy, skipped: Counter[str]) -> list[Call]:
    """The calls about which no text of that kind has been planned before; who was told of a missed visit long ago hears a last word."""
    told = told_until(acting.session, list({call.child_id for call in calls}))

    moved = days_told(acting.session, list({call.child_id for call in calls}), MessageKind.MOVED)

    def is_told(call: Call) -> bool:
        known = call.kind in _AHEAD and (call.child_id, call.visit_on) in moved  # that its day moved named the same day
        return known or told.get((call.child_id, call.kind), date.min) >= call.called_on

    missed = [call.child_id for call in calls if call.kind is MessageKind.MISSED and is_told(call)]
    long_ago = on - timedelta(days=policy.last_days)
    ready = {child_id for child_id, day in latest_day(acting.session, missed, MessageKind.MISSED).items() if day <= long_ago}
    said = [replace(call, kind=MessageKind.LAST) if call.child_id in ready and is_told(call) else call for call in calls]
    left = [call for call in said if not is_told(call)]
    skipped[Skipped.ALREADY_TOLD] += len(calls) - len(left)
    return left


def _families(acting: Acting, calls: Sequence[Call], skipped: Counter[str]) -> list[_Family]:
    """One text a telephone: the most urgent call, and the brothers and sisters who call for the same on the same day."""
    asked: dict[bytes, Recipient] = {}
    gathered: dict[bytes, list[Call]] = {}
    guardians = recipients_of(acting.session, [call.child_id for call in calls])
    unreachable = faulty(acting.session, {each.family_key for found in guardians.values() for each in found if each.family_key})
    for call in calls:
        reachable = [guardian for guardian in guardians[call.child_id] if guardian.family_key not in unreachable]
        textable = [guardian for guardian in reachable if guardian.can_be_texted and guardian.family_key]
        recipient = next((guardian for guardian in textable if guardian.agrees), None)
        if recipient is None or recipient.family_key is None:
            skipped[Skipped.NO_CONSENT if textable else Skipped.NO_NUMBER] += 1
            continue
        asked.setdefault(recipient.family_key, recipient)
        gathered.setdefault(recipient.family_key, []).append(call)
    share = hold_out_share(acting.session)
    families = []
    for key, of_family in gathered.items():
        for together in _apart(of_family, is_held_out(acting.keyring, key, share)):
            families.append(_family(asked[key], together, skipped))
    return families


def _apart(calls: Sequence[Call], is_held_out_now: bool) -> list[Sequence[Call]]:
    """Who is held out from reminders is told of the rest all the same: what is never sent takes no text's place."""
    if not is_held_out_now:
        return [calls]
    parts = [[call for call in calls if (call.kind in TOLD_TO_ALL) is to_all] for to_all in (True, False)]
    return [part for part in parts if part]


def _within_cap(
    acting: Acting, families: list[_Family], on: date, policy: Policy, skipped: Counter[str]
) -> list[_Family]:
    """No number gets more than so many texts in seven days."""
    since = on - timedelta(days=6)
    counts = count_since(acting.session, [family.recipient.family_key or b"" for family in families], since)
    within = [family for family in families if counts.get(family.recipient.family_key or b"", 0) < policy.week_cap]
    skipped[Skipped.WEEK_CAP] += sum(len(family.calls) for family in families) - sum(len(family.calls) for family in within)
    return within


def _family(recipient: Recipient, calls: Sequence[Call], skipped: Counter[str]) -> _Family:
    """Calls of another kind or day wait: they are planned on the days to come."""
    first = min(calls, key=lambda call: (URGENCY.index(call.kind), call.visit_on))
    together = tuple(call for call in calls if (call.kind, call.visit_on) == (first.kind, first.visit_on))
    skipped[Skipped.ONE_A_DAY] += len(calls) - len(together)
    return _Family(recipient, together)


def _drafts(acting: Acting, clinic: ClinicRecord, on: date, families: Iterable[_Family]) -> list[Draft]:
    families = list(families)
    share = hold_out_share(acting.session)
    names = display_names(acting.session, acting.keyring, [call.child_id for family in families for call in family.calls])
    return [_draft(acting, clinic, on, family, names, share) for family in families]


def _draft(acting: Acting, clinic: ClinicRecord, on: date, family: _Family, names: Mapping[UUID, str], share: float) -> Draft:
    first, key = family.calls[0], family.recipient.family_key or b""
    is_held_out_now = first.kind not in TOLD_TO_ALL and is_held_out(acting.keyring, key, share)
    state = MessageState.HELD_OUT if is_held_out_now else MessageState.PLANNED
    called = [Called(call.child_id, call.groups, call.called_on) for call in family.calls]
    return draft(acting, clinic, Occasion(first.kind, first.visit_on, on), family.recipient, called, names, state=state)


def release_backlog(acting: Acting, clinic_id: UUID | None) -> int:
    """Let the families in the backlog of one clinic, or of all, be texted in the days to come, each once; returns how many clinics.

    Raises NotFound for an unknown clinic and NotAllowed where one clinic would release another's.
    """
    if acting.clinic_id is not None and clinic_id != acting.clinic_id:
        raise NotAllowed("a clinic releases its own backlog", advice="sign in at the other clinic, or ask the programme")
    clinics = [load_clinic(acting.session, clinic_id)] if clinic_id else all_clinics(acting.session)
    held = [clinic for clinic in clinics if _backlog_cutoff(clinic, POLICY) is not None]
    for clinic in held:
        clinic.backlog_released_at = acting.now
        acting.note("backlog.release", subjects=[str(clinic.id)])
    return len(held)
