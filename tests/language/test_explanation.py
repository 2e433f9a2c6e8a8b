"""What a nurse and a parent are told of an assessment, in sentences."""

from __future__ import annotations

import pytest

from vaxcard.language import languages
from vaxcard.language.explanation import explain
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.exchange import read_patient
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.questions import load_questions

SCHEDULE = load_schedule("cn")
WITHHELD = "Your clinic has decided otherwise"


def told(patient: dict[str, object], lang: str = "en", *, staff: bool = False) -> list[str]:
    child, history, on = read_patient(SCHEDULE, {"assessed_on": "2026-11-23", **patient})
    answer = assess(SCHEDULE, child, history, on)
    return explain(SCHEDULE, child, answer, lang, questions=load_questions("cn"), told_sensitive=staff)


def line(lines: list[str], beginning: str) -> str:
    return next(each for each in lines if each.startswith(beginning))


def test_a_live_dose_too_early_is_told_with_the_days_and_the_day_from_which_it_counts() -> None:
    doses = [{"given_on": "2026-09-01", "vaccine": "VarV"}, {"given_on": "2026-09-28", "vaccine": "MMR"}]
    said = line(told({"born_on": "2025-04-01", "doses": doses}), "2. 28 September 2026")
    assert "does not count. 1 day too early: 27 days after Varicella vaccine; live vaccines need 28 days." in said
    assert said.endswith("It would have counted from 29 September 2026.")


def test_a_dose_too_early_twice_over_is_told_the_one_day_that_would_have_done_for_both() -> None:
    doses = [{"given_on": day, "vaccine": "JE-L"} for day in ("2025-10-01", "2025-10-02")]
    said = line(told({"born_on": "2023-11-01", "doses": doses}), "2. 2 October 2025")
    assert "1 day after the dose before" in said
    assert said.endswith("live vaccines need 28 days. It would have counted from 1 October 2026.")


def test_an_interval_too_short_is_told_with_what_is_needed() -> None:
    doses = [{"given_on": day, "vaccine": "DTaP"} for day in ("2026-03-01", "2026-03-28")]
    said = line(told({"born_on": "2025-12-01", "doses": doses}), "2. 28 March 2026")
    assert "does not count. " in said and "1 day too early: 27 days after the dose before, and 28 days are needed." in said


def test_what_is_due_is_told_with_its_last_day_and_its_product() -> None:
    said = line(told({"born_on": "2026-03-23"}), "Measles, mumps, rubella")
    assert said == (
        "Measles, mumps, rubella, dose 1: due now; on time until 22 March 2027. To be given: Measles, mumps and rubella vaccine."
    )


def test_what_has_to_wait_is_told_with_the_day_and_why() -> None:
    said = line(told({"born_on": "2025-04-01", "doses": [{"given_on": "2026-11-10", "vaccine": "MMR"}]}), "Japanese encephalitis")
    assert "wait until 8 December 2026: 28 days after Measles, mumps and rubella vaccine of 10 November 2026." in said


def test_what_the_programme_leaves_open_is_told_with_its_reason() -> None:
    said = line(told({"born_on": "2011-11-23", "sex": "female"}), "Human papillomavirus")
    assert said.startswith("Human papillomavirus, dose 1: A physician decides, because the first dose is at 15 years or later")


@pytest.mark.parametrize("lang", languages())
def test_a_sensitive_reason_is_told_to_staff_only(lang: str) -> None:
    patient = {"born_on": "2025-04-01", "observations": [{"code": "hiv-status", "value": "infected"}]}
    assert "HIV" not in "\n".join(told(patient, lang))
    assert "HIV" in "\n".join(told(patient, lang, staff=True))
    assert WITHHELD in line(told(patient), "Tuberculosis")


def test_a_combination_is_told_for_each_of_its_groups() -> None:
    lines = told({"born_on": "2026-03-01", "doses": [{"given_on": "2026-05-10", "vaccine": "DTaP-IPV/Hib"}]})
    assert [each for each in lines if "(Polio): counts as dose 1" in each and each.startswith("1. 10 May 2026")]
    assert [each for each in lines if "(Haemophilus influenzae b): counts as dose 1" in each]


@pytest.mark.parametrize("lang", languages())
def test_nothing_is_left_without_its_values(lang: str) -> None:
    lines = told({"born_on": "2025-04-01", "doses": [{"given_on": "2026-11-23", "vaccine": "IIV"}]}, lang, staff=True)
    assert lines and not [each for each in lines if "%(" in each or "None" in each]


def test_every_rule_that_asks_a_clinician_has_its_question_in_every_language() -> None:
    editions = [edition for each in SCHEDULE.editions.values() for edition in each]
    rules = [rule for edition in editions for series in edition.series for dose in series.doses for rule in dose.rules]
    assert {rule.rule for rule in rules if rule.needs == "clinician"} <= load_questions("cn").keys()
    assert all(set(languages()) <= asks.keys() for asks in load_questions("cn").values())


def test_a_day_of_birth_and_of_looking_open_the_telling() -> None:
    assert told({"born_on": "2026-11-01"})[0] == "Born on 1 November 2026. Looked at on 23 November 2026, at the age of 22 days."
