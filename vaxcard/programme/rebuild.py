"""Everyone assessed again, as when an edition of the schedule changes: in ranges of ids, each range a transaction.

Stopped half-way, what was done stays done, and a second run does it again without harm.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from vaxcard.records import sweeping
from vaxcard.records.acting import Acting
from vaxcard.records.database import Database
from vaxcard.schedule.rules import Schedule

_RANGE = 200  # children a transaction: nobody at a counter waits long for the write lock
_ACTOR = "system:rebuild"


def rebuild(
    database: Database,
    schedule: Schedule,
    *,
    now: datetime,
    today: date,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Assess every child for `today` and rewrite what is owed; returns how many. `progress` is told (done, total) after each range."""
    with database.reading() as session:
        total = sweeping.count_children(session)
    done, last = 0, None
    while True:
        with database.writing() as session:
            children = sweeping.children_after(session, last, _RANGE)
            acting = Acting(session, database.keyring, schedule, _ACTOR, None, now, today)
            done += sweeping.assess_again(acting, children, "schedule.rebuild")
        if not children:
            return done
        last = children[-1]
        if progress:
            progress(done, max(total, done))
