"""Another edition held against what is on file, before it serves."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.story import Story, begin
from vaxcard.programme.shadow import differences
from vaxcard.records.database import Database
from vaxcard.schedule.loader import DATA, load_schedule, read_schedule, vaccines_of
from vaxcard.schedule.rules import Schedule

BORN, TODAY = date(2026, 1, 10), date(2026, 7, 1)


@pytest.fixture
def story(database: Database) -> Story:
    return begin(database, load_schedule("cn"))


@pytest.fixture
def changed(tmp_path: Path) -> Schedule:
    """The programme with MMR from nine months instead of eight, in every edition."""
    shutil.copytree(DATA / "cn", tmp_path / "cn")
    path = tmp_path / "cn/mmr.toml"
    path.write_text(path.read_text("utf-8").replace('minimum_age = "8 months"', 'minimum_age = "9 months"'), "utf-8")
    return read_schedule(tmp_path / "cn", vaccines_of(tmp_path / "cn"))


def test_the_rules_that_serve_differ_from_nothing_on_file(story: Story) -> None:
    story.newborn(BORN, TODAY)
    assert list(differences(story.database, story.schedule)) == []


def test_a_changed_rule_is_told_by_child_with_what_differs_only(story: Story, changed: Schedule) -> None:
    child = story.newborn(BORN, TODAY)
    told: list[tuple[int, int]] = []
    (found,) = differences(story.database, changed, progress=lambda done, total: told.append((done, total)))
    assert (found["id"], found["on"], told) == (str(child), "2026-07-01", [(1, 1)])
    (change,) = found["changes"]
    assert change == {
        "group": "MMR",
        "now": {"earliest": "2026-09-10", "recommended": "2026-09-10"},
        "then": {"earliest": "2026-10-10", "recommended": "2026-10-10"},
    }


def test_a_dose_that_would_not_count_any_more_is_told(story: Story, changed: Schedule) -> None:
    child = story.newborn(date(2025, 10, 1), TODAY)
    recorded = story.dose(child, "MMR", date(2026, 6, 15), TODAY)
    (found,) = differences(story.database, changed)
    change = next(each for each in found["changes"] if "dose" in each)
    assert change["dose"] == f"{recorded.dose.id} MMR"
    assert (change["now"]["status"], change["then"]["status"]) == ("valid", "not_valid")
    assert change["then"]["reasons"] == ["too_young"]


def test_an_edition_can_be_looked_at_on_a_day_ahead(story: Story, changed: Schedule) -> None:
    story.newborn(BORN, TODAY)
    day = date(2026, 9, 20)
    assert list(differences(story.database, story.schedule, on=day, serving=story.schedule)) == []
    (found,) = differences(story.database, changed, on=day, serving=story.schedule)
    (change,) = found["changes"]
    assert (change["now"]["is_due"], change["then"]["is_due"], found["on"]) == (True, False, "2026-09-20")


def test_nothing_is_written(story: Story, changed: Schedule) -> None:
    story.newborn(BORN, TODAY)
    count = text("SELECT COUNT(*), MAX(number) FROM audit_entries")
    with story.database.reading() as session:
        before = session.execute(count).one()
    list(differences(story.database, changed))
    with story.database.reading() as session:
        assert session.execute(count).one() == before
