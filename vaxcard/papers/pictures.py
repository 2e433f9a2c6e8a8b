"""Pictures of finished cards, for screens and documents: pages side by side on a ground, corners cut and the hole punched."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

from vaxcard.papers.check import opened

GROUND = "#F7F5F1"
_GAP, _CORNER = 3.0, 2.5  # mm
_SMOOTH = 4
_COLOURS = 128
_BLACK = 150  # grey below it is printed by a printer that has one colour


def contact_sheet(
    pdf: bytes, pages: Sequence[int], *, columns: int, dpi: int = 96, hole: tuple[float, float, float] | None = None
) -> bytes:
    """A PNG of the chosen pages (from 0) in rows of `columns`; `hole` is (x, y, radius) in mm."""
    with opened(pdf) as document:
        cards = [document[page].render(scale=dpi / 72).to_pil().convert("RGB") for page in pages]
    gap = round(_GAP * dpi / 25.4)
    width, height = cards[0].size
    rows = -(-len(cards) // columns)
    sheet = Image.new("RGB", (columns * (width + gap) + gap, rows * (height + gap) + gap), GROUND)
    mask = _cut((width, height), dpi, hole)
    for at, card in enumerate(cards):
        row, column = divmod(at, columns)
        sheet.paste(card, (gap + column * (width + gap), gap + row * (height + gap)), mask)
    picture = BytesIO()
    sheet.quantize(_COLOURS, dither=Image.Dither.NONE).save(picture, "PNG", optimize=True)
    return picture.getvalue()


def each_page(pdf: bytes, *, dpi: int, hole: tuple[float, float, float] | None = None) -> tuple[bytes, ...]:
    """A PNG of every page, clear where the corners are cut and the `hole` (x, y, radius in mm) is punched."""
    with opened(pdf) as document:
        cards = [document[page].render(scale=dpi / 72).to_pil().convert("RGB") for page in range(len(document))]
    pictures = []
    for card in cards:
        card.putalpha(_cut(card.size, dpi, hole))
        written = BytesIO()
        card.save(written, "PNG", optimize=True)
        pictures.append(written.getvalue())
    return tuple(pictures)


def dots(pdf: bytes, dpi: int) -> tuple[int, bytes]:
    """The first page as a label printer's dots: bytes a row, and the rows from the top, a set bit for each black dot."""
    with opened(pdf) as document:
        grey = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
    black = grey.point(lambda value: 255 if value < _BLACK else 0).convert("1", dither=Image.Dither.NONE)
    return -(-black.width // 8), black.tobytes()


def _cut(size: tuple[int, int], dpi: int, hole: tuple[float, float, float] | None) -> Image.Image:
    """What of a page is card: its corners rounded, the hole out of it."""
    scale = dpi / 25.4 * _SMOOTH
    mask = Image.new("L", (size[0] * _SMOOTH, size[1] * _SMOOTH), 0)
    pen = ImageDraw.Draw(mask)
    pen.rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), _CORNER * scale, fill=255)
    if hole:
        x, y, radius = (value * scale for value in hole)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return mask.resize(size, Image.Resampling.LANCZOS)
