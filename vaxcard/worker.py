"""The timetable: which job is due in which slot, run by one of any number of workers. It knows every job; no job knows it.

What must survive a restart stands in `job_runs`: a slot done is not done again, one whose worker died is taken over, a missed one is
caught up as long as its hours last. Each job can be run at any time and any number of times.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy.orm import Session

from vaxcard.cards.queue import clear_away
from vaxcard.errors import VaxcardError
from vaxcard.records import audit, backup, job_runs, registry, sweeping
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import ClinicRecord, all_clinics
from vaxcard.records.database import Database
from vaxcard.records.signatures import unsigned
from vaxcard.reminders.asking import reconcile, sweep_receipts
from vaxcard.reminders.channels import Channel
from vaxcard.reminders.channels.choosing import open_channels
from vaxcard.reminders.dispatch import Sender, send_due
from vaxcard.reminders.lineup import Lineup
from vaxcard.reminders.planning import Planned, plan
from vaxcard.schedule.rules import Schedule
from vaxcard.settings import Settings

_ACTOR = "system:worker"
_BATCH = 200  # children assessed in one transaction
_DAWN = range(5, 18)  # local hours in which a day's texts may still be planned; the first is the usual one
_NIGHT = range(1, 5)  # programme hours for what needs quiet; what was missed then waits for the next night
_SEND_EVERY_MINUTES = 5
_KEPT = timedelta(days=60)  # of runs that are over
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Timetable:
    """The jobs with what they work on. `clock` gives this moment, aware; `owner` names this worker among others."""

    database: Database
    schedule: Schedule
    channel: Channel | Lineup
    programme_zone: ZoneInfo
    clock: Callable[[], datetime]
    owner: str = "worker"
    pace: Callable[[], None] = lambda: None
    backup_folder: Path | None = None
    print_folder: Path | None = None
    hold: Callable[[], None] = field(default=lambda: None)

    def sweep(self) -> int:
        """Assess again the children whose stored answer no longer holds; returns how many."""
        done: set[UUID] = set()
        while True:
            self.hold()
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
            self.hold()
            with self.database.writing() as session:
                acting = self._acting(session, clinic)
                result += plan(acting, acting.today)
        _LOG.info("texts planned: %d", result.planned)
        return result

    def send(self) -> Mapping[str, int]:
        """Send what may go now. Rows are claimed one by one: any number of workers send at once."""
        with self.database.reading() as session:
            signed = not unsigned(session, self.schedule)
        result = send_due(
            self.database, self.schedule, self.lineup, self.clock(), edition_signed=signed, clock=self.clock, pace=self.pace
        )
        _LOG.info("texts: %s", dict(result))
        return result

    def dawn(self) -> str:
        """Sweep, then plan: nothing is planned on an answer that has run out."""
        return f"{self.sweep()} assessed, {self.plan().planned} planned"

    def reconcile(self) -> str:
        """Ask about texts of which nobody knows."""
        return str(dict(reconcile(self._sender())))

    def receipts(self) -> str:
        """Ask about texts of which no receipt came, and let go of old runs."""
        found = sweep_receipts(self._sender())
        with self.database.writing() as session:
            job_runs.forget_before(session, self.clock() - _KEPT)
        return str(dict(found))

    def check_audit(self) -> str:
        """Look for a broken link in the audit trail."""
        with self.database.reading() as session:
            broken = len(list(audit.verify(session, self.database.keyring)))
        if broken:
            _LOG.error("the audit trail is broken in %d places: run vaxcard db verify", broken)
        return f"{broken} broken"

    def clear_prints(self) -> str:
        """Delete the files of prints that ended long ago, for they carry names and live codes."""
        if self.print_folder is None:
            return "no folder was set"
        return f"{clear_away(self.database, self.print_folder, self.clock())} cleared away"

    def back_up(self) -> str:
        """A copy of the registry into the folder that was set, named by the day."""
        if self.backup_folder is None:
            return "no folder was set"
        target = self.backup_folder / f"vaxcard-{self.clock().astimezone(self.programme_zone):%Y-%m-%d-%H%M%S}.backup"
        backup.back_up(self.database, target, self.clock())
        return target.name

    @property
    def lineup(self) -> Lineup:
        """The channels, as a line-up."""
        return self.channel if isinstance(self.channel, Lineup) else Lineup((self.channel,))

    def _sender(self) -> Sender:
        return Sender(self.database, self.schedule, self.lineup, self.clock)

    def _local(self, clinic: ClinicRecord) -> datetime:
        return self.clock().astimezone(ZoneInfo(clinic.time_zone))

    def _acting(self, session: Session, clinic: ClinicRecord | None) -> Acting:
        zone = ZoneInfo(clinic.time_zone) if clinic else self.programme_zone
        now, clinic_id = self.clock(), clinic.id if clinic else None
        return Acting(session, self.database.keyring, self.schedule, _ACTOR, clinic_id, now, now.astimezone(zone).date())


@dataclass(frozen=True)
class Job:
    """A job: what it does, and the slot that is due at a moment of the programme's clock, None where none is.

    The lease is how long a worker may be silent before another takes the slot over.
    """

    name: str
    run: Callable[[Timetable], str]
    slot: Callable[[datetime], str | None]
    minutes: int  # how often it is looked at
    lease: timedelta = timedelta(minutes=15)


def hourly(moment: datetime) -> str:
    """One slot an hour, the same for all workers."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H}"


def every_ten_minutes(moment: datetime) -> str:
    """Six slots an hour."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H}:{moment.minute // 10}0"


def nightly(moment: datetime) -> str | None:
    """One slot a night."""
    return f"{moment:%Y-%m-%d}" if moment.hour in _NIGHT else None


# A room's own job is one line here: what it does with the timetable's database, and when.
JOBS: list[Job] = [
    Job("dawn", Timetable.dawn, hourly, minutes=5),
    Job("reconcile", Timetable.reconcile, every_ten_minutes, minutes=2),
    Job("receipts", Timetable.receipts, nightly, minutes=10),
    Job("audit", Timetable.check_audit, nightly, minutes=10, lease=timedelta(hours=2)),
    Job("backup", Timetable.back_up, nightly, minutes=10, lease=timedelta(hours=2)),
    Job("prints", Timetable.clear_prints, nightly, minutes=10),
]


class LeaseLostError(RuntimeError):
    """Another worker took the slot over while this one was silent for too long: it stops where it is."""


def run_due(jobs: Timetable, job: Job) -> bool:
    """Run the job's slot of this moment, unless it is done, or another worker is at it; returns whether it was run to its end here."""
    slot = job.slot(jobs.clock().astimezone(jobs.programme_zone))
    if slot is None:
        return False
    with jobs.database.writing() as session:
        held = job_runs.take(session, job.name, slot, jobs.owner, jobs.clock(), job.lease)
    if held is None:
        return False
    ended, outcome = job_runs.finish, ""
    try:
        outcome = job.run(_holding(jobs, held, job.lease))
    except (VaxcardError, LeaseLostError) as fault:
        ended, outcome = job_runs.give_back, type(fault).__name__
        _LOG.error("%s of %s: %s", job.name, slot, fault)
    with jobs.database.writing() as session:
        is_mine = ended(session, held, jobs.clock(), outcome)
    return is_mine and ended is job_runs.finish


def _holding(jobs: Timetable, held: job_runs.Lease, lease: timedelta) -> Timetable:
    """The timetable for one slot: between its steps a job says that it lives."""

    def hold() -> None:
        with jobs.database.writing() as session:
            if not job_runs.renew(session, held, jobs.clock(), lease):
                raise LeaseLostError(f"{held.job} of {held.slot} was taken over")

    return Timetable(**{**{name: getattr(jobs, name) for name in jobs.__dataclass_fields__}, "hold": hold})


def run_worker(settings: Settings, database: Database, schedule: Schedule, *, once: bool = False) -> None:
    """Do what is due now, and unless `once` go on by the timetable until interrupted. Raises SettingsError for an unknown channel."""
    lineup = Lineup(open_channels(settings.sms, sys.stdout))
    owner = f"{socket.gethostname()}-{os.getpid()}"[:60]
    pace = partial(time.sleep, 1 / settings.sms.a_second) if lineup.is_real else lambda: None
    backups, prints = Path(settings.backup_folder) if settings.backup_folder else None, Path(settings.print_folder)
    jobs = Timetable(database, schedule, lineup, settings.zone(), lambda: datetime.now(UTC), owner, pace, backups, prints)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # its own faults, not each tick
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # its addresses name telephones
    jobs.dawn()
    jobs.reconcile()
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
    """The jobs looked at every few minutes, in memory only: what must survive a restart stands in the registry. Late looks become one."""
    scheduler = BlockingScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600})
    for job in JOBS:
        scheduler.add_job(partial(run_due, jobs, job), "cron", id=job.name, minute=f"*/{job.minutes}")
    scheduler.add_job(jobs.send, "cron", id="send", minute=f"*/{_SEND_EVERY_MINUTES}")
    return scheduler
