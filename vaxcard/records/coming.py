"""When a child comes next: the first session on which something owed may be given, judged as of that very day.

Each day is judged by asking the engine anew, so that what was given today, and what it forbids, counts. Rows are others' to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from vaxcard.records.clinics import ClinicRecord
from vaxcard.records.histories import NotGiven, Told
from vaxcard.records.visits import VisitKind, first_open_day
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child
from vaxcard.schedule.outcomes import Assessment, Forecast, SeriesStatus
from vaxcard.schedule.rules import Schedule
from vaxcard.schedule.visit_rules import load_visit_rules

_MOST_DAYS_TRIED = 40
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Coming:
    """A next visit: `visit_on` is the clinic's open day, `planned_on` the schedule's own day that it serves, `groups` what may be given."""

    clinic_id: UUID
    visit_on: date
    planned_on: date
    groups: tuple[str, ...]
    kind: VisitKind = VisitKind.COMPUTED


class Asked:
    """One child's history put to the engine for one day and another; each day is worked out once."""

    def __init__(self, schedule: Schedule, child: Child, told: Told, today: Assessment) -> None:
        self.schedule, self.child, self.told, self.today = schedule, child, told, today
        self.put_off = _put_off(schedule, told)
        self._found: dict[date, Assessment] = {today.on: today}

    def on(self, day: date) -> Assessment:
        """The child's standing on a day to come, if nothing is given before it."""
        until = self.today.holds_until
        if day not in self._found and (until is None or day > until):
            self._found[day] = assess(self.schedule, self.child, self.told.history, day)
        return self._found.get(day, self.today)


def _put_off(schedule: Schedule, told: Told) -> Mapping[str, date]:
    """Until when each group is put off: what was not given waits for its day to try again, unless a dose came since."""
    found: dict[str, date] = {}
    for each in told.put_off:
        for group in _groups_of(schedule, each):
            given = any(dose.given_on > each.on and group in schedule.vaccines[dose.vaccine].groups for dose in told.history.doses)
            if not given:
                found[group] = each.retry_on
    return found


def _groups_of(schedule: Schedule, each: NotGiven) -> Iterable[str]:
    return schedule.vaccines[each.vaccine].groups if each.vaccine in schedule.vaccines else ()


def next_visit(asked: Asked, clinic: ClinicRecord, not_before: date, appointed_on: date | None = None) -> Coming | None:
    """The child's next visit at its clinic from `not_before` on (`visits.next_session_day`), None where no programme dose calls for one.

    A visit to come waits a few days (`join_within` of the country's visit rules) for what is recommended then, never past a day on time.
    An appointment stands as long as something may be given on its day. Raises Refused for a clinic that is never open.
    """
    first = _first_day(asked, clinic, not_before)
    if first is None:
        return None
    planned_on, day = first
    if appointed_on is not None and (groups := _given_on(asked, appointed_on)):
        return Coming(clinic.id, appointed_on, planned_on, tuple(groups), VisitKind.APPOINTED)
    joined = _joined(asked, clinic, day) if day > not_before else day
    groups = _given_on(asked, joined)
    if joined != first_open_day(clinic, max(planned_on, not_before)):
        planned_on = joined  # the day that the schedule had first named is not the one that this visit serves
    return Coming(clinic.id, joined, planned_on, tuple(groups))


def _first_day(asked: Asked, clinic: ClinicRecord, not_before: date) -> tuple[date, date] | None:
    """The schedule's own day, and the first session on which a programme dose may be given."""
    calling = _calling(asked, asked.today)
    if not calling:
        return None
    planned_on = min(_ready(asked, each) for each in calling)
    day = first_open_day(clinic, max(planned_on, not_before))
    for _ in range(_MOST_DAYS_TRIED):
        calling = _calling(asked, asked.on(day))
        if not calling:
            return None
        ready = min(_ready(asked, each) for each in calling)
        if ready <= day:
            return planned_on, day
        day = first_open_day(clinic, max(ready, day + _ONE_DAY))
    return None


def _calling(asked: Asked, found: Assessment) -> list[Forecast]:
    """The programme doses that await nothing but their day: what a paid vaccine or a question asks for calls for no visit."""
    return [each for each in found.forecasts if not each.optional and _is_to_give(each) and _is_in_time(asked, each)]


def _is_to_give(each: Forecast) -> bool:
    return each.status is SeriesStatus.NOT_COMPLETE and each.needs is None and each.earliest is not None and each.recommended is not None


def _is_in_time(asked: Asked, each: Forecast) -> bool:
    return each.latest is None or _ready(asked, each) <= each.latest


def _ready(asked: Asked, each: Forecast) -> date:
    """The day from which a dose belongs to a visit: what could be given early is not pulled forward before its recommended day."""
    days = [day for day in (each.earliest, each.recommended, asked.put_off.get(each.group)) if day is not None]
    return max(days)


def _given_on(asked: Asked, day: date) -> list[str]:
    """The groups of a visit on that day: all that is due by then and not put off, paid vaccines already begun among it."""
    found = asked.on(day)
    return [each.group for each in found.forecasts if _is_to_give(each) and each.group in found.due_now and _ready(asked, each) <= day]


def _joined(asked: Asked, clinic: ClinicRecord, day: date) -> date:
    """The visit's day, or the last one soon after it on which more may be given and nothing is late for it."""
    rules = load_visit_rules(asked.schedule.code)
    last, found, groups = rules.join_within.after(day), asked.on(day), _given_on(asked, day)
    soon = {_ready(asked, each) for each in found.forecasts if _is_to_give(each) and day < _ready(asked, each) <= last}
    for ready in sorted(soon, reverse=True):
        later = first_open_day(clinic, ready)
        if later <= last and _all_wait(found.forecasts, groups, later) and set(groups) < set(_given_on(asked, later)):
            return later
    return day


def _all_wait(forecasts: Sequence[Forecast], groups: Sequence[str], until: date) -> bool:
    """Whether each of these doses is still on time on that day."""
    ends = [end for each in forecasts if each.group in groups for end in (each.past_due, each.latest) if end is not None]
    return all(until <= end for end in ends)
