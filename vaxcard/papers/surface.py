"""A PDF being drawn, in millimetres from the top left corner: text, boxes, icons, symbols, and pieces drawn once and placed often.

It decides nothing about what is drawn. Operators are written straight into the page where ReportLab's own calls cost most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any, Literal

from reportlab.lib.rl_accel import escapePDF
from reportlab.pdfgen.canvas import Canvas

from vaxcard.papers import typography
from vaxcard.papers.icons import GRID, icon
from vaxcard.papers.outlines import path_operators
from vaxcard.papers.symbol import QUIET_MODULES, Symbol

MM = 72 / 25.4
"""Points in a millimetre."""

Align = Literal["left", "centre", "right"]
Path = Sequence[tuple[Any, ...]]
"""Steps `("m"|"l", x, y)`, `("c", x1, y1, x2, y2, x, y)` and `("h",)`, in mm."""

_ROUND = 0.5523  # a quarter circle's handle, as a part of its radius


@dataclass(frozen=True)
class Type:
    """How a line is set: size in points, weight, colour as `#RRGGBB`, tracking in em."""

    size: float
    bold: bool = False
    colour: str = "#1C1B19"
    tracking: float = 0


class Surface:
    """One file. Lengths in mm, y downwards, from the corner of the page or of whatever `at` and `piece` moved to."""

    def __init__(self, width: float, height: float, *, title: str) -> None:
        self._file = BytesIO()
        typography.font(typography.BOLD)
        self._canvas = Canvas(
            self._file,
            pagesize=(width * MM, height * MM),
            pageCompression=1,
            initialFontName=typography.font(typography.REGULAR).fontName,
            invariant=1,
            lang="zh-CN",
        )
        self._canvas.setTitle(title)
        self._canvas.setCreator("vaxcard")
        self._canvas.setAuthor("vaxcard")
        self._canvas.setSubject(title)
        self._left, self._top = 0.0, height
        self._pieces: dict[str, str] = {}
        self._fill = self._stroke = ""

    # Pages and pieces

    def next_page(self) -> None:
        """End this page and begin another."""
        self._canvas.showPage()
        self._fill = self._stroke = ""

    def turn_page(self) -> None:
        """Draw this page upside down, for printers that turn sheets over the short edge; called before anything is drawn."""
        width, height = self._canvas._pagesize
        self._write(f"-1 0 0 -1 {_number(width)} {_number(height)} cm")

    def finish(self) -> bytes:
        """The file; nothing can be drawn afterwards."""
        self._canvas.save()
        return self._file.getvalue()

    @contextmanager
    def at(self, x: float, y: float) -> Iterator[None]:
        """Draw from (x, y) as the corner."""
        before = self._left, self._top
        self._left, self._top = self._left + x, self._top - y
        yield
        self._left, self._top = before

    def piece(self, name: str, width: float, height: float, draw: Callable[[], None]) -> None:
        """Place at the corner what `draw` draws, cut off at `width` × `height`; the same name is drawn once a file."""
        if name not in self._pieces:
            self._pieces[name] = f"piece{len(self._pieces)}"
            before = self._left, self._top, self._fill, self._stroke
            self._left, self._top, self._fill, self._stroke = 0.0, height, "", ""
            self._canvas.beginForm(self._pieces[name], 0, 0, width * MM, height * MM)
            draw()
            self._canvas.endForm()
            self._left, self._top, self._fill, self._stroke = before
        self._placed(name, 1, self._left * MM, (self._top - height) * MM)

    def piece_at(self, x: float, y: float, name: str, width: float, height: float, draw: Callable[[], None]) -> None:
        """A piece with its corner at (x, y)."""
        with self.at(x, y):
            self.piece(name, width, height, draw)

    def _placed(self, name: str, scale: float, x: float, y: float) -> None:
        self._write(f"q {_number(scale)} 0 0 {_number(scale)} {_number(x)} {_number(y)} cm")
        self._canvas.doForm(self._pieces[name])
        self._write("Q")

    # What is drawn

    def text(self, x: float, baseline: float, text: str, style: Type, align: Align = "left") -> float:
        """A line of text; returns its width in mm."""
        width = typography.width(text, style.size, bold=style.bold, tracking=style.tracking)
        trailing = style.tracking * style.size * typography.POINT  # no gap after the last character
        start = x - {"left": 0.0, "centre": (width - trailing) / 2, "right": width - trailing}[align]
        self._filled_with(style.colour)
        font, document = typography.font(typography.weight(style.bold)), self._canvas._doc
        shown = " ".join(
            f"{font.getSubsetInternalName(subset, document)} {_number(style.size)} Tf ({escapePDF(chunk)}) Tj"
            for subset, chunk in font.splitString(text, document)
        )
        spaced = (f"{_number(style.tracking * style.size)} Tc ", " 0 Tc") if style.tracking else ("", "")
        self._write(f"BT {self._point(start, baseline)} Td {spaced[0]}{shown}{spaced[1]} ET")
        return width

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str | None = None,
        radius: float = 0,
        stroke: str | None = None,
        line: float = 0.2,
    ) -> None:
        """A rectangle, its corners rounded by `radius`; a stroke of `line` mm lies inside its edge."""
        if stroke:
            x, y, width, height = x + line / 2, y + line / 2, width - line, height - line
            radius = max(0.0, radius - line / 2)
        self._path(rounded(x, y, width, height, radius), fill, stroke, line)

    def line(self, x1: float, y1: float, x2: float, y2: float, *, colour: str = "#1C1B19", width: float = 0.2) -> None:
        """A straight line `width` mm thick."""
        self._path([("m", x1, y1), ("l", x2, y2)], None, colour, width)

    def lines(self, segments: list[tuple[float, float, float, float]], *, colour: str, width: float) -> None:
        """Many straight lines as one path, each (x1, y1, x2, y2)."""
        self._path([step for x1, y1, x2, y2 in segments for step in (("m", x1, y1), ("l", x2, y2))], None, colour, width)

    def outline(self, data: str, fill: str) -> None:
        """A filled outline, given as SVG path data in mm."""
        self._filled_with(fill)
        corner = self._point(0, 0)
        self._write(f"q {_number(MM, 5)} 0 0 -{_number(MM, 5)} {corner} cm {path_operators(data)} f Q")

    def icon(self, name: str, x: float, y: float, side: float, colour: str) -> None:
        """A drawing of `icons.svg` or `signs.svg` in one colour, `side` mm square."""
        self._filled_with(colour)
        self._stroked_with(colour)
        form = f"icon-{name}"
        if form not in self._pieces:
            self._pieces[form] = form
            self._canvas.beginForm(form, 0, 0, GRID, GRID)
            self._write(f"1 0 0 -1 0 {GRID} cm {icon(name)}")
            self._canvas.endForm()
        self._placed(form, side * MM / GRID, (self._left + x) * MM, (self._top - y - side) * MM)

    def symbol(self, symbol: Symbol, x: float, y: float, side: float) -> None:
        """A QR symbol, black; (x, y) and `side` are those of its dark square, the quiet zone lies outside."""
        self._filled_with("#000000")
        module = side * MM / symbol.side
        corner = f"{_number((self._left + x) * MM)} {_number((self._top - y) * MM)}"
        self._write(f"q {_number(module, 5)} 0 0 -{_number(module, 5)} {corner} cm {symbol.path} Q")

    # How it is written

    def _write(self, operators: str) -> None:
        self._canvas._code.append(operators)

    def _point(self, x: float, y: float) -> str:
        return f"{_number((self._left + x) * MM)} {_number((self._top - y) * MM)}"

    def _path(self, path: Path, fill: str | None, stroke: str | None, line: float) -> None:
        if fill:
            self._filled_with(fill)
        if stroke:
            self._stroked_with(stroke)
            self._write(f"{_number(line * MM)} w")
        points = (" ".join([*(self._point(*step[at : at + 2]) for at in range(1, len(step), 2)), step[0]]) for step in path)
        self._write(f"{' '.join(points)} {'B' if fill and stroke else 'f' if fill else 'S'}")

    def _filled_with(self, colour: str) -> None:
        if colour != self._fill:
            self._fill = colour
            self._write(f"{_rgb(colour)} rg")

    def _stroked_with(self, colour: str) -> None:
        if colour != self._stroke:
            self._stroke = colour
            self._write(f"{_rgb(colour)} RG")


def quiet(symbol: Symbol, side: float) -> float:
    """The quiet zone's width in mm around a symbol of `side` mm."""
    return QUIET_MODULES * side / symbol.side


def rounded(x: float, y: float, width: float, height: float, radius: float) -> Path:
    """A rectangle with rounded corners as a path."""
    right, bottom, handle = x + width, y + height, radius * (1 - _ROUND)
    if not radius:
        return [("m", x, y), ("l", right, y), ("l", right, bottom), ("l", x, bottom), ("h",)]
    return [
        ("m", x + radius, y),
        ("l", right - radius, y),
        ("c", right - handle, y, right, y + handle, right, y + radius),
        ("l", right, bottom - radius),
        ("c", right, bottom - handle, right - handle, bottom, right - radius, bottom),
        ("l", x + radius, bottom),
        ("c", x + handle, bottom, x, bottom - handle, x, bottom - radius),
        ("l", x, y + radius),
        ("c", x, y + handle, x + handle, y, x + radius, y),
        ("h",),
    ]


def _number(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if value else "0"


@lru_cache(maxsize=64)
def _rgb(colour: str) -> str:
    return " ".join(_number(int(colour[at : at + 2], 16) / 255, 4) for at in (1, 3, 5))
