"""`vaxcard schedule explain`: one patient in, sentences out; what cannot be read is one clear line."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from vaxcard.schedule.loader import DATA

PATIENT = {"born_on": "2025-04-01", "assessed_on": "2026-11-23", "doses": [{"given_on": "2025-04-01", "vaccine": "HepB"}]}


def test_a_patient_is_told_in_the_language_asked_for(vaxcard: Run) -> None:
    done = vaxcard("schedule", "explain", "--lang", "en", typed=json.dumps(PATIENT, indent=2))
    assert done.returncode == 0, done.stderr
    assert "1. 1 April 2025, Hepatitis B vaccine: counts as dose 1." in done.stdout.splitlines()
    assert "乙肝疫苗" in vaxcard("schedule", "explain", typed=json.dumps(PATIENT)).stdout


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "is not JSON"),
        ("[1]", "is not one JSON object"),
        ('{"born_on": "2025-02-30"}', "2025-02-30 is not a day of the calendar"),
        (json.dumps({**PATIENT, "doses": [{"given_on": "2025-05-01", "vaccine": "nothing"}]}), "is not a vaccine of schedule cn"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(vaxcard: Run, typed: str, said: str) -> None:
    done = vaxcard("schedule", "explain", typed=typed)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and said in done.stderr
    assert not done.stdout


def test_a_language_without_words_is_refused(vaxcard: Run) -> None:
    done = vaxcard("schedule", "explain", "--lang", "xx", typed=json.dumps(PATIENT))
    assert done.returncode == 2 and "choose one of" in done.stderr


MISSPELT = {**PATIENT, "id": "invented 7\n", "observations": [{"code": "hiv-staus", "value": "infected"}]}


def test_it_ends_with_what_was_passed_over(vaxcard: Run) -> None:
    done = vaxcard("schedule", "explain", "--lang", "en", "--staff", typed=json.dumps(MISSPELT))
    assert done.returncode == 0 and not done.stderr
    assert done.stdout.splitlines()[-1].endswith('("hiv-staus"); perhaps meant: hiv-status')
    family = vaxcard("schedule", "explain", typed=json.dumps(MISSPELT)).stdout
    assert family.splitlines()[-1] == "- observations 1: code：本程序没有规则涉及这种情况"


def test_assess_names_the_places_on_standard_error_and_answers_as_before(vaxcard: Run) -> None:
    done = vaxcard("schedule", "assess", typed=f"{json.dumps(MISSPELT)}\n{json.dumps(PATIENT)}\n")
    assert done.returncode == 0
    assert done.stderr == '"invented 7\\n": passed over: observations 1: code\n'
    misspelt, plain = map(json.loads, done.stdout.splitlines())
    assert {**misspelt, "id": None} == {**plain, "id": None}


def test_rules_in_a_folder_are_explained(vaxcard: Run, tmp_path: Path) -> None:
    shutil.copytree(DATA / "who", tmp_path / "mine")
    for written in ("mine", str(tmp_path / "mine")):
        done = vaxcard("schedule", "explain", "--schedule", written, "--lang", "en", typed=json.dumps(PATIENT))
        assert done.returncode == 0, done.stderr
        assert done.stdout == vaxcard("schedule", "explain", "--schedule", "who", "--lang", "en", typed=json.dumps(PATIENT)).stdout
    assert "FOLDER" in vaxcard("schedule", "explain", "--help").stdout
