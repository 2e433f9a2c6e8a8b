"""How a command opens a registry: settings, database, schedule, and who acts at which moment. Here the clock enters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from vaxcard.records.acting import Acting
from vaxcard.records.database import Database, open_database, upgrade
from vaxcard.records.key_checks import confirm_keys
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.rules import Schedule
from vaxcard.settings import Settings, load_settings


@dataclass(frozen=True)
class House:
    """An opened registry with its settings and schedule; `actor` stands in the audit trail for what the command does."""

    settings: Settings
    database: Database
    schedule: Schedule
    actor: str

    def now(self) -> datetime:
        """This moment, aware."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The programme's date."""
        return datetime.now(self.settings.zone()).date()

    def acting(self, session: Session, *, clinic_id: UUID | None = None) -> Acting:
        """Who acts in this transaction."""
        keyring = self.database.keyring
        return Acting(session, keyring, self.schedule, self.actor, clinic_id, self.now(), self.today())


def new_id() -> UUID:
    """A new UUIDv7: ids made later sort later."""
    return uuid7()


@contextmanager
def open_house(actor: str = "system:cli", settings: Settings | None = None) -> Iterator[House]:
    """The registry of the settings, its tables brought up to date, closed again at the end."""
    settings = settings or load_settings()
    upgrade(settings.database_url)
    database = open_database(settings.database_url, settings.keyring())
    try:
        confirm_keys(database)
        yield House(settings, database, load_schedule(settings.schedule), actor)
    finally:
        database.close()
