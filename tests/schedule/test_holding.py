"""Until when an answer holds, where that hangs on something other than an age or a due date."""

from datetime import date, timedelta

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.loader import load_schedule


def test_an_answer_ends_when_a_dose_that_did_not_count_ceases_to_matter() -> None:
    schedule, child = load_schedule("cn"), Child(date(2022, 7, 1), "male")
    given = [(date(2024, 5, 4), "MPSV-AC"), (date(2024, 9, 24), "MPSV-A"), (date(2026, 6, 6), "MPSV-A")]
    history = History(tuple(DoseAdministered(n, day, vaccine) for n, (day, vaccine) in enumerate(given, 1)))
    turns = date(2027, 5, 4)  # three years after the first
    before, after = (assess(schedule, child, history, day) for day in (turns - timedelta(1), turns))
    assert before.forecasts != after.forecasts
    assert before.holds_until == before.on
