"""Every page of counter, desk and family: whole, small over the wire, and open to those who see, hear or move less."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.pages import Page, Town, a_town, pages, unknown_parts
from tests.serving import open_house
from vaxcard.schedule.loader import load_schedule

pytestmark = pytest.mark.xdist_group("every-page")

LARGEST = 100_000  # bytes, with stylesheet, scripts and drawings, packed as they travel


@pytest.fixture(scope="module")
def town(sqlite_template: Path, keyring: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    from vaxcard.records.database import open_database

    folder = tmp_path_factory.mktemp("town")
    (folder / "registry.db").write_bytes(sqlite_template.read_bytes())
    database = open_database(f"sqlite:///{folder / 'registry.db'}", keyring)
    yield a_town(open_house(database, load_schedule("cn"), print_folder=str(folder / "print")))
    database.close()


@pytest.fixture(scope="module")
def walked(town: Town) -> list[Page]:
    """Every page, in the language that most read."""
    return list(pages(town))


def test_every_address_is_walked(town: Town) -> None:
    assert unknown_parts(town) == [], "tell tests/journeys/pages.py what stands for the part of the address"


def test_no_page_fails(walked: list[Page]) -> None:
    assert [(page.name, page.seat, page.status) for page in walked if page.status >= 500] == []
    assert len({page.name for page in walked}) > 50


def test_each_page_travels_in_less_than_100_kilobytes(town: Town, walked: list[Page]) -> None:
    sizes: dict[str, int] = {}
    for page in walked:
        wanted = set(re.findall(r'(?:href|src)="(/(?:static|look)/[^"#]+)', page.html))
        for address in wanted - sizes.keys():
            with town.client("stranger").get(address, headers={"Accept-Encoding": "gzip"}) as answer:
                sizes[address] = len(answer.data)
        whole = len(gzip.compress(page.html.encode())) + sum(sizes[address] for address in wanted)
        assert whole <= LARGEST and len(page.html.encode()) <= LARGEST, (page.name, page.seat, whole)
