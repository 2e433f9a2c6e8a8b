"""What a child's page shows beside what is due: where each dose goes, what was not given, who looks alike, which number to ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from vaxcard.api.access import Caller
from vaxcard.api.answers import is_hidden
from vaxcard.api.service import new_id
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.look_alikes import look_alikes
from vaxcard.records.not_given import NotGivenBecause, not_given_of
from vaxcard.records.people import ChildState, GuardianRecord
from vaxcard.records.phone_faults import guardians_to_ask
from vaxcard.records.planning import visit_plan
from vaxcard.schedule.visits import WaitCause
from vaxcard.web.changing import BECAUSE
from vaxcard.web.child_view import Brief, View, brief, masked

_TOLD_TO_FEW = (NotGivenBecause.CONTRAINDICATED,)
_HOLDS_FOR = timedelta(days=90)  # a number that the family said is right is not asked about at every visit
_PUT_OFF = (WaitCause.LIMIT, WaitCause.SITE, WaitCause.LIVE)


@dataclass(frozen=True)
class NotGiven:
    """A dose that was not given on a day: why, where the caller may hear it, and when to try again."""

    id: UUID
    vaccine: str
    on: date
    because: str | None
    note: str | None
    retry_on: date | None


@dataclass(frozen=True)
class NumberToAsk:
    """A guardian to be asked whether this is still their number; `is_faulty` where no text arrives."""

    guardian_id: UUID
    name: str | None
    phone: str | None
    is_faulty: bool


@dataclass(frozen=True)
class Beside:
    """The rest of the page. `sites` and `put_off` are by group; `void_id` is for what is taken back from this page."""

    version: int
    void_id: UUID
    order: tuple[str, ...]
    sites: dict[str, str]
    put_off: dict[str, str]
    retry: dict[str, date]
    not_given: tuple[NotGiven, ...]
    look_alikes: tuple[Brief, ...]
    numbers_to_ask: tuple[NumberToAsk, ...]


def beside(acting: Acting, read: Chart, view: View, who: Caller) -> Beside:
    """What is shown beside `view`; nothing of the family to those from whom it is kept."""
    child = read.child
    plan = visit_plan(acting, child.id) if child.state != ChildState.DIED else None
    doses = plan.doses if plan else ()
    waiting = plan.waiting if plan else ()
    hidden = is_hidden(acting, child)
    shown = {each.id for each in view.siblings}
    return Beside(
        version=child.version,
        void_id=new_id(),
        order=tuple(group for dose in doses for group, _ in dose.groups),
        sites={group: dose.site for dose in doses for group, _ in dose.groups if dose.site},
        put_off={each.group: each.cause.value for each in waiting if each.cause in _PUT_OFF and each.until is None},
        retry={} if hidden else _retries(acting, child.id),
        not_given=() if hidden else tuple(_not_given(acting, child.id, who)),
        look_alikes=() if hidden else tuple(brief(acting, each) for each in look_alikes(acting, child, beside=shown)),
        numbers_to_ask=() if hidden else _numbers(acting, read),
    )


def _not_given(acting: Acting, child_id: UUID, who: Caller) -> list[NotGiven]:
    told = []
    for row in reversed(not_given_of(acting.session, child_id)):
        kept_back = row.not_given_because in _TOLD_TO_FEW and not who.hears_sensitive_reasons
        because = None if kept_back or row.not_given_because is None else BECAUSE[NotGivenBecause(row.not_given_because)]
        note = row.reason if who.hears_sensitive_reasons else None
        told.append(NotGiven(row.id, row.vaccine, row.given_on, because, note, row.retry_on))
    return told


def _retries(acting: Acting, child_id: UUID) -> dict[str, date]:
    """By vaccine, the day to try again of what was put off to a day after today."""
    rows = not_given_of(acting.session, child_id)
    return {row.vaccine: row.retry_on for row in rows if row.retry_on is not None and row.retry_on > acting.today}


def _numbers(acting: Acting, read: Chart) -> tuple[NumberToAsk, ...]:
    """Guardians at whose number no text arrives; else the one who is asked first, unless they said lately that it is right."""
    wanted = guardians_to_ask(acting.session, read.child.id)
    guardians = [each.guardian for each in read.child.guardianships if each.guardian.phone_key is not None]
    faulty = [each for each in guardians if each.id in wanted]
    unasked = [each for each in guardians[:1] if not _asked_lately(each, acting.today)]
    asked = faulty or unasked
    return tuple(NumberToAsk(each.id, each.name(acting.keyring), masked(each.phone(acting.keyring)), bool(faulty)) for each in asked)


def _asked_lately(guardian: GuardianRecord, today: date) -> bool:
    return guardian.phone_confirmed_on is not None and today < guardian.phone_confirmed_on + _HOLDS_FOR
