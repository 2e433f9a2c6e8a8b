"""Invented workbooks in the shapes in which clinics export them, and an import that says what became of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl

from vaxcard.records.database import Database
from vaxcard.records.roster import RosterReport, import_roster
from vaxcard.schedule.loader import load_schedule

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
CLINIC = "清河卫生服务中心"
CODE = "110101000120240001"
OTHER_CODE = "110101000120240002"
CHILD_HEADINGS = ("儿童编码", "姓名", "性别", "出生日期", "监护人", "与儿童关系", "联系电话", "现住址", "户籍类型", "建档单位")
DOSE_HEADINGS = (
    *("儿童编码", "疫苗名称", "剂次", "接种日期", "疫苗批号", "有效期"),
    *("生产企业", "追溯码", "接种部位", "接种途径", "接种单位", "接种人员"),
)

Rows = Sequence[Sequence[Any]]


def book(path: Path, sheets: Mapping[str, Rows]) -> Path:
    """A workbook of these sheets, each a list of rows."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    made.save(path)
    return path


def child(code: str = CODE, **told: Any) -> tuple[Any, ...]:
    """A sound row of the children's sheet; `told` replaces cells by heading."""
    usual = (code, "云朵朵", "女", datetime(2024, 3, 5), "云小莲", "母亲", "13900000001", "清河路1号", "本地", CLINIC)
    return tuple(told.get(heading, value) for heading, value in zip(CHILD_HEADINGS, usual, strict=True))


def dose(code: str = CODE, **told: Any) -> tuple[Any, ...]:
    """A sound row of the doses' sheet: the HepB given at birth; `told` replaces cells by heading."""
    usual = (
        code,
        "乙肝疫苗(酿酒酵母)",
        1,
        datetime(2024, 3, 5),
        "202401001",
        datetime(2026, 1, 1),
        "清河生物",
        "81234567890123456789",
        "大腿前外侧",
        "肌内注射",
        CLINIC,
        "林护士",
    )
    return tuple(told.get(heading, value) for heading, value in zip(DOSE_HEADINGS, usual, strict=True))


def roster(path: Path, children: Rows = (), doses: Rows = ()) -> Path:
    """The usual workbook: a sheet of children and one of doses."""
    return book(path, {"儿童信息": [CHILD_HEADINGS, *children], "接种记录": [DOSE_HEADINGS, *doses]})


def crowd(path: Path, children: int) -> Path:
    """A workbook of many children of as many families, each with the three doses of the first month."""
    names = [f"云{first}{second}" for first in "天地山水火木金土日月" for second in "明清风秀英杰安宁平和"]
    codes = [f"11010100012024{number:04}" for number in range(1, children + 1)]
    people = [child(code, 姓名=name, 联系电话=f"1390000{code[-4:]}") for code, name in zip(codes, names, strict=False)]
    given = [("乙肝疫苗", "2024-03-05", 1), ("卡介苗", "2024-03-05", 1), ("乙肝疫苗", "2024-04-06", 2)]
    doses = [dose(code, 疫苗名称=name, 接种日期=day, 剂次=number) for code in codes for name, day, number in given]
    return roster(path, people, doses)


@dataclass
class Importer:
    """Imports into one registry on one day."""

    database: Database
    today: date = TODAY
    _ids: Iterable[int] = field(default_factory=lambda: count(1))

    def new_id(self) -> UUID:
        """An id of the right form that no other row of this registry has."""
        return UUID(int=(7 << 76) + (2 << 62) + next(iter(self._ids)))

    def __call__(self, path: Path, **more: Any) -> RosterReport:
        told = {"time_zone": "Asia/Shanghai", "language": "zh", "region": "CN", **more}
        return import_roster(
            self.database,
            load_schedule("cn"),
            path,
            now=NOW,
            today=self.today,
            actor="system:test",
            new_id=self.new_id,
            **told,
        )


def counts(report: RosterReport) -> dict[str, dict[str, int]]:
    """The report's numbers."""
    return {"children": report.children.as_json(), "doses": report.doses.as_json()}


def numbers(stored: int = 0, unchanged: int = 0, refused: int = 0) -> dict[str, int]:
    """Numbers as a report gives them."""
    return {"stored": stored, "unchanged": unchanged, "refused": refused}


def kinds(report: RosterReport) -> list[str]:
    """What the report's entries are about, in their order."""
    return [entry.kind for entry in report.entries]
