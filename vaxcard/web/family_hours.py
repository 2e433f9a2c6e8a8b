"""A clinic's weekly hours in as few lines as they can be told: days with the same hours together, neighbours as a range."""

from __future__ import annotations

from datetime import time
from itertools import groupby

from vaxcard.records.clinics import ClinicRecord
from vaxcard.web.family_door import family

Hours = tuple[tuple[time, time], ...]
Days = list[tuple[int, int]]


@family.app_template_global("opening_hours")
def opening_hours(clinic: ClinicRecord) -> list[tuple[Days, Hours]]:
    """(ranges of weekdays, hours) with Monday as 0, by the first of their days; empty where no hours are on file."""
    by_day: dict[int, list[tuple[time, time]]] = {}
    for session in clinic.sessions:
        by_day.setdefault(session.weekday, []).append((session.opens, session.closes))
    by_hours: dict[Hours, list[int]] = {}
    for day, hours in sorted(by_day.items()):
        by_hours.setdefault(tuple(sorted(hours)), []).append(day)
    return [(_ranges(days), hours) for hours, days in by_hours.items()]


def _ranges(days: list[int]) -> Days:
    runs = [list(run) for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0])]
    return [(run[0][1], run[-1][1]) for run in runs]
