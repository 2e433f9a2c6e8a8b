"""The laws of the engine for China's programme, and that of its calendar."""

from datetime import date

from hypothesis import strategies as st

from tests.schedule.laws import DAY, World, law, laws_of
from tests.schedule.strategies import SCHEDULE, decided_patients, patients
from vaxcard.schedule.dates import Duration, MonthEnd

CHINA = World(SCHEDULE, patients, decided_patients(), tuple(sorted(SCHEDULE.vaccines)), frozenset({"Flu", "Rota"}))
globals().update(laws_of(CHINA))


@law(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.integers(0, 400), st.integers(0, 40), st.sampled_from(MonthEnd))
def test_adding_months_is_monotone_and_follows_the_month_end_rule(day: date, months: int, days: int, rule: MonthEnd) -> None:
    length = Duration(months, days, "", rule)
    assert length.after(day) <= length.after(day + DAY)
    reached = Duration(months, 0, "", rule).after(day)
    if reached.day != day.day:
        assert (reached + DAY).day == 1 if rule is MonthEnd.CLAMP else reached.day == 1


def test_a_day_that_a_month_lacks_is_clamped_or_rolled() -> None:
    assert Duration(1, 0, "", MonthEnd.CLAMP).after(date(2026, 1, 31)) == date(2026, 2, 28)
    assert Duration(1, 0, "", MonthEnd.ROLL).after(date(2026, 1, 31)) == date(2026, 3, 1)
