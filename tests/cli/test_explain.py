"""`vaxcard schedule explain`: one patient in, sentences out; what cannot be read is one clear line."""

import json

import pytest

from tests.cli.conftest import Run

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
