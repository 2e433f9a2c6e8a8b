"""Every scenario of cases/*.toml, told in a sentence that a programme officer can sign, against the engine."""

import subprocess
import sys
from pathlib import Path

import pytest

from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.scenarios import Scenario, differences, read_scenarios

FOLDER = Path(__file__).parent / "cases"
ROOT = Path(__file__).resolve().parents[2]
CASES = read_scenarios(FOLDER, load_schedule("cn"))


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_the_scenario(case: Scenario) -> None:
    assert not differences(load_schedule("cn"), case)


def test_every_group_of_the_programme_has_a_scenario() -> None:
    told = {each["group"] for case in CASES for each in (*case.forecasts, *case.evaluations) if "group" in each}
    assert set(load_schedule("cn").groups) <= told


def test_the_page_for_the_programme_officer_is_that_of_the_scenarios() -> None:
    checked = subprocess.run([sys.executable, "docs/schedule_cn.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
