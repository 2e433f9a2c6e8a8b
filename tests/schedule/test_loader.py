"""Rule files: the programme loads whole, and files with faults are refused with all of them at once."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.check import check_folder
from vaxcard.schedule.faults import ScheduleDataError
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.loader import DATA, load_schedule, read_schedule


@pytest.fixture
def programme(tmp_path: Path) -> Path:
    """A copy of the programme's files, to be spoilt."""
    shutil.copytree(DATA / "cn", tmp_path / "cn")
    return tmp_path / "cn"


def _spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def _faults(folder: Path) -> list[str]:
    with pytest.raises(ScheduleDataError) as refused:
        read_schedule(folder, DATA / "vaccines.toml")
    return [str(fault) for fault in refused.value.faults]


def test_the_programme_loads_once() -> None:
    assert load_schedule("cn") is load_schedule("cn")
    assert list(load_schedule("cn").groups)[:9] == ["HepB", "BCG", "Polio", "DTaP", "MMR", "JE", "Men", "HepA", "HPV"]


def test_every_group_has_exactly_one_edition_on_every_date() -> None:
    schedule, day = load_schedule("cn"), date(2000, 1, 1)
    while day < date(2027, 1, 1):
        assert set(schedule.in_force(day).editions) == set(schedule.groups)
        assert all(edition.effective_from <= day for edition in schedule.in_force(day).editions.values())
        day += timedelta(7)


def test_each_change_of_the_programme_is_in_force_on_its_day_and_not_before() -> None:
    schedule = load_schedule("cn")
    for group, day in (("DTaP", date(2025, 1, 1)), ("HPV", date(2025, 11, 10)), ("Men", date(2026, 6, 17))):
        assert schedule.edition_on(group, day).effective_from == day
        assert schedule.edition_on(group, day - timedelta(1)).effective_from < day


def test_the_edition_in_force_is_named_by_its_first_day_and_bears_its_flags() -> None:
    schedule, day = load_schedule("cn"), date(2026, 11, 24)
    in_force = schedule.in_force(day)
    begun = [edition.effective_from for editions in schedule.editions.values() for edition in editions if edition.effective_from <= day]
    assert in_force.label == f"cn {max(begun)}"
    assert {"all-2026", "month-end", "hpv-d2-minimum", "dt-7-11-spacing"} <= set(in_force.unverified)


def test_all_faults_are_told_at_once_each_with_its_file_and_key(programme: Path) -> None:
    _spoil(programme / "hepb.toml", 'minimum_age = "6 months"', 'minimum_age = "6 month"')
    _spoil(programme / "bcg.toml", 'vaccines = ["BCG"]', 'vaccines = ["BCX"]')
    _spoil(programme / "je.toml", 'minimum_age = "2 years"', 'minimum_agee = "2 years"')
    _spoil(programme / "men.toml", "from_dose = 2", "from_dose = 9")
    found = _faults(programme)
    assert any(
        fault.startswith("cn/hepb.toml, edition 2000-01-01, series HepB, dose 3: minimum_age") and 'write it as "6 months"' in fault
        for fault in found
    )
    assert any(fault.startswith("cn/bcg.toml") and '"BCX" is not a vaccine' in fault for fault in found)
    assert any(fault.startswith("cn/je.toml") and "minimum_agee: is not a key known here" in fault for fault in found)
    assert any(fault.startswith("cn/men.toml") and "counts from dose 9, which does not precede it" in fault for fault in found)


def test_a_fault_that_several_ways_of_a_dose_share_is_told_once(programme: Path) -> None:
    _spoil(programme / "dtap.toml", 'minimum_age = "3 months"', 'minimum_age = "three months"')
    assert len(_faults(programme)) == 1


def test_two_editions_from_one_day_overlap(programme: Path) -> None:
    _spoil(programme / "je.toml", "effective_from = 2026-06-17", "effective_from = 2021-02-01")
    assert any("cn/je.toml, edition 2021-02-01: effective_from: overlaps" in fault for fault in _faults(programme))


def test_an_edition_that_ends_before_the_next_leaves_a_gap(programme: Path) -> None:
    _spoil(programme / "je.toml", "effective_from = 2021-02-01", "effective_from = 2021-02-01\neffective_until = 2026-06-15")
    assert any("leaves a gap before the edition from 2026-06-17" in fault for fault in _faults(programme))


def test_an_edition_that_ends_the_day_before_the_next_is_whole(programme: Path) -> None:
    _spoil(programme / "je.toml", "effective_from = 2021-02-01", "effective_from = 2021-02-01\neffective_until = 2026-06-16")
    assert read_schedule(programme, DATA / "vaccines.toml").groups


def test_a_beginning_that_comes_too_late_leaves_a_gap(programme: Path) -> None:
    _spoil(programme / "bcg.toml", "effective_from = 2000-01-01", "effective_from = 2001-01-01")
    assert any("leaves a gap: nothing is in force from 2000-01-01 on" in fault for fault in _faults(programme))


def test_a_group_without_a_file_is_named(programme: Path) -> None:
    (programme / "rota.toml").unlink()
    assert any("group Rota: has no edition on any date" in fault for fault in _faults(programme))


def test_a_file_that_is_not_toml_is_a_fault_beside_the_others(programme: Path) -> None:
    (programme / "pcv.toml").write_text("group = ", "utf-8")
    _spoil(programme / "bcg.toml", 'minimum_age = "birth"', "minimum_age = 0")
    found = _faults(programme)
    assert any(fault.startswith("cn/pcv.toml: is not TOML") for fault in found)
    assert any("minimum_age: 0 is not text" in fault for fault in found)


def test_a_visit_without_its_number_is_a_fault(programme: Path) -> None:
    _spoil(programme / "brackets.toml", "[[bracket.visit]]\nnumber = 2", "[[bracket.visit]]\nnumber = 3")
    assert any("count from 1 without a gap" in fault for fault in _faults(programme))


SECOND = 'minimum_age = "7 months"\nmaximum_age = "6 years"\n'


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("ev71", 'intervals = [{ minimum = "1 month" }]\n', "", '2000-01-01, series EV71, dose 2: intervals: is missing. write [{ min'),
        ("ev71", '"1 month"', '"0 days"', 'series EV71, dose 2, intervals 1: minimum: "0 days" keeps no distance. write how far apart'),
        ("ev71", '"1 month"', '"1 month", absolute_minimum = "-1 days"', 'absolute_minimum: "-1 days" keeps no distance'),
        ("ev71", "number = 2", "number = 3", "series EV71: dose: numbers are [1, 3]. number the doses 1, 2, 3 … in order"),
        ("ev71", "number = 1", "number = 2", "series EV71: dose: numbers are [2, 2]"),
        ("ev71", 'vaccines = ["EV71"]', "vaccines = []", "series EV71, dose 1: vaccines: is empty. name at least one vaccine"),
        ("ev71", 'vaccines = ["EV71"]\n', "", "series EV71, dose 1: vaccines: is missing"),
        ("dtap", 'given = ["DTaP-Hib"]', "given = []", "dose 1, instead 3: given: is empty"),
        ("schedule", 'vaccines = ["JE-I"]', "vaccines = []", "observation_spacing 2: vaccines: is empty"),
        ("ev71", SECOND, SECOND + 'latest_recommended_age = "6 months"\n',
         'dose 2: latest_recommended_age: "6 months" lies below minimum_age, "7 months". write an age'),
        ("ev71", SECOND, SECOND + 'earliest_recommended_age = "2 years"\nlatest_recommended_age = "1 year"\n',
         'dose 2: latest_recommended_age: "1 year" lies below earliest_recommended_age, "2 years"'),
        ("ev71", SECOND, SECOND.replace("6 years", "6 weeks"), 'dose 2: maximum_age: "6 weeks" lies below minimum_age'),
        ("ev71", '"7 months"', '"5 months"', 'series EV71: dose 2, minimum_age: "5 months" lies below that of dose 1, "6 months"'),
        ("je", "as_in = 2021-02-01\n", "as_in = 2021-02-01\n# ", "edition 2026-06-17: source: is missing. name the document"),
        ("je", "effective_from = 2021-02-01", "effective_from = 2026-07-01",
         "edition 2026-06-17: effective_from: lies before the edition above"),
        ("brackets", 'group = "HepB", dose = 3', 'group = "HepB", dose = 7', "doses 1: dose: HepB has no dose 7. its doses are 1, 2, 3"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(programme: Path, file: str, old: str, new: str, told: str) -> None:
    _spoil(programme / f"{file}.toml", old, new)
    found = _faults(programme)
    assert any(fault.startswith(f"cn/{file}.toml") and told in fault for fault in found), found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('intervals = [{ minimum = "1 month" }]', "intervals = []"),
        (SECOND, SECOND + 'latest_recommended_age = "7 months"\n'),
        ('minimum_age = "7 months"', 'minimum_age = "6 months"'),
    ],
)
def test_what_lies_on_the_bound_is_whole(programme: Path, old: str, new: str) -> None:
    _spoil(programme / "ev71.toml", old, new)
    assert len(read_schedule(programme, DATA / "vaccines.toml").editions["EV71"][0].series[0].doses) == 2


@pytest.mark.parametrize("day", ["2027-02-30", "2027-13-01", "2027-04-31"])
def test_a_day_that_no_calendar_has_is_one_fault_of_its_file(programme: Path, day: str) -> None:
    for name in ("hpv.toml", "questions.toml", "visit.toml"):
        (programme / name).write_text(f"# 2027-02-31\nsource = '2027-02-31'\nday = {day}\n", "utf-8")
    _spoil(programme / "ev71.toml", "number = 2", "number = 3")
    found = [str(fault) for fault in check_folder(programme).faults]
    told = f"{day} is no day of the calendar. write a day that exists, as 2027-02-28"
    assert [fault for fault in found if "series EV71" not in fault] == [
        f"cn/hpv.toml, line 3: day: {told}",
        f"cn/questions.toml, line 3: day: {told}",
        f"cn/visit.toml, line 3: day: {told}",
    ]
    assert len(found) == 4


@pytest.mark.parametrize("name", ["schedule.toml", "vaccines.toml"])
def test_what_everything_rests_on_is_told_with_the_files_that_cannot_be_read(programme: Path, name: str) -> None:
    for spoilt in (name, "bcg.toml"):
        (programme / spoilt).write_text("since = 2027-02-30\n", "utf-8")
    assert sorted(str(fault).partition(",")[0].rpartition("/")[2] for fault in check_folder(programme).faults) == sorted([name, "bcg.toml"])


def _add_edition(path: Path, *series: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("\n[[edition]]\neffective_from = 2030-01-01\nsource = 'invented'\n" + "\n".join(series))


DOSE = '[[edition.series.dose]]\nnumber = 1\nminimum_age = "18 months"\nvaccines = ["{}"]\n'
LIVE = '[[edition.series]]\ncode = "HepA-L"\nprefer = {{ observation = "line-hepa", values = ["HepA-L"] }}\n{}' + DOSE.format("HepA-L")
KILLED = '[[edition.series]]\ncode = "HepA-I"\n' + DOSE.format("HepA-I")
BOTH = '[[edition.series]]\ncode = "HepA-I-then-L"\n' + DOSE.format("HepA-I")


def test_an_edition_that_drops_a_series_would_undo_doses_that_counted(programme: Path) -> None:
    _add_edition(programme / "hepa.toml", LIVE.format(""))
    found = _faults(programme)
    assert any("cn/hepa.toml, edition 2030-01-01: series: HepA-I of the edition from 2026-06-17 is gone" in fault for fault in found)
    assert any("HepA-I-then-L of the edition" in fault and "evaluation_only = true" in fault for fault in found)


def test_an_edition_that_keeps_every_series_is_whole(programme: Path) -> None:
    _add_edition(programme / "hepa.toml", LIVE.format(""), KILLED.replace('"HepA-I"\n', '"HepA-I"\nevaluation_only = true\n', 1), BOTH)
    assert len(read_schedule(programme, DATA / "vaccines.toml").editions["HepA"]) == 4


def test_a_series_that_concerns_other_children_than_before_needs_a_code_of_its_own(programme: Path) -> None:
    _add_edition(programme / "hepa.toml", LIVE.format("when = { born_from = 2028-01-01 }\n"), KILLED, BOTH)
    assert any("series HepA-L: when: is not that of the edition from" in fault for fault in _faults(programme))


def test_a_series_may_not_put_aside_another_on_which_doses_counted(programme: Path) -> None:
    _add_edition(programme / "hepa.toml", LIVE.format("overrides = true\n"), KILLED, BOTH)
    assert any("series HepA-L: overrides: would put aside HepA-I, HepA-I-then-L of the edition" in fault for fault in _faults(programme))


GIRLS = """
[[edition.series]]
code = "HPV-born-2010"
overrides = true
follows = "{}"
when = [{{ sex = ["female", "unknown"], born_from = 2010-01-01, born_before = 2011-11-11 }}]
[[edition.series.dose]]
number = 1
minimum_age = "13 years"
vaccines = ["HPV2"]
"""


def _widen(path: Path, follows: str) -> None:
    text = path.read_text("utf-8")
    kept = text[text.index("[[edition.series]]", text.index("effective_from = 2025-11-10")) : text.rindex("[[edition]]")]
    _add_edition(path, kept, GIRLS.format(follows))


def test_girls_born_earlier_are_taken_in_and_their_paid_doses_go_on_counting(programme: Path) -> None:
    _widen(programme / "hpv.toml", "HPV-label")
    schedule = read_schedule(programme, DATA / "vaccines.toml")
    history = History((DoseAdministered(1, date(2026, 1, 5), "HPV9"),))
    for day in (date(2029, 12, 31), date(2030, 1, 1)):
        found = assess(schedule, Child(date(2011, 5, 5), "female"), history, day)
        assert [each.status for each in found.evaluations] == ["valid"], day


def test_a_series_that_follows_the_wrong_one_is_refused(programme: Path) -> None:
    _widen(programme / "hpv.toml", "HPV-lable")
    found = _faults(programme)
    assert any('series HPV-born-2010: follows: "HPV-lable" is no series of the edition from' in fault for fault in found)
    assert any("series HPV-born-2010: overrides: would put aside HPV-label" in fault for fault in found)


def test_a_change_of_any_rule_file_asks_for_a_new_signature(programme: Path) -> None:
    before = read_schedule(programme, DATA / "vaccines.toml").digest
    assert len(before) == 64
    assert before == load_schedule("cn").digest
    for name in ("bcg.toml", "schedule.toml"):
        _spoil(programme / name, "\n", "\n# read again\n")
        after = read_schedule(programme, DATA / "vaccines.toml").digest
        assert after != before
        before = after
