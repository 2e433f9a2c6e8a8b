"""What a child's rows say of each other: before birth, in the future, twice, and numbers that do not count.

A row has one refusal at most. Clinical judgement is not taken here: what happened is stored and judged by the engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from vaxcard.records.roster.dose_rows import DoseRow
from vaxcard.records.roster.report import Entry
from vaxcard.records.roster.values import customs
from vaxcard.schedule.rules import Schedule

DoseKey = tuple[str, date]  # vaccine and day: with the child, the key of a dose


@dataclass(frozen=True)
class Judged:
    """A child's doses: those that can be stored, with their warnings, and the entries of those that cannot."""

    sound: tuple[DoseRow, ...]
    refused: tuple[tuple[DoseRow, Entry], ...]


def judge(doses: Sequence[DoseRow], name: str | None, born_on: date, today: date) -> Judged:
    """Judge each dose of a child beside the others. `name` is the child's, where rows may be compared with it."""
    sound: dict[DoseKey, DoseRow] = {}
    refused = []
    for dose in doses:
        refusal = dose.refusal or _refusal(dose, sound, born_on, today)
        if refusal:
            refused.append((dose, refusal))
        elif dose.vaccine and dose.given_on:
            sound[dose.vaccine, dose.given_on] = _with_name_checked(dose, name)
    return Judged(tuple(sound.values()), tuple(refused))


def _refusal(dose: DoseRow, sound: dict[DoseKey, DoseRow], born_on: date, today: date) -> Entry | None:
    if dose.vaccine is None or dose.given_on is None:
        return None
    if dose.given_on < born_on:
        return dose.entry("dose-before-birth", "given_on", dose.written_date, born_on=born_on.isoformat())
    if dose.given_on > today:
        return dose.entry("dose-in-the-future", "given_on", dose.written_date)
    other_day = same_box_on(dose, (on for (vaccine, on), other in sound.items() if (vaccine, other.trace_code) == box_of(dose)))
    if other_day is not None:
        return dose.entry("the-same-box-on-another-day", "trace_code", dose.trace_code, other=str(other_day))
    first = sound.get((dose.vaccine, dose.given_on))
    return dose.entry("the-same-dose-twice", "given_on", dose.written_date, first=str(first.row)) if first else None


def box_of(dose: DoseRow) -> tuple[str | None, str | None]:
    """The vaccine and the trace code of the box that a dose came from."""
    return dose.vaccine, dose.trace_code


def same_box_on(dose: DoseRow, days: Iterable[date]) -> date | None:
    """Of the `days` on which this child had a dose from this box, one so near that it is the same dose with a wrong date."""
    given = dose.given_on
    if not dose.trace_code or given is None:
        return None
    near: int = customs()["trace"]["slip_days"]
    return next((day for day in days if 0 < abs((day - given).days) <= near), None)


def _with_name_checked(dose: DoseRow, name: str | None) -> DoseRow:
    if name is None or dose.child_name is None or dose.child_name == name:
        return dose
    return replace(dose, warnings=(*dose.warnings, dose.entry("name-of-another-child", "name", dose.child_name)))


@dataclass(frozen=True)
class Miscounts:
    """Doses whose number differs from the count, in both ways in which clinics count: each product, or all of a group."""

    by_product: tuple[Entry, ...] = ()
    by_group: tuple[Entry, ...] = ()


def miscounts(schedule: Schedule, doses: Sequence[DoseRow], sound: Sequence[DoseRow], on_file: Collection[DoseKey]) -> Miscounts:
    """Compare each sound dose's number with the count of doses up to its day, those on file included.

    A row that could not be read may or may not be a dose of the vaccine: every number that it allows is accepted.
    """
    certain = {(dose.vaccine, dose.given_on) for dose in sound if dose.vaccine and dose.given_on} | set(on_file)
    told = [dose for dose in sound if dose.stated_number is not None]
    doubtful = _doubtful(doses, sound)
    by_product = tuple(entry for dose in told for entry in _miscount(dose, {_vaccine(dose)}, certain, doubtful))
    by_group = []
    for dose in told:
        families = [_vaccines_of(schedule, group) for group in schedule.vaccine(_vaccine(dose)).groups] or [{_vaccine(dose)}]
        found = [_miscount(dose, family, certain, doubtful) for family in families]
        by_group += [] if not all(found) else found[0]
    return Miscounts(by_product, tuple(by_group))


def _doubtful(doses: Sequence[DoseRow], sound: Sequence[DoseRow]) -> Counter[str | None]:
    """How many rows may be doses of a vaccine without being counted: by vaccine, None for a name that nobody knows."""
    counted = {(dose.vaccine, dose.given_on) for dose in sound}
    return Counter(dose.vaccine for dose in doses if (dose.vaccine, dose.given_on) not in counted)


def _miscount(dose: DoseRow, family: Collection[str], certain: Collection[tuple[str, date]], doubtful: Counter[str | None]) -> list[Entry]:
    day, number = dose.given_on, dose.stated_number
    if day is None or number is None:
        return []
    count = sum(vaccine in family and on <= day for vaccine, on in certain)
    may_be = doubtful[None] + sum(doubtful[vaccine] for vaccine in family)
    if count <= number <= count + may_be:
        return []
    return [dose.entry("dose-number-differs-from-the-count", "dose_number", str(number), count=str(count))]


def _vaccine(dose: DoseRow) -> str:
    return dose.vaccine or ""


def _vaccines_of(schedule: Schedule, group: str) -> set[str]:
    return {code for code, vaccine in schedule.vaccines.items() if group in vaccine.groups}
