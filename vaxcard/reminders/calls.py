"""Whether a child calls for a text on a day, and of which kind: pure, from what is owed, the next visit and the clinic's open days.

The day named is the one that card and page show: the next visit's, or once that has gone by the clinic's first open day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from vaxcard.records.messages import MessageKind
from vaxcard.records.outreach import OwedDose
from vaxcard.reminders.policy import Policy

OpenDay = Callable[[date], date]  # the clinic's first open day from a day on

# Where a family's children call for different texts, the one first in this order goes today: nobody shall stand before a shut door.
URGENCY = (
    MessageKind.MOVED,
    MessageKind.TODAY,
    MessageKind.APPOINTMENT,
    MessageKind.BEFORE,
    MessageKind.MISSED,
    MessageKind.LAST,
    MessageKind.CHECK,
)
# Told to every family, also to those who are held out from reminders.
TOLD_TO_ALL = (MessageKind.MOVED, MessageKind.CHECK)


@dataclass(frozen=True)
class Call:
    """A child's reason to be texted about: `called_on` is the latest of the groups' recommended days.

    For a day that moved it is the day that is none any more, for a check the day of the dose.
    """

    child_id: UUID
    kind: MessageKind
    visit_on: date
    groups: tuple[str, ...]
    called_on: date


def call_of(owed: Sequence[OwedDose], open_day: OpenDay, on: date, policy: Policy, *, missed_since: date) -> Call | None:
    """What a child with these owed doses (at least one) calls for on a day.

    `missed_since` is the earliest recommended day whose missed visit is still told of: what is older is backlog.
    """
    child = owed[0]
    if child.is_appointed and child.visit_on >= on:
        return _soon(owed, child.visit_on, on, open_day, policy, MessageKind.APPOINTMENT)
    due_on = open_day(child.planned_on)
    if due_on > on:
        return _soon(owed, due_on, on, open_day, policy, MessageKind.BEFORE)
    now = [dose for dose in owed if dose.recommended <= on]
    if any(open_day(dose.recommended) == on for dose in now):
        return _call(MessageKind.TODAY, on, now)
    latest_missed = on - timedelta(days=policy.missed_days)
    missed = any(missed_since <= dose.recommended and open_day(dose.recommended) <= latest_missed for dose in now)
    return _call(MessageKind.MISSED, open_day(on), now) if missed else None


def horizon(on: date, open_day: OpenDay, policy: Policy) -> date:
    """The last visit that is told of on a day: three days ahead, or the next open day where the clinic is shut until then.

    No text goes while the clinic is shut: a visit after a long holiday is told of on the last day before it.
    """
    return max(on + timedelta(days=policy.before_days), open_day(on + timedelta(days=1)))


def _soon(owed: Sequence[OwedDose], visit_on: date, on: date, open_day: OpenDay, policy: Policy, near: MessageKind) -> Call | None:
    """A visit on its way: all that is recommended by its day belongs to it."""
    if visit_on > horizon(on, open_day, policy):
        return None
    kind = MessageKind.TODAY if visit_on == on else near
    doses = [dose for dose in owed if dose.recommended <= visit_on]
    return _call(kind, visit_on, doses) if doses else None


def _call(kind: MessageKind, visit_on: date, doses: Sequence[OwedDose]) -> Call:
    groups = tuple(sorted(dose.group for dose in doses))
    return Call(doses[0].child_id, kind, visit_on, groups, max(dose.recommended for dose in doses))
