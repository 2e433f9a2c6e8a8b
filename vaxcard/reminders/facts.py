"""What a text of a clinic may say of a visit: the clinic, display names, the day and its hours. Never a surname, a vaccine or a link."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from vaxcard.records.clinics import ClinicRecord
from vaxcard.records.visits import hours_on
from vaxcard.reminders.wording import Facts


def facts_of(clinic: ClinicRecord, children: Iterable[str], visit_on: date, send_on: date, **more: str) -> Facts:
    """What a text of the clinic may say of these children's visit, sent on a day. `more` is what a kind of its own tells."""
    return Facts(clinic.name, clinic.phone, tuple(children), visit_on, send_on, hours_on(clinic, visit_on), **more)
