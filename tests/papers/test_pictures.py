"""Pictures of cards for screens: the hole is a hole, the corners are cut."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from vaxcard.papers import sheets
from vaxcard.papers.pictures import GROUND, contact_sheet


def picture(columns: int, **more: object) -> Image.Image:
    surface = sheets.surface(sheets.Paper("single"), "test")
    for _ in range(3):
        surface.box(0, 0, 105, 74, fill="#009E73")
        surface.next_page()
    return Image.open(BytesIO(contact_sheet(surface.finish(), range(3), columns=columns, dpi=50, **more))).convert("RGB")


def test_cards_lie_in_rows_on_the_ground():
    one_row, two_rows = picture(3), picture(2)
    assert one_row.width > two_rows.width and one_row.height < two_rows.height


def test_the_hole_shows_the_ground():
    sheet = picture(1, hole=(52.5, 8, 3))
    gap = round(3 * 50 / 25.4)
    in_hole = sheet.getpixel((gap + round(52.5 * 50 / 25.4), gap + round(8 * 50 / 25.4)))
    beside = sheet.getpixel((gap + round(30 * 50 / 25.4), gap + round(8 * 50 / 25.4)))
    ground = tuple(int(GROUND[at : at + 2], 16) for at in (1, 3, 5))
    assert max(abs(one - other) for one, other in zip(in_hole, ground, strict=True)) < 8
    assert beside[1] > beside[0] + 60
