"""Reads CDC's supporting data into dictionaries as they stand in the XML, and the texts in it: dates, ages, lists."""

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

FIRST, LAST = date(1900, 1, 1), date(2999, 12, 31)
STEP = re.compile(r"([+-])?\s*(\d+)\s*(year|month|week|day)s?", re.IGNORECASE)
# Elements of which there may be several; every other one is taken once.
MANY = {
    "series", "seriesDose", "age", "interval", "allowableInterval", "preferableVaccine", "allowableVaccine", "inadvertentVaccine",
    "conditionalSkip", "set", "condition", "indication", "requiredGender", "seriesAdminGuidance", "contraindication",
    "contraindicatedVaccine", "clinicalHistory", "dateOfBirth", "exclusion", "liveVirusConflict", "vaccineGroupMap", "antigen",
    "cvxMap", "association",
}  # fmt: skip

ONCE = {("association", "antigen"), ("condition", "interval")}


class Data(NamedTuple):
    """One release: per antigen its file, per CVX its associations, and the tables of the schedule file."""

    antigens: dict[str, dict[str, Any]]
    associations: dict[str, list[dict[str, Any]]]
    conflicts: list[dict[str, Any]]
    groups: dict[str, list[str]]
    full: dict[str, bool]


def read(folder: Path) -> Data:
    """Every file of a release. No check of what is in it: this is a reading, not a loader."""
    schedule = plain(ElementTree.parse(folder / "ScheduleSupportingData.xml").getroot())
    antigens = {}
    for path in sorted(folder.glob("AntigenSupportingData*.xml")):
        antigen = plain(ElementTree.parse(path).getroot())
        antigens[antigen["series"][0]["targetDisease"]] = antigen
    return Data(
        antigens,
        {each["cvx"].zfill(2): each["association"] for each in schedule["cvxToAntigenMap"]["cvxMap"]},
        schedule["liveVirusConflicts"]["liveVirusConflict"],
        {each["name"]: each["antigen"] for each in schedule["vaccineGroupToAntigenMap"]["vaccineGroupMap"]},
        {each["name"]: each["administerFullVaccineGroup"] == "Yes" for each in listed(schedule["vaccineGroups"]["vaccineGroup"])},
    )


def listed(value: Any) -> list[Any]:
    """A list, also of one."""
    return value if isinstance(value, list) else [value]


def plain(element: ElementTree.Element) -> Any:
    """An element as a dictionary of its children, or as its text without blanks; empty ones of which there may be several are left out."""
    if not len(element):
        text = (element.text or "").strip()
        return "" if text.lower() == "n/a" else text
    found: dict[str, Any] = {}
    for child in element:
        value = plain(child)
        if child.tag in MANY and (element.tag, child.tag) not in ONCE:
            if value:
                found.setdefault(child.tag, []).append(value)
        elif child.tag in found:
            found[child.tag] = [*listed(found[child.tag]), value]
        else:
            found[child.tag] = value
    return found


@lru_cache(maxsize=100_000)
def plus(start: date, text: str) -> date:
    """A date moved by a text such as '8 months + 1 day': years, then months, weeks and days; a day that is missing is the 1st after it."""
    steps = {"year": 0, "month": 0, "week": 0, "day": 0}
    for sign, count, unit in STEP.findall(text):
        steps[unit.lower()] += -int(count) if sign == "-" else int(count)
    moved = months(months(start, 12 * steps["year"]), steps["month"])
    return moved + timedelta(days=7 * steps["week"] + steps["day"])


def months(start: date, count: int) -> date:
    """A date so many months on."""
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    if start.day <= calendar.monthrange(year, month + 1)[1]:
        return date(year, month + 1, start.day)
    return date(year + (month == 11), (month + 1) % 12 + 1, 1)


def lower(start: date, text: str | None) -> date:
    """A lower bound: none is 1900."""
    return plus(start, text) if text else FIRST


def upper(start: date, text: str | None) -> date:
    """An upper bound: none is 2999."""
    return plus(start, text) if text else LAST


@lru_cache(maxsize=10_000)
def day(text: str | None) -> date | None:
    """A date written YYYYMMDD or MM/DD/YYYY."""
    if not text:
        return None
    if "/" in text:
        month, number, year = (int(part) for part in text.split("/"))
        return date(year, month, number)
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


@lru_cache(maxsize=10_000)
def codes(text: str | None) -> frozenset[str]:
    """The CVX of a list such as '316; 328'."""
    return frozenset(part.strip().zfill(2) for part in (text or "").split(";") if part.strip())


def numbers(text: str | None) -> set[str]:
    """The series groups of a list such as '1; 2'."""
    return set(re.findall(r"\d+", text or ""))


def in_force(element: dict[str, Any], anchor: date) -> bool:
    """Is the date from effective to cessation date, both included?"""
    return (day(element.get("effectiveDate")) or FIRST) <= anchor <= (day(element.get("cessationDate")) or LAST)


def same(one: str | None, other: str) -> bool:
    """Alike, whatever the case."""
    return (one or "").lower() == other
