"""Pages are laid out by where a line begins and ends, never by left and right, and tell the browser which way their language runs."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from tests.serving import TODAY, House
from vaxcard.language.dates import direction_of

SHEETS = sorted((Path(__file__).resolve().parents[2] / "static").glob("*.css"))
SIDED = re.compile(r"[\w-]*(?:left|right)[\w-]*\s*:|:\s*(?:left|right)\b")
FOUR_SIDES = re.compile(r"\b(?:margin|padding|inset|border-width):\s*" + r"\s+".join([r"([^\s;}]+)"] * 4) + r"\s*[;}]")


def sided(sheet: str) -> list[str]:
    found = [match[0] for match in SIDED.finditer(sheet)]
    return found + [match[0] for match in FOUR_SIDES.finditer(sheet) if match[2] != match[4]]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_no_sheet_speaks_of_left_and_right(path: Path) -> None:
    assert sided(path.read_text(encoding="utf-8")) == []


def test_a_sheet_that_does_is_found() -> None:
    assert len(sided("a{margin-left:1px;left:0;text-align:right;padding:1px 2px 3px 4px}")) == 4
    assert sided("a{margin-inline-start:1px;padding:1px 2px 3px 2px}.left{color:red}") == []


@pytest.mark.parametrize(("lang", "way"), [("zh", "ltr"), ("en", "ltr"), ("ug", "rtl"), ("ar", "rtl")])
def test_a_language_says_which_way_it_is_written(lang: str, way: str) -> None:
    assert direction_of(lang) == way


def test_every_page_says_which_way_it_runs(house: House) -> None:
    token, _ = house.card(house.story.newborn(date(2026, 7, 22), TODAY))
    for address in (f"/C/{token}", f"/C/{token}/know", "/counter/sign-in"):
        assert 'dir="ltr"' in house.client().get(address).text
