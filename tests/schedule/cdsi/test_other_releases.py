"""Another release of supporting data loads without a change of code, or is refused with file, element and reason."""

from datetime import date
from pathlib import Path

import pytest

from tests.schedule.cdsi.supporting_data import ALPHA_ONLY, Programme, antigen_file, dose, indication, schedule_file, series, xml
from vaxcard.schedule.cdsi.loader import load_cdsi
from vaxcard.schedule.faults import ScheduleDataError
from vaxcard.schedule.outcomes import EvaluationStatus, SeriesStatus

VALID, NOT_VALID = EvaluationStatus.VALID, EvaluationStatus.NOT_VALID
GOOD = antigen_file(series(dose(minAge="2 months")))
EMPTY_PRODUCT = xml(preferableVaccine=xml(cvx="", beginAge="", endAge=""))
EMPTY_SKIP = xml(conditionalSkip=xml(context="", setLogic="", set=xml(setID="", condition=xml(conditionType=""))))
EMPTY_INDICATION = xml(observationCode=xml(text="", code=""), beginAge="")


@pytest.mark.parametrize(
    "text",
    [
        antigen_file(series(dose(minAge="2 months", maxAge=""), indication=EMPTY_INDICATION, requiredGender="n/a")),
        antigen_file(series(dose(minAge="2 Months", maxAge="N/A", absMinAge="NA", latestRecAge="-"))),
        antigen_file(series(dose(minAge=" 2  months\n", extra=EMPTY_PRODUCT + EMPTY_SKIP))),
        antigen_file(series(dose(minAge="2 months \N{EN DASH} 0 days"))),
        antigen_file(series(dose(minAge="2\N{NO-BREAK SPACE}months"), equivalentSeriesGroups="n/a", seriesPreference="none")),
        antigen_file("<novelty><part>1</part></novelty>", series(dose(minAge="2 months", extra="<novelty>x</novelty>"))),
        "\N{ZERO WIDTH NO-BREAK SPACE}" + GOOD,
        '<?xml version="1.0" encoding="UTF-8"?><!-- released -->' + GOOD.replace("2 months", "2 <!-- two -->months"),
        GOOD.replace("<antigenSupportingData>", '<antigenSupportingData xmlns="urn:invented" xmlns:x="urn:other" x:version="5">'),
        GOOD.replace("\n", "\r\n\t "),
    ],
    ids=["emptied", "not-applicable", "blanks", "dash", "no-break", "unknown-element", "mark", "comments", "namespace", "line-ends"],
)
def test_other_habits_of_writing_say_the_same(tmp_path: Path, text: str) -> None:
    rules = Programme(tmp_path, text)
    assert rules.forecast("2020-01-01").earliest == date(2020, 3, 1)


def test_the_order_of_elements_and_the_names_of_files_say_nothing(tmp_path: Path) -> None:
    turned = xml(recurringDose="No", preferableVaccine=xml(cvx="900"), age=xml(maxAge="9 years", minAge="2 months"), doseNumber="1")
    (tmp_path / "Z 5.0 schedule.XML").write_text(ALPHA_ONLY, encoding="utf-16")
    (tmp_path / "AntigenSupportingData- Alpha-600 (2).xml").write_text(antigen_file(series(turned)), encoding="utf-8")
    (tmp_path / "._AntigenSupportingData- Alpha.xml").write_bytes(b"\x00\x05")
    (tmp_path / "release notes.txt").write_text("new", encoding="utf-8")
    rules = object.__new__(Programme)
    rules.schedule = load_cdsi(tmp_path)
    assert rules.forecast("2020-01-01").earliest == date(2020, 3, 1)


def test_a_new_vaccine_a_new_series_and_a_new_season_need_no_code(tmp_path: Path) -> None:
    season = xml(seasonalRecommendation=xml(startDate="20310901", endDate="20320131"))
    at_risk = {"name": "Risk", "kind": "Risk", "seriesGroup": "9", "indication": indication("999")}
    new = antigen_file(series(dose(vaccines="123 900", extra=season)), series(dose(vaccines="998"), **at_risk))
    schedule = schedule_file({"Alphas": ["Alpha"]}, {"900": ["Alpha"], "123": ["Alpha"], "998": ["Alpha"]})
    rules = Programme(tmp_path, new, schedule=schedule)
    assert rules.forecast("2031-10-01").earliest == date(2031, 9, 1)
    assert rules.forecast("2032-02-01").status is SeriesStatus.NOT_RECOMMENDED
    assert rules.statuses("2031-10-01", "2031-09-15 123") == [VALID]
    assert rules.forecast("2031-10-01", seen=("999",)).vaccines == ("998",)


def test_series_of_one_name_are_judged_each_by_itself(tmp_path: Path) -> None:
    for_girls = series(dose(absMinAge="9 years"), name="Two doses", requiredGender="Female")
    for_all = series(dose(absMinAge="11 years"), name="Two doses", seriesGroup="2", defaultSeries="No", minAgeToStart="20 years")
    rules = Programme(tmp_path, antigen_file(for_girls, for_all))
    assert rules.statuses("2031-01-01", "2029-06-01 900") == [VALID]
    assert rules.statuses("2031-01-01", "2029-06-01 900", sex="male") == [NOT_VALID]


def test_a_vaccine_and_a_group_told_in_two_places_are_taken_together(tmp_path: Path) -> None:
    groups = schedule_file({"Alphas": ["Alpha"]}, {"900": ["Alpha"]})
    more = xml(vaccineGroupMap=xml(name="Alphas", antigen="Beta")) + "</vaccineGroupToAntigenMap>"
    held = xml(cvxMap=xml(cvx="900", shortDescription="900", association=xml(antigen="Beta"))) + "</cvxToAntigenMap>"
    schedule = groups.replace("</vaccineGroupToAntigenMap>", more).replace("</cvxToAntigenMap>", held)
    rules = Programme(tmp_path, GOOD, antigen_file(series(dose(), antigen="Beta")), schedule=schedule)
    assert rules.schedule.antigens_of["Alphas"] == ("Alpha", "Beta")
    assert [each.antigen for each in rules.schedule.associations["900"]] == ["Alpha", "Beta"]


@pytest.mark.parametrize(
    ("text", "schedule", "place", "reason"),
    [
        (GOOD, schedule_file({"Alphas": ["Alpha"], "Betas": []}, {"900": ["Alpha"]}), "vaccineGroupMap 2: antigen", "has no antigen"),
        (GOOD, ALPHA_ONLY.replace("<antigen>Alpha</antigen>", "<antigen>Gamma</antigen>", 1), "antigen", '"Gamma"'),
        (
            antigen_file(series(dose(extra=xml(conditionalSkip=xml(context="Both", set=xml(condition=xml(
                conditionType="Vaccine Count by Weather", doseCount="0", doseCountLogic="greater than"))))))),
            ALPHA_ONLY, "condition 1: conditionType", "vaccine count by weather",
        ),
        (antigen_file(series(dose(), kind="Trial")), ALPHA_ONLY, "seriesType", "trial"),
        (antigen_file(series(dose(minAge="2 moons"))), ALPHA_ONLY, "age 1: minAge", "2 moons"),
        (antigen_file(series(dose(2), dose(1))), ALPHA_ONLY, "Dose 2: doseNumber", "place 1"),
        (antigen_file(""), ALPHA_ONLY, "targetDisease", "names nothing"),
    ],
    ids=["group", "antigen", "count", "type", "age", "order", "nothing"],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_by_file_element_and_reason(
    tmp_path: Path, text: str, schedule: str, place: str, reason: str
) -> None:
    with pytest.raises(ScheduleDataError) as refused:
        Programme(tmp_path, text, schedule=schedule)
    told = [str(each) for each in refused.value.faults]
    assert any(each.partition(":")[0].split(",")[0].endswith(".xml") and place in each and reason in each for each in told), told
