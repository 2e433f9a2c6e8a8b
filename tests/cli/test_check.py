"""`vaxcard schedule check`: rule files looked through before they serve, with every fault and every case answered otherwise."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from vaxcard.schedule.loader import DATA

CASES = Path(__file__).resolve().parents[1] / "schedule" / "cases"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped rules, to be changed."""
    shutil.copytree(DATA, tmp_path / "data")
    return tmp_path / "data" / "cn"


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize("code", ["cn", "who"])
def test_what_is_shipped_is_whole(vaxcard: Run, code: str) -> None:
    done = vaxcard("schedule", "check", "--schedule", code)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{code}: ") and "fault" not in done.stdout


def test_all_faults_of_all_files_are_told_a_line_each(vaxcard: Run, copy: Path) -> None:
    _change(copy / "hepb.toml", 'minimum_age = "6 months"', 'minimum_age = "6 month"')
    _change(copy / "bcg.toml", 'vaccines = ["BCG"]', 'vaccines = ["BCX"]')
    _change(copy / "questions.toml", 'rule = "mixed-lines"', 'rules = "mixed-lines"')
    done = vaxcard("schedule", "check", "--folder", str(copy))
    assert done.returncode == 1 and not done.stderr
    told = done.stdout.splitlines()
    assert all(line.startswith("fault: cn/") for line in told)
    assert any(line.startswith("fault: cn/hepb.toml, edition 2000-01-01, series HepB, dose 3: minimum_age") for line in told)
    assert any('"BCX" is not a vaccine' in line for line in told)
    assert any("rules: is not a key known here" in line for line in told)


def test_a_question_without_words_is_a_fault(vaxcard: Run, copy: Path) -> None:
    _change(copy / "questions.toml", 'rule = "hpv-first-dose-from-15"', 'rule = "another"')
    done = vaxcard("schedule", "check", "--folder", str(copy))
    assert done.returncode == 1
    assert 'the rule "hpv-first-dose-from-15" of group HPV asks a clinician and says not why' in done.stdout


def test_a_case_answered_otherwise_is_told_with_what_was_found(vaxcard: Run, copy: Path) -> None:
    told = 'minimum_age = "1 month"\nintervals = [{ minimum = "28 days" }]\nvaccines = ["HepB"]\naccepts'
    _change(copy / "hepb.toml", told, told.replace("28", "29"))
    done = vaxcard("schedule", "check", "--folder", str(copy), "--cases", str(CASES))
    assert done.returncode == 1
    assert "HepB2 28 days after HepB1 counts: HepB " in done.stdout
    assert "expected status valid, found not_valid" in done.stdout
    held = vaxcard("schedule", "check", "--cases", str(CASES))
    assert held.returncode == 0 and held.stdout.splitlines()[-1].endswith("answered as expected")


def test_faults_of_case_files_are_told_with_their_file_and_case(vaxcard: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[[case]]\ntitle = "one"\nborn_on = 2025-01-01\ntoday = "tomorrow"\ndoses = [{ vaccine = "HepX", given_on = 2025-01-01 }]\n'
        'forecasts = [{ group = "HepB", earlyest = 2025-02-01 }]\n', "utf-8",
    )  # fmt: skip
    done = vaxcard("schedule", "check", "--cases", str(tmp_path))
    assert done.returncode == 1
    for said in ('mine.toml, case 1, doses 1: vaccine: "HepX"', "case 1: today", "forecasts 1: earlyest: is not a key known here"):
        assert said in done.stdout


def test_a_case_with_a_finding_that_no_rule_knows_is_refused(vaxcard: Run, tmp_path: Path) -> None:
    findings = [
        '{ code = "hiv-staus", value = "infected" }',
        '{ code = "hiv-status", value = "infectd" }',
        '{ code = "immunoglobulin", value = "IVIG" }',
        '{ code = "outbreak-dose", value = "yes", no_rule = true }',
    ]
    (tmp_path / "mine.toml").write_text(
        f'[[case]]\ntitle = "one"\nborn_on = 2025-01-01\ntoday = 2026-01-01\nobservations = [{", ".join(findings)}]\n'
        'forecasts = [{ group = "BCG", reasons = ["too_early"] }]\n', "utf-8",
    )  # fmt: skip
    done = vaxcard("schedule", "check", "--cases", str(tmp_path))
    assert done.returncode == 1 and not done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("fault")] == [
        'fault: mine.toml, case 1, observations 1: code: "hiv-staus": no rule of the schedule asks about it. the nearest known: hiv-status',
        'fault: mine.toml, case 1, observations 2: value: "infectd": no rule of the schedule knows it. '
        "the nearest known: infected, uninfected",
        "fault: mine.toml, case 1, observations 3: on: is missing, and a rule counts from this day. write a date as 2026-06-17",
        'fault: mine.toml, case 1, forecasts 1: reasons: "too_early" is not known here. the nearest known: too_old, too_young',
    ]


def test_a_schedule_that_is_not_shipped_is_refused(vaxcard: Run) -> None:
    done = vaxcard("schedule", "check", "--schedule", "atlantis")
    assert done.returncode == 2 and "no schedule atlantis is shipped" in done.stderr
