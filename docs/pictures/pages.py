"""Draws every page of counter and desk, in Chinese and English, on a screen and on a tablet: `make pictures`.

The pages are those that the tests walk (`tests/journeys/pages.py`), of an invented clinic. Chromium draws them; each sheet is a room.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))  # the tests are not installed

from tests.conftest import TEST_SECRETS  # noqa: E402
from tests.journeys.conftest import QUIET_AND_CLOSED  # noqa: E402
from tests.journeys.pages import STRANGER, Page, Town, a_town, pages  # noqa: E402
from tests.journeys.shown import Shown  # noqa: E402
from tests.serving import open_house  # noqa: E402
from vaxcard.keyring import Keyring  # noqa: E402
from vaxcard.records.database import open_database, upgrade  # noqa: E402
from vaxcard.schedule.loader import load_schedule  # noqa: E402

SCREEN, TABLET = (1280, 800), (820, 1180)
SHRUNK = 400  # pixels high in the sheet
GAP = 12
GROUND = (137, 134, 127)
AREAS = ("/desk/", "/desk/families", "/desk/print/", "/programme/clinics")
FRAGMENTS = ("print_desk.progress",)
NEUTRALS = ("1C1B19", "4A4743", "66625C", "8A847A", "D6D0C6", "ECE8E0", "F7F5F1", "FFFFFF", "FAEEEF", "F1ECE2", "89867F")
FILLS = ("56B4E9", "009E73", "F0E442", "0072B2", "D55E00", "CC79A7", "47443F", "9B1B30")
GREYS = 24  # steps from ink to white, for the edges of letters


def room(page: Page) -> str | None:
    """The sheet that a page of staff stands on; the family's pages have sheets of their own (`draw_family.py`)."""
    if "/look/staff-" not in page.html:
        return None
    return "desk" if any(f'href="{area}" class="on"' in page.html for area in AREAS) else "counter"


def draw(town: Town, browser: Any, lang: str) -> dict[str, list[list[Image.Image]]]:
    """Each room's pages, each at its sizes."""
    rooms: dict[str, list[list[Image.Image]]] = {}
    context = browser.new_context(viewport={"width": SCREEN[0], "height": SCREEN[1]}, locale="zh-CN" if lang == "zh" else "en-GB")
    shown = Shown(context.new_page(), town.client(STRANGER))
    for page in pages(town, lang):
        if page.name in FRAGMENTS:
            continue
        place = room(page)
        if place:
            rooms.setdefault(place, []).append([photograph(shown, page, size) for size in (SCREEN, TABLET)])
    context.close()
    return rooms


def photograph(shown: Shown, page: Page, size: tuple[int, int]) -> Image.Image:
    """The page as it opens, before anybody scrolls."""
    shown.page.set_viewport_size({"width": size[0], "height": size[1]})
    shown.show(page.html)
    taken = Image.open(BytesIO(shown.page.screenshot())).convert("RGB")
    return taken.resize((round(size[0] * SHRUNK / size[1]), SHRUNK), Image.Resampling.LANCZOS)


def sheet(rows: Iterable[list[Image.Image]], columns: int = 2) -> Image.Image:
    """The pages side by side in rows of `columns`."""
    cells = list(rows)
    wide = sum(picture.width + GAP for picture in cells[0]) + GAP
    high = SHRUNK + GAP
    whole = Image.new("RGB", (columns * wide, -(-len(cells) // columns) * high + GAP), GROUND)
    for number, cell in enumerate(cells):
        at = (number % columns) * wide + GAP
        for picture in cell:
            whole.paste(picture, (at, (number // columns) * high + GAP))
            at += picture.width + GAP
    return whole


def palette() -> Image.Image:
    """The colours that pages are drawn in, and what lies between them and white or ink: an adaptive palette takes one for another."""
    ink, *_ = neutrals = [bytes.fromhex(each) for each in NEUTRALS]
    fills = [bytes.fromhex(each) for each in FILLS]
    mixed = [bytes((one + other) // 2 for one, other in zip(fill, end, strict=True)) for fill in fills for end in (ink, b"\xff" * 3)]
    greys = [bytes(value + (255 - value) * step // GREYS for value in ink) for step in range(GREYS)]
    colours = b"".join([*neutrals, *fills, *mixed, *greys])
    image = Image.new("P", (1, 1))
    image.putpalette(colours + colours[:3] * (256 - len(colours) // 3))
    return image


def main() -> None:
    """Write the sheets beside this file."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        url = f"sqlite:///{folder}/registry.db"
        upgrade(url)
        with closing(open_database(url, Keyring(TEST_SECRETS))) as database:
            town = a_town(open_house(database, load_schedule("cn"), print_folder=f"{folder}/print"))
            for lang, spoken in (("zh", "zh_CN"), ("en", "en_GB")):
                told = {"env": {**os.environ, "LANGUAGE": spoken}, "args": [*QUIET_AND_CLOSED, f"--lang={spoken.replace('_', '-')}"]}
                browser = driver.chromium.launch(executable_path=chromium, **told)
                for name, rows in draw(town, browser, lang).items():
                    drawn = sheet(rows).quantize(palette=palette(), dither=Image.Dither.NONE)
                    drawn.save(HERE / f"{name}-pages-{lang}.png", optimize=True)
                browser.close()


if __name__ == "__main__":
    main()
