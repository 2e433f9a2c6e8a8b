"""Everyone assessed again, as when an edition of the schedule changes: in ranges of ids, on as many processes as are given.

A range is read and assessed without a lock and written in one short transaction. Stopped half-way, whole ranges stay done.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import date, datetime
from multiprocessing import get_context
from uuid import UUID

from vaxcard.records import answers, kept_answers, sweeping
from vaxcard.records.acting import Acting
from vaxcard.records.database import Database
from vaxcard.schedule.assessment import ENGINE
from vaxcard.schedule.rules import Schedule

RANGE = 200  # children a transaction: nobody at a counter waits long for the write lock
ACTION = "schedule.rebuild"
_ACTOR = "system:rebuild"
_AHEAD = 2  # ranges handed out for each process before the first comes back
Progress = Callable[[int, int], None]
Opener = Callable[[], tuple[Database, Schedule]]


@dataclass(frozen=True)
class Moment:
    """When everybody is assessed."""

    now: datetime
    today: date


def rebuild(
    database: Database,
    schedule: Schedule,
    *,
    now: datetime,
    today: date,
    progress: Progress | None = None,
    jobs: int = 1,
    opener: Opener | None = None,
    resume: bool = False,
) -> int:
    """Assess every child for `today` and rewrite what is owed; returns how many. `progress` is told (done, total) after each range.

    With `jobs` above 1 each process opens the registry and the rules by `opener`, a function that can be pickled.
    `resume` leaves out whom a rebuild by these very rules has reached today.
    """
    moment = Moment(now, today)
    with database.reading() as session:
        left_out = answers.done_under(session, today, ACTION, reason_of(schedule)) if resume else set()
        total = sweeping.count_children(session) - len(left_out)
    ranges = ([child for child in ids if child not in left_out] for ids in ranges_of(database))
    done = 0
    for count in _in_processes(ranges, moment, jobs, opener) if jobs > 1 and opener else _here(ranges, database, schedule, moment):
        done += count
        if progress and count:
            progress(done, max(total, done))
    return done


def reason_of(schedule: Schedule) -> str:
    """What the audit trail says of a rebuild: the engine and the rule files that it went by."""
    return f"{ENGINE}, rules {schedule.digest[:16]}"


def ranges_of(database: Database) -> Iterator[list[UUID]]:
    """The ids of everybody, a range at a time."""
    last: UUID | None = None
    while True:
        with database.reading() as session:
            ids = sweeping.children_after(session, last, RANGE)
        if not ids:
            return
        yield ids
        last = ids[-1]


def _here(ranges: Iterator[list[UUID]], database: Database, schedule: Schedule, moment: Moment) -> Iterator[int]:
    return (_rebuild_range(database, schedule, ids, moment) for ids in ranges)


def _rebuild_range(database: Database, schedule: Schedule, ids: Sequence[UUID], moment: Moment) -> int:
    if not ids:
        return 0
    with database.reading() as session:
        acting = Acting(session, database.keyring, schedule, _ACTOR, None, moment.now, moment.today)
        compared = answers.compare(acting, ids)
    with database.writing() as session:
        acting = Acting(session, database.keyring, schedule, _ACTOR, None, moment.now, moment.today)
        return kept_answers.renew(acting, compared, ACTION, reason_of(schedule))


def _in_processes(ranges: Iterator[list[UUID]], moment: Moment, jobs: int, opener: Opener) -> Iterator[int]:
    """The ranges shared out; when this is left early, what has not begun is dropped and what has is finished whole."""
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_open, initargs=(opener,))
    pending: set[Future[int]] = set()
    try:
        for ids in ranges:
            pending.add(pool.submit(_rebuild_there, ids, moment))
            if len(pending) >= jobs * _AHEAD:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in finished)
        yield from (each.result() for each in pending)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_opened: list[tuple[Database, Schedule]] = []  # what a process of ours has opened, once


def _open(opener: Opener) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a range begun is finished; who starts them says when to stop
    _opened.append(opener())
    # The rules stay until the end, and an answer leaves no rings behind: looking for rings among them cost a third of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _rebuild_there(ids: Sequence[UUID], moment: Moment) -> int:
    database, schedule = _opened[0]
    return _rebuild_range(database, schedule, ids, moment)
