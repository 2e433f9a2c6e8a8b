"""How tall and heavy children of an age are: the growth standard's tables, z-scores and percentiles by the LMS method.

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


class Measure(StrEnum):
    """What is measured: body weight in kg, or length lying down (height, once the child stands to be measured) in cm."""

    WEIGHT = "weight"
    LENGTH = "length"


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


def source() -> GrowthSource:
    """The source of every number here."""
    return GrowthSource(**_read()["source"])


def distribution(measure: Measure, sex: str, months: float) -> Lms:
    """The distribution at an age in months, straight between two months. Raises NotFound beyond the table, and for an unknown sex."""
    table = _tables(measure).get(sex)
    if table is None or not 0 <= months <= len(table) - 1:
        raise NotFound(f"the growth standard has no {measure} for this age and sex", place=_FILE, advice="ask for an age that it covers")
    whole, part = int(months), months - int(months)
    if not part:
        return table[whole]
    before, after = table[whole], table[whole + 1]
    return Lms(*(a + part * (b - a) for a, b in zip((before.l, before.m, before.s), (after.l, after.m, after.s), strict=True)))


def covers(sex: str, months: float) -> bool:
    """Whether the standard has a table for this sex and age in months."""
    return all(sex in _tables(measure) and 0 <= months < len(_tables(measure)[sex]) for measure in Measure)


def z_score(measure: Measure, sex: str, months: float, value: float) -> float:
    """The z-score of a measurement in cm or kg at an age in months. Raises NotFound as `distribution`.

    Weights far out are counted in steps of the last standard deviation, as the standard prescribes.
    """
    at = distribution(measure, sex, months)
    z = at.z(value)
    bound = float(_read()["rules"]["restricted_beyond"])
    if measure is not Measure.WEIGHT or abs(z) <= bound:
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
    low, high = _read()["rules"]["printed_percentiles"]
    return round(value_at(measure, sex, months, low), 1), round(value_at(measure, sex, months, high), 1)


def months_of(days: int) -> float:
    """An age in days as months, as the standard counts them."""
    return days / float(_read()["rules"]["days_a_month"])


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "data" / "growth.toml").read_text(encoding="utf-8"))


@cache
def _tables(measure: Measure) -> Mapping[str, tuple[Lms, ...]]:
    written = _read()[measure.value]
    return {sex: tuple(Lms(*row) for row in zip(one["l"], one["m"], one["s"], strict=True)) for sex, one in written.items()}
