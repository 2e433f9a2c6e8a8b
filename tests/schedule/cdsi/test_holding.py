"""Until when an answer by CDC's form of rules holds: vaccines go out of age, and what is observed ahead opens series of its own."""

from datetime import date
from pathlib import Path

from tests.schedule.cdsi.supporting_data import BORN_ON, Programme, antigen_file, dose, indication, series, xml
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, History, Observation


def _offered(cvx: str, **ages: str) -> str:
    return xml(preferableVaccine=xml(cvx=cvx, forecastVaccineType="Y", **ages))


def test_a_late_dose_offers_no_vaccine_that_the_child_has_outgrown(tmp_path: Path) -> None:
    first = dose(vaccines="", extra=_offered("900", endAge="12 months") + _offered("901", beginAge="6 months"), minAge="2 months")
    rules = Programme(tmp_path, antigen_file(series(first)))
    young, grown = rules.assess("2020-12-31"), rules.assess("2021-01-01")
    assert young.forecasts[0].vaccines == ("900", "901")
    assert grown.forecasts[0].vaccines == ("901",)
    assert young.holds_until == date(2020, 12, 31)
    assert grown.holds_until is None


def test_a_risk_that_begins_later_ends_the_answer_when_its_series_turns(tmp_path: Path) -> None:
    at_risk = {"indication": indication("014", beginAge="3 months"), "seriesPriority": "B", "seriesGroup": "2"}
    risk = series(dose(minAge="2 months"), name="Risk", kind="Risk", **at_risk)
    rules = Programme(tmp_path, antigen_file(series(dose(minAge="4 years")), risk)).schedule
    history = History((), (Observation("014", date(2020, 2, 1), ""),))
    child = Child(BORN_ON, "female")
    first = assess(rules, child, history, date(2020, 1, 15))
    assert first.holds_until is not None
    same = assess(rules, child, history, first.holds_until).forecasts
    turned = assess(rules, child, history, date.fromordinal(first.holds_until.toordinal() + 1)).forecasts
    assert (same, turned != first.forecasts) == (first.forecasts, True)
    assert first.holds_until == date(2020, 3, 31)
