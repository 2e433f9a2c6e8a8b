"""A sheet is offered only when every symbol on it leads to its card."""

from __future__ import annotations

import pytest

from vaxcard.papers.check import Expected, UnreadableSheet, read_picture, require_readable, unread
from vaxcard.papers.surface import Surface
from vaxcard.papers.symbol import symbol

LINKS = ["HTTPS://V.CN/C/7ZQ4M1R8XW0KVBN3T5CG", "HTTPS://V.CN/C/GC5T3NBVK0WX8R1M4QZ7"]
EXPECTED = [Expected(0, link, 10 + 50 * at, 10, 25, f"child 7, card {at + 1}") for at, link in enumerate(LINKS)]


def sheet(links: list[str], *, damage: str | None = None) -> bytes:
    surface = Surface(120, 50, title="test")
    for at, link in enumerate(links):
        surface.symbol(symbol(link), 10 + 50 * at, 10, 25)
    if damage == "finder":
        surface.box(58, 8, 10, 10, fill="#FFFFFF")
    if damage == "tint":
        surface.box(60, 10, 25, 25, fill="#000000")
    surface.next_page()
    return surface.finish()


def test_a_sound_sheet_passes():
    assert unread(sheet(LINKS), EXPECTED) == ()


@pytest.mark.parametrize("damage", ["finder", "tint"])
def test_a_damaged_symbol_is_refused_and_its_card_named(damage):
    with pytest.raises(UnreadableSheet, match=r"1 of 2 symbols do not read: child 7, card 2: its symbol does not read"):
        require_readable(sheet(LINKS, damage=damage), EXPECTED)


def test_two_symbols_in_each_others_place_are_refused():
    faults = unread(sheet(LINKS[::-1]), EXPECTED)
    assert [fault.problem for fault in faults] == ["another card's symbol stands in its place"] * 2


def test_many_faults_are_counted_and_the_first_are_named():
    expected = [Expected(0, LINKS[0], 10, 10, 25, f"card {at}") for at in range(12)]
    with pytest.raises(UnreadableSheet, match=r"card 7: .*; and 4 more"):
        require_readable(sheet([LINKS[1]]), expected)


def test_whoever_waits_is_told_after_each_page():
    told = []
    unread(sheet(LINKS), EXPECTED, each=lambda done, of: told.append((done, of)))
    assert told == [(1, 1)]


def test_a_picture_from_a_camera_is_read_too():
    from pypdfium2 import PdfDocument

    picture = PdfDocument(sheet(LINKS))[0].render(scale=2, rotation=90).to_pil()
    assert {found.text for found in read_picture(picture)} == set(LINKS)
