"""What is wrong in a row becomes one entry with its place, and nothing sound is reported."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.records.roster_books import CODE, OTHER_CODE, Importer, book, child, counts, dose, kinds, numbers, roster
from vaxcard.records.database import Database
from vaxcard.records.import_words import wording
from vaxcard.records.people import GuardianRecord
from vaxcard.records.roster import Entry


@pytest.fixture
def importing(sqlite_database: Database) -> Importer:
    return Importer(sqlite_database)


def only_entry(importing: Importer, path: Path) -> Entry:
    (entry,) = importing(path).entries
    return entry


@pytest.mark.parametrize(
    ("told", "kind", "column"),
    [
        ({"疫苗名称": "白白破"}, "vaccine-name-not-known", "疫苗名称"),
        ({"疫苗名称": None}, "vaccine-missing", "疫苗名称"),
        ({"接种日期": "2024-03-04"}, "dose-before-birth", "接种日期"),
        ({"接种日期": "2026-11-25"}, "dose-in-the-future", "接种日期"),
        ({"接种日期": "5月12日"}, "date-without-a-year", "接种日期"),
        ({"接种日期": 5.12}, "date-without-a-year", "接种日期"),
        ({"接种日期": "2024年5月"}, "date-without-a-day", "接种日期"),
        ({"接种日期": "2024-02-30"}, "date-impossible", "接种日期"),
        ({"接种日期": "01/02/2024"}, "date-not-understood", "接种日期"),
        ({"接种日期": None}, "date-missing", "接种日期"),
        ({"儿童编码": "110101999920240009"}, "dose-of-a-child-not-on-file", "儿童编码"),
        ({"儿童编码": None}, "child-code-missing", "儿童编码"),
        ({"儿童编码": 1.10101e17}, "digits-lost", "儿童编码"),
        ({"接种日期": "#N/A"}, "cell-shows-an-error", "接种日期"),
    ],
)
def test_a_dose_that_cannot_be_kept_is_refused_alone(
    importing: Importer, tmp_path: Path, told: dict[str, Any], kind: str, column: str
) -> None:
    bad = dose(**{"剂次": None, **told})
    report = importing(roster(tmp_path / "r.xlsx", [child()], [dose(), bad]))
    assert counts(report) == {"children": numbers(stored=1), "doses": numbers(stored=1, refused=1)}
    (entry,) = report.entries
    assert (entry.kind, entry.severity, entry.sheet, entry.row, entry.column) == (kind, "refused", "接种记录", 3, column)


@pytest.mark.parametrize(
    ("told", "kind", "column"),
    [
        ({"疫苗批号": None}, "lot-number-missing", "疫苗批号"),
        ({"疫苗批号": "无"}, "lot-number-missing", "疫苗批号"),
        ({"有效期": datetime(2024, 3, 4)}, "given-after-expiry", "有效期"),
        ({"有效期": "长期"}, "expiry-not-understood", "有效期"),
        ({"追溯码": "8123456789012345678"}, "trace-code-not-20-digits", "追溯码"),
        ({"追溯码": 8.1234567890123e19}, "trace-code-not-20-digits", "追溯码"),
        ({"剂次": 2}, "dose-number-differs-from-the-count", "剂次"),
        ({"剂次": "加强"}, "dose-number-not-understood", "剂次"),
    ],
)
def test_a_dose_that_looks_odd_is_stored_with_a_warning(
    importing: Importer, tmp_path: Path, told: dict[str, Any], kind: str, column: str
) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child()], [dose(**told)]))
    assert counts(report)["doses"] == numbers(stored=1)
    (entry,) = report.entries
    assert (entry.kind, entry.severity, entry.row, entry.column, entry.child) == (kind, "warning", 2, column, CODE)


@pytest.mark.parametrize(
    "told",
    [
        {"有效期": datetime(2024, 3, 5)},
        {"有效期": "2024-03"},
        {"追溯码": None},
        {"追溯码": "８１２３４５６７８９０１２３４５６７８９"},
        {"追溯码": "(01)06901234567892(17)260101(10)A1B2(21)0001"},
        {"剂次": "第一针"},
        {"剂次": None},
        {"接种日期": "２０２４．０３．０５"},
        {"接种日期": 45356},
        {"疫苗名称": " 乙肝疫苗（酿酒酵母） "},
        {"疫苗名称": "0202"},
        {"疫苗名称": 202},
        {"儿童编码": " １１０１０１０００１２０２４０００１ "},
        {"接种部位": "屁股", "接种途径": "不详"},
    ],
)
def test_what_can_be_understood_is_not_reported(importing: Importer, tmp_path: Path, told: dict[str, Any]) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child()], [dose(**told)]))
    assert (kinds(report), counts(report)["doses"]) == ([], numbers(stored=1))


@pytest.mark.parametrize(
    ("told", "kind", "column"),
    [
        ({"出生日期": "2065.10.11"}, "born-in-the-future", "出生日期"),
        ({"出生日期": "2024年99月1日"}, "date-impossible", "出生日期"),
        ({"出生日期": None}, "date-missing", "出生日期"),
        ({"姓名": " "}, "name-missing", "姓名"),
        ({"姓名": "#REF!"}, "cell-shows-an-error", "姓名"),
    ],
)
def test_a_refused_child_takes_its_doses_with_it_in_one_entry(
    importing: Importer, tmp_path: Path, told: dict[str, Any], kind: str, column: str
) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child(**told)], [dose(), dose(接种日期="2024-04-08", 剂次=2)]))
    assert counts(report) == {"children": numbers(refused=1), "doses": numbers(refused=2)}
    (entry,) = report.entries
    assert (entry.kind, entry.sheet, entry.row, entry.column, entry.child) == (kind, "儿童信息", 2, column, CODE)


@pytest.mark.parametrize("name", ["\u200b", "\u202e", "\u2066", "\u3164", "😀👶", "123"])
def test_a_name_that_nobody_can_read_is_refused_and_shown(importing: Importer, tmp_path: Path, name: str) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child(姓名=name)], [dose()]))
    assert counts(report) == {"children": numbers(refused=1), "doses": numbers(refused=1)}
    (entry,) = report.entries
    assert (entry.kind, entry.row, entry.column) == ("name-not-readable", 2, "姓名")
    assert (entry.value or "").isprintable()


def test_a_guardian_whose_name_nobody_can_read_is_left_out_with_a_warning(importing: Importer, tmp_path: Path) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child(监护人="😀")]))
    assert (kinds(report), counts(report)["children"]) == (["guardian-not-readable"], numbers(stored=1))


@pytest.mark.parametrize("name", ["云\u200b朵朵", "\u202e云朵朵", "ئايگۈل تۇرسۇن", "བཀྲ་ཤིས་སྒྲོལ་མ"])
def test_names_of_every_script_are_kept_and_what_hides_in_them_is_not(importing: Importer, tmp_path: Path, name: str) -> None:
    hidden = dose(疫苗批号="2024\u200b01", 追溯码="\u202d81234567890123456789\u202c", 生产企业="清河\u200d生物", 儿童编码=f"\u200e{CODE}")
    path = roster(tmp_path / "r.xlsx", [child(姓名=name, 联系电话="\u202d13900000001\u202c")], [hidden])
    report = importing(path)
    assert (kinds(report), counts(report)["doses"]) == ([], numbers(stored=1))
    plain = dose(疫苗批号="202401", 生产企业="清河生物")
    again = importing(roster(tmp_path / "plain.xlsx", [child(姓名=name.strip("\u202e").replace("\u200b", ""))], [plain]))
    assert (kinds(again), counts(again)["doses"]) == ([], numbers(unchanged=1))


@pytest.mark.parametrize(("heading", "limit"), [("姓名", 100), ("儿童编码", 60)])
def test_what_tells_a_child_from_others_is_never_kept_in_part(importing: Importer, tmp_path: Path, heading: str, limit: int) -> None:
    for length, stored in ((limit, 1), (limit + 1, 0)):
        told, code = "云" * length, "1" * length if heading == "儿童编码" else f"{CODE}{length}"
        row = child(code, **({} if heading == "儿童编码" else {heading: told}))
        report = importing(roster(tmp_path / f"{length}.xlsx", [row], [dose(code)]), dry_run=True)
        assert counts(report)["doses"] == numbers(stored=stored, refused=1 - stored)
        assert [(entry.kind, entry.column, entry.details) for entry in report.entries] == [
            ("value-too-long", heading, {"limit": str(limit)}) for _ in range(1 - stored)
        ]


def test_a_lot_is_never_kept_in_part(importing: Importer, tmp_path: Path) -> None:
    sound, longer = dose(疫苗批号="L" * 40), dose(疫苗批号="L" * 41, 接种日期="2024-04-08", 剂次=2)
    report = importing(roster(tmp_path / "r.xlsx", [child()], [sound, longer]))
    assert (counts(report)["doses"], kinds(report)) == (numbers(stored=1, refused=1), ["value-too-long"])
    assert "40 characters" in report.entries[0].problem()
    assert len(report.entries[0].value or "") < 130


@pytest.mark.parametrize(("heading", "limit"), [("现住址", 300), ("监护人", 100), ("建档单位", 200)])
def test_what_is_kept_of_a_childs_long_value_is_told(importing: Importer, tmp_path: Path, heading: str, limit: int) -> None:
    for length, told in ((limit, []), (limit + 1, [("value-cut", heading, str(limit))])):
        report = importing(roster(tmp_path / "r.xlsx", [child(**{heading: "云" * length})]), dry_run=True)
        assert counts(report)["children"] == numbers(stored=1)
        assert [(entry.kind, entry.column, entry.details["limit"]) for entry in report.entries] == told


@pytest.mark.parametrize(("heading", "limit"), [("生产企业", 120), ("追溯码", 80), ("接种部位", 40), ("接种单位", 200), ("接种人员", 100)])
def test_what_is_kept_of_a_doses_long_value_is_told_and_once(importing: Importer, tmp_path: Path, heading: str, limit: int) -> None:
    path = roster(tmp_path / "r.xlsx", [child()], [dose(**{heading: "云" * (limit + 1)})])
    report = importing(path)
    assert [(entry.kind, entry.column, entry.details["limit"]) for entry in report.entries] == [("value-cut", heading, str(limit))]
    assert importing(path).doses.as_json() == numbers(unchanged=1)


def test_of_many_numbers_in_one_cell_only_whole_ones_are_kept(importing: Importer, tmp_path: Path) -> None:
    many = "、".join(f"139000000{number:02}" for number in range(20))
    report = importing(roster(tmp_path / "r.xlsx", [child(联系电话=many)]))
    assert [(entry.kind, entry.column) for entry in report.entries] == [("value-cut", "联系电话")]
    with importing.database.reading() as session:
        phones = {guardian.phone(importing.database.keyring) for guardian in session.scalars(select(GuardianRecord))}
    assert phones == {f"+86139000000{number:02}" for number in range(6)}


def test_a_child_without_a_code_is_refused(importing: Importer, tmp_path: Path) -> None:
    assert only_entry(importing, roster(tmp_path / "r.xlsx", [child(code="")])).kind == "child-code-missing"


def test_the_same_child_twice_is_stored_once(importing: Importer, tmp_path: Path) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child(), child(联系电话="13900000002")], [dose()]))
    assert counts(report) == {"children": numbers(stored=1, refused=1), "doses": numbers(stored=1)}
    (entry,) = report.entries
    assert (entry.kind, entry.row, entry.details["first"]) == ("the-same-child-twice", 3, "2")


def test_a_number_that_two_children_share_is_kept_for_the_first(importing: Importer, tmp_path: Path) -> None:
    rows = [
        ("儿童编码", "身份证号", "姓名", "出生日期", "建档单位"),
        (CODE, "110101199001010010", "云子轩", "2024-03-05", "清河卫生院"),
        (OTHER_CODE, "110101199001010010", "云子涵", "2024-03-05", "清河卫生院"),
    ]
    path = book(tmp_path / "r.xlsx", {"儿童": rows})
    report = importing(path)
    assert (kinds(report), counts(report)["children"]) == (["identifier-of-another-child"], numbers(stored=2))
    assert counts(importing(path))["children"] == numbers(unchanged=2)


def test_the_same_dose_twice_is_stored_once(importing: Importer, tmp_path: Path) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child()], [dose(), dose()]))
    assert counts(report)["doses"] == numbers(stored=1, refused=1)
    (entry,) = report.entries
    assert (entry.kind, entry.row, entry.problem()) == (
        "the-same-dose-twice",
        3,
        "the same vaccine on the same day is already in row 2",
    )


@pytest.mark.parametrize(("given_on", "likely"), [("2015-03-05", "tOPV"), ("2020-03-05", "bOPV")])
def test_a_name_of_the_street_is_refused_with_the_product_of_its_time(
    importing: Importer, tmp_path: Path, given_on: str, likely: str
) -> None:
    born = child(出生日期="2014-01-01")
    entry = only_entry(importing, roster(tmp_path / "r.xlsx", [born], [dose(疫苗名称="糖丸", 接种日期=given_on, 有效期=None)]))
    assert f"({likely}, " in entry.advice()


def test_a_name_and_a_code_that_disagree_are_refused(importing: Importer, tmp_path: Path) -> None:
    told = [("卡介苗", "0202"), ("某卡介苗", "0101")]
    rows = [("儿童编码", "疫苗名称", "疫苗编码", "接种日期"), *((CODE, *names, "2024-03-06") for names in told)]
    sheets = {"儿童": [["儿童编码", "姓名", "出生日期", "建档单位"], [CODE, "云朵朵", "2024-03-05", "清河卫生院"]], "接种": rows}
    report = importing(book(tmp_path / "r.xlsx", sheets))
    assert (kinds(report), counts(report)["doses"]) == (["vaccine-name-and-code-disagree"], numbers(stored=1, refused=1))


def test_a_number_that_cannot_be_dialled_is_kept_as_written(importing: Importer, tmp_path: Path) -> None:
    entry = only_entry(importing, roster(tmp_path / "r.xlsx", [child(联系电话="1390000")]))
    assert (entry.kind, entry.severity, entry.column, entry.value) == (
        "phone-not-a-number-that-can-be-dialled",
        "warning",
        "联系电话",
        "1390000",
    )
    assert kinds(importing(roster(tmp_path / "land.xlsx", [child(OTHER_CODE, 联系电话="0571-88880000")]))) == []


def test_a_sex_that_is_not_known_is_stored_as_unknown(importing: Importer, tmp_path: Path) -> None:
    assert only_entry(importing, roster(tmp_path / "r.xlsx", [child(性别="甲")])).kind == "sex-not-understood"
    assert kinds(importing(roster(tmp_path / "nine.xlsx", [child(OTHER_CODE, 性别=9, 姓名="林小满")]))) == []


def test_an_unreadable_row_may_be_the_dose_that_a_number_counts(importing: Importer, tmp_path: Path) -> None:
    rows = [dose(疫苗名称="百百破"), dose(接种日期="2024-04-08", 剂次=2), dose(接种日期="2024-09-09", 剂次=4)]
    report = importing(roster(tmp_path / "r.xlsx", [child()], rows))
    assert [(entry.kind, entry.row) for entry in report.entries] == [
        ("vaccine-name-not-known", 2),
        ("dose-number-differs-from-the-count", 4),
    ]


def test_doses_on_file_count_when_only_new_ones_come(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "first.xlsx", [child()], [dose()]))
    report = importing(roster(tmp_path / "second.xlsx", [child()], [dose(接种日期="2024-04-08", 剂次=2)]))
    assert kinds(report) == []


# Twins and doubles


def test_twins_are_two_children(importing: Importer, tmp_path: Path) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child(姓名="云子轩"), child(OTHER_CODE, 姓名="云子涵")], [dose(), dose(OTHER_CODE)]))
    assert (kinds(report), counts(report)["children"]) == ([], numbers(stored=2))


def test_children_of_one_name_and_day_in_two_families_are_two(importing: Importer, tmp_path: Path) -> None:
    other = child(OTHER_CODE, 监护人="林大海", 联系电话="13900000009")
    assert kinds(importing(roster(tmp_path / "r.xlsx", [child(), other], [dose(), dose(OTHER_CODE, 疫苗批号="202401777")]))) == []


@pytest.mark.parametrize(
    ("told", "because"),
    [
        ({}, "phone"),
        ({"姓名": "云多多", "监护人": "云大山"}, "phone"),
        ({"联系电话": "13900000009"}, "guardian"),
    ],
)
def test_one_child_under_two_codes_is_reported_and_stored(importing: Importer, tmp_path: Path, told: dict[str, Any], because: str) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child(), child(OTHER_CODE, **told)]))
    (entry,) = report.entries
    assert (entry.kind, entry.row, entry.child, entry.details) == (
        "likely-the-same-child",
        3,
        OTHER_CODE,
        {"same_as": CODE, "because": because},
    )
    assert counts(report)["children"] == numbers(stored=2)


def test_one_name_and_day_with_the_same_doses_is_one_child(importing: Importer, tmp_path: Path) -> None:
    other = child(OTHER_CODE, 监护人="林大海", 联系电话="13900000009")
    doses = [dose(code, 疫苗名称=name, 接种日期="2024-03-06") for code in (CODE, OTHER_CODE) for name in ("卡介苗", "乙肝疫苗")]
    (entry,) = importing(roster(tmp_path / "r.xlsx", [child(), other], doses)).entries
    assert entry.details["because"] == "doses"


def test_a_child_on_file_under_another_code_is_found(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "first.xlsx", [child()]))
    path = roster(tmp_path / "second.xlsx", [child(OTHER_CODE)])
    entries = [importing(path).entries for _ in range(2)]
    assert entries[0] == entries[1]
    (entry,) = entries[0]
    assert (entry.kind, entry.details["same_as"]) == ("likely-the-same-child", CODE)


# The words


def test_every_kind_has_words_in_both_languages() -> None:
    kinds_there_are = {kind for kind, words in wording().items() if "severity" in words}
    assert kinds_there_are
    for kind in kinds_there_are:
        for language in ("zh", "en"):
            for part in ("problem", "advice"):
                assert wording()[kind][part][language]


def test_a_day_before_the_expiry_is_sound_and_the_day_after_is_not(importing: Importer, tmp_path: Path) -> None:
    ends = [date(2024, 3, 4), date(2024, 3, 5), date(2024, 3, 6)]
    codes = [f"11010100012024010{number}" for number in range(3)]
    children = [child(code, 姓名=name, 出生日期="2024-03-01") for code, name in zip(codes, ("云一", "林二", "江三"), strict=True)]
    doses = [dose(code, 有效期=end) for code, end in zip(codes, ends, strict=True)]
    report = importing(roster(tmp_path / "r.xlsx", children, doses))
    assert [(entry.kind, entry.child) for entry in report.entries] == [("given-after-expiry", codes[0])]
