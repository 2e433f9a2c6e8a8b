"""What touches HIV, a mother's HBsAg or immunodeficiency says so, that others may be told less."""

from datetime import date

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.outcomes import Forecast

SCHEDULE = load_schedule("cn")
ON = date(2026, 11, 23)


def _forecast(group: str, born_on: date, *observed: tuple[str, str], doses: tuple[DoseAdministered, ...] = ()) -> Forecast:
    observations = tuple(Observation(code, None, value) for code, value in observed)
    found = assess(SCHEDULE, Child(born_on), History(doses, observations), ON)
    return next(each for each in found.forecasts if each.group == group)


def test_the_bar_of_hiv_against_bcg_is_sensitive() -> None:
    forecast = _forecast("BCG", date(2026, 9, 1), ("hiv-status", "infected"))
    assert [(reason.code, reason.sensitive) for reason in forecast.reasons] == [("contraindicated_by", True)]


def test_the_change_of_line_for_a_child_with_hiv_is_explained_and_sensitive() -> None:
    forecast = _forecast("JE", date(2025, 9, 1), ("hiv-status", "infected"))
    told = [reason for reason in forecast.reasons if reason.code == "contraindicated_by"]
    assert forecast.vaccines == ("JE-I",)
    assert [(reason.values["vaccine"], reason.sensitive) for reason in told] == [("JE-L", True)]


def test_inactivated_polio_vaccine_in_place_of_oral_is_explained_and_sensitive() -> None:
    given = tuple(DoseAdministered(n, date(2026, month, 1), "IPV") for n, month in ((1, 4), (2, 5)))
    forecast = _forecast("Polio", date(2026, 2, 1), ("immunodeficiency", "severe-combined"), doses=given)
    told = [reason for reason in forecast.reasons if reason.code == "contraindicated_by"]
    assert forecast.vaccines == ("IPV",)
    assert [(reason.values["vaccine"], reason.sensitive) for reason in told] == [("bOPV", True)]


def test_the_four_doses_after_a_mother_with_hbsag_are_sensitive() -> None:
    forecast = _forecast("HepB", date(2026, 11, 20), ("mother-hbsag", "positive"), ("birth-weight-g", "1800"))
    assert forecast.reasons and all(reason.sensitive for reason in forecast.reasons)


def test_a_child_of_whom_nothing_is_observed_has_nothing_sensitive() -> None:
    found = assess(SCHEDULE, Child(date(2025, 9, 1)), History(), ON)
    assert not any(reason.sensitive for forecast in found.forecasts for reason in forecast.reasons)
