"""Which series is taken by CDC's form of rules: default, risk, evaluation only, equivalent groups, points, antigens in one group."""

from datetime import date
from pathlib import Path

import pytest

from tests.schedule.cdsi.supporting_data import (
    IMMUNE_BY_018,
    Programme,
    antigen_file,
    barred,
    dose,
    indication,
    interval,
    schedule_file,
    series,
    xml,
)
from vaxcard.schedule.outcomes import EvaluationStatus, SeriesStatus

VALID, NOT_VALID, EXTRANEOUS = EvaluationStatus.VALID, EvaluationStatus.NOT_VALID, EvaluationStatus.EXTRANEOUS
STANDARD = series(dose(minAge="6 months"), equivalentSeriesGroups="2")
RISK = series(
    dose(minAge="2 months"), name="Risk series", kind="Risk", seriesGroup="2", equivalentSeriesGroups="1",
    defaultSeries="No", indication=indication("050", beginAge="1 month", endAge="2 years"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("on", "seen", "earliest"),
    [
        ("2020-03-01", ("050",), date(2020, 3, 1)),
        ("2020-03-01", ("051",), date(2020, 7, 1)),
        ("2020-01-31", ("050",), date(2020, 7, 1)),
        ("2022-01-01", ("050",), date(2020, 7, 1)),
    ],
)
def test_a_series_for_people_at_risk_is_taken_with_its_indication_at_its_ages(
    tmp_path: Path, on: str, seen: tuple[str, ...], earliest: date
) -> None:
    assert Programme(tmp_path, antigen_file(STANDARD, RISK)).forecast(on, seen=seen).earliest == earliest


def test_what_a_series_for_people_at_risk_says_is_sensitive(tmp_path: Path) -> None:
    strict = [each.replace("<minAge>", "<absMinAge>2 months</absMinAge><minAge>") for each in (STANDARD, RISK)]
    rules = Programme(tmp_path, antigen_file(*strict))
    found = rules.assess("2020-04-01", "2020-02-01 900", seen=("050",))
    said = [*found.evaluations[0].reasons, *found.forecasts[0].reasons]
    assert len(said) == 2 and all(reason.sensitive for reason in said)
    plain = rules.assess("2020-04-01", "2020-02-01 900")
    assert not any(reason.sensitive for reason in plain.forecasts[0].reasons)


def test_a_standard_series_that_is_complete_is_not_outdone_by_a_risk_series(tmp_path: Path) -> None:
    two = RISK.replace("Risk series", "Two doses").replace("<recurringDose>No</recurringDose>", "<recurringDose>Yes</recurringDose>")
    rules = Programme(tmp_path, antigen_file(STANDARD, two.replace("<minAge>2 months", "<minAge>18 months")))
    assert rules.statuses("2020-09-01", "2020-08-01 900", seen=("050",)) == [VALID]
    assert rules.forecast("2020-09-01", "2020-08-01 900", seen=("050",)).status is SeriesStatus.COMPLETE


def test_side_by_side_the_risk_series_answers_and_a_dose_valid_in_either_is_valid(tmp_path: Path) -> None:
    standard = STANDARD.replace("<equivalentSeriesGroups>2</equivalentSeriesGroups>", "")
    risk = RISK.replace("<equivalentSeriesGroups>1</equivalentSeriesGroups>", "")
    risk = risk.replace("<minAge>2 months", "<absMinAge>12 months</absMinAge><minAge>12 months")
    rules = Programme(tmp_path, antigen_file(standard, risk))
    assert rules.statuses("2020-09-01", "2020-08-01 900", seen=("050",)) == [VALID]
    assert rules.forecast("2020-09-01", "2020-08-01 900", seen=("050",)).earliest == date(2021, 1, 1)


def test_a_series_for_evaluation_only_counts_when_complete_and_is_never_forecast(tmp_path: Path) -> None:
    old = series(dose(vaccines="901"), name="Old series", kind="Evaluation Only", defaultSeries="No")
    rules = Programme(tmp_path, antigen_file(series(dose(minAge="6 months")), old))
    assert rules.forecast("2022-01-01").earliest == date(2020, 7, 1)
    assert rules.forecast("2022-01-01", "2020-03-01 901").status is SeriesStatus.COMPLETE
    alone = Programme(tmp_path, antigen_file(old))
    assert alone.forecast("2022-01-01").status is SeriesStatus.NOT_RECOMMENDED


def test_a_series_is_taken_only_by_the_sexes_that_it_names(tmp_path: Path) -> None:
    rules = Programme(tmp_path, antigen_file(series(dose(), requiredGender=["Female", "Unknown"])))
    found = [rules.forecast("2022-01-01", sex=sex).status for sex in ("female", "male", "unknown")]
    assert found == [SeriesStatus.NOT_COMPLETE, SeriesStatus.NOT_RECOMMENDED, SeriesStatus.NOT_COMPLETE]


def test_a_series_begun_past_its_last_age_to_start_is_not_scored(tmp_path: Path) -> None:
    spaced = interval(absMinInt="28 days", minInt="28 days")
    young = series(dose(), dose(2, extra=spaced), dose(3, extra=spaced), name="Three", maxAgeToStart="12 months", seriesPreference="2")
    older = series(dose(absMinAge="12 months"), dose(2, extra=spaced), name="Two", defaultSeries="No")
    rules = Programme(tmp_path, antigen_file(young, older))
    assert rules.forecast("2022-01-01", "2020-12-31 900", "2021-02-01 900").dose == 3
    assert rules.forecast("2022-01-01", "2021-01-01 900", "2021-02-01 900").status is SeriesStatus.COMPLETE


def test_of_two_series_begun_the_one_with_more_doses_and_fewer_to_come_is_taken(tmp_path: Path) -> None:
    spaced = interval(absMinInt="28 days", minInt="28 days")
    mixed = series(dose(vaccines="900 901"), dose(2, vaccines="900 901", extra=spaced), dose(3, extra=spaced), name="Mixed")
    single = series(dose(vaccines="901"), dose(2, vaccines="901", extra=spaced), name="Single", defaultSeries="No", productPath="Yes")
    rules = Programme(tmp_path, antigen_file(mixed, single))
    assert rules.forecast("2022-01-01", "2020-03-01 901").vaccines == ("901",)
    assert rules.forecast("2022-01-01", "2020-03-01 901", "2020-04-01 900").dose == 3


def test_without_points_between_them_the_series_that_the_data_prefers_is_taken(tmp_path: Path) -> None:
    first = series(dose(vaccines="900"), name="First", defaultSeries="No", seriesPreference="2")
    second = series(dose(vaccines="901"), name="Second", defaultSeries="No", seriesPreference="1")
    assert Programme(tmp_path, antigen_file(first, second)).forecast("2022-01-01").vaccines == ("901",)


def test_the_best_priority_of_risk_goes_first(tmp_path: Path) -> None:
    lower = RISK.replace("Risk series", "Lower").replace("<seriesPriority>A", "<seriesPriority>B").replace("<cvx>900", "<cvx>901")
    rules = Programme(tmp_path, antigen_file(STANDARD, lower, RISK))
    assert rules.forecast("2020-04-01", seen=("050",)).vaccines == ("900",)


def test_a_series_for_later_life_waits_until_its_age_to_start(tmp_path: Path) -> None:
    child = series(dose(maxAge="5 years"), name="Child")
    senior = series(dose(minAge="50 years"), name="Senior", seriesGroup="2", minAgeToStart="50 years")
    rules = Programme(tmp_path, antigen_file(child, senior))
    assert rules.forecast("2022-01-01").status is SeriesStatus.NOT_COMPLETE
    assert rules.forecast("2026-01-01").status is SeriesStatus.AGED_OUT
    assert rules.forecast("2071-01-01").earliest == date(2070, 1, 1)


def test_a_dose_that_counts_nowhere_is_told_by_the_series_that_is_answered_with(tmp_path: Path) -> None:
    child = series(dose(maxAge="5 years"), name="Child")
    senior = series(dose(absMinAge="50 years"), name="Senior", seriesGroup="2", minAgeToStart="50 years")
    rules = Programme(tmp_path, antigen_file(child, senior))
    assert rules.statuses("2026-01-01", "2026-01-01 900") == [EXTRANEOUS]
    assert rules.statuses("2071-01-01", "2026-01-01 900") == [NOT_VALID]


# Several antigens in one group


def pair(full: str) -> str:
    """Two antigens in one group; 900 holds both, 901 and 902 one each."""
    held = {"900": ["Alpha", "Beta"], "901": ["Alpha"], "902": ["Beta"]}
    return schedule_file({"Alphas": ["Alpha", "Beta"]}, held, full=full)


def alpha(*more: str, **age: str) -> str:
    return antigen_file(*more, series(dose(vaccines="900 901", **age)))


def beta(*more: str, **age: str) -> str:
    return antigen_file(*more, series(dose(vaccines="900 902", **age), antigen="Beta"))


@pytest.mark.parametrize(("full", "status"), [("Alphas", NOT_VALID), ("", VALID)])
def test_a_dose_counts_in_a_full_group_only_if_every_antigen_does(tmp_path: Path, full: str, status: EvaluationStatus) -> None:
    rules = Programme(tmp_path, alpha(), beta(absMinAge="6 months"), schedule=pair(full))
    assert rules.statuses("2022-01-01", "2020-03-01 900") == [status]


def test_a_group_takes_the_latest_earliest_day_and_the_first_recommended_one_not_before_it(tmp_path: Path) -> None:
    ages = {"earliestRecAge": "6 months", "latestRecAge": "8 months"}
    rules = Programme(tmp_path, alpha(minAge="2 months", **ages), beta(minAge="4 months", earliestRecAge="5 months"), schedule=pair(""))
    found = rules.forecast("2020-02-01")
    assert (found.earliest, found.recommended, found.past_due) == (date(2020, 5, 1), date(2020, 6, 1), date(2020, 8, 31))


def test_an_interval_with_priority_lets_its_antigen_go_first(tmp_path: Path) -> None:
    urgent = interval(absMinInt="0 days", minInt="0 days", intervalPriority="override")
    first = antigen_file(series(dose(vaccines="901"), dose(2, vaccines="900", extra=urgent)))
    rules = Programme(tmp_path, first, beta(minAge="4 years"), schedule=pair(""))
    assert rules.forecast("2022-01-01", "2020-03-01 901").earliest == date(2020, 3, 1)
    plain = Programme(tmp_path, first.replace("override", ""), beta(minAge="4 years"), schedule=pair(""))
    assert plain.forecast("2022-01-01", "2020-03-01 901").earliest == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("antigens", "status"),
    [
        ((barred("vaccineGroup"), "maxAge"), SeriesStatus.CONTRAINDICATED),
        (("", "maxAge"), SeriesStatus.AGED_OUT),
        (("", "season"), SeriesStatus.NOT_RECOMMENDED),
        (("", ""), SeriesStatus.NOT_COMPLETE),
        ((IMMUNE_BY_018, ""), SeriesStatus.NOT_COMPLETE),
    ],
)
def test_the_status_of_a_group_is_the_gravest_of_its_antigens(
    tmp_path: Path, antigens: tuple[str, str], status: SeriesStatus
) -> None:
    facts, limit = antigens
    ended = xml(seasonalRecommendation=xml(startDate="20200701", endDate="20210630")) if limit == "season" else ""
    age = {"maxAge": "12 months"} if limit == "maxAge" else {}
    other = antigen_file(series(dose(vaccines="900 902", extra=ended, **age), antigen="Beta"))
    rules = Programme(tmp_path, alpha(facts), other, schedule=pair("Alphas"))
    assert rules.forecast("2022-01-01", seen=("080", "018")).status is status


def test_a_group_is_immune_only_if_every_antigen_is(tmp_path: Path) -> None:
    both = Programme(tmp_path, alpha(IMMUNE_BY_018), beta(IMMUNE_BY_018), schedule=pair("Alphas"))
    assert both.forecast("2022-01-01", seen=("018",)).status is SeriesStatus.IMMUNE
    one = Programme(tmp_path, alpha(IMMUNE_BY_018), beta(), schedule=pair("Alphas"))
    assert one.forecast("2022-01-01", "2020-03-01 902", seen=("018",)).status is SeriesStatus.COMPLETE
