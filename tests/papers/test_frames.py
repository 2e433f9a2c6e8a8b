"""What a camera's picture says: cards held crooked, boxes, and pictures that are none."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image, ImageFilter

from vaxcard.papers.frames import LARGEST_FILE, Code, UnreadablePicture, read_frame

CARD = "HTTPS://VAX.EXAMPLE/C/7A7A7A7A7A7A7A7A7A7A"
TRACE = "83857930000879766660"


KINDS = {
    "qr": zxingcpp.BarcodeFormat.QRCode,
    "datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
    "code128": zxingcpp.BarcodeFormat.Code128,
}


def drawn(kind: str, text: str, *, scale: int = 4) -> Image.Image:
    """A code as a picture."""
    points = memoryview(zxingcpp.create_barcode(text, KINDS[kind]).to_image(scale=scale, add_quiet_zones=True))
    rows, columns = points.shape
    return Image.frombytes("L", (columns, rows), points.tobytes())


def held(code: Image.Image, *, turned: float = 0, blurred: float = 0) -> bytes:
    """The code on a grey table, as a camera gives it."""
    frame = Image.new("L", (640, 480), 190)
    card = code.convert("L")
    canvas = Image.new("L", (card.width + 40, card.height + 40), 255)
    canvas.paste(card, (20, 20))
    tilted = canvas.rotate(turned, expand=True, fillcolor=190, resample=Image.Resampling.BICUBIC)
    frame.paste(tilted, ((640 - tilted.width) // 2, (480 - tilted.height) // 2))
    return as_jpeg(frame.filter(ImageFilter.GaussianBlur(blurred)))


def as_jpeg(picture: Image.Image) -> bytes:
    data = BytesIO()
    picture.save(data, "JPEG", quality=60)
    return data.getvalue()


@pytest.mark.parametrize("turned", [0, 12, 45, 90, 180])
def test_a_card_reads_however_it_is_held(turned: float) -> None:
    code = drawn("qr", CARD)
    assert read_frame(held(code, turned=turned, blurred=0.6)) == (Code("qr", CARD),)


def test_the_trace_code_of_a_box_reads() -> None:
    assert read_frame(held(drawn("code128", TRACE, scale=2))) == (Code("code128", TRACE),)


def test_the_small_square_on_a_box_reads() -> None:
    assert read_frame(held(drawn("datamatrix", "lot 26A"))) == (Code("datamatrix", "lot 26A"),)


def test_a_picture_without_a_code_says_nothing() -> None:
    assert read_frame(as_jpeg(Image.new("L", (640, 480), 128))) == ()


@pytest.mark.parametrize("data", [b"", b"nothing", b"\x00" * 500, b"GIF89a" + b"\x00" * 90])
def test_what_is_no_picture_is_refused_in_plain_words(data: bytes) -> None:
    with pytest.raises(UnreadablePicture, match="not a picture"):
        read_frame(data)


def test_half_a_picture_is_refused() -> None:
    whole = held(drawn("qr", CARD))
    with pytest.raises(UnreadablePicture):
        read_frame(whole[: len(whole) // 2])


def test_a_picture_that_hides_its_size_is_refused_unread() -> None:
    bomb = BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    with pytest.raises(UnreadablePicture):
        read_frame(bomb.getvalue())
    with pytest.raises(UnreadablePicture, match="too large"):
        read_frame(b"\xff" * (LARGEST_FILE + 1))


@pytest.mark.parametrize("size", [(4001, 10), (3000, 2001)])
def test_a_picture_of_too_many_pixels_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UnreadablePicture, match="too large"):
        read_frame(as_jpeg(Image.new("L", size, 255)))
