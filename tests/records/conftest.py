"""A clinic with families, for what the registry's verbs do to it."""

from __future__ import annotations

import pytest

from tests.story import Story, begin
from vaxcard.records.database import Database
from vaxcard.schedule.loader import load_schedule


@pytest.fixture
def story(database: Database) -> Story:
    """A clinic that is open on every day."""
    return begin(database, load_schedule("cn"))
