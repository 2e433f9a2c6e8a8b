"""The drawings are read from SVG and come out as they look there."""

from __future__ import annotations

import pytest
from pypdfium2 import PdfDocument

from vaxcard.errors import InputFault
from vaxcard.papers.icons import NoSuchIcon, icon, names
from vaxcard.papers.outlines import path_operators
from vaxcard.papers.surface import Surface


def inked(name: str) -> tuple[int, int, int, int]:
    """The box in pixels (10 a millimetre) that an icon of 10 mm inks on a page of 20 mm."""
    surface = Surface(20, 20, title="test")
    surface.icon(name, 5, 5, 10, "#000000")
    page = PdfDocument(surface.finish())[0].render(scale=254 / 72, grayscale=True).to_pil()
    box = page.point(lambda level: 255 if level < 128 else 0).getbbox()
    assert box is not None, f"{name} inks nothing"
    return box


@pytest.mark.parametrize("name", names())
def test_every_drawing_inks_its_own_square_and_nothing_outside(name):
    left, top, right, bottom = inked(name)
    assert left >= 48 and top >= 48 and right <= 152 and bottom <= 152
    assert right - left > 20 and bottom - top > 20


def test_an_unknown_drawing_is_named():
    with pytest.raises(NoSuchIcon, match="no drawing called unicorn"):
        icon("unicorn")


def test_lines_are_followed_in_either_case():
    assert path_operators("M1 2L3 4h2v-1Z") == "1 2 m 3 4 l 5 4 l 5 3 l h"
    assert path_operators("m1 2 2 2") == "1 2 m 3 4 l"


def test_a_smooth_curve_mirrors_the_handle_before_it():
    assert path_operators("M0 0C1 1 2 1 3 0S5-1 6 0") == "0 0 m 1 1 2 1 3 0 c 4 -1 5 -1 6 0 c"


def test_a_half_circle_is_two_quarter_curves_that_end_where_they_should():
    operators = path_operators("M0 0A5 5 0 0 1 10 0").split(" c")
    assert operators[0].endswith("5 -5") and operators[1].endswith("10 0")


def test_the_sweep_flag_turns_an_arc_to_the_other_side():
    assert path_operators("M0 0A5 5 0 0 0 10 0").split(" c")[0].endswith("5 5")


def test_flags_written_without_blanks_are_read():
    assert path_operators("M0 0a5 5 0 0110 0") == path_operators("M0 0a5 5 0 0 1 10 0")


@pytest.mark.parametrize("data", ["5 5L1 1", "M1 1L2", "M0 0a5 5 0 2 1 10 0"])
def test_a_path_that_cannot_be_read_is_refused(data):
    with pytest.raises(InputFault, match="path|numbers"):
        path_operators(data)
