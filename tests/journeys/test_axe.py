"""axe-core finds nothing serious on any page of counter, desk and family, in Chinese and in English, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from tests.journeys.nurse import COUNTER_SCREEN
from tests.journeys.pages import FAMILY, STRANGER, Town, a_town, pages
from tests.journeys.shown import Shown
from tests.serving import open_house

pytestmark = [pytest.mark.journey, pytest.mark.long]

GRAVE = ("serious", "critical")
NARROW = {"width": 360, "height": 740}
FRAGMENTS = ("print_desk.progress",)  # a list that its page fetches again; it is tested as part of that page


@pytest.fixture
def town(sqlite_database: Any, schedule: Any, tmp_path: Any) -> Town:
    return a_town(open_house(sqlite_database, schedule, print_folder=str(tmp_path / "print")))


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's script, which never leaves this host."""
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed: axe was not run")
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def test_axe_finds_nothing_serious_on_any_page(town: Town, browser: Any, axe: str, scaled: Callable[[int], int]) -> None:
    found: list[str] = []
    for lang in ("zh", "en")[: scaled(10)]:  # at LONG=0.1 the first alone
        context = browser.new_context(viewport=COUNTER_SCREEN)
        shown = Shown(context.new_page(), town.client(STRANGER))
        for page in pages(town, lang):
            if page.name in FRAGMENTS:
                continue
            shown.page.set_viewport_size(NARROW if page.seat in (FAMILY, STRANGER) else COUNTER_SCREEN)
            shown.show(page.html)
            shown.page.evaluate(axe)
            told = shown.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
            found += [f"{page.name} ({page.seat}, {lang}): {each['id']}: {each['help']}" for each in told if each["impact"] in GRAVE]
        context.close()
    assert not found
