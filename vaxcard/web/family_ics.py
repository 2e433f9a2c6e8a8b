"""A child's next visit as a calendar file (RFC 5545): no child, no vaccine, only that a visit is due, when, and where.

The same event keeps its identity, so that a calendar moves it when the day moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LONGEST = 75  # octets a line (RFC 5545, 3.1)
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True)
class VisitEvent:
    """The visit: its lasting identity and how often it was changed, the day with the clinic's hours, and what the calendar shows."""

    uid: str
    sequence: int
    on: date
    hours: tuple[time, time] | None
    zone: str
    title: str
    place: str
    notes: str


def calendar_file(event: VisitEvent | None, title: str, now: datetime) -> str:
    """The file, with no event where no visit is planned; a subscription asks again twice a day."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//vaxcard//family//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"X-WR-CALNAME:{title.translate(_ESCAPED)}", "REFRESH-INTERVAL;VALUE=DURATION:PT12H", "X-PUBLISHED-TTL:PT12H"]
    lines += _event(event, now) if event else []
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(event: VisitEvent, now: datetime) -> list[str]:
    told = {"SUMMARY": event.title, "LOCATION": event.place, "DESCRIPTION": event.notes}
    return [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{_moment(now)}",
        *_times(event),
        *(f"{name}:{text.translate(_ESCAPED)}" for name, text in told.items()),
        "TRANSP:TRANSPARENT",
        *("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P1D", f"DESCRIPTION:{event.title.translate(_ESCAPED)}", "END:VALARM"),
        "END:VEVENT",
    ]


def _times(event: VisitEvent) -> list[str]:
    if event.hours is None:
        return [f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}", f"DTEND;VALUE=DATE:{event.on + timedelta(days=1):%Y%m%d}"]
    start, end = (datetime.combine(event.on, at, ZoneInfo(event.zone)) for at in event.hours)
    return [f"DTSTART:{_moment(start)}", f"DTEND:{_moment(end)}"]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets, none of which cuts a character."""
    pieces: list[str] = []
    piece = ""
    for character in line:
        if len((piece + character).encode()) > _LONGEST - (1 if pieces else 0):
            pieces.append(piece)
            piece = ""
        piece += character
    return "\r\n ".join([*pieces, piece])
