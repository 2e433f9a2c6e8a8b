"""A registry with a clinic, and a press that prints its children's cards on a fixed day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.story import Story, begin
from vaxcard.cards.printing import PrintRun, print_cards
from vaxcard.keyring import CROCKFORD

TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 2, tzinfo=UTC)
BORN = date(2026, 2, 16)


def letters() -> Callable[[int], str]:
    """Letters in place of random ones: another code at each call."""
    calls = count(1)
    return lambda length: "".join(CROCKFORD[(seed >> 5 * at) & 31] for seed in (next(calls) * 7919,) for at in range(length))


@pytest.fixture
def press(tmp_path: Path, new_id: Callable[[], UUID]) -> Callable[..., PrintRun]:
    random_text = letters()

    def press(story: Story, children: list[UUID], **more: Any) -> PrintRun:
        told = {"sheet": "a4", "public_url": "https://vax.example.org", "qr_version": 3, "actor": "staff:1", **more}
        out = told.pop("out", tmp_path / "cards.pdf")
        return print_cards(
            story.database,
            story.schedule,
            children,
            out,
            now=NOW,
            today=TODAY,
            new_id=new_id,
            random_text=random_text,
            **told,
        )

    return press


@pytest.fixture
def story(sqlite_database: Any, schedule: Any) -> Story:
    return begin(sqlite_database, schedule)
