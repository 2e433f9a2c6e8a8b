"""What one import is told from outside: the schedule, who imports and when, and what holds where the workbook is silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from vaxcard.keyring import Keyring
from vaxcard.records.acting import Acting
from vaxcard.schedule.rules import Schedule


@dataclass(frozen=True)
class RosterDefaults:
    """What a workbook does not say: for clinics that it makes known, and `clinic`, the name of one for children who name none.

    `time_zone` is an IANA name, `region` two letters (for phone numbers), `language` that of the workbook and its families.
    """

    time_zone: str
    language: str
    region: str
    clinic: str | None = None


@dataclass(frozen=True)
class Run:
    """One import. `today` is the clinic's date at `now`; ids come from `new_id`; `is_dry` reads and compares but stores nothing."""

    schedule: Schedule
    actor: str
    clinic_id: UUID | None
    now: datetime
    today: date
    new_id: Callable[[], UUID]
    defaults: RosterDefaults
    batch_id: UUID
    is_dry: bool

    def acting(self, session: Session, keyring: Keyring) -> Acting:
        """The importer in one transaction."""
        return Acting(session, keyring, self.schedule, self.actor, self.clinic_id, self.now, self.today)
