"""Reads every symbol of a finished file back as a camera would, before the file is offered: pages as pictures, symbols decoded.

It says which symbols do not read or stand in another's place; refusing the file is the caller's part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

import zxingcpp
from PIL import Image
from pypdfium2 import PdfDocument

from vaxcard.errors import VaxcardError

DPI = 150
"""Dots per inch at which pages are read: less than any printer's, so that what reads here reads on paper."""

_SECOND_LOOK = 4 / 3  # a page with a fault is read once more, finer and in every way the decoder knows, before it is refused

_SMALL, _ENLARGED = 1000, 3  # a picture of so few pixels across is enlarged before it is given up

_MM_PER_INCH = 25.4
_PDFIUM = Lock()
_SHARE = 10  # pages that a process of a pool reads at once
_SHOWN = 8  # faults named in an error before the rest are only counted


class UnreadableSheet(VaxcardError):
    """A file is not offered, because a symbol on it does not lead to its card."""

    code = "unreadable-sheet"


@dataclass(frozen=True)
class Expected:
    """A symbol that must read: its page from 0, its text, its square on the page in mm, and the card's name in a message."""

    page: int
    text: str
    x: float
    y: float
    side: float
    label: str


@dataclass(frozen=True)
class Unread:
    """An expected symbol that failed, and how."""

    expected: Expected
    problem: str


@dataclass(frozen=True)
class Found:
    """A symbol that was read: its text, and its middle in mm from the picture's top left corner."""

    text: str
    x: float
    y: float


def unread(
    pdf: bytes,
    expected: Sequence[Expected],
    *,
    dpi: int = DPI,
    each: Callable[[int, int], None] | None = None,
    pool: Executor | None = None,
) -> tuple[Unread, ...]:
    """The expected symbols that do not read where they stand; empty for a sound file. About 30 ms a page.

    `each(done, of)` is told after every page. A `pool` of processes shares the pages among itself.
    """
    by_page: dict[int, list[Expected]] = {}
    for one in expected:
        by_page.setdefault(one.page, []).append(one)
    if pool is not None:
        return _unread_in(pool, pdf, list(by_page.values()), dpi, each)
    faults: list[Unread] = []
    with opened(pdf) as document:
        for done, (page, wanted) in enumerate(by_page.items(), start=1):
            faults += _faults(document, page, wanted, dpi)
            if each:
                each(done, len(by_page))
    return tuple(faults)


def _unread_in(
    pool: Executor, pdf: bytes, pages: Sequence[Sequence[Expected]], dpi: int, each: Callable[[int, int], None] | None
) -> tuple[Unread, ...]:
    """The pages in shares of a few, each read in a process of its own."""
    shares = [pages[at : at + _SHARE] for at in range(0, len(pages), _SHARE)]
    jobs = [pool.submit(unread, pdf, [one for page in share for one in page], dpi=dpi) for share in shares]
    faults: list[Unread] = []
    done = 0
    for job, share in zip(jobs, shares, strict=True):
        faults += job.result()
        done += len(share)
        if each:
            each(done, len(pages))
    return tuple(faults)


@contextmanager
def opened(pdf: bytes) -> Iterator[PdfDocument]:
    """The file, open for drawing. PDFium serves one thread at a time: others wait here."""
    with _PDFIUM:
        document = PdfDocument(pdf)
        try:
            yield document
        finally:
            document.close()


def require_readable(
    pdf: bytes,
    expected: Sequence[Expected],
    *,
    dpi: int = DPI,
    each: Callable[[int, int], None] | None = None,
    pool: Executor | None = None,
) -> None:
    """Raise UnreadableSheet, naming the cards, unless every expected symbol reads where it stands."""
    faults = unread(pdf, expected, dpi=dpi, each=each, pool=pool)
    if faults:
        named = "; ".join(f"{fault.expected.label}: {fault.problem}" for fault in faults[:_SHOWN])
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise UnreadableSheet(
            f"{len(faults)} of {len(expected)} symbols do not read: {named}{more}",
            advice="nothing was written; print the set again, and report it if it fails twice",
        )


def _faults(document: PdfDocument, page: int, wanted: Sequence[Expected], dpi: int) -> list[Unread]:
    faults = _missed(wanted, read_page(document, page, dpi))
    if faults:
        faults = _missed(wanted, read_page(document, page, round(dpi * _SECOND_LOOK), thorough=True))
    return faults


def _missed(wanted: Sequence[Expected], found: Sequence[Found]) -> list[Unread]:
    return [Unread(one, problem) for one in wanted if (problem := _problem(one, found))]


def _problem(one: Expected, found: Sequence[Found]) -> str | None:
    here = [symbol for symbol in found if _inside(symbol, one)]
    if any(symbol.text == one.text for symbol in here):
        return None
    return "another card's symbol stands in its place" if here else "its symbol does not read"


def _inside(symbol: Found, one: Expected) -> bool:
    return one.x < symbol.x < one.x + one.side and one.y < symbol.y < one.y + one.side


def read_page(document: PdfDocument, page: int, dpi: int = DPI, *, thorough: bool = False) -> list[Found]:
    """Every QR symbol on a page, drawn at `dpi`."""
    bitmap = document[page].render(scale=dpi / 72, grayscale=True)
    try:
        return _found(bitmap.to_pil(), _MM_PER_INCH / dpi, thorough=thorough)
    finally:
        bitmap.close()


def read_picture(picture: Image.Image, *, thorough: bool = True) -> list[Found]:
    """Every QR symbol on a picture; places are in pixels. Serves camera frames too.

    A thorough look that finds nothing looks again at the picture enlarged: the decoder wants some four pixels a module, and
    a card photographed from far away has two.
    """
    found = _found(picture, 1.0, thorough=thorough)
    if found or not thorough or max(picture.size) > _SMALL:
        return found
    larger = picture.resize((picture.width * _ENLARGED, picture.height * _ENLARGED), Image.Resampling.LANCZOS)
    return _found(larger, 1 / _ENLARGED, thorough=thorough)


def _found(picture: Any, scale: float, *, thorough: bool = False) -> list[Found]:
    kinds = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    symbols = zxingcpp.read_barcodes(picture, formats=kinds, try_rotate=thorough, try_downscale=thorough, try_invert=thorough)
    return [Found(symbol.text, *_middle(symbol.position, scale)) for symbol in symbols]


def _middle(position: Any, scale: float) -> tuple[float, float]:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return sum(corner.x for corner in corners) / 4 * scale, sum(corner.y for corner in corners) / 4 * scale
