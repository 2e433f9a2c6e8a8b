"""What docs/changing-the-schedule.md shows to a programme officer: the rules load as written, the error reads as quoted, the edit works."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from vaxcard.schedule.loader import DATA, ScheduleDataError, read_schedule
from vaxcard.schedule.scenarios import differences, scenario_of

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "changing-the-schedule.md"


@pytest.fixture
def shown(tmp_path: Path) -> str:
    """The guide's example, reaching back as far as the schedule does."""
    example = re.search(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert example
    shutil.copytree(DATA, tmp_path / "data")
    return example.group(1)


def test_the_example_of_the_guide_loads(shown: str, tmp_path: Path) -> None:
    (tmp_path / "data/cn/mmr.toml").write_text(shown.replace("2020-06-01", "2000-01-01"), encoding="utf-8")
    schedule = read_schedule(tmp_path / "data/cn", tmp_path / "data/vaccines.toml")
    assert [dose.number for dose in schedule.editions["MMR"][0].series[0].doses] == [1, 2]


def test_a_misspelt_duration_is_told_as_the_guide_quotes_it(shown: str, tmp_path: Path) -> None:
    quoted = re.search(r"^\s*> `(.*)`$", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    misspelt = shown.replace('{ minimum = "28 days" }', '{ minimum = "28 day" }')
    (tmp_path / "data/cn/mmr.toml").write_text(misspelt, encoding="utf-8")
    with pytest.raises(ScheduleDataError) as told:
        read_schedule(tmp_path / "data/cn", tmp_path / "data/vaccines.toml")
    assert quoted and quoted.group(1).removeprefix("Schedule cn: ") in str(told.value)


def test_the_edit_of_the_guide_changes_the_answer_from_its_day_on_and_no_earlier(tmp_path: Path) -> None:
    _, edition, cases, *_ = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    shutil.copytree(DATA, tmp_path / "data")
    old = read_schedule(tmp_path / "data/cn", tmp_path / "data/vaccines.toml")
    with (tmp_path / "data/cn/varicella.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + edition)
    new = read_schedule(tmp_path / "data/cn", tmp_path / "data/vaccines.toml")
    before, on_the_day, after = (scenario_of(new, case) for case in tomllib.loads(cases)["case"])
    assert not differences(old, before) and not differences(new, before)
    for case in (on_the_day, after):
        assert differences(old, case), case.title
        assert not differences(new, case), case.title
    assert old.digest != new.digest
