"""The timetable: assess what has run out, plan the day's texts at dawn, send them in their window. It knows every job; no job knows it.

Each job can be run at any time and any number of times: what is done already is not done again.
"""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy.orm import Session

from vaxcard.records import registry, sweeping
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ClinicRecord, all_clinics
from vaxcard.records.database import Database
from vaxcard.records.signatures import unsigned
from vaxcard.reminders.channels import Channel
from vaxcard.reminders.channels.choosing import open_channels
from vaxcard.reminders.dispatch import send_due
from vaxcard.reminders.lineup import Lineup
from vaxcard.reminders.planning import Planned, plan
from vaxcard.schedule.rules import Schedule
from vaxcard.settings import Settings

_ACTOR = "system:worker"
_BATCH = 200  # children assessed in one transaction
_DAWN = range(5, 18)  # local hours in which a day's texts may still be planned; the first is the usual one
_SEND_EVERY_MINUTES = 5
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Timetable:
    """The jobs with what they work on. `clock` gives this moment, aware."""

    database: Database
    schedule: Schedule
    channel: Channel | Lineup
    programme_zone: ZoneInfo
    clock: Callable[[], datetime]

    def sweep(self) -> int:
        """Assess again the children whose stored answer no longer holds; returns how many."""
        done: set[UUID] = set()
        while True:
            with self.database.writing() as session:
                acting = self._acting(session, None)
                stale = set(registry.stale_children(acting, _BATCH)) - done  # an answer that is stale at once is not asked for again
                sweeping.assess_again(acting, sorted(stale), "schedule.sweep")
            done |= stale
            if not stale:
                _LOG.info("assessed again: %d children", len(done))
                return len(done)

    def plan(self) -> Planned:
        """Plan today's texts of every clinic where the day has begun, each clinic in a transaction of its own."""
        with self.database.reading() as session:
            clinics = [clinic for clinic in all_clinics(session) if self._local(clinic).hour in _DAWN]
        result = Planned()
        for clinic in clinics:
            with self.database.writing() as session:
                acting = self._acting(session, clinic)
                result += plan(acting, acting.today)
        _LOG.info("texts planned: %d", result.planned)
        return result

    def send(self) -> Mapping[str, int]:
        """Send what may go now."""
        with self.database.reading() as session:
            signed = not unsigned(session, self.schedule)
        result = send_due(self.database, self.schedule, self.channel, self.clock(), edition_signed=signed)
        _LOG.info("texts: %s", dict(result))
        return result

    def dawn(self) -> None:
        """Sweep, then plan: nothing is planned on an answer that has run out."""
        self.sweep()
        self.plan()

    def _local(self, clinic: ClinicRecord) -> datetime:
        return self.clock().astimezone(ZoneInfo(clinic.time_zone))

    def _acting(self, session: Session, clinic: ClinicRecord | None) -> Acting:
        zone = ZoneInfo(clinic.time_zone) if clinic else self.programme_zone
        now, clinic_id = self.clock(), clinic.id if clinic else None
        return Acting(session, self.database.keyring, self.schedule, _ACTOR, clinic_id, now, now.astimezone(zone).date())


def run_worker(settings: Settings, database: Database, schedule: Schedule, *, once: bool = False) -> None:
    """Do what is due now, and unless `once` go on by the timetable until interrupted. Raises SettingsError for an unknown channel."""
    channel = Lineup(open_channels(settings.sms, sys.stdout))
    jobs = Timetable(database, schedule, channel, settings.zone(), lambda: datetime.now(UTC))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # its own faults, not each tick
    jobs.dawn()
    jobs.send()
    if once:
        return
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))  # the job at hand is finished first
    scheduler = scheduler_for(jobs)
    try:
        scheduler.start()
    except (KeyboardInterrupt, SystemExit):
        scheduler.shutdown(wait=False)


def scheduler_for(jobs: Timetable) -> BlockingScheduler:
    """The jobs at their hours, in memory only: what must survive a restart stands in the registry. Late runs become one."""
    scheduler = BlockingScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600})
    scheduler.add_job(jobs.dawn, "cron", id="dawn", minute=5)  # hourly: each clinic's dawn comes in its own time zone
    scheduler.add_job(jobs.send, "cron", id="send", minute=f"*/{_SEND_EVERY_MINUTES}")
    return scheduler
