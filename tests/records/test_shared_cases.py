"""The cases that were written down before the registry was: those that the record itself decides."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.story import Story, an_id
from vaxcard.errors import InputFault, Refused
from vaxcard.records.doses import DoseForm, TypedBecause, doses_of, versions_of
from vaxcard.records.registry import correct_dose, record_dose
from vaxcard.records.stops import box_is_missing
from vaxcard.records.trace_codes import check_trace_code
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.outcomes import EvaluationStatus

CHINA = load_schedule("cn")

TODAY = date(2026, 11, 23)


@pytest.fixture
def cases(shared_dir: Path) -> dict[str, dict[str, Any]]:
    lines = (shared_dir / "cases" / "records-cn.jsonl").read_text(encoding="utf-8").splitlines()
    return {case["id"]: case for case in map(json.loads, lines)}


@pytest.mark.parametrize("name", ["CN-R01", "CN-R02", "CN-R03"])
def test_doses_of_one_day_are_taken_or_stopped_as_written(story: Story, cases: dict[str, dict[str, Any]], name: str) -> None:
    told, expected = cases[name]["input"], cases[name]["expect"]
    child = story.child(date.fromisoformat(told["born_on"]), TODAY)
    *before, last = [
        DoseForm(an_id(), dose["vaccine"], date.fromisoformat(dose["given_on"]), site=dose.get("site")) for dose in told["doses"]
    ]
    for form in before:
        with story.on(TODAY) as acting:
            record_dose(acting, child, form)
    if expected["decision"] == "accept":
        with story.on(TODAY) as acting:
            assert record_dose(acting, child, last).dose.incidents == []
    else:
        with pytest.raises(Refused) as stopped, story.on(TODAY) as acting:
            record_dose(acting, child, last)
        assert stopped.value.reason == expected["reason"]


@pytest.mark.parametrize("name", ["CN-R06", "CN-R07", "CN-R08"])
def test_the_code_of_a_box_is_taken_or_refused_as_written(cases: dict[str, dict[str, Any]], name: str) -> None:
    code, expected = cases[name]["input"]["code"], cases[name]["expect"]
    if expected["decision"] == "accept":
        assert check_trace_code(code, CHINA) == code
    else:
        with pytest.raises(InputFault):
            check_trace_code(code, CHINA)


def test_two_children_may_carry_the_code_of_one_vial(story: Story, cases: dict[str, dict[str, Any]]) -> None:
    told = cases["CN-R09"]["input"]
    born, day = date(2026, 7, 20), TODAY
    for name in ("云朵朵", "云阳阳"):
        child = story.newborn(born, born, name=name)
        for given_on in (date(2026, 9, 20), date(2026, 10, 20)):
            story.dose(child, "IPV", given_on)
        with story.on(day) as acting:
            assert record_dose(acting, child, DoseForm(an_id(), told["vaccine"], day, trace_code=told["code"])).dose.incidents == []


def test_a_box_past_its_day_is_stopped(story: Story, cases: dict[str, dict[str, Any]]) -> None:
    told = cases["CN-R10"]["input"]
    child, day = story.newborn(date(2026, 9, 23), date(2026, 9, 23)), date.fromisoformat(told["visit_on"])
    form = DoseForm(an_id(), "IPV", day, expires_on=date.fromisoformat(told["batch_expires_on"]))
    with pytest.raises(Refused) as stopped, story.on(day) as acting:
        record_dose(acting, child, form)
    assert stopped.value.reason == cases["CN-R10"]["expect"]["reason"]


def test_a_corrected_date_is_a_version_more(story: Story, cases: dict[str, dict[str, Any]]) -> None:
    told, expected = cases["CN-R18"]["input"], cases["CN-R18"]["expect"]
    child = story.newborn(date(2025, 5, 1), date(2025, 5, 1))
    old = story.dose(child, told["dose"]["vaccine"], date.fromisoformat(told["dose"]["given_on"]), TODAY)
    form = DoseForm(an_id(), told["dose"]["vaccine"], date.fromisoformat(told["change"]["given_on"]))
    with story.on(TODAY, actor="staff:7") as acting:
        correct_dose(acting, child, old.dose.id, form, seen_version=old.chart.child.version, reason=told["reason"])
    with story.database.reading() as session:
        versions = [dose for dose in versions_of(session, child) if dose.vaccine == told["dose"]["vaccine"]]
        (now,) = [dose for dose in doses_of(session, child) if dose.vaccine == told["dose"]["vaccine"]]
        assert len(versions) == expected["versions"]
        assert now.given_on.isoformat() == expected["current"]["given_on"]
        assert versions[0].given_on.isoformat() == expected["previous"]["given_on"]
        assert (now.recorded_by, now.reason) == ("staff:7", told["reason"])
        assert now.recorded_at.date() == TODAY
    assert replace(form, happened=told["reason"]).content_hash() == now.content_hash


def test_a_second_live_vaccine_too_soon_is_stopped_and_after_the_needle_kept_with_its_reason(
    story: Story, cases: dict[str, dict[str, Any]]
) -> None:
    told, expected = cases["CN-R04"]["input"], cases["CN-R04"]["expect"]
    child = story.child(date.fromisoformat(told["born_on"]), TODAY)
    first, second = (DoseForm(an_id(), dose["vaccine"], date.fromisoformat(dose["given_on"])) for dose in told["doses"])
    story.dose(child, first.vaccine, first.given_on)
    with pytest.raises(Refused), story.on(second.given_on) as acting:
        record_dose(acting, child, second)
    with story.on(second.given_on) as acting:
        recorded = record_dose(acting, child, replace(second, happened="seen after the needle"))
        assert recorded.dose.incidents
        (verdict,) = recorded.chart.evaluations_of(recorded.dose)
        assert verdict.status == EvaluationStatus.NOT_VALID
        assert any(str(reason.code).startswith("live") for reason in verdict.reasons), [reason.code for reason in verdict.reasons]
    assert [each["vaccine"] for each in expected["review"]] == [second.vaccine]


def test_a_box_that_cannot_be_scanned_is_typed_for_a_reason(cases: dict[str, dict[str, Any]]) -> None:
    assert "manual-with-reason" in cases["CN-R07"]["expect"]["alternatives"]
    typed = DoseForm(an_id(), "DTaP", TODAY, lot_number="L1")
    assert box_is_missing(CHINA, typed)
    assert not box_is_missing(CHINA, replace(typed, typed_because=TypedBecause.UNREADABLE))
