"""Who acts, where and when: what every verb of the registry is given, so that none of them asks the clock or invents an actor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from vaxcard.keyring import Keyring
from vaxcard.records import audit
from vaxcard.schedule.rules import Schedule


@dataclass(frozen=True)
class Acting:
    """One actor at one moment in one transaction.

    `actor` is `staff:ID`, `key:ID` or `system:WHAT`; `clinic_id` is where they act, None for the programme;
    `now` is aware; `today` is the clinic's date at `now`.
    """

    session: Session
    keyring: Keyring
    schedule: Schedule
    actor: str
    clinic_id: UUID | None
    now: datetime
    today: date

    def note(self, action: str, *, child_id: UUID | None = None, subjects: Sequence[str] = (), reason: str | None = None) -> None:
        """Put one look or change into the audit trail: ids and field names in `subjects`, never values."""
        look = audit.Look(self.clinic_id, self.today, self.now, self.actor, action, child_id, tuple(subjects), reason)
        audit.note(self.session, look)
