"""Rule files: the programme loads whole, and files with faults are refused with all of them at once."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from vaxcard.schedule.assessment import assess
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


def _add_edition(path: Path, *series: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("\n[[edition]]\neffective_from = 2030-01-01\n" + "\n".join(series))


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
