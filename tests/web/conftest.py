"""A served clinic for the pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.serving import House, open_house
from vaxcard.schedule.loader import load_schedule


@pytest.fixture
def house(sqlite_database: Any) -> House:
    """An invented clinic, served over a registry of its own."""
    return open_house(sqlite_database, load_schedule("cn"))
