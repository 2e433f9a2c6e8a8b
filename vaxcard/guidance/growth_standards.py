"""How tall and heavy children of an age are: WHO's tables from birth to 19 years, z-scores and percentiles by the LMS method.

It judges nobody: what a number means for a child, and whether anybody is told, is for a physician to say.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from math import exp, log
from statistics import NormalDist
from typing import Any

from vaxcard.errors import NotFound

_NORMAL = NormalDist()
_FILE = "guidance/data/growth.toml"
_FILES = ("growth.toml", "growth_school.toml")
"""The standard up to 60 months, and the reference from 61 on."""


class Measure(StrEnum):
    """What is measured: body weight in kg (up to 10 years), length lying down (height, once the child stands to be measured)
    in cm, or from 5 years on body mass index in kg/m²."""

    WEIGHT = "weight"
    LENGTH = "length"
    BMI = "bmi"


@dataclass(frozen=True)
class GrowthSource:
    """Where the tables come from, and on whose terms."""

    title: str
    address: str
    taken_from: str
    terms: str
    grade: str


@dataclass(frozen=True)
class Lms:
    """The distribution at one age: the power L, the median M (cm or kg) and the coefficient of variation S."""

    l: float  # noqa: E741
    m: float
    s: float

    def value(self, z: float) -> float:
        """The measurement that lies `z` standard deviations from the median."""
        if self.l == 0:
            return self.m * exp(self.s * z)
        return float(self.m * (1 + self.l * self.s * z) ** (1 / self.l))

    def z(self, value: float) -> float:
        """How many standard deviations from the median a measurement lies."""
        if self.l == 0:
            return log(value / self.m) / self.s
        return float(((value / self.m) ** self.l - 1) / (self.l * self.s))


@dataclass(frozen=True)
class _Table:
    """The distributions of one measure and sex, month by month from `first` on."""

    first: int
    rows: tuple[Lms, ...]

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def sources() -> tuple[GrowthSource, ...]:
    """The sources of every number here: the standard for the first five years, then the reference for school age."""
    return tuple(GrowthSource(**_read(name)["source"]) for name in _FILES)


def distribution(measure: Measure, sex: str, months: float) -> Lms:
    """The distribution at an age in months, straight between two months. Raises NotFound beyond the table, and for an unknown sex."""
    table = _tables(measure).get(sex)
    if table is None or not table.first <= months <= table.last:
        raise NotFound(f"the growth standard has no {measure} for this age and sex", place=_FILE, advice="ask for an age that it covers")
    whole, part = int(months), months - int(months)
    before = table.rows[whole - table.first]
    if not part:
        return before
    after = table.rows[whole - table.first + 1]
    return Lms(*(a + part * (b - a) for a, b in zip((before.l, before.m, before.s), (after.l, after.m, after.s), strict=True)))


def covers(measure: Measure, sex: str, months: float) -> bool:
    """Whether there is a table of a measure for this sex and age in months."""
    table = _tables(measure).get(sex)
    return table is not None and table.first <= months <= table.last


def z_score(measure: Measure, sex: str, months: float, value: float) -> float:
    """The z-score of a measurement in cm, kg or kg/m² at an age in months. Raises NotFound as `distribution`.

    Weights and indices far out are counted in steps of the last standard deviation, as the standard prescribes.
    """
    at = distribution(measure, sex, months)
    z = at.z(value)
    bound = float(_read(_FILES[0])["rules"]["restricted_beyond"])
    if measure is Measure.LENGTH or abs(z) <= bound:
        return z
    side = 1.0 if z > 0 else -1.0
    edge = at.value(side * bound)
    return side * (bound + (value - edge) / (edge - at.value(side * (bound - 1))))


def percentile(measure: Measure, sex: str, months: float, value: float) -> float:
    """How many of a hundred children measure less. Raises NotFound as `distribution`."""
    return 100 * _NORMAL.cdf(z_score(measure, sex, months, value))


def value_at(measure: Measure, sex: str, months: float, hundredth: float) -> float:
    """The measurement at a percentile, in cm or kg. Raises NotFound as `distribution`."""
    return distribution(measure, sex, months).value(_NORMAL.inv_cdf(hundredth / 100))


def printed_range(measure: Measure, sex: str, months: float) -> tuple[float, float]:
    """The range that a family is shown, to one decimal: cm or kg. Raises NotFound as `distribution`."""
    low, high = _read(_FILES[0])["rules"]["printed_percentiles"]
    return round(value_at(measure, sex, months, low), 1), round(value_at(measure, sex, months, high), 1)


def months_of(days: int) -> float:
    """An age in days as months, as the standard counts them."""
    return days / float(_read(_FILES[0])["rules"]["days_a_month"])


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "data" / name).read_text(encoding="utf-8"))


@cache
def _tables(measure: Measure) -> Mapping[str, _Table]:
    """Both files as one table for each sex: the second goes on where the first ends."""
    found: dict[str, _Table] = {}
    for name in _FILES:
        written = _read(name)
        for sex, one in written.get(measure.value, {}).items():
            rows = tuple(Lms(*row) for row in zip(one["l"], one["m"], one["s"], strict=True))
            before = found.get(sex, _Table(written["rules"]["first_month"], ()))
            found[sex] = _Table(before.first, before.rows + rows)
    return found
