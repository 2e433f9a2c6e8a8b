"""What is owed by CDC's form of rules: dates, seasons, immunity, contraindications, and looking again on the day a dose is possible."""

from datetime import date
from pathlib import Path

import pytest

from tests.schedule.cdsi.supporting_data import BORN_ON, Programme, antigen_file, barred, dose, indication, interval, series, xml
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, History, Observation
from vaxcard.schedule.outcomes import ReasonCode, SeriesStatus


def test_past_due_is_the_day_before_the_latest_recommended_age(tmp_path: Path) -> None:
    ages = {"minAge": "2 months", "earliestRecAge": "3 months", "latestRecAge": "5 months", "maxAge": "12 months"}
    found = Programme(tmp_path, antigen_file(series(dose(**ages)))).forecast("2020-01-01")
    assert (found.earliest, found.recommended) == (date(2020, 3, 1), date(2020, 4, 1))
    assert (found.past_due, found.latest) == (date(2020, 5, 31), date(2020, 12, 31))
    assert (found.dose, found.vaccines) == (1, ("900",))


def test_a_recommended_age_goes_before_a_recommended_interval(tmp_path: Path) -> None:
    spaced = interval(absMinInt="28 days", minInt="28 days", earliestRecInt="6 months", latestRecInt="8 months")
    by_age = Programme(tmp_path, antigen_file(series(dose(), dose(2, extra=spaced, earliestRecAge="4 months"))))
    found = by_age.forecast("2020-03-01", "2020-03-01 900")
    assert (found.earliest, found.recommended, found.past_due) == (date(2020, 3, 29), date(2020, 5, 1), date(2020, 10, 31))
    by_interval = Programme(tmp_path, antigen_file(series(dose(), dose(2, extra=spaced))))
    assert by_interval.forecast("2020-03-01", "2020-03-01 900").recommended == date(2020, 9, 1)


def test_a_day_that_a_month_lacks_rolls_to_the_first_of_the_next(tmp_path: Path) -> None:
    rules = Programme(tmp_path, antigen_file(series(dose(minAge="6 months"))))
    assert rules.forecast("2020-04-01", born_on=date(2020, 3, 31)).earliest == date(2020, 10, 1)


@pytest.mark.parametrize(("on", "status"), [("2020-12-31", SeriesStatus.NOT_COMPLETE), ("2021-01-01", SeriesStatus.AGED_OUT)])
def test_a_series_is_aged_out_from_the_maximum_age(tmp_path: Path, on: str, status: SeriesStatus) -> None:
    assert Programme(tmp_path, antigen_file(series(dose(maxAge="12 months")))).forecast(on).status is status


@pytest.mark.parametrize(("given", "status"), [("2020-12-03", SeriesStatus.NOT_COMPLETE), ("2020-12-04", SeriesStatus.AGED_OUT)])
def test_a_series_is_aged_out_when_the_next_dose_is_possible_only_past_the_age(
    tmp_path: Path, given: str, status: SeriesStatus
) -> None:
    second = dose(2, maxAge="12 months", extra=interval(absMinInt="28 days", minInt="28 days"))
    rules = Programme(tmp_path, antigen_file(series(dose(), second)))
    assert rules.forecast("2020-12-05", f"{given} 900").status is status


def test_a_season_begins_and_ends_and_counts_its_own_doses(tmp_path: Path) -> None:
    season = xml(seasonalRecommendation=xml(startDate="20210701", endDate="20220630"))
    yearly = dose(extra=season).replace("<recurringDose>No", "<recurringDose>Yes")
    rules = Programme(tmp_path, antigen_file(series(yearly)))
    early = rules.forecast("2021-01-01", "2020-08-01 900")
    assert (early.earliest, early.dose) == (date(2021, 7, 1), 1)
    assert early.reasons[0].code == ReasonCode.FROM_SEASON
    assert rules.forecast("2021-08-01", "2021-07-01 900").dose == 2
    assert rules.forecast("2022-06-30").status is SeriesStatus.NOT_COMPLETE
    assert rules.forecast("2022-07-01").status is SeriesStatus.NOT_RECOMMENDED


def test_a_dose_that_could_be_skipped_once_it_is_possible_is_not_forecast(tmp_path: Path) -> None:
    skip = xml(conditionalSkip=xml(context="Forecast", set=xml(condition=xml(conditionType="Age", beginAge="12 months"))))
    second = dose(2, extra=skip + interval(absMinInt="28 days", minInt="28 days"))
    rules = Programme(tmp_path, antigen_file(series(dose(), second, dose(3, minAge="4 years"))))
    assert rules.forecast("2020-12-05", "2020-12-03 900").earliest == date(2020, 12, 31)
    assert rules.forecast("2020-12-05", "2020-12-04 900").earliest == date(2024, 1, 1)


IMMUNE = xml(
    immunity=xml(
        clinicalHistory=xml(guidelineCode="018"),
        dateOfBirth=xml(immunityBirthDate="01/01/1980", birthCountry="U.S.", exclusion=xml(exclusionCode="007")),
    )
)


def test_an_observation_or_birth_before_a_date_makes_immune(tmp_path: Path) -> None:
    rules = Programme(tmp_path, antigen_file(IMMUNE, series(dose())))
    assert rules.forecast("2022-01-01", seen=("018",)).status is SeriesStatus.IMMUNE
    assert rules.forecast("2022-01-01", born_on=date(1979, 12, 31)).status is SeriesStatus.IMMUNE
    assert rules.forecast("2022-01-01", born_on=date(1980, 1, 1)).status is SeriesStatus.NOT_COMPLETE
    assert rules.forecast("2022-01-01", born_on=date(1979, 12, 31), seen=("007",)).status is SeriesStatus.NOT_COMPLETE


def test_who_is_said_to_be_born_elsewhere_is_not_immune_by_birth(tmp_path: Path) -> None:
    rules = Programme(tmp_path, antigen_file(IMMUNE, series(dose())))
    assert rules.forecast("2022-01-01", born_on=date(1979, 12, 31), seen=("birth-country",)).status is SeriesStatus.NOT_COMPLETE


def test_a_series_already_complete_is_not_called_immune(tmp_path: Path) -> None:
    rules = Programme(tmp_path, antigen_file(IMMUNE, series(dose())))
    assert rules.forecast("2022-01-01", "2020-03-01 900", seen=("018",)).status is SeriesStatus.COMPLETE


@pytest.mark.parametrize(("on", "status"), [("2020-08-31", SeriesStatus.CONTRAINDICATED), ("2020-09-01", SeriesStatus.NOT_COMPLETE)])
def test_an_observation_bars_the_group_at_its_ages(tmp_path: Path, on: str, status: SeriesStatus) -> None:
    rules = Programme(tmp_path, antigen_file(barred("vaccineGroup", endAge="8 months"), series(dose())))
    found = rules.forecast(on, seen=("080",))
    assert found.status is status
    assert all(reason.sensitive for reason in found.reasons) is (status is SeriesStatus.CONTRAINDICATED)


def test_a_series_is_barred_only_when_every_vaccine_it_prefers_is(tmp_path: Path) -> None:
    one = barred("vaccine", contraindicatedVaccine=xml(cvx="900"))
    rules = Programme(tmp_path, antigen_file(one, series(dose(vaccines="900 901"))))
    assert rules.forecast("2022-01-01", seen=("080",)).vaccines == ("901",)
    only = Programme(tmp_path, antigen_file(one, series(dose())))
    assert only.forecast("2022-01-01", seen=("080",)).status is SeriesStatus.CONTRAINDICATED


def test_where_the_data_names_neither_age_nor_interval_the_indication_begins(tmp_path: Path) -> None:
    risk = series(dose(), kind="Risk", indication=indication("050", beginAge="2 years"))
    found = Programme(tmp_path, antigen_file(risk)).forecast("2023-01-01", seen=("050",))
    assert found.earliest == date(2022, 1, 1)


def test_an_interval_may_run_from_an_observation_or_from_other_vaccines(tmp_path: Path) -> None:
    since = interval(fromPrevious="N", fromMostRecent="901; 902", absMinInt="8 weeks", minInt="8 weeks")
    rules = Programme(tmp_path, antigen_file(series(dose(), dose(2, extra=since))))
    assert rules.forecast("2022-01-01", "2020-03-01 900").earliest == date(2020, 3, 1)
    assert rules.forecast("2022-01-01", "2020-03-01 900", "2020-04-01 902").earliest == date(2020, 5, 27)


def test_an_interval_without_a_minimum_moves_no_day_ahead(tmp_path: Path) -> None:
    since_seen = xml(fromPrevious="N", fromRelevantObs=xml(code="170"), absMinInt="0 days", earliestRecInt="4 weeks")
    rules = Programme(tmp_path, antigen_file(series(dose(minAge="2 months", extra=xml(interval=since_seen)))))
    history = History((), (Observation("170", date(2020, 6, 1), ""),))
    (forecast,) = assess(rules.schedule, Child(BORN_ON, "female"), history, date(2021, 1, 1)).forecasts
    assert (forecast.earliest, forecast.recommended) == (date(2020, 3, 1), date(2020, 6, 29))
