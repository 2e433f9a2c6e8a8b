"""CDC's own cases against its own data, where both are at hand; neither is part of this repository."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from vaxcard.schedule.assessment import AnySchedule
from vaxcard.schedule.cdsi.loader import load_cdsi
from vaxcard.schedule.exchange import answer_line

HEALTHY, CONDITIONS = 510, 160
SEXES = {"F": "female", "M": "male"}
ARGUED_IN_DECISION_20 = {
    "2016-UC-0060", "2016-UC-0110", "2016-UC-0128", "2016-UC-0130", "2016-UC-0198", "2017-UC-0015",
    "2020-UC-0003", "2022-UC-0001", "2022-UC-0005", "2022-UC-0017", "2022-UC-0031", "2023-UC-0047",
}  # fmt: skip


@pytest.fixture(scope="module")
def cdsi(shared_dir: Path) -> AnySchedule:
    """CDC's schedule."""
    return load_cdsi(shared_dir / "cdsi" / "supporting-data-4.64")


def test_every_healthy_case_is_answered_as_cdc_does_in_every_field(cdsi: AnySchedule, shared_dir: Path) -> None:
    wrong = dict(differences(cdsi, shared_dir / "cdsi" / "healthy-a.jsonl"))
    assert not {case: fields for case, fields in wrong.items() if fields}
    assert len(wrong) == HEALTHY


def test_cases_of_conditions_differ_only_where_a_decision_argues_it(cdsi: AnySchedule, shared_dir: Path) -> None:
    strictly = {"status", "earliest", "recommended", "doses"}
    wrong = {case: fields & strictly for case, fields in differences(cdsi, shared_dir / "cdsi" / "conditions-a.jsonl")}
    assert {case for case, fields in wrong.items() if fields} <= ARGUED_IN_DECISION_20
    assert sum(not fields for fields in wrong.values()) >= CONDITIONS


def differences(schedule: AnySchedule, file: Path) -> Iterator[tuple[str, set[str]]]:
    """Each case with the fields in which the answer is another."""
    for line in file.read_text("utf-8").splitlines():
        case = json.loads(line)
        yield case["id"], _differing(case, answer_line(schedule, json.dumps(patient(case))))


def patient(case: Mapping[str, Any]) -> dict[str, Any]:
    """A case as a patient of the exchange form."""
    return {
        "id": case["id"],
        "born_on": case["dob"],
        "sex": SEXES.get(case["gender"], "unknown"),
        "assessed_on": case["assessment_date"],
        "doses": [{"given_on": dose["date"], "cvx": dose["cvx"], "mvx": dose["mvx"]} for dose in case["doses"]],
        "observations": [{"code": each["code"], "on": each["date"], "value": each["text"]} for each in case["conditions"]],
    }


def _differing(case: Mapping[str, Any], answer: Mapping[str, Any]) -> set[str]:
    group, expected = case["vaccine_group_std"], case["expected"]
    got = next(each for each in answer["forecasts"] if each["group"] == group)
    wanted = {"status": expected["series_status"]}
    if expected["series_status"] == "not_complete":
        wanted |= {key: expected[key] for key in ("earliest", "recommended", "past_due")} | {"dose": int(expected["forecast_number"])}
    given = {each["n"]: each["status"] for each in sorted(answer["doses"], key=lambda each: each["group"] == group)}
    wrong = {key for key, value in wanted.items() if got[key] != value}
    asserted = [dose for dose in case["doses"] if dose.get("status")]
    return wrong | ({"doses"} if any(given[dose["n"]] != dose["status"] for dose in asserted) else set())
