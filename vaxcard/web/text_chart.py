"""A bar a day of texts by what became of them, as lengths for a drawing, with the same numbers for the table beside it.

Shades and hatching tell them apart: colour means a child's age and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from vaxcard.records.messages import MessageState
from vaxcard.records.text_figures import TextCount

GROUPS: Mapping[str, tuple[MessageState, ...]] = {
    "delivered": (MessageState.DELIVERED,),
    "sent": (MessageState.SENT,),
    "planned": (MessageState.PLANNED, MessageState.SENDING),
    "unknown": (MessageState.UNKNOWN,),
    "failed": (MessageState.FAILED,),
    "unsent": (MessageState.CANCELLED, MessageState.MUTED, MessageState.EXPIRED, MessageState.HELD_OUT),
}
_GROUP_OF = {state.value: group for group, states in GROUPS.items() for state in states}
WIDTH, HEIGHT, _LEFT, _TOP, _BOTTOM = 720, 240, 44, 12, 34  # of the drawing, in its own units
_GAP = 0.28  # of a day's width
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Piece:
    """A stretch of a bar."""

    group: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """A day: its place, its pieces from below, its numbers by group, and the parts that they take."""

    day: date
    x: float
    width: float
    pieces: tuple[Piece, ...]
    numbers: Mapping[str, int]
    parts: int


@dataclass(frozen=True)
class Chart:
    """The bars, and lines across with what they stand for."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, int], ...]
    totals: Mapping[str, int]
    parts: int


def chart_of(counts: Sequence[TextCount], first: date, last: date) -> Chart:
    """The days from `first` to `last`, each a bar."""
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    numbers = {day: dict.fromkeys(GROUPS, 0) for day in days}
    parts = dict.fromkeys(days, 0)
    for each in counts:
        numbers[each.day][_GROUP_OF[each.state]] += each.number
        parts[each.day] += each.parts if _GROUP_OF[each.state] != "unsent" else 0
    step = _step(max(sum(of_day.values()) for of_day in numbers.values()))
    top, broad = step * 4, (WIDTH - _LEFT) / len(days)
    bars = tuple(
        Bar(day, _LEFT + broad * (place + _GAP / 2), broad * (1 - _GAP), _pieces(numbers[day], top), numbers[day], parts[day])
        for place, day in enumerate(days)
    )
    lines = tuple((_y(step * number, top), step * number) for number in range(5))
    totals = {group: sum(of_day[group] for of_day in numbers.values()) for group in GROUPS}
    return Chart(bars, lines, totals, sum(parts.values()))


def _pieces(numbers: Mapping[str, int], top: int) -> tuple[Piece, ...]:
    pieces, below = [], 0
    for group, number in numbers.items():
        if number:
            pieces.append(Piece(group, _y(below + number, top), _y(below, top) - _y(below + number, top)))
        below += number
    return tuple(pieces)


def _y(number: int, top: int) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * number / top


def _step(most: int) -> int:
    """A round number of which four reach over the highest bar."""
    scale = 1
    while True:
        for step in _STEPS:
            if step * scale * 4 >= most:
                return step * scale
        scale *= 10


def totals_by_clinic(counts: Sequence[TextCount], names: Mapping[UUID, str]) -> list[tuple[str, Mapping[str, int]]]:
    """Each clinic's numbers by group, by name."""
    found = {clinic_id: dict.fromkeys(GROUPS, 0) for clinic_id in names}
    for each in counts:
        if each.clinic_id in found:
            found[each.clinic_id][_GROUP_OF[each.state]] += each.number
    return [(names[clinic_id], of_clinic) for clinic_id, of_clinic in found.items()]
