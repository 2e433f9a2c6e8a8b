"""A QR symbol as one path of whole numbers: sharp at any resolution, and without seams between its modules.

What the symbol says is for `cards` to decide; whether it reads once drawn, for `check`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

from vaxcard.errors import InputFault

QUIET_MODULES = 4
"""The white border that a reader needs, in modules (ISO/IEC 18004, 6.3.8)."""

# One mask for all symbols: choosing among eight is four fifths of the cost, and over random tokens
# mask 0 has the least penalty on average (558, against 639 for the next).
_MASK = 0


@dataclass(frozen=True)
class Symbol:
    """A QR symbol: its side in modules, quiet zone left out, and its dark modules as PDF path operators, y downwards."""

    text: str
    side: int
    path: str

    @property
    def outer_side(self) -> int:
        """The side in modules, quiet zone included."""
        return self.side + 2 * QUIET_MODULES


@lru_cache(maxsize=256)
def symbol(text: str, version: int = 3) -> Symbol:
    """The symbol of `text` at level Q. Raises InputFault when it does not fit the version."""
    code = QRCode(version=version, error_correction=ERROR_CORRECT_Q, mask_pattern=_MASK, border=0)
    code.add_data(text, optimize=0)
    try:
        code.make(fit=False)
    except (DataOverflowError, ValueError) as fault:
        raise InputFault(
            f"{len(text)} characters do not fit a QR symbol of version {version} at level Q", advice="shorten the host"
        ) from fault
    rows = [_runs(row) for row in code.modules]
    path = " ".join(f"{start} {y} {length} 1 re" for y, row in enumerate(rows) for start, length in row)
    return Symbol(text, len(code.modules), f"{path} f")


def _runs(row: list[bool | None]) -> list[tuple[int, int]]:
    """The dark runs of a row, as (first module, length)."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs
