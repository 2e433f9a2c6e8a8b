"""SVG path data (`M L H V C S A Z`, either case) as PDF path operators in the same coordinates.

Just what the project's own drawings use; colour, width and place are for the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import atan2, ceil, cos, pi, radians, sin, sqrt, tan

from vaxcard.errors import InputFault

Point = tuple[float, float]

_LETTERS = re.compile(r"([MmLlHhVvCcSsAaZz])")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
_FLAG = re.compile(r"[01]")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "A": 7}
_FLAGS_AT = (3, 4)


def path_operators(data: str) -> str:
    """The path as `m`, `l`, `c` and `h` operators. Raises InputFault for what it cannot read."""
    pen = _Pen()
    for letter, numbers in _commands(data):
        pen.follow(letter, numbers)
    return " ".join(pen.operators)


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    """Each command with its numbers; one that is repeated by numbers alone is given its letter again."""
    pieces = _LETTERS.split(data)
    if pieces[0].strip():
        raise InputFault("a path does not begin with a command", place=data[:40], advice="correct the drawing")
    for letter, text in zip(pieces[1::2], pieces[2::2], strict=True):
        numbers, takes = _numbers(letter, text), _TAKES.get(letter.upper(), 0)
        if len(numbers) % takes if takes else numbers:
            raise InputFault(f"{letter} has {len(numbers)} numbers", place=data[:40], advice="correct the drawing")
        if not takes:
            yield letter, []
        for at in range(0, len(numbers), takes or 1):
            yield letter, numbers[at : at + takes]
            letter = {"M": "L", "m": "l"}.get(letter, letter)


def _numbers(letter: str, text: str) -> list[float]:
    """The numbers behind a letter; an arc's two flags may stand without a blank before what follows."""
    numbers: list[float] = []
    rest = text.strip(" ,\n")
    while rest:
        flag = letter in "Aa" and len(numbers) % _TAKES["A"] in _FLAGS_AT
        found = (_FLAG if flag else _NUMBER).match(rest)
        if found is None:
            raise InputFault("a number in a path cannot be read", place=f"{letter}{text}"[:40], advice="correct the drawing")
        numbers.append(float(found[0]))
        rest = rest[found.end() :].lstrip(" ,\n")
    return numbers


class _Pen:
    """Where the pen stands, where the figure began, and the last handle, which S mirrors."""

    def __init__(self) -> None:
        self.operators: list[str] = []
        self._at: Point = (0.0, 0.0)
        self._start: Point = (0.0, 0.0)
        self._handle: Point | None = None

    def follow(self, letter: str, numbers: list[float]) -> None:
        origin = self._at if letter.islower() else (0.0, 0.0)
        handle, self._handle = self._handle, None
        command = letter.upper()
        if command == "Z":
            self.operators.append("h")
            self._at = self._start
        elif command == "A":
            end = (numbers[5] + origin[0], numbers[6] + origin[1])
            self.operators += _arc(self._at, end, numbers)
            self._at = end
        elif command in "CS":
            points = [(numbers[at] + origin[0], numbers[at + 1] + origin[1]) for at in range(0, len(numbers), 2)]
            self._curve(points if command == "C" else [self._mirrored(handle), *points])
        else:
            self._line(command, numbers, origin)

    def _mirrored(self, handle: Point | None) -> Point:
        return (2 * self._at[0] - handle[0], 2 * self._at[1] - handle[1]) if handle else self._at

    def _curve(self, points: list[Point]) -> None:
        self.operators.append(f"{' '.join(_written(point) for point in points)} c")
        self._handle, self._at = points[1], points[2]

    def _line(self, command: str, numbers: list[float], origin: Point) -> None:
        x = self._at[0] if command == "V" else numbers[0] + origin[0]
        y = self._at[1] if command == "H" else numbers[-1] + origin[1]
        self._at = (x, y)
        if command == "M":
            self._start = self._at
        self.operators.append(f"{_written(self._at)} {'m' if command == 'M' else 'l'}")


def _written(point: Point) -> str:
    return " ".join(f"{round(value, 3) + 0.0:.3f}".rstrip("0").rstrip(".") for value in point)


def _arc(start: Point, end: Point, numbers: list[float]) -> list[str]:
    """An elliptical arc as curves of at most a right angle each (SVG 1.1, appendix F.6.5)."""
    turn, large, sweep = radians(numbers[2]), bool(numbers[3]), bool(numbers[4])
    half = _turned(((start[0] - end[0]) / 2, (start[1] - end[1]) / 2), -turn)
    spread = max(1.0, sqrt((half[0] / numbers[0]) ** 2 + (half[1] / numbers[1]) ** 2))
    across, down = numbers[0] * spread, numbers[1] * spread
    u, v = half[0] / across, half[1] / down
    root = sqrt(max(0.0, 1 / (u * u + v * v) - 1)) * (-1 if large == sweep else 1)
    centre = (root * v, -root * u)  # on the unit circle's scale
    first = atan2(v - centre[1], u - centre[0])
    angle = (atan2(-v - centre[1], -u - centre[0]) - first) % (2 * pi) - (0 if sweep else 2 * pi)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)

    def place(x: float, y: float) -> str:
        turned = _turned(((x + centre[0]) * across, (y + centre[1]) * down), turn)
        return _written((turned[0] + middle[0], turned[1] + middle[1]))

    parts = ceil(abs(angle) / (pi / 2) - 1e-9)
    step = angle / parts
    return [_piece(place, first + at * step, step) for at in range(parts)]


def _turned(point: Point, angle: float) -> Point:
    return (point[0] * cos(angle) - point[1] * sin(angle), point[0] * sin(angle) + point[1] * cos(angle))


def _piece(place: Callable[[float, float], str], start: float, step: float) -> str:
    """A curve along the unit circle from `start` over `step` radians."""
    reach, end = 4 / 3 * tan(step / 4), start + step
    first = place(cos(start) - reach * sin(start), sin(start) + reach * cos(start))
    second = place(cos(end) + reach * sin(end), sin(end) - reach * cos(end))
    return f"{first} {second} {place(cos(end), sin(end))} c"
