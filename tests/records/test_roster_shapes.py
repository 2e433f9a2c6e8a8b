"""Workbooks of other programs: what a column means is understood wherever and however it stands."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from tests.records.roster_books import (
    CHILD_HEADINGS,
    CODE,
    DOSE_HEADINGS,
    OTHER_CODE,
    Importer,
    book,
    child,
    counts,
    dose,
    kinds,
    numbers,
    roster,
)
from vaxcard.records.clinics import all_clinics
from vaxcard.records.database import Database
from vaxcard.records.doses import DoseRecord, doses_of
from vaxcard.records.people import ChildRecord
from vaxcard.records.roster import RosterReport
from vaxcard.records.search import child_by_identifier


@pytest.fixture
def importing(sqlite_database: Database) -> Importer:
    return Importer(sqlite_database)


def stored(importing: Importer, code: str = CODE) -> tuple[ChildRecord, list[DoseRecord]]:
    """The child on file and its doses."""
    with importing.database.reading() as session:
        found = child_by_identifier(session, importing.database.keyring, code)
        assert found is not None, "the child is not on file"
        for guardianship in found.guardianships:
            assert guardianship.guardian
        return found, doses_of(session, found.id)


def nothing_to_report(report: RosterReport) -> None:
    assert [(entry.kind, entry.row, entry.value) for entry in report.entries] == []


def test_the_usual_workbook_stores_a_child_whole(importing: Importer, tmp_path: Path) -> None:
    report = importing(roster(tmp_path / "r.xlsx", [child()], [dose()]))
    nothing_to_report(report)
    assert counts(report) == {"children": numbers(stored=1), "doses": numbers(stored=1)}
    record, (given,) = stored(importing)
    keyring = importing.database.keyring
    assert (record.name(keyring), record.sex, record.born_on, record.residence) == ("云朵朵", "female", date(2024, 3, 5), "local")
    (guardianship,) = record.guardianships
    assert (guardianship.relation, guardianship.guardian.name(keyring)) == ("mother", "云小莲")
    assert guardianship.guardian.phone(keyring) == "+8613900000001"
    assert guardianship.guardian.phone_can_be_texted
    assert (given.vaccine, given.given_on, given.lot_number, given.site, given.route) == (
        "HepB",
        date(2024, 3, 5),
        "202401001",
        "thigh",
        "intramuscular",
    )
    assert given.clinic_id == record.clinic_id
    assert record.assessed_on == importing.today


def test_sheets_in_another_order_with_other_names_and_columns_are_the_same_roster(importing: Importer, tmp_path: Path) -> None:
    backwards = [
        ("备注", "批号", "接种时间", "针次", "疫苗编码", "个案编码"),
        ("", "L-1", "2024/03/05 09:10:00", "第1剂", "0202", CODE),
        ("", "L-2", "2024-4-6", "第2剂", 202, CODE),
        ("", "L-3", "20240306", "1", "0101", CODE),
    ]
    people = [
        ("清河县儿童花名册",),
        (),
        ("序号", "出生日期(必填)", "*儿童姓名", "性别代码", "个案编码", "父亲姓名", "父亲电话", "母亲姓名", "母亲电话", "管理单位"),
        (1, "2024年3月5日", "云朵朵", 2, CODE, "云大山", 13900000002, "云小莲", "139 0000 0001", "清河卫生院"),
        (2, "2024.03.06", "林小满", "1", OTHER_CODE, "林大海", None, None, None, "清河卫生院"),
    ]
    report = importing(book(tmp_path / "r.xlsx", {"Sheet1": backwards, "Sheet2": people}))
    nothing_to_report(report)
    assert counts(report) == {"children": numbers(stored=2), "doses": numbers(stored=3)}
    record, given = stored(importing)
    keyring = importing.database.keyring
    assert [dose.vaccine for dose in given] == ["HepB", "BCG", "HepB"]
    assert record.sex == "female"
    guardians = {guardianship.relation: guardianship.guardian for guardianship in record.guardianships}
    assert {relation: guardian.name(keyring) for relation, guardian in guardians.items()} == {"mother": "云小莲", "father": "云大山"}
    assert {relation: guardian.phone(keyring) for relation, guardian in guardians.items()} == {
        "mother": "+8613900000001",
        "father": "+8613900000002",
    }
    assert stored(importing, OTHER_CODE)[0].sex == "male"


def test_a_flat_sheet_repeats_the_child_beside_each_dose(importing: Importer, tmp_path: Path) -> None:
    headings = (
        *("儿童编号", "儿童姓名", "性别", "生日", "监护人1", "监护人1电话", "监护人2", "监护人2电话"),
        *("疫苗", "剂次", "接种日期", "批号", "接种单位"),
    )
    who = (CODE, "云朵朵", "F", "2024-03-05", "云小莲", "13900000001", "云大山", "13900000002")
    other = (OTHER_CODE, "林小满", "M", "2024-03-06", "林大海", "13900000003", None, None)
    rows = [
        headings,
        (*who, "乙肝疫苗", 1.0, 45356, "A", "清河卫生院"),
        (*other, "卡介苗", 1, "2024.3.7", "B", "清河卫生院"),
        (*who, "卡介苗", 1, datetime(2024, 3, 6, 10, 30), "C", "清河卫生院"),
        ("合计", None, None, None, None, None, None, None, 3),
    ]
    report = importing(book(tmp_path / "r.xlsx", {"导出": rows}))
    nothing_to_report(report)
    assert counts(report) == {"children": numbers(stored=2), "doses": numbers(stored=3)}
    record, given = stored(importing)
    assert [(dose.vaccine, dose.given_on) for dose in given] == [("HepB", date(2024, 3, 5)), ("BCG", date(2024, 3, 6))]
    assert len(record.guardianships) == 2
    with importing.database.reading() as session:
        assert [clinic.name for clinic in all_clinics(session)] == ["清河卫生院"]


def test_names_repeated_beside_doses_make_no_child_where_children_have_a_sheet(importing: Importer, tmp_path: Path) -> None:
    doses = [
        ("儿童编码", "姓名", "出生日期", "疫苗名称", "接种日期"),
        (CODE, "云朵朵", "2024-03-05", "卡介苗", "2024-03-06"),
        (CODE, "林小满", "2024-03-05", "乙肝疫苗", "2024-03-06"),
        (OTHER_CODE, "林小满", "2024-03-05", "卡介苗", "2024-03-06"),
    ]
    report = importing(book(tmp_path / "r.xlsx", {"接种": doses, "儿童": [CHILD_HEADINGS, child()]}))
    assert counts(report) == {"children": numbers(stored=1), "doses": numbers(stored=2, refused=1)}
    assert [(entry.kind, entry.row) for entry in report.entries] == [("name-of-another-child", 3), ("dose-of-a-child-not-on-file", 4)]


def test_a_flat_sheet_may_name_the_child_once_above_its_doses(importing: Importer, tmp_path: Path) -> None:
    rows = [
        ("儿童编码", "姓名", "性别", "出生日期", "建档单位", "疫苗名称", "接种日期"),
        (CODE, "云朵朵", "女", "2024-03-05", "清河卫生院", "乙肝疫苗", "2024-03-05"),
        (None, None, None, None, None, "卡介苗", "2024-03-06"),
        (OTHER_CODE, "林小满", "男", "2024-03-06", "清河卫生院", None, None),
    ]
    report = importing(book(tmp_path / "r.xlsx", {"导出": rows}))
    nothing_to_report(report)
    assert counts(report) == {"children": numbers(stored=2), "doses": numbers(stored=2)}
    assert [dose.vaccine for dose in stored(importing)[1]] == ["HepB", "BCG"]


def test_english_headings_are_understood(importing: Importer, tmp_path: Path) -> None:
    sheets = {
        "Immunisations": [
            ("Child ID", "Vaccine", "Dose No.", "Date given", "Lot number", "Expiry date", "Manufacturer", "Site", "Route", "Given at"),
            (CODE, "BCG", 1, "6 Mar 2024", "L1", "2025-01", "Qinghe Bio", "Left upper arm", "ID", "Elsewhere"),
        ],
        "Children": [
            ("Child ID", "Full name", "Gender", "Date of birth", "Mother's name", "Mother's phone", "Clinic", "Address"),
            (CODE, "Anna Lind", "Female", "2024-03-05", "Eva Lind", "+46 70 174 06 05", "Qinghe Clinic", "1 Qinghe Road"),
        ],
    }
    report = importing(book(tmp_path / "r.xlsx", sheets))
    nothing_to_report(report)
    record, (given,) = stored(importing)
    assert (given.vaccine, given.given_on, given.expires_on) == ("BCG", date(2024, 3, 6), date(2025, 1, 31))
    assert (given.site, given.route, given.clinic_id, given.place) == ("left-upper-arm", "intradermal", None, "Elsewhere")
    assert record.guardianships[0].guardian.phone(importing.database.keyring) == "+46701740605"


def test_headings_in_two_rows_are_read_together(importing: Importer, tmp_path: Path) -> None:
    rows = [
        ("清河县儿童花名册",),
        ("儿童信息", None, None, None, "父亲", None, "母亲", None, "建档单位"),
        ("编码", "姓名", "性别", "出生日期", "姓名", "电话", "姓名", "电话", None),
        (CODE, "云朵朵", "女", "2024-03-05", "云大山", "13900000002", "云小莲", "13900000001", "清河卫生院"),
    ]
    report = importing(book(tmp_path / "r.xlsx", {"名册": rows}))
    nothing_to_report(report)
    record, _ = stored(importing)
    keyring = importing.database.keyring
    assert record.name(keyring) == "云朵朵"
    assert {guardianship.guardian.name(keyring) for guardianship in record.guardianships} == {"云大山", "云小莲"}


def test_columns_that_mean_nothing_are_named(importing: Importer, tmp_path: Path) -> None:
    rows = [(*CHILD_HEADINGS, "民族", "备注"), (*child(), "汉", "双胞胎")]
    report = importing(book(tmp_path / "r.xlsx", {"名册": rows}))
    nothing_to_report(report)
    assert report.as_json()["columns_not_read"] == {"名册": ["民族", "备注"]}


def test_one_workbook_may_spread_children_over_several_sheets(importing: Importer, tmp_path: Path) -> None:
    sheets = {
        "2023年": [CHILD_HEADINGS, child()],
        "说明": [("本表由系统导出",)],
        "库存": [("疫苗名称", "批号", "有效期", "数量"), ("卡介苗", "1", "2027-01-01", 5)],
        "2024年": [CHILD_HEADINGS, child(OTHER_CODE, 姓名="林小满", 出生日期="2024-03-06")],
        "接种": [DOSE_HEADINGS, dose(OTHER_CODE, 接种日期="2024-03-06"), dose()],
    }
    report = importing(book(tmp_path / "r.xlsx", sheets))
    nothing_to_report(report)
    assert counts(report) == {"children": numbers(stored=2), "doses": numbers(stored=2)}


def test_doses_alone_find_their_children_on_file(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "first.xlsx", [child()], [dose()]))
    second = dose(接种日期="2024-04-08", 剂次=2)
    report = importing(book(tmp_path / "second.xlsx", {"本月接种": [DOSE_HEADINGS, second]}))
    nothing_to_report(report)
    assert counts(report) == {"children": numbers(), "doses": numbers(stored=1)}
    record, given = stored(importing)
    assert len(given) == 2
    assert record.version == 2


def test_doses_counted_by_group_are_no_fault_in_a_workbook_that_counts_so(importing: Importer, tmp_path: Path) -> None:
    told = [("脊灰灭活疫苗", 1, "2024-05-06"), ("脊灰灭活疫苗", 2, "2024-06-06"), ("二价脊灰减毒活疫苗", 3, "2024-07-08")]
    doses = [dose(疫苗名称=name, 剂次=number, 接种日期=day, 接种部位=None) for name, number, day in told]
    report = importing(roster(tmp_path / "r.xlsx", [child()], doses))
    nothing_to_report(report)


def test_a_place_that_keeps_no_children_is_not_made_a_clinic(importing: Importer, tmp_path: Path) -> None:
    importing(roster(tmp_path / "r.xlsx", [child()], [dose(接种单位="县妇幼保健院")]))
    _, (given,) = stored(importing)
    assert (given.clinic_id, given.place) == (None, "县妇幼保健院")
    with importing.database.reading() as session:
        (clinic,) = all_clinics(session)
        assert clinic.imported_on == importing.today


def test_a_child_without_a_clinic_belongs_where_the_import_says(importing: Importer, tmp_path: Path) -> None:
    path = roster(tmp_path / "r.xlsx", [child(建档单位=None)])
    assert kinds(importing(path)) == ["clinic-missing"]
    assert counts(importing(path, clinic="清河卫生院"))["children"] == numbers(stored=1)


def test_a_sheet_under_unknown_headings_is_not_passed_over_in_silence(importing: Importer, tmp_path: Path) -> None:
    unknown = [("儿童编码", "苗名", "第几针", "打针日子"), (CODE, "卡介苗", 1, "2024-03-05")]
    report = importing(book(tmp_path / "r.xlsx", {"名册": [CHILD_HEADINGS, child()], "打针": unknown}))
    assert report.as_json()["columns_not_read"] == {"打针": ["儿童编码", "苗名", "第几针", "打针日子"]}
