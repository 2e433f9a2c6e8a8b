"""Draws the contact sheets of a family's pages, from invented children: `python docs/pictures/draw_family.py [FOLDER]` in a checkout.

Needs the browser and the drivers of the browser stories. Single pictures go to FOLDER, where one is named.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from tests.conftest import TEST_SECRETS  # noqa: E402
from tests.serving import TODAY, House, open_house  # noqa: E402
from tests.story import an_id  # noqa: E402
from vaxcard.keyring import Keyring  # noqa: E402
from vaxcard.records import registry  # noqa: E402
from vaxcard.records.database import open_database, upgrade  # noqa: E402
from vaxcard.records.doses import DoseForm  # noqa: E402
from vaxcard.records.family_devices import NewDevice, remember  # noqa: E402
from vaxcard.records.issued_cards import cards_of  # noqa: E402
from vaxcard.records.people import ChildRecord  # noqa: E402
from vaxcard.schedule.loader import load_schedule  # noqa: E402
from vaxcard.web.family_door import DEVICE_COOKIE  # noqa: E402

BARE = ("", "know", "know/dtap", "know/age-2", "know/care", "know/visit", "know/find?q=麻疹", "after", "open", "code", "forget")
OPENED = ("record", "certificate", "calendar", "cannot-come", "texts", "devices", "looks")
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2}
NARROW = {"viewport": {"width": 320, "height": 640}, "device_scale_factor": 2}
DESK = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
SECRET = "7" * 26


@contextmanager
def clinic() -> Iterator[tuple[House, str]]:
    """An invented clinic, served on a free port of this host; its address."""
    with tempfile.TemporaryDirectory() as folder:
        address, keyring = f"sqlite:///{folder}/registry.db", Keyring(TEST_SECRETS)
        upgrade(address)
        database = open_database(address, keyring)
        house = open_house(database, load_schedule("cn"))
        server = make_server("127.0.0.1", 0, house.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield house, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()
        database.close()


def children(house: House) -> dict[str, str]:
    """Tokens of a child who is late, one who is on time with its record open, and one who was vaccinated today."""
    story = house.story
    late = story.newborn(date(2025, 1, 10), TODAY, name="云小朵", guardians=[story.guardian(relation="mother")])
    timely = story.child(date(2026, 7, 22), TODAY, name="云朵朵", guardians=[story.guardian(relation="mother")])
    given = (("HepB", 7), ("BCG", 7), ("HepB", 8), ("IPV", 9), ("DTaP", 9), ("IPV", 10), ("bOPV", 11), ("DTaP", 11))
    for number, (vaccine, month) in enumerate(given):
        story.dose(timely, vaccine, date(2026, month, 22), TODAY, lot_number=f"L2606{number:03}")
    today, here = story.newborn(date(2026, 5, 20), TODAY, name="云小禾"), story.clinic_id
    with story.on(TODAY, hour=1) as acting:
        form = DoseForm(id=an_id(), vaccine="IPV", given_on=TODAY, clinic_id=here, happened="so it was", site="left-thigh")
        registry.record_dose(acting, today, form)
    tokens = {name: house.card(child)[0] for name, child in (("late", late), ("timely", timely), ("today", today))}
    with story.on(TODAY) as acting:
        child = acting.session.get_one(ChildRecord, timely)
        remember(acting, child, NewDevice(an_id(), SECRET, "Android", cards_of(acting.session, timely)[0].id, None))
    return tokens


def shoot(browser: Any, address: str, page: str, *, lang: str, odd: str = "", **window: Any) -> Image.Image:
    """One page from top to end; `odd` is opened, pictures, rtl or double (200 % text)."""
    context = browser.new_context(locale={"zh": "zh-CN", "en": "en-GB"}[lang], service_workers="block", **window)
    if odd == "opened":
        context.add_cookies([{"name": DEVICE_COOKIE, "value": SECRET, "url": address}])
    if odd == "pictures":
        context.add_cookies([{"name": "pictures", "value": "on", "url": address}])
    shown = context.new_page()
    shown.add_init_script("window.speechSynthesis.getVoices = () => [{lang: 'zh-CN'}, {lang: 'en-GB'}]")
    shown.goto(f"{address}{page}")
    if odd == "rtl":
        shown.evaluate("document.documentElement.dir = 'rtl'")
    if odd == "double":
        shown.evaluate("document.documentElement.style.fontSize = '200%'")
    over = shown.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if over > 0:
        print(f"{page.rpartition('/')[2]} ({lang}): {over} px too wide")
    picture = Image.open(BytesIO(shown.screenshot(full_page=True))).convert("RGB")
    context.close()
    return picture


def sheet(pictures: list[Image.Image], height: int, *, width: int = 300) -> Image.Image:
    """Pictures side by side in rows, scaled to one width and cut below."""
    sizes = [(width, round(each.height * width / each.width)) for each in pictures]
    scaled = [each.resize(size, Image.Resampling.LANCZOS) for each, size in zip(pictures, sizes, strict=True)]
    across = min(6, len(scaled))
    down = -(-len(scaled) // across)
    whole = Image.new("RGB", (across * (width + 16) + 16, down * (height + 16) + 16), "#8A847A")
    for number, each in enumerate(scaled):
        place = (16 + number % across * (width + 16), 16 + number // across * (height + 16))
        whole.paste(each.crop((0, 0, width, min(height, each.height))), place)
    return whole


def keep(name: str, picture: Image.Image) -> None:
    """Write a picture beside this file, in the colours that it has most of."""
    counted = sorted(picture.getcolors(picture.width * picture.height) or [], reverse=True)
    palette = Image.new("P", (1, 1))
    palette.putpalette([channel for _, colour in counted[:255] for channel in colour])
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(Path(__file__).parent / f"{name}.png", optimize=True)


def main() -> None:
    """Write the contact sheets beside this file, and single pictures where a folder is named."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    chromium = os.environ.get("VAXCARD_CHROMIUM") or shutil.which("chromium") or "chromium"
    singles = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with clinic() as (house, address), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        tokens = children(house)
        for lang in ("zh", "en"):
            shots = every_page(browser, address, tokens, lang, singles)
            keep(f"family-pages-{lang}", sheet(shots, 640))
            if lang == "zh":
                keep("family", sheet([shots[0], shots[2], shots[3]], 1110, width=540))
        keep("family-pages-odd", sheet(odd_ones(browser, address, tokens, singles), 640))
        browser.close()


def every_page(browser: Any, address: str, tokens: dict[str, str], lang: str, singles: Path | None) -> list[Image.Image]:
    """Each page of a telephone, before the door and behind it."""
    bare = [(page, "timely" if page else "late", "") for page in BARE]
    shots = []
    for page, who, odd in [*bare, ("after", "today", ""), *((page, "timely", "opened") for page in OPENED)]:
        picture = shoot(browser, address, f"/C/{tokens[who]}/{page}".rstrip("/"), lang=lang, odd=odd, **PHONE)
        shots.append(picture)
        if singles:
            picture.save(singles / f"{lang}-{who}-{page.partition('?')[0].replace('/', '-') or 'card'}.png")
    return shots


def odd_ones(browser: Any, address: str, tokens: dict[str, str], singles: Path | None) -> list[Image.Image]:
    """Pictures first, from right to left, 320 px with text at 200 %, and a desk."""
    first, vaccine, age = (f"/C/{tokens['late']}{page}" for page in ("", "/know/dtap", "/know/age-2"))
    in_pictures = (("zh", first), ("en", first), ("zh", vaccine))
    shots = [shoot(browser, address, page, lang=lang, odd="pictures", **PHONE) for lang, page in in_pictures]
    shots += [shoot(browser, address, page, lang="en", odd="rtl", **PHONE) for page in (first, vaccine, age)]
    shots += [shoot(browser, address, page, lang=lang, odd="double", **NARROW) for lang in ("zh", "en") for page in (first, vaccine, age)]
    shots += [shoot(browser, address, page, lang=lang, **DESK) for lang in ("zh", "en") for page in (first, vaccine)]
    for number, picture in enumerate(shots if singles else ()):
        picture.save((singles or Path()) / f"odd-{number}.png")
    return shots


if __name__ == "__main__":
    main()
