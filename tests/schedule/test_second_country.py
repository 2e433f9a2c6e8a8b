"""A second country is data alone: WHO's schedule is assessed, laid out and planned by code that names no vaccine of any country."""

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.schedule.laws import law
from vaxcard.language.explanation import explain
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.brackets import lay_out
from vaxcard.schedule.catch_up import catch_up_plan
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.outcomes import Assessment, Evaluation, EvaluationStatus, Forecast, SeriesStatus
from vaxcard.schedule.visit_rules import load_visit_rules

WHO = load_schedule("who")
PACKAGE = Path(__file__).resolve().parents[2] / "vaxcard"
PENTA = "DTwP-HepB-Hib"
BORN = date(2026, 1, 5)


def assessed(on: date, *given: tuple[date, str], sex: str = "female", seen: tuple[Observation, ...] = ()) -> Assessment:
    doses = tuple(DoseAdministered(n, day, vaccine) for n, (day, vaccine) in enumerate(given, 1))
    return assess(WHO, Child(BORN, sex), History(doses, seen), on)


def owed(assessment: Assessment, group: str) -> Forecast:
    return next(each for each in assessment.forecasts if each.group == group)


def verdicts(assessment: Assessment, n: int) -> dict[str | None, Evaluation]:
    return {each.group: each for each in assessment.evaluations if each.n == n}


def weeks(number: int, days: int = 0) -> date:
    return BORN + timedelta(7 * number + days)


def test_a_newborn_is_owed_bcg_and_the_birth_dose() -> None:
    assert assessed(BORN).due_now == ("BCG", "HepB")
    assert assessed(BORN).edition == "who 2000-01-01"


@pytest.mark.parametrize(("days", "status"), [(-1, EvaluationStatus.NOT_VALID), (0, EvaluationStatus.VALID), (1, EvaluationStatus.VALID)])
def test_the_pentavalent_dose_counts_from_six_weeks_in_all_its_groups(days: int, status: EvaluationStatus) -> None:
    found = verdicts(assessed(weeks(20), (BORN, "HepB"), (weeks(6, days), PENTA)), 2)
    assert found.keys() == {"HepB", "DTP", "Hib"}
    assert {each.status for each in found.values()} == {status}


@pytest.mark.parametrize(("days", "status"), [(27, EvaluationStatus.NOT_VALID), (28, EvaluationStatus.VALID), (29, EvaluationStatus.VALID)])
def test_the_second_keeps_four_weeks(days: int, status: EvaluationStatus) -> None:
    first = weeks(8)
    assert verdicts(assessed(weeks(30), (first, PENTA), (first + timedelta(days), PENTA)), 2)["DTP"].status is status


def test_without_a_birth_dose_three_doses_against_hepatitis_b_are_asked_for() -> None:
    doses = [(weeks(at), PENTA) for at in (6, 10, 14)]
    assert owed(assessed(weeks(15), *doses), "HepB").status is SeriesStatus.COMPLETE
    assert owed(assessed(weeks(15), (BORN, "HepB"), *doses[:2]), "HepB").dose == 4


def test_measles_and_rubella_are_one_injection_in_two_groups() -> None:
    found = assessed(date(2026, 10, 5), (date(2026, 10, 5), "MR"))
    assert {group: each.dose for group, each in verdicts(found, 1).items()} == {"Measles": 1, "Rubella": 1}
    assert owed(found, "Rubella").status is SeriesStatus.COMPLETE
    assert owed(found, "Measles").earliest == date(2027, 4, 5)


def test_bcg_does_not_keep_measles_away_here() -> None:
    found = assessed(date(2026, 10, 6), (date(2026, 10, 1), "BCG"), (date(2026, 10, 6), "MR"))
    assert verdicts(found, 2)["Measles"].status is EvaluationStatus.VALID


@pytest.mark.parametrize(("day", "status"), [(3, "not_complete"), (4, "not_complete"), (5, "aged_out")])
def test_rotavirus_is_no_longer_begun_from_two_years(day: int, status: str) -> None:
    assert owed(assessed(date(2028, 1, day)), "Rota").status == status


def test_a_child_of_two_begins_pneumococcus_with_one_dose() -> None:
    assert owed(assessed(date(2028, 2, 5), (date(2028, 2, 1), "PCV13")), "PCV").status is SeriesStatus.COMPLETE
    assert owed(assessed(date(2028, 1, 10), (date(2028, 1, 4), "PCV13")), "PCV").status is SeriesStatus.NOT_COMPLETE


def test_a_child_of_eight_is_given_td() -> None:
    assert owed(assessed(date(2034, 2, 1)), "DTP").vaccines == ("Td",)


@pytest.mark.parametrize(
    ("sex", "status", "needs"),
    [("female", "not_complete", None), ("unknown", "not_complete", "sex"), ("male", "not_recommended", None)],
)
def test_hpv_is_owed_to_girls(sex: str, status: str, needs: str | None) -> None:
    found = owed(assessed(date(2035, 2, 1), sex=sex), "HPV")
    assert (found.status, found.needs) == (status, needs)


def test_bcg_is_a_clinicians_to_decide_where_hiv_is_known() -> None:
    found = owed(assessed(BORN, seen=(Observation("hiv-status", None, "infected"),)), "BCG")
    assert found.needs == "clinician" and found.reasons[-1].sensitive


def test_every_answer_says_that_nobody_has_checked_these_rules() -> None:
    assert "from-memory" in assessed(BORN).unverified


def test_its_cards_are_laid_out_as_its_own_plan_says() -> None:
    assert [len(bracket.visits) for bracket in WHO.brackets] == [1, 3, 1, 2, 1, 2]
    found = assessed(weeks(6), (BORN, "BCG"), (BORN, "HepB"))
    views = lay_out(WHO, Child(BORN, "female"), found)
    assert [visit.state for view in views[:2] for visit in view.visits] == ["done", "next", "later", "later"]
    assert {slot.due_on for slot in views[1].visits[0].slots} == {weeks(6)}


def test_every_dose_of_its_series_has_a_place_on_a_card() -> None:
    printed = {(slot.group, slot.dose) for bracket in WHO.brackets for visit in bracket.visits for slot in visit.doses}
    routine = {(group, dose.number) for group, editions in WHO.editions.items() for dose in editions[-1].series[0].doses}
    assert printed == routine


def test_a_routine_child_is_planned_to_the_end_and_told_in_words() -> None:
    child = Child(BORN, "female")
    plan = catch_up_plan(WHO, load_visit_rules("who"), child, History(), BORN)
    assert plan.is_whole and len(plan.visits) == 10
    assert all(each.status is SeriesStatus.COMPLETE for each in plan.left)
    assert "Measles, dose 1: wait until 5 October 2026: from 9 months of age. To be given: Measles and rubella vaccine." in explain(
        WHO, child, assessed(weeks(20)), "en"
    )


_DAYS = st.integers(0, 5000).map(lambda days: BORN + timedelta(days))


@law(st.lists(st.tuples(_DAYS, st.sampled_from(sorted(WHO.vaccines))), max_size=10), _DAYS, st.sampled_from(["female", "male", "unknown"]))
def test_any_child_is_assessed_and_every_plan_comes_to_an_end(given: list[tuple[date, str]], on: date, sex: str) -> None:
    history = History(tuple(DoseAdministered(n, day, vaccine) for n, (day, vaccine) in enumerate(given, 1) if day <= on))
    plan = catch_up_plan(WHO, load_visit_rules("who"), Child(BORN, sex), history, on, limit=2)
    assert plan.is_whole
    assert all(each.status is not SeriesStatus.NOT_COMPLETE or each.needs for each in plan.left)


# Nothing of a country in code

ALSO_A_WORD_OF_DRAWING = {"M"}  # "move to" in a path


def test_no_code_names_a_vaccine_or_a_group_of_any_country() -> None:
    countries = [load_schedule(folder.name) for folder in (PACKAGE / "schedule/data").iterdir() if folder.is_dir()]
    assert len(countries) >= 2
    codes = {code for country in countries for code in (*country.vaccines, *country.groups)} - ALSO_A_WORD_OF_DRAWING
    assert not [
        f"{path.relative_to(PACKAGE)} line {node.lineno}: {node.value}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in codes
    ]
