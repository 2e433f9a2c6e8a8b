"""Rules across groups that hold for a time: they bound what an answer promises, and a file that turns their days round is refused."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.loader import DATA, ScheduleDataError, load_schedule, read_schedule
from vaxcard.schedule.rules import Schedule, Span

DAY = timedelta(1)
TURN = date(2027, 3, 1)
INFANT = Child(date(2026, 5, 1))


@pytest.fixture(scope="module")
def longer_apart(tmp_path_factory: pytest.TempPathFactory) -> Schedule:
    """China's rules with live vaccines 42 days apart, and ten days after immunoglobulin for HepB, both from a day of their own."""
    folder = tmp_path_factory.mktemp("data") / "cn"
    shutil.copytree(DATA / "cn", folder)
    file = folder / "schedule.toml"
    written = file.read_text("utf-8")
    ended = written.replace('minimum = "28 days"', f'minimum = "28 days"\neffective_until = {TURN - DAY}', 1)
    wider = f'[[live_spacing]]\neffective_from = {TURN}\nvaccines = ["MMR", "JE-L"]\nminimum = "42 days"\nsource = "invented"\n'
    slower = (
        f'[[observation_spacing]]\neffective_from = {TURN}\neffective_until = {TURN + 9 * DAY}\nobservation = "immunoglobulin"\n'
        'vaccines = ["HepB"]\nminimum = "10 days"\nsource = "invented"\nunverified = ["invented-flag"]\n'
    )
    file.write_text("\n".join((ended, wider, slower)), "utf-8")
    return read_schedule(folder, DATA / "vaccines.toml")


def _after(schedule: Schedule, first: date, second: date) -> str:
    doses = (DoseAdministered(1, first, "MMR"), DoseAdministered(2, second, "JE-L"))
    found = assess(schedule, INFANT, History(doses), date(2027, 12, 1))
    return str(next(each.status for each in found.evaluations if each.n == 2))


def test_a_dose_keeps_the_distance_that_was_in_force_on_its_own_day(longer_apart: Schedule) -> None:
    first = TURN - 30 * DAY
    assert _after(longer_apart, first, TURN - DAY) == "valid"
    assert _after(longer_apart, first, TURN) == "not_valid"
    assert _after(longer_apart, first, TURN + 12 * DAY) == "valid"


def test_what_is_owed_waits_by_the_rule_of_today(longer_apart: Schedule) -> None:
    history = History((DoseAdministered(1, TURN - 10 * DAY, "MMR"),))
    for on, waits in ((TURN - DAY, 28), (TURN, 42)):
        forecast = next(each for each in assess(longer_apart, INFANT, history, on).forecasts if each.group == "JE")
        assert forecast.earliest == TURN - 10 * DAY + waits * DAY


def test_an_answer_is_promised_no_longer_than_the_rules_stand(longer_apart: Schedule) -> None:
    known = History(observations=(Observation("immunoglobulin", TURN - DAY, "given"),))
    before, during = (assess(longer_apart, INFANT, known, day) for day in (TURN - DAY, TURN))
    assert before.holds_until == TURN - DAY
    assert during.edition == f"cn {TURN}" and during.holds_until is not None and during.holds_until <= TURN + 9 * DAY


def test_a_rule_s_flag_is_told_while_it_stands(longer_apart: Schedule) -> None:
    told = [day for day in (TURN - DAY, TURN, TURN + 9 * DAY, TURN + 10 * DAY) if "invented-flag" in longer_apart.in_force(day).unverified]
    assert told == [TURN, TURN + 9 * DAY]


def test_a_rule_that_ends_before_it_begins_is_refused_with_file_and_key(tmp_path: Path) -> None:
    shutil.copytree(DATA / "cn", tmp_path / "cn")
    file = tmp_path / "cn" / "schedule.toml"
    file.write_text(file.read_text("utf-8").replace("effective_until = 2026-06-16", "effective_until = 2020-01-01"), "utf-8")
    with pytest.raises(ScheduleDataError) as told:
        read_schedule(tmp_path / "cn", DATA / "vaccines.toml")
    found = [str(fault) for fault in told.value.faults]
    assert any("cn/schedule.toml, observation_spacing 2: effective_until: lies before effective_from, 2021-02-01" in each for each in found)


def test_a_span_holds_on_its_ends_and_not_beside_them() -> None:
    span = Span(date(2021, 2, 1), date(2026, 6, 16))
    assert [span.holds_on(end + shift * DAY) for end in (span.first, span.last) if end for shift in (-1, 0, 1)] == [
        False, True, True, True, True, False,
    ]  # fmt: skip
    assert span.turns() == (date(2021, 2, 1), date(2026, 6, 17))
    assert Span().holds_on(date.min) and Span().turns() == ()


def test_china_s_rules_across_groups_turn_with_its_editions_and_on_no_day_else() -> None:
    schedule = load_schedule("cn")
    across = (*schedule.live, *schedule.observation_spacing, *schedule.contraindications)
    begun = {edition.effective_from for editions in schedule.editions.values() for edition in editions}
    assert {day for rule in across for day in rule.span.turns()} <= begun
