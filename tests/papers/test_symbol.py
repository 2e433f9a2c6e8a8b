"""A symbol is one path, and reads."""

from __future__ import annotations

import pytest
import zxingcpp
from PIL import Image
from pypdfium2 import PdfDocument

from vaxcard.errors import InputFault
from vaxcard.papers.surface import Surface
from vaxcard.papers.symbol import symbol

LINK = "HTTPS://VAX.EXAMPLE.ORG/C/7ZQ4M1R8XW0KVBN3T5CG"


def drawn(text: str, version: int, side: float, dpi: int) -> Image.Image:
    surface = Surface(50, 50, title="test")
    surface.symbol(symbol(text, version), 10, 10, side)
    return PdfDocument(surface.finish())[0].render(scale=dpi / 72, grayscale=True).to_pil()


@pytest.mark.parametrize("dpi", [75, 96, 150, 300])
def test_a_card_link_reads_at_any_resolution(dpi):
    assert [found.text for found in zxingcpp.read_barcodes(drawn(LINK, 3, 25, dpi))] == [LINK]


def test_a_longer_link_reads_from_the_larger_version():
    link = LINK.replace("VAX", "IMMUNISATION.PROVINCE")
    found = zxingcpp.read_barcodes(drawn(link, 4, 28, 150))
    assert [one.text for one in found] == [link]


def test_version_three_has_29_modules_and_a_quiet_zone_of_four():
    assert (symbol(LINK).side, symbol(LINK).outer_side) == (29, 37)


def test_the_level_is_q():
    (found,) = zxingcpp.read_barcodes(drawn(LINK, 3, 25, 150))
    assert found.ec_level == "Q"


def test_the_symbol_is_a_single_filled_path_of_whole_numbers():
    path = symbol(LINK).path
    assert path.endswith(" f") and path.count(" f") == 1
    assert "." not in path


def test_a_text_that_does_not_fit_is_refused():
    with pytest.raises(InputFault, match="48 characters do not fit a QR symbol of version 3"):
        symbol("A" * 48)
