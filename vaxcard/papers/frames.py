"""Reads the codes on a picture that a camera took: a card's symbol, a box's DataMatrix or bar code. Nothing is kept.

What a code means, a child or a box, is for the rooms that keep those; a picture that hides its size in few bytes is refused unread.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

import zxingcpp
from PIL import Image, ImageOps

from vaxcard.errors import InputFault

LARGEST_FILE = 1024 * 1024
"""Bytes of a picture that is looked at; a frame of 640 pixels has some 60 thousand, a photo made smaller by the page some 400."""

LARGEST_SIDE, LARGEST_AREA = 4000, 6_000_000
"""Pixels: what is larger takes seconds to read and shows a code no better."""

_FORMATS = ("JPEG", "PNG", "WEBP")
_KINDS = {
    zxingcpp.BarcodeFormat.QRCode: "qr",
    zxingcpp.BarcodeFormat.DataMatrix: "datamatrix",
    zxingcpp.BarcodeFormat.Code128: "code128",
}
_SMALL, _ENLARGED = 1000, 2  # a picture of so few pixels across is looked at once more, enlarged: the decoder wants 4 a module


class UnreadablePicture(InputFault):
    """What was sent is no picture that is looked at."""

    code = "unreadable-picture"


@dataclass(frozen=True)
class Code:
    """A code on a picture: its kind (`qr`, `datamatrix`, `code128`) and what it says; a GS1 code in its readable form, `(01)…(17)…`."""

    kind: str
    text: str


def read_frame(data: bytes) -> tuple[Code, ...]:
    """Every code on the picture, each once, in the order found; none where there is none.

    Raises UnreadablePicture for what is too large, broken, or no JPEG, PNG or WebP.
    """
    picture = _opened(data)
    found = _codes(picture)
    if not found and max(picture.size) <= _SMALL:
        found = _codes(picture.resize((picture.width * _ENLARGED, picture.height * _ENLARGED), Image.Resampling.LANCZOS))
    return found


def _opened(data: bytes) -> Image.Image:
    if len(data) > LARGEST_FILE:
        raise UnreadablePicture("the picture is too large", advice="hold the code closer and take a smaller picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(data), formats=_FORMATS)
            if max(picture.size) > LARGEST_SIDE or picture.width * picture.height > LARGEST_AREA:
                raise UnreadablePicture("the picture is too large", advice="hold the code closer and take a smaller picture")
            return ImageOps.exif_transpose(picture).convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise UnreadablePicture("this is not a picture that can be read", advice="take the picture once more") from fault


def _codes(picture: Image.Image) -> tuple[Code, ...]:
    wanted = zxingcpp.BarcodeFormats(list(_KINDS))
    found = zxingcpp.read_barcodes(picture, formats=wanted, try_rotate=True, try_downscale=True, try_invert=False)
    return tuple(dict.fromkeys(Code(_KINDS.get(each.format, str(each.format)), each.text) for each in found if each.text))
