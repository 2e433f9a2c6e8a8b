"""Single cells: dates in every spelling that has one meaning, phones, guardians, numbers that a spreadsheet has spoilt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.records.roster_books import book
from vaxcard.records.phones import Phone, read_phone, read_phones
from vaxcard.records.roster.dates import read_date, read_expiry
from vaxcard.records.roster.guardians import Guardians, read_guardians
from vaxcard.records.roster.headings import find_tables
from vaxcard.records.roster.likeness import are_one_name
from vaxcard.records.roster.values import coded, dose_number, has_lost_digits, identifier, is_trace_code, plain_text
from vaxcard.records.workbooks import Cell, open_workbook
from vaxcard.schedule.loader import load_schedule

THE_FIRST = date(2024, 11, 1)


@pytest.mark.parametrize(
    "written",
    [
        datetime(2024, 11, 1, 9, 30),
        THE_FIRST,
        "2024-11-01",
        "2024-11-1",
        "2024.11.01",
        "2024. 11. 1",
        "2024/11/01",
        "2024年11月1日",
        "2024 年 11 月 1 号",
        "20241101",
        20241101,
        "２０２４－１１－０１",
        " 2024\u300011\u300001 ",
        "2024-11-01 09:30:00",
        "2024-11-01T09:30:00Z",
        "2024/11/1 9:30",
        "2024年11月1日9时30分",
        "'2024-11-01",
        45597,
        45597.0,
        45597.4,
        "45597",
        "1 Nov 2024",
        "1-Nov-2024",
        "November 1, 2024",
        "Nov. 1st 2024",
    ],
)
def test_a_date_is_understood_as_it_is_written(written: Cell) -> None:
    assert read_date(written) == THE_FIRST


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (None, "date-missing"),
        (" ", "date-missing"),
        ("无", "date-missing"),
        ("11月1日", "date-without-a-year"),
        ("11-01", "date-without-a-year"),
        ("11.1", "date-without-a-year"),
        (11.1, "date-without-a-year"),
        ("2024年11月", "date-without-a-day"),
        ("202411", "date-without-a-day"),
        ("2024年", "date-without-a-day"),
        ("2024-02-30", "date-impossible"),
        ("2023-02-29", "date-impossible"),
        ("2024年99月1日", "date-impossible"),
        ("20241301", "date-impossible"),
        ("1024-11-01", "date-impossible"),
        (datetime(1899, 12, 30), "date-impossible"),
        ("01/11/2024", "date-not-understood"),
        ("24.11.01", "date-not-understood"),
        ("99月", "date-not-understood"),
        ("去年冬天", "date-not-understood"),
        (7, "date-not-understood"),
        (True, "date-not-understood"),
    ],
)
def test_a_date_that_has_no_one_meaning_is_not_guessed(written: Cell, kind: str) -> None:
    assert read_date(written) == kind


def test_the_leap_day_is_a_day() -> None:
    assert read_date("2024年2月29日") == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("2026-07", date(2026, 7, 31)),
        ("2026年2月", date(2026, 2, 28)),
        ("202602", date(2026, 2, 28)),
        ("2026-07-15", date(2026, 7, 15)),
        ("2026-13", "date-impossible"),
        ("2026", "date-without-a-day"),
    ],
)
def test_an_expiry_month_lasts_to_its_last_day(written: str, means: date | str) -> None:
    assert read_expiry(written) == means


@pytest.mark.parametrize(
    ("written", "number"),
    [
        *((1, 1), (1.0, 1), ("2", 2), ("第3剂", 3), ("第四针", 4), ("首剂", 1), ("４", 4)),
        *((None, None), ("0", None), ("加强", "dose-number-not-understood")),
    ],
)
def test_a_dose_number_may_stand_among_words(written: Cell, number: int | str | None) -> None:
    assert dose_number(written) == number


@pytest.mark.parametrize(
    ("written", "lost"),
    [
        (3.20114e17, True),
        (320114000120210000, True),
        ("3.20114E+17", True),
        (320114000120210001, False),
        ("320114000120210001", False),
        (12345, False),
        (None, False),
    ],
)
def test_a_number_that_lost_its_end_is_noticed(written: Cell, lost: bool) -> None:
    assert has_lost_digits(written) is lost


def test_a_whole_number_is_text_without_a_point() -> None:
    assert (plain_text(19900008387.0), identifier(" 3201 14x ")) == ("19900008387", "320114X")


def test_a_site_is_a_code_where_it_is_known_and_a_word_where_not() -> None:
    written = ("左上臂三角肌中部", "大腿前外侧", "脚", None)
    assert [coded("site", site, 40) for site in written] == ["left-upper-arm", "thigh", "脚", None]


@pytest.mark.parametrize(
    ("code", "sound"),
    [
        ("81234567890123456789", True),
        ("8123456789012345678", False),
        ("812345678901234567890", False),
        ("(01)06901234567892(17)260101(10)A1B2", True),
        ("0106901234567892172601011OA1B2", True),
        ("A1234567890123456789", False),
    ],
)
def test_a_trace_code_is_known_by_its_form(code: str, sound: bool) -> None:
    assert is_trace_code(code) is sound


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("13900000001", Phone("+8613900000001", True, True)),
        ("１３９ ０００ ００００１", Phone("+8613900000001", True, True)),
        ("+86 139-0000-0001", Phone("+8613900000001", True, True)),
        ("0571-88880000", Phone("+8657188880000", True, False)),
        ("1390000", Phone("1390000", False, False)),
        ("无电话", Phone("无电话", False, False)),
    ],
)
def test_a_phone_is_kept_in_one_form_where_it_can_be_dialled(written: str, phone: Phone) -> None:
    assert read_phone(written, "CN") == phone


def test_two_phones_in_one_cell_are_two() -> None:
    assert [phone.kept for phone in read_phones("13900000001、13900000002", "CN")] == ["+8613900000001", "+8613900000002"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("云朵朵", "云朵朵", True),
        ("云朵朵", "云多多", True),
        ("云子轩", "云子涵", False),
        ("云小", "云小满", False),
        ("Anna Lind", "Anna Lindh", True),
        ("Anna Lind", "Eva Lind", False),
    ],
)
def test_names_are_one_if_they_sound_as_one(one: str, other: str, same: bool) -> None:
    assert are_one_name(one, other) is same


def guardians(tmp_path: Path, told: Mapping[str, Any]) -> Guardians:
    """The guardians of a row with these columns."""
    headings = ["儿童编码", "姓名", "出生日期", *told]
    path = book(tmp_path / "r.xlsx", {"儿童": [headings, ["1", "云朵朵", "2024-03-05", *told.values()]]})
    with open_workbook(path) as sheets:
        (table,), _ = find_tables(sheets, "r.xlsx", load_schedule("cn").vaccine_names)
        ((_, row),) = table.rows()
        return read_guardians(table, row, "CN")


@pytest.mark.parametrize(
    ("told", "people"),
    [
        ({"监护人": "云小莲", "关系": "母亲", "电话": "13900000001"}, [("云小莲", "mother", "1")]),
        ({"父亲姓名": "云大山", "母亲姓名": "云小莲", "联系电话": "13900000001"}, [("云小莲", "mother", "1"), ("云大山", "father", None)]),
        ({"父亲姓名": "云大山", "父亲手机": "13900000002", "联系电话": "13900000001"}, [("云大山", "father", "2"), (None, None, "1")]),
        ({"监护人": "云大山", "父亲": "云大山", "父亲电话": "13900000002"}, [("云大山", "father", "2")]),
        (
            {"监护人": "云大山", "父亲": "云大山", "父亲电话": "13900000002", "电话": "13900000001"},
            [("云大山", "father", "1"), (None, "father", "2")],
        ),
        ({"联系电话": "13900000001", "备用电话": "13900000002"}, [(None, None, "1"), (None, None, "2")]),
        (
            {"第一监护人": "云小莲", "第二监护人": "林奶奶", "第二监护人电话": "13900000002", "第二监护人与儿童关系": "奶奶"},
            [("云小莲", None, None), ("林奶奶", "grandmother", "2")],
        ),
        ({"母亲姓名": "无", "母亲电话": "/"}, []),
    ],
)
def test_guardians_come_out_of_whatever_columns_there_are(
    tmp_path: Path, told: dict[str, str], people: list[tuple[str | None, str | None, str | None]]
) -> None:
    found = guardians(tmp_path, told).people
    assert [(person.name, person.relation, person.phone.kept[-1] if person.phone else None) for person in found] == people
