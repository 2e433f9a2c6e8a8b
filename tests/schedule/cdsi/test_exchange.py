"""Patients told by CVX and MVX, and what is said of a line that CDC's data cannot judge."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.schedule.cdsi.supporting_data import Programme, antigen_file, conflict, dose, schedule_file, series
from vaxcard.schedule.exchange import answer_line

KEEPS_AWAY = schedule_file({"Alphas": ["Alpha"]}, {"09": ["Alpha"]}, conflicts=conflict("19", "09", "28 days", "28 days"))


def asked(folder: Path, *doses: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The answer to a patient with these doses."""
    rules = Programme(folder, antigen_file(series(dose(vaccines="09"))), schedule=KEEPS_AWAY)
    patient = {"id": 1, "born_on": "2020-01-01", "sex": "female", "assessed_on": "2022-01-01", "doses": list(doses), **more}
    return answer_line(rules.schedule, json.dumps(patient))


@pytest.mark.parametrize("written", ["9", "09"])
def test_a_dose_is_answered_with_the_code_as_it_was_written(tmp_path: Path, written: str) -> None:
    (found,) = asked(tmp_path, {"given_on": "2020-03-01", "cvx": written, "mvx": None})["doses"]
    assert (found["vaccine"], found["group"], found["dose"], found["status"]) == (written, "Alphas", 1, "valid")


def test_a_vaccine_without_antigen_here_is_listed_and_keeps_live_vaccines_away(tmp_path: Path) -> None:
    bcg, alpha = asked(tmp_path, {"given_on": "2020-03-01", "cvx": "19"}, {"given_on": "2020-03-20", "cvx": "09"})["doses"]
    assert (bcg["group"], bcg["status"], bcg["reasons"][0]["code"]) == (None, None, "not_in_programme")
    assert (alpha["status"], alpha["reasons"][0]["code"]) == ("not_valid", "live_too_soon")


def test_a_dose_after_the_assessment_is_left_out_and_listed(tmp_path: Path) -> None:
    answer = asked(tmp_path, {"given_on": "2022-03-01", "cvx": "09"})
    assert answer["doses"][0]["reasons"][0]["code"] == "after_assessment"
    assert answer["forecasts"][0]["status"] == "not_complete"
    assert answer["due_now"] == ["Alphas"]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ({"given_on": "2020-03-01", "cvx": "777"}, "doses 1: cvx"),
        ({"given_on": "2020-03-01", "cvx": "09", "mvx": 7}, "doses 1: mvx"),
        ({"given_on": "2019-03-01", "cvx": "09"}, "doses 1: given_on"),
        ({"given_on": "2020-02-31", "cvx": "09"}, "doses 1: given_on"),
    ],
)
def test_a_line_that_cannot_be_judged_is_answered_with_its_fault(tmp_path: Path, row: dict[str, Any], place: str) -> None:
    assert place in asked(tmp_path, row)["error"]


def test_a_clinician_s_word_on_a_group_goes_before_the_rules(tmp_path: Path) -> None:
    word = {"on": "2021-01-01", "group": "Alphas", "given_on": None, "decision": "complete", "until": None, "reason": "invented"}
    assert asked(tmp_path, decisions=[word])["forecasts"][0]["status"] == "complete"


def test_the_release_that_answered_is_named(tmp_path: Path) -> None:
    assert asked(tmp_path)["edition"].startswith("cdsi ")


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"doses": {}}, "doses: is not a list of objects"),
        ({"doses": [{"given_on": "2020-03-01", "cvx": 9}]}, "doses 1: cvx: is not text"),
        ({"doses": [{"given_on": "2020-03-01"}]}, "doses 1: cvx: is missing"),
    ],
)
def test_a_slip_in_a_line_is_told_where_it_was_made(tmp_path: Path, more: dict[str, Any], error: str) -> None:
    rules = Programme(tmp_path, antigen_file(series(dose(vaccines="09"))), schedule=KEEPS_AWAY)
    patient = {"id": 1, "born_on": "2020-01-01", "assessed_on": "2022-01-01", **more}
    answer = answer_line(rules.schedule, json.dumps(patient))
    assert (answer["id"], answer["error"].startswith(error)) == (1, True)
