"""The engine held against a plain reading of the specification that knows nothing of it, on people round every boundary of the data."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.plain.data import Data, read
from benchmarks.plain.reading import assess
from tests.schedule.cdsi.crowd import line, people
from vaxcard.schedule.assessment import AnySchedule
from vaxcard.schedule.cdsi.loader import load_cdsi
from vaxcard.schedule.exchange import answer_line

FIELDS = ("status", "earliest", "recommended", "past_due", "dose")
NO_SERIES: tuple[Any, ...] = ("not_recommended", None, None, None, None)


@pytest.fixture(scope="module")
def folder(shared_dir: Path) -> Path:
    """CDC's data."""
    return shared_dir / "cdsi" / "supporting-data-4.64"


@pytest.fixture(scope="module")
def both(folder: Path) -> tuple[AnySchedule, Data]:
    """The data as the engine and as the plain reading take it."""
    return load_cdsi(folder), read(folder)


def test_engine_and_plain_reading_agree_on_anybody(both: tuple[AnySchedule, Data]) -> None:
    agree(both, 40)


@pytest.mark.long
def test_engine_and_plain_reading_agree_on_a_crowd(both: tuple[AnySchedule, Data], scaled: Any) -> None:
    agree(both, scaled(20_000), seed=1)


def agree(both: tuple[AnySchedule, Data], count: int, seed: int = 0) -> None:
    """Every group's status, days and number, and the verdict on every dose, of so many people."""
    schedule, data = both
    for person in people(data, count, seed):
        assert not differences(schedule, data, person), line(person)


def differences(schedule: AnySchedule, data: Data, person: dict[str, Any]) -> dict[Any, Any]:
    """What the two say otherwise, the engine's word first."""
    told, read_plainly = answer_line(schedule, line(person)), assess(data, json.loads(line(person)))
    assert "error" not in told, told
    mine = {each["group"]: tuple(each[field] for field in FIELDS) for each in told["forecasts"]}
    theirs = {each["group"]: tuple(each[field] for field in FIELDS) for each in read_plainly["forecasts"]}
    mine |= {(each["n"], each["group"]): each["status"] for each in told["doses"] if each["status"]}
    theirs |= {(each["n"], each["group"]): each["status"] for each in read_plainly["doses"]}
    theirs = {group: NO_SERIES for group in data.groups} | theirs
    return {key: (mine.get(key), theirs.get(key)) for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key)}
