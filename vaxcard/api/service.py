"""What every request works with: the registry, the schedule, the clock and the settings, and how a transaction is opened in someone's name.

Pages use it as machines' doors do; it decides nothing about who may do what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import current_app, g, request
from uuid_utils.compat import uuid7

from vaxcard.keyring import Keyring
from vaxcard.language import languages
from vaxcard.records.acting import Acting
from vaxcard.records.database import Database
from vaxcard.schedule.rules import Schedule

EXTENSION = "vaxcard"
LANGUAGE_COOKIE = "lang"


class ServiceSettings(Protocol):
    """The settings that requests need, whatever object carries them."""

    @property
    def public_url(self) -> str:
        """The address that cards bear."""

    @property
    def language(self) -> str:
        """The language of pages until somebody chooses another."""

    @property
    def time_zone(self) -> str:
        """The programme's time zone, where no clinic says otherwise."""

    @property
    def qr_version(self) -> int:
        """The version of the cards' symbols."""

    @property
    def trusted_proxies(self) -> int:
        """How many web servers of our own stand before this one and say who asks."""

    @property
    def print_folder(self) -> str:
        """Where the print queue's files lie."""

    @property
    def typed_share(self) -> int:
        """From which part of a hundred on typed codes speak against a print run."""

    @property
    def vial_hours(self) -> int:
        """How many hours an open vial for several children lends its lot."""


@dataclass(frozen=True)
class Service:
    """One served registry. `clock` gives the aware moment; nothing else asks for the time."""

    settings: ServiceSettings
    database: Database
    schedule: Schedule
    clock: Callable[[], datetime]

    @property
    def keyring(self) -> Keyring:
        """The key ring that the registry was opened with."""
        return self.database.keyring

    @property
    def print_folder(self) -> Path:
        """Where the print queue's files lie."""
        return Path(self.settings.print_folder)

    def today(self, time_zone: str | None = None) -> date:
        """The date in a clinic's time zone."""
        return self.clock().astimezone(ZoneInfo(time_zone or self.settings.time_zone)).date()

    @contextmanager
    def acting(self, actor: str, clinic_id: UUID | None, time_zone: str | None) -> Iterator[Acting]:
        """A transaction in the name of an actor: committed, audit and all, when the block ends well."""
        with self.database.writing() as session:
            yield Acting(session, self.keyring, self.schedule, actor, clinic_id, self.clock(), self.today(time_zone))

    @contextmanager
    def looking(self, actor: str, clinic_id: UUID | None, time_zone: str | None) -> Iterator[Acting]:
        """As `acting`, for those who only read: the look is in the audit trail when the block has ended."""
        with self.database.looking() as session:
            yield Acting(session, self.keyring, self.schedule, actor, clinic_id, self.clock(), self.today(time_zone))


def service() -> Service:
    """The service behind the request at hand."""
    return cast(Service, current_app.extensions[EXTENSION])


def new_id() -> UUID:
    """A new UUIDv7: ids made later sort later."""
    return uuid7()


def language() -> str:
    """The language of this answer: as asked for (`?lang=`, which the browser remembers), else the staff's, else the programme's."""
    if "language" in g:
        return str(g.language)
    wanted = (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE), g.get("staff_language"), service().settings.language)
    chosen = next((lang for lang in wanted if lang in languages()), languages()[0])
    if "staff_language" in g:  # who asks is known: it stays the same to the end of the request
        g.language = chosen
    return chosen
