"""Which job ran for which slot of the timetable: one row each, held under a lease, so that any number of workers share one timetable.

A worker that dies lets its lease run out; who takes the slot over gets a higher fencing number, and the old one's word counts no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import String, Table, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.records.columns import Base, Instant


class JobRun(Base):
    """One job in one slot: who has it until when, under which fencing number, and what came of it."""

    __tablename__ = "job_runs"

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    slot: Mapped[str] = mapped_column(String(60), primary_key=True)
    owner: Mapped[str] = mapped_column(String(60))
    fence: Mapped[int]
    lease_until: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(200))


@dataclass(frozen=True)
class Lease:
    """A worker's right to a job's slot, as long as nobody holds it under a higher number."""

    job: str
    slot: str
    owner: str
    fence: int


def take(session: Session, job: str, slot: str, owner: str, now: datetime, lease: timedelta) -> Lease | None:
    """The slot, where nobody has it or the one who had it let the lease run out; None where it is done or another is at it."""
    table = cast(Table, JobRun.__table__)
    fresh = {"job": job, "slot": slot, "owner": owner, "fence": 1, "lease_until": now + lease, "started_at": now}
    build = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    if session.execute(build(table).values(**fresh).on_conflict_do_nothing().returning(table.c.fence)).first():
        return Lease(job, slot, owner, 1)
    abandoned = (
        update(JobRun)
        .where(JobRun.job == job, JobRun.slot == slot, JobRun.finished_at.is_(None), JobRun.lease_until <= now)
        .values(owner=owner, fence=JobRun.fence + 1, lease_until=now + lease, started_at=now)
        .returning(JobRun.fence)
    )
    fence = session.scalar(abandoned.execution_options(synchronize_session=False))
    return Lease(job, slot, owner, fence) if fence is not None else None


def renew(session: Session, held: Lease, now: datetime, lease: timedelta) -> bool:
    """Hold the slot longer; False where somebody took it over, and the caller must stop."""
    return _write(session, held, lease_until=now + lease)


def finish(session: Session, held: Lease, now: datetime, outcome: str) -> bool:
    """The slot is done for good; False where somebody took it over, whose word counts."""
    return _write(session, held, finished_at=now, outcome=outcome[:200])


def give_back(session: Session, held: Lease, now: datetime, outcome: str) -> bool:
    """The job failed: the slot is free to be tried again at once, by anyone."""
    return _write(session, held, lease_until=now, outcome=outcome[:200])


def _write(session: Session, held: Lease, **values: object) -> bool:
    mine = update(JobRun).where(
        JobRun.job == held.job, JobRun.slot == held.slot, JobRun.fence == held.fence, JobRun.owner == held.owner
    )
    mine = mine.where(JobRun.finished_at.is_(None)).values(**values).returning(JobRun.fence)
    return session.scalar(mine.execution_options(synchronize_session=False)) is not None


def done(session: Session, job: str, slot: str) -> bool:
    """Whether the job has been done for the slot."""
    run = session.get(JobRun, (job, slot))
    return run is not None and run.finished_at is not None


def latest_runs(session: Session, limit: int = 20) -> list[JobRun]:
    """The latest runs, newest first."""
    return list(session.scalars(select(JobRun).order_by(JobRun.started_at.desc(), JobRun.job, JobRun.slot).limit(limit)))


def forget_before(session: Session, moment: datetime) -> int:
    """Let go of runs that ended long ago; returns how many."""
    old = delete(JobRun).where(or_(JobRun.finished_at < moment, JobRun.lease_until < moment)).returning(JobRun.slot)
    return len(session.scalars(old.execution_options(synchronize_session=False)).all())
