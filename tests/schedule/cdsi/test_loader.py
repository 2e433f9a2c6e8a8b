"""A folder of supporting data is read whole or refused with every fault at once, each with its file and element."""

from pathlib import Path

import pytest

from tests.schedule.cdsi.supporting_data import ALPHA_ONLY, Programme, antigen_file, dose, interval, series, xml
from vaxcard.schedule.cdsi.loader import load_cdsi
from vaxcard.schedule.faults import ScheduleDataError


def faults(folder: Path, *antigens: str, schedule: str = ALPHA_ONLY) -> list[str]:
    """Every fault of made-up files."""
    with pytest.raises(ScheduleDataError) as refused:
        Programme(folder, *antigens, schedule=schedule)
    return [str(fault) for fault in refused.value.faults]


GOOD = antigen_file(series(dose()))


def test_every_fault_of_every_file_is_told_at_once_with_its_element(tmp_path: Path) -> None:
    first = antigen_file(series(dose(minAge="two months"), dose(3, extra=interval(minInt="4 lunes", absMinInt="28 days"))))
    second = antigen_file(series(dose(vaccines="9x"), antigen="Beta", kind="Optional", seriesPreference="first"))
    found = faults(tmp_path, first, second)
    for place, what in [
        ('Antigen- 1.xml, series "Standard series", Dose 1, age 1: minAge', "is not a duration"),
        ('Antigen- 1.xml, series "Standard series", Dose 3, interval 1: minInt', "is not a duration"),
        ('Antigen- 1.xml, series "Standard series", Dose 3: doseNumber', "place 2"),
        ('Antigen- 2.xml, series "Standard series": seriesType', "is not known"),
        ('Antigen- 2.xml, series "Standard series", selectSeries 1: seriesPreference', "is not a whole number"),
        ('Antigen- 2.xml, series "Standard series", Dose 1, preferableVaccine 1: cvx', "is not a CVX code"),
        ("Schedule Data.xml: vaccineGroupToAntigenMap", 'antigen "Beta" is not in group "Alphas"'),
    ]:
        assert any(fault.startswith(place) and what in fault for fault in found), (place, found)


@pytest.mark.parametrize(
    ("part", "what"),
    [
        (xml(conditionalSkip=xml(context="Sometimes", set=xml(condition=xml(conditionType="Age")))), "context"),
        (xml(conditionalSkip=xml(context="Both", set=xml(condition=xml(conditionType="Weather")))), "conditionType"),
        (xml(conditionalSkip=xml(context="Both", set=xml(condition=xml(conditionType="Interval")))), "interval"),
        (xml(conditionalSkip=xml(context="Both", set=xml(setID="1"))), "condition"),
        (xml(interval=xml(fromPrevious="N", fromTargetDose="4", minInt="1 day")), "fromTargetDose"),
        (xml(interval=xml(fromPrevious="Y", effectiveDate="20210231")), "effectiveDate"),
        (xml(seasonalRecommendation=xml(startDate="soon")), "startDate"),
        (xml(interval=xml(fromPrevious="Y", effectiveDate="20220101", cessationDate="20210101")), "cessationDate"),
    ],
)
def test_a_rule_that_cannot_be_understood_is_refused_by_its_name(tmp_path: Path, part: str, what: str) -> None:
    (fault,) = faults(tmp_path, antigen_file(series(dose(extra=part))))
    assert f": {what}: " in fault


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<antigenSupportingData>", "is not well-formed XML"),
        ("", "is not well-formed XML"),
        ("<patients/>", "begins with patients"),
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]><antigenSupportingData>&a;</antigenSupportingData>', "document type"),
    ],
)
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, text: str, what: str) -> None:
    assert any(fault.startswith("Antigen- 2.xml") and what in fault for fault in faults(tmp_path, GOOD, text))


def test_a_broken_file_does_not_hide_the_faults_of_the_others(tmp_path: Path) -> None:
    found = faults(tmp_path, "<antigenSupportingData>", antigen_file(series(dose(minAge="soon"))))
    assert [fault.partition(":")[0] for fault in found] == ["Antigen- 1.xml", 'Antigen- 2.xml, series "Standard series", Dose 1, age 1']


def test_a_folder_without_files_or_without_a_schedule_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScheduleDataError, match="holds no XML files"):
        load_cdsi(tmp_path)
    (tmp_path / "Antigen.xml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ScheduleDataError, match="lacks one schedule file"):
        load_cdsi(tmp_path)


def test_an_antigen_in_two_files_is_refused(tmp_path: Path) -> None:
    assert any("Alpha is also in Antigen- 1.xml" in fault for fault in faults(tmp_path, GOOD, GOOD))


def test_blanks_around_text_and_empty_elements_are_no_fault(tmp_path: Path) -> None:
    padded = antigen_file(
        series(
            dose(minAge=" 2 months ", extra="<interval/><allowableInterval/><conditionalSkip/><seasonalRecommendation/>"),
            group="Alphas ",
            equivalentSeriesGroups="",
            requiredGender="",
            indication="",
            seriesPreference="",
        )
    )
    rules = Programme(tmp_path, padded)
    assert rules.forecast("2021-01-01").group == "Alphas"


def test_cdc_s_release_is_read_whole(shared_dir: Path) -> None:
    schedule = load_cdsi(shared_dir / "cdsi" / "supporting-data-4.64")
    series_read = [each for antigen in schedule.antigens.values() for each in antigen.series]
    pairs = sum(len(earlier) for earlier in schedule.conflicts.values())
    # CDC lists one of its 625 pairs twice.
    assert (len(schedule.antigens), len(schedule.groups), len(series_read), pairs) == (30, 26, 143, 624)
