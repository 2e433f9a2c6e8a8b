"""The drawings of `static/icons.svg` and `static/signs.svg` as PDF path operators, in one colour that the caller sets.

Reads just the SVG that the two files are written in: symbols of paths and circles on a 24-unit grid, y downwards.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from vaxcard.errors import VaxcardError
from vaxcard.papers.outlines import path_operators

GRID = 24
"""The side of every icon, in its own units."""

_SVG = "{http://www.w3.org/2000/svg}"
_FILES = ("icons.svg", "signs.svg")


class NoSuchIcon(VaxcardError):
    """A drawing is asked for that no file has."""

    code = "no-such-icon"


@cache
def icon(name: str) -> str:
    """The operators that draw an icon in the current fill and stroke colour. Raises NoSuchIcon."""
    shapes = _symbols().get(name)
    if shapes is None:
        raise NoSuchIcon(f"there is no drawing called {name}", place=" or ".join(_FILES), advice="name one of its symbols")
    return "\n".join(_draw(shape, shapes.attrib) for shape in shapes if shape.tag != f"{_SVG}title")


def names() -> tuple[str, ...]:
    """Every drawing there is."""
    return tuple(_symbols())


@cache
def _symbols() -> dict[str, ElementTree.Element]:
    folder = _static_folder()
    roots = [ElementTree.parse(folder / name).getroot() for name in _FILES]
    return {symbol.attrib["id"]: symbol for root in roots for symbol in root.iter(f"{_SVG}symbol")}


def _static_folder() -> Path:
    """In a wheel the drawings lie in the package; in a checkout, beside it."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "static", package.parent / "static"):
        if (folder / _FILES[0]).is_file():
            return folder
    raise NoSuchIcon("the drawings are not installed", place="static/", advice="install the package again")


def _draw(shape: ElementTree.Element, inherited: dict[str, str]) -> str:
    style = {**inherited, **shape.attrib}
    filled, stroked = style.get("fill", "none") != "none", style.get("stroke", "none") != "none"
    if shape.tag == f"{_SVG}circle":
        centre_x, centre_y, radius = (float(shape.attrib[key]) for key in ("cx", "cy", "r"))
        half = f"a{radius} {radius} 0 1 1"
        data = f"M{centre_x - radius} {centre_y}{half} {2 * radius} 0{half} {-2 * radius} 0Z"
    else:
        data = shape.attrib["d"]
    even_odd = "*" if style.get("fill-rule") == "evenodd" else ""
    paint = f"B{even_odd}" if filled and stroked else f"f{even_odd}" if filled else "S"
    before = f"{style.get('stroke-width', 1)} w 1 J 1 j" if stroked else ""
    dashes = style.get("stroke-dasharray", "").replace(",", " ")
    return f"q {before} {f'[{dashes}] 0 d' if dashes else ''} {path_operators(data)} {paint} Q"
