"""Patients in and answers out as lines of JSON; a faulty line says what is wrong with it and stops nobody."""

import json
from typing import Any

import pytest

from vaxcard.schedule.exchange import answer_line, assess_stream
from vaxcard.schedule.loader import load_schedule

SCHEDULE = load_schedule("cn")
PATIENT: dict[str, Any] = {
    "id": "invented-1",
    "born_on": "2026-03-01",
    "sex": "female",
    "assessed_on": "2026-11-23",
    "doses": [{"given_on": "2026-03-01", "vaccine": "HepB"}],
    "observations": [],
    "something_else": 1,
}


def test_an_answer_has_the_form_of_the_contract() -> None:
    answer = answer_line(SCHEDULE, json.dumps(PATIENT))
    assert {"id", "doses", "forecasts", "due_now", "holds_until", "edition", "engine"} <= answer.keys()
    assert answer["doses"] == [
        {"n": 1, "given_on": "2026-03-01", "vaccine": "HepB", "group": "HepB", "dose": 1, "status": "valid", "reasons": []}
    ]
    keys = {"group", "status", "dose", "vaccines", "earliest", "recommended", "past_due", "latest", "needs", "reasons"}
    assert all(keys <= forecast.keys() for forecast in answer["forecasts"])
    assert json.loads(json.dumps(answer)) == answer


def test_a_combination_has_an_entry_for_each_of_its_groups() -> None:
    doses = [{"given_on": "2026-05-01", "vaccine": "DTaP-IPV/Hib"}]
    answer = answer_line(SCHEDULE, json.dumps({**PATIENT, "doses": doses}))
    assert [(dose["n"], dose["group"]) for dose in answer["doses"]] == [(1, "Polio"), (1, "DTaP"), (1, "Hib")]


def test_a_dose_may_be_named_by_its_cvx() -> None:
    answer = answer_line(SCHEDULE, json.dumps({**PATIENT, "doses": [{"given_on": "2026-11-01", "cvx": "3", "mvx": None}]}))
    assert answer["doses"][0]["vaccine"] == "MMR"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"born_on": None}, "born_on: is missing"),
        ({"born_on": "2026-02-30"}, "born_on: 2026-02-30 is not a day of the calendar"),
        ({"born_on": "01/02/2026"}, "born_on: '01/02/2026' is not a date"),
        ({"assessed_on": 20261123}, "assessed_on: 20261123 is not a date"),
        ({"assessed_on": "2026-02-01", "doses": []}, "assessed_on: lies before born_on"),
        ({"sex": "F"}, "sex: is not a sex known here"),
        ({"sex": ["female"]}, "sex: is not a sex known here"),
        ({"doses": [{"given_on": "2026-02-28", "vaccine": "HepB"}]}, "doses 1: given_on: 2026-02-28 is before birth"),
        ({"doses": [{"given_on": "2026-03-28", "vaccine": "HepX"}]}, "doses 1: vaccine: 'HepX' is not a vaccine of schedule cn"),
        ({"doses": [{"given_on": "2026-03-28", "cvx": "999"}]}, 'doses 1: cvx: CVX "999" is not a vaccine'),
        ({"doses": [{"given_on": "2026-03-28"}]}, "doses 1: cvx: is missing"),
        ({"doses": {"given_on": "2026-03-28"}}, "doses: is not a list of objects"),
        ({"doses": ["HepB"]}, "doses: is not a list of objects"),
        ({"doses": [{"given_on": "2026-03-28", "vaccine": "HepB", "substandard": "yes"}]}, "substandard: is neither true nor false"),
        ({"observations": [{"value": "x"}]}, "observations 1: code: is missing"),
        ({"decisions": [{"on": "2026-03-28", "group": "HepB", "decision": "maybe"}]}, "decisions 1: decision: is not a decision"),
        ({"decisions": [{"on": "2026-03-28", "group": "Pox", "decision": "never"}]}, "decisions 1: group: is not a group"),
    ],
)
def test_a_faulty_line_answers_with_its_id_and_what_is_wrong_where(change: dict[str, Any], said: str) -> None:
    answer = answer_line(SCHEDULE, json.dumps({**PATIENT, **change}))
    assert answer.keys() == {"id", "error"} and answer["id"] == "invented-1"
    assert said in answer["error"]


@pytest.mark.parametrize("line", ["", "{", "[]", "null", "7", '"text"', "\ufeff{}", "[" * 100_000, '{"id": ' + "9" * 5000 + "}"])
def test_a_line_that_is_no_object_answers_with_an_error(line: str) -> None:
    assert answer_line(SCHEDULE, line).keys() == {"id", "error"}


def test_the_stream_goes_on_after_a_faulty_line_and_passes_blank_ones() -> None:
    lines = [json.dumps(PATIENT), "", "not json", "  \n", json.dumps({**PATIENT, "id": 2})]
    answers = list(assess_stream(lines, SCHEDULE))
    assert [answer["id"] for answer in answers] == ["invented-1", None, 2]
    assert ["error" in answer for answer in answers] == [False, True, False]


def test_the_stream_reads_a_line_only_when_its_answer_is_asked_for() -> None:
    read: list[int] = []

    def lines() -> Any:
        for number in range(3):
            read.append(number)
            yield json.dumps({**PATIENT, "id": number})

    next(assess_stream(lines(), SCHEDULE))
    assert read == [0]


def test_the_first_and_last_days_of_the_calendar_are_assessed() -> None:
    for born_on, on in (("0001-01-01", "0001-01-01"), ("9999-11-30", "9999-12-31"), ("0001-01-01", "9999-12-31")):
        answer = answer_line(SCHEDULE, json.dumps({**PATIENT, "born_on": born_on, "assessed_on": on, "doses": []}))
        assert "error" not in answer
