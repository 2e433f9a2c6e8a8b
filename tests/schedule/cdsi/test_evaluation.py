"""What a dose is worth against CDC's form of rules, on what its own cases never show: makers, ages of vaccines, live conflicts, lots."""

from datetime import date
from pathlib import Path

import pytest

from tests.schedule.cdsi.supporting_data import BORN_ON, Programme, antigen_file, conflict, dose, interval, schedule_file, series, xml
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.outcomes import EvaluationStatus, SeriesStatus

VALID, NOT_VALID = EvaluationStatus.VALID, EvaluationStatus.NOT_VALID
EXTRANEOUS, SUB_STANDARD = EvaluationStatus.EXTRANEOUS, EvaluationStatus.SUB_STANDARD


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2020-02-25", NOT_VALID),
        ("2020-02-26", VALID),
        ("2020-03-01", VALID),
        ("2020-12-31", VALID),
        ("2021-01-01", EXTRANEOUS),
    ],
)
def test_a_dose_is_valid_from_the_absolute_minimum_age_to_the_day_before_the_maximum(tmp_path: Path, day: str, status: str) -> None:
    rules = Programme(tmp_path, antigen_file(series(dose(absMinAge="2 months - 4 days", minAge="2 months", maxAge="12 months"))))
    assert rules.statuses("2022-01-01", f"{day} 900") == [status]


@pytest.mark.parametrize(("maker", "status"), [("AAA", VALID), ("BBB", NOT_VALID), ("", NOT_VALID)])
def test_a_product_of_one_maker_is_preferred_from_that_maker_only(tmp_path: Path, maker: str, status: str) -> None:
    product = xml(preferableVaccine=xml(cvx="902", mvx="AAA"))
    rules = Programme(tmp_path, antigen_file(series(dose(extra=product))))
    assert rules.statuses("2022-01-01", f"2020-03-01 902 {maker}") == [status]


def test_a_product_that_is_only_allowed_counts_whoever_made_it(tmp_path: Path) -> None:
    products = xml(preferableVaccine=xml(cvx="902", mvx="AAA"), allowableVaccine=xml(cvx="902", beginAge="2 months"))
    rules = Programme(tmp_path, antigen_file(series(dose(extra=products))))
    assert rules.statuses("2022-01-01", "2020-03-01 902 BBB") == [VALID]
    assert rules.statuses("2022-01-01", "2020-02-29 902 BBB") == [NOT_VALID]


def test_the_volume_of_a_product_never_makes_a_dose_invalid(tmp_path: Path) -> None:
    rules = Programme(tmp_path, antigen_file(series(dose(extra=xml(preferableVaccine=xml(cvx="902", volume="0.5"))))))
    assert rules.statuses("2022-01-01", "2020-03-01 902") == [VALID]


@pytest.mark.parametrize(("day", "group"), [("2029-12-31", None), ("2030-01-01", "Alphas")])
def test_a_vaccine_holds_an_antigen_only_at_the_ages_that_the_map_names(tmp_path: Path, day: str, group: str | None) -> None:
    ages = xml(associationBeginAge="10 years")
    rules = Programme(
        tmp_path, antigen_file(series(dose())), schedule=schedule_file({"Alphas": ["Alpha"]}, {"900": ["Alpha"]}, ages=ages)
    )
    (found,) = rules.assess("2031-01-01", f"{day} 900").evaluations
    assert found.group == group


def test_an_expired_or_flagged_dose_is_sub_standard_and_the_next_one_takes_its_place(tmp_path: Path) -> None:
    rules = Programme(tmp_path, antigen_file(series(dose(), dose(2, extra=interval(absMinInt="28 days", minInt="28 days")))))
    flaw = {"dose_1": {"expires_on": date(2020, 2, 29)}}
    assert rules.statuses("2022-01-01", "2020-03-01 900", "2020-03-02 900", **flaw) == [SUB_STANDARD, VALID]
    sound = {"dose_1": {"expires_on": date(2020, 3, 1)}}
    assert rules.statuses("2022-01-01", "2020-03-01 900", "2020-03-02 900", **sound) == [VALID, NOT_VALID]
    assert rules.statuses("2022-01-01", "2020-03-01 900", dose_1={"substandard": True}) == [SUB_STANDARD]


def test_an_inadvertent_vaccine_is_not_valid_and_no_interval_runs_from_it(tmp_path: Path) -> None:
    wrong = xml(inadvertentVaccine=xml(cvx="901"))
    second = dose(2, extra=wrong + interval(absMinInt="28 days", minInt="28 days"))
    rules = Programme(tmp_path, antigen_file(series(dose(), second)))
    days = ("2020-03-01 900", "2020-03-20 901", "2020-03-29 900")
    assert rules.statuses("2022-01-01", *days) == [VALID, NOT_VALID, VALID]
    assert rules.forecast("2022-01-01", *days[:2]).earliest == date(2020, 3, 29)
    assert rules.forecast("2022-01-01", "2020-03-01 900", "2020-04-20 901").earliest == date(2020, 4, 20)


def test_an_interval_runs_from_a_dose_that_did_not_count_as_well(tmp_path: Path) -> None:
    second = dose(2, extra=interval(absMinInt="28 days", minInt="28 days"))
    rules = Programme(tmp_path, antigen_file(series(dose(), second)))
    assert rules.statuses("2022-01-01", "2020-03-01 900", "2020-03-20 900", "2020-04-16 900") == [VALID, NOT_VALID, NOT_VALID]
    assert rules.statuses("2022-01-01", "2020-03-01 900", "2020-03-20 900", "2020-04-17 900") == [VALID, NOT_VALID, VALID]


def test_an_interval_without_an_absolute_minimum_bounds_no_dose(tmp_path: Path) -> None:
    since_seen = xml(fromPrevious="N", fromRelevantObs=xml(code="170"), minInt="32 weeks")
    rules = Programme(tmp_path, antigen_file(series(dose(extra=xml(interval=since_seen)))))
    given, seen = (DoseAdministered(1, date(2020, 3, 1), "900"),), (Observation("170", date(2021, 1, 1), ""),)
    answer = assess(rules.schedule, Child(BORN_ON, "female"), History(given, seen), date(2021, 6, 1))
    assert [each.status for each in answer.evaluations] == [VALID]
    (forecast,) = answer.forecasts
    assert forecast.status is SeriesStatus.COMPLETE


def test_an_allowable_interval_saves_a_dose_that_misses_the_preferable_one(tmp_path: Path) -> None:
    allowed = xml(allowableInterval=xml(fromPrevious="N", fromTargetDose="1", absMinInt="21 days"))
    second = dose(2, extra=interval(absMinInt="28 days", minInt="28 days") + allowed)
    rules = Programme(tmp_path, antigen_file(series(dose(), second)))
    assert rules.statuses("2022-01-01", "2020-03-01 900", "2020-03-21 900") == [VALID, NOT_VALID]
    assert rules.statuses("2022-01-01", "2020-03-01 900", "2020-03-22 900") == [VALID, VALID]


def test_the_rule_of_the_day_on_which_the_dose_was_given_counts(tmp_path: Path) -> None:
    ages = xml(age=[xml(absMinAge="3 months", cessationDate="20200331"), xml(absMinAge="4 months", effectiveDate="20200401")])
    rules = Programme(tmp_path, antigen_file(series(xml(doseNumber="Dose 1") + ages + xml(preferableVaccine=xml(cvx="900")))))
    assert rules.statuses("2022-01-01", "2020-03-31 900", born_on=date(2019, 12, 31)) == [VALID]
    assert rules.statuses("2022-01-01", "2020-04-01 900", born_on=date(2019, 12, 31)) == [NOT_VALID]


LIVE = schedule_file(
    {"Alphas": ["Alpha"], "Betas": ["Beta"]},
    {"900": ["Alpha"], "901": ["Beta"]},
    conflicts=conflict("900", "901", "24 days", "30 days"),
)
LATER = series(dose(vaccines="901"), antigen="Beta", group="Betas")


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("2020-03-01", "2020-03-01", VALID),
        ("2020-03-01", "2020-03-24", NOT_VALID),
        ("2020-03-01", "2020-03-25", VALID),
        ("2020-02-01", "2020-02-25", NOT_VALID),  # the first dose was too early and did not count: the longer distance is asked for
        ("2020-02-01", "2020-03-01", NOT_VALID),
        ("2020-02-01", "2020-03-02", VALID),
    ],
)
def test_a_live_dose_waits_longer_after_one_that_did_not_count(tmp_path: Path, first: str, second: str, status: str) -> None:
    rules = Programme(tmp_path, antigen_file(series(dose(absMinAge="2 months"))), antigen_file(LATER), schedule=LIVE)
    assert rules.statuses("2022-01-01", f"{first} 900", f"{second} 901")[1] == status


def test_the_forecast_of_a_live_dose_keeps_the_longer_distance(tmp_path: Path) -> None:
    rules = Programme(tmp_path, antigen_file(series(dose(absMinAge="2 months"))), antigen_file(LATER), schedule=LIVE)
    assert rules.forecast("2022-01-01", "2020-03-01 900", group="Betas").earliest == date(2020, 3, 31)


def test_a_skipped_target_leaves_the_dose_to_the_next_one(tmp_path: Path) -> None:
    late = xml(conditionalSkip=xml(context="Both", setLogic="n/a", set=xml(condition=xml(conditionType="Age", beginAge="12 months"))))
    rules = Programme(tmp_path, antigen_file(series(dose(vaccines="901", extra=late), dose(2))))
    assert rules.statuses("2022-01-01", "2020-12-31 900") == [NOT_VALID]
    assert rules.statuses("2022-01-01", "2021-01-01 900") == [VALID]


@pytest.mark.parametrize("words", ["Greater Than", "greater than", " GREATER THAN "])
@pytest.mark.parametrize("kind", ["Vaccine Count by Age", "Vaccine Count By Age"])
def test_upper_and_lower_case_say_the_same(tmp_path: Path, words: str, kind: str) -> None:
    counted = xml(conditionType=kind, doseCount="0", doseType="valid", doseCountLogic=words, vaccineTypes="900; 901")
    skip = xml(conditionalSkip=xml(context="Both", set=xml(condition=counted)))
    rules = Programme(tmp_path, antigen_file(series(dose(), dose(2, extra=skip), dose(3, vaccines="901"))))
    assert rules.statuses("2022-01-01", "2020-03-01 900", "2020-03-02 901") == [VALID, VALID]


def test_a_count_sees_earlier_doses_only_and_ends_before_its_last_day(tmp_path: Path) -> None:
    counted = xml(
        conditionType="Vaccine Count by Date", doseCount="1", doseType="Total", doseCountLogic="equal to", endDate="20200401"
    )
    skip = xml(conditionalSkip=xml(context="Evaluation", set=xml(condition=counted)))
    rules = Programme(tmp_path, antigen_file(series(dose(), dose(2, vaccines="902", extra=skip), dose(3))))
    assert rules.statuses("2022-01-01", "2020-03-31 900", "2020-06-01 900") == [VALID, VALID]
    assert rules.statuses("2022-01-01", "2020-04-01 900", "2020-06-01 900") == [VALID, NOT_VALID]


def test_what_comes_after_the_last_target_is_extraneous_unless_the_dose_recurs(tmp_path: Path) -> None:
    once = antigen_file(series(dose()))
    assert Programme(tmp_path, once).statuses("2022-01-01", "2020-03-01 900", "2021-03-01 900") == [VALID, EXTRANEOUS]
    again = antigen_file(series(dose().replace("<recurringDose>No", "<recurringDose>Yes")))
    assert Programme(tmp_path, again).statuses("2022-01-01", "2020-03-01 900", "2021-03-01 900") == [VALID, VALID]


def test_the_order_in_which_doses_are_recorded_does_not_matter(tmp_path: Path) -> None:
    rules = Programme(tmp_path, antigen_file(series(dose(), dose(2, extra=interval(absMinInt="28 days", minInt="28 days")))))
    there = rules.assess("2022-01-01", "2020-03-01 900", "2020-03-29 900", "2020-03-29 901")
    back = rules.assess("2022-01-01", "2020-03-29 901", "2020-03-29 900", "2020-03-01 900")
    assert there.forecasts == back.forecasts
    assert [each.status for each in there.evaluations] == [each.status for each in reversed(back.evaluations)]
