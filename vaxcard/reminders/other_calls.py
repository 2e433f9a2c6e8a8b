"""Calls for a text that nothing owed makes: a clinic closed the day on which a child was expected, or a child was vaccinated lately.

Whether a family has been told already, and which of several calls goes first, is decided in `planning`.
"""

from __future__ import annotations

from datetime import date, timedelta

from vaxcard.errors import InputFault
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ClinicRecord
from vaxcard.records.messages import MessageKind
from vaxcard.records.outreach import moved_after, vaccinated_between
from vaxcard.records.reminder_settings import set_setting, setting
from vaxcard.reminders.calls import Call
from vaxcard.reminders.policy import Policy

_CHECKS = "checks"
_ON, _OFF = "on", "off"


def other_calls(acting: Acting, clinic: ClinicRecord, on: date, policy: Policy) -> tuple[list[Call], int]:
    """What the clinic's children call for besides what is owed; and of how many nobody may be texted about."""
    found = _moved(acting, clinic, on) + (_checks(acting, clinic, on, policy) if checks_are_on(acting) else [])
    calls = [call for call, is_sensitive in found if not is_sensitive]
    return calls, len(found) - len(calls)


def _moved(acting: Acting, clinic: ClinicRecord, on: date) -> list[tuple[Call, bool]]:
    """Who was expected on a day to come that was closed since: told at once, however far ahead it is."""
    moved = moved_after(acting.session, clinic.id, on)
    return [(Call(each.child_id, MessageKind.MOVED, each.to_on, (), each.from_on), each.is_sensitive) for each in moved if each.to_on > on]


def _checks(acting: Acting, clinic: ClinicRecord, on: date, policy: Policy) -> list[tuple[Call, bool]]:
    first, last = on - timedelta(days=policy.check_until_days), on - timedelta(days=policy.check_days)
    given = vaccinated_between(acting.session, clinic.id, first, last, timedelta(days=policy.noted_within_days))
    return [(Call(each.child_id, MessageKind.CHECK, each.given_on, (), each.given_on), each.is_sensitive) for each in given]


def checks_are_on(acting: Acting) -> bool:
    """Whether families are asked how the child is on the third day; they are unless an officer said no."""
    return setting(acting.session, _CHECKS) != _OFF


def set_checks(acting: Acting, wanted: str, *, by: str) -> None:
    """Ask families on the third day, `on`, or do without, `off`, in a programme officer's name. Raises InputFault for another word."""
    if wanted not in (_ON, _OFF):
        raise InputFault("neither on nor off", place="checks", advice="write on or off")
    set_setting(acting, _CHECKS, wanted, by=by)
