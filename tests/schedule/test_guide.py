"""What docs/changing-the-schedule.md shows to a programme officer: the rules load as written, the error reads as quoted, the edit works."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.exchange import read_patient
from vaxcard.schedule.loader import DATA, ScheduleDataError, load_schedule, read_schedule
from vaxcard.schedule.outcomes import EvaluationStatus, ReasonCode, SeriesStatus
from vaxcard.schedule.scenarios import _OF_EVALUATIONS, _OF_FORECASTS, differences, scenario_of
from vaxcard.schedule.unread import Findings, passed_over

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


def test_the_patient_of_the_guide_is_read_whole_and_barred_as_its_findings_say() -> None:
    [shown] = re.findall(r"```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    patient, schedule = json.loads(shown), load_schedule("cn")
    assert passed_over(Findings(schedule), patient) == ()
    assessment = assess(schedule, *read_patient(schedule, patient))
    said = {each.group: {str(reason.code) for reason in each.reasons} for each in assessment.forecasts}
    assert "from_observation" in said["MMR"] and "from_decision" in said["JE"]
    assert "MMR" not in assessment.due_now
    misspelt = {**patient, "observations": [{"code": "imunoglobulin", "value": "IVIG", "on": "2026-10-01"}]}
    assert [each.near for each in passed_over(Findings(schedule), misspelt)] == [("immunoglobulin",)]


def test_the_guide_lists_every_word_that_a_case_may_use() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    words = {*ReasonCode, *SeriesStatus, *EvaluationStatus, *_OF_EVALUATIONS, *_OF_FORECASTS}
    assert not sorted(word for word in words if f"`{word}`" not in text and f"`{word} = " not in text)
    asked = Findings(load_schedule("cn")).asked
    table = {row.split("`")[1]: row for row in text.splitlines() if row.startswith("| `")}
    assert not asked.keys() - table.keys()
    assert not [(code, word) for code in asked for word in asked[code].words if f"`{word}`" not in table[code]]
