"""The two weights that everything is set in: registered once, measured, and fitted to the room there is.

Text that fits nowhere is an error with its place; whether that stops a print is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import as_file, files

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfbase.ttfonts import TTFont

from vaxcard.errors import VaxcardError

REGULAR, BOLD = "NotoSansSC", "NotoSansSC-Bold"
POINT = 25.4 / 72
"""Millimetres in a typographic point."""

_FILES = {REGULAR: "NotoSansSC-Regular-8105.ttf", BOLD: "NotoSansSC-Bold-8105.ttf"}
_BREAKS = " ·・-/"  # where a name or a line may turn without a hyphen
_NOT_FIRST = "·・-/，。、；：）"  # what no line begins with


class DoesNotFit(VaxcardError):
    """A text is wider than its box at the least size and the most lines that the box allows."""

    code = "does-not-fit"


@dataclass(frozen=True)
class Fitted:
    """Lines that fit their box, and the size at which they do, in points."""

    lines: tuple[str, ...]
    size: float


@cache
def font(name: str) -> TTFont:
    """The registered font; reading its file takes about 12 ms, once per process."""
    rl_config.useA85 = 0  # binary streams: a fifth smaller, and no viewer minds
    ttfonts.makeToUnicodeCMap = _to_unicode
    with as_file(files(__package__) / "fonts" / _FILES[name]) as path:
        loaded = TTFont(name, str(path))
    pdfmetrics.registerFont(loaded)
    return loaded


def _to_unicode(fontname: str, subset: Sequence[int]) -> str:
    """ReportLab's own map writes code points beyond the BMP as five hex digits, so that names there extract as garbage."""
    pairs = "\n".join(f"<{index:02X}> <{_utf16(code)}>" for index, code in enumerate(subset))
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        f"/CIDSystemInfo\n<< /Registry ({fontname})\n/Ordering ({fontname})\n/Supplement 0\n>> def\n"
        f"/CMapName /{fontname} def\n/CMapType 2 def\n1 begincodespacerange\n<00> <{len(subset) - 1:02X}>\n"
        f"endcodespacerange\n{len(subset)} beginbfchar\n{pairs}\nendbfchar\nendcmap\n"
        "CMapName currentdict /CMap defineresource pop\nend\nend"
    )


def _utf16(code: int) -> str:
    return chr(code).encode("utf-16-be", "surrogatepass").hex().upper()


def weight(bold: bool) -> str:
    """The font's name for a weight."""
    return BOLD if bold else REGULAR


@lru_cache(maxsize=16384)
def width(text: str, size: float, *, bold: bool = False, tracking: float = 0) -> float:
    """The width of a line in millimetres; `size` in points, `tracking` in em after each character."""
    natural: float = font(weight(bold)).stringWidth(text, size)
    return (natural + tracking * size * len(text)) * POINT


def missing(text: str) -> str:
    """The characters of `text` that the fonts cannot draw, each once; empty for nearly every name."""
    glyphs = font(REGULAR).face.charToGlyph
    return "".join(dict.fromkeys(character for character in text if ord(character) not in glyphs))


def fit(text: str, room: float, sizes: Sequence[float], *, place: str, bold: bool = False, tracking: float = 0, lines: int = 1) -> Fitted:
    """`text` at the first of `sizes` (points, largest first) at which it fits `room` (mm) on one line;
    failing all, at the last size on up to `lines` lines. Raises DoesNotFit, naming `place`.
    """
    for size in sizes:
        if width(text, size, bold=bold, tracking=tracking) <= room:
            return Fitted((text,), size)
    for hyphens in (False, True) if lines > 1 else ():
        wrapped = wrap(text, room, sizes[-1], bold=bold, hyphens=hyphens)
        if len(wrapped) <= lines:
            return Fitted(wrapped, sizes[-1])
    raise DoesNotFit(
        f"a text of {len(text)} characters needs more than {lines} line(s) of {room:.1f} mm at {sizes[-1]} pt",
        place=place,
        advice="give a shorter one",
    )


def wrap(text: str, room: float, size: float, *, bold: bool = False, hyphens: bool = False) -> tuple[str, ...]:
    """`text` broken into lines of at most `room` mm: at a blank or a dot where there is one, else between Han characters; a word of
    an alphabet that is longer than a line is divided with a hyphen.

    With `hyphens` every line is filled, words divided wherever that saves a line.
    """
    lines: list[str] = []
    rest = text.strip()
    while rest and width(rest, size, bold=bold) > room:
        most = _most(rest, room, size, bold)
        cut = most if hyphens else _turn(rest, most)
        divides = cut > 1 and rest[cut - 1].isalpha() and rest[cut].isalpha() and not _han(rest[cut])
        cut -= divides
        lines.append(rest[:cut].strip() + "-" * divides)
        rest = rest[cut:].strip()
    return (*lines, rest) if rest or not lines else tuple(lines)


def _most(text: str, room: float, size: float, bold: bool) -> int:
    """How many characters at most the next line holds; at least one."""
    most = 1
    while most < len(text) and width(text[: most + 1].rstrip(), size, bold=bold) <= room:
        most += 1
    return most


def _turn(text: str, most: int) -> int:
    """How many of `most` characters the next line takes: up to a blank or a dot where one comes late enough."""
    if most == len(text) or text[most] == " ":
        return most
    marks = [place + 1 for place in range(most) if text[place] in _BREAKS]
    if marks and 2 * marks[-1] >= most:
        return marks[-1]
    between_han = [place + 1 for place in range(most) if _han(text[place]) and text[place + 1] not in _NOT_FIRST]
    return max([*marks, *between_han], default=most)


def _han(character: str) -> bool:
    return ord(character) >= 0x2E80
