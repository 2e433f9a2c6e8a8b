"""Sheets with a column for each dose: a heading that names a vaccine, with a number and a detail, is a dose of every row below it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vaxcard.records.roster.dates import read_date
from vaxcard.records.workbooks import Row
from vaxcard.schedule.names import VaccineNames, normal

_SIGNS = re.compile(r"[\W_]+")
_SHORTEST = 2  # signs of a name; a single letter is no vaccine's
SAMPLED = 300  # rows below the headings in which a column is looked at
_DATE_LIKE = frozenset({"date-without-a-year", "date-without-a-day", "date-impossible"})


@dataclass(frozen=True)
class DoseHeading:
    """What one heading says: a vaccine as it is written and as it is known, the number of the dose where one is told, and the field."""

    vaccine: str
    known_as: str
    number: int | None
    field: str


@dataclass
class DoseColumns:
    """The columns of one dose: by field, the column from 0 and its heading."""

    vaccine: str
    known_as: str
    number: int | None
    columns: dict[str, int] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)


class DoseHeadings:
    """Reads headings in the names of one schedule's vaccines. `fields` are the known details of a dose, `words` and `numbers` data."""

    def __init__(
        self, names: VaccineNames, fields: Mapping[str, str], words: Mapping[str, Sequence[str]], numbers: Mapping[str, int]
    ) -> None:
        self._names = frozenset(name for name in (*names.known, *names.colloquial) if len(name) >= _SHORTEST and not name.isdigit())
        self._known = names.known
        self._longest = max(map(len, self._names))
        self._fields, self._numbers = fields, numbers
        self._day = frozenset(_bare(word) for word in words["day"])
        self._not_a_dose = tuple(normal(word) for word in words["not_a_dose"])
        number = "|".join([r"\d{1,2}", *map(re.escape, numbers)])
        before, after = ("|".join(map(re.escape, words[of])) for of in ("before_a_number", "after_a_number"))
        first, last = (rf"(?:{before})?(?P<{which}>{number})(?:{after})?" for which in ("first", "last"))
        self._rest = re.compile(rf"(?:{first})?(?P<field>.*?)(?:{last})?")

    def read(self, text: str) -> DoseHeading | None:
        """The dose that a heading speaks of; None where it speaks of none, or not clearly."""
        name = normal(text)
        for length in range(min(len(name), self._longest), _SHORTEST - 1, -1):
            if name[:length] in self._names and (told := self._detail(name[length:])) is not None:
                return DoseHeading(name[:length], self._known.get(name[:length], name[:length]), *told)
        return None

    def _detail(self, rest: str) -> tuple[int | None, str] | None:
        found = self._rest.fullmatch(_bare(rest))
        if found is None or (found["first"] and found["last"]):
            return None
        number = found["first"] or found["last"]
        of = "given_on" if found["field"] in self._day else self._fields.get(found["field"])
        return (None if number is None else self._numbers.get(number) or int(number), of) if of else None

    def speaks_of_a_vaccine(self, text: str) -> bool:
        """Whether a heading begins with a vaccine's name, and is not about something else such as antibodies."""
        name = normal(text)
        begins = any(name[:length] in self._names and not name[:length].isascii() for length in range(_SHORTEST, len(name) + 1))
        return begins and not any(word in name for word in self._not_a_dose)


def _bare(text: str) -> str:
    return _SIGNS.sub("", text.casefold())


def gathered(headings: Sequence[tuple[int, str, DoseHeading]]) -> list[DoseColumns]:
    """The doses that the headings, column by column, tell of; a field told again begins the next dose of the vaccine."""
    doses: list[DoseColumns] = []
    for column, written, told in headings:
        same = [dose for dose in doses if (dose.known_as, dose.number) == (told.known_as, told.number)]
        dose = next((dose for dose in reversed(same) if told.field not in dose.columns), None)
        if dose is None:
            dose = DoseColumns(told.vaccine, told.known_as, told.number)
            doses.append(dose)
        dose.columns[told.field], dose.written[told.field] = column, written
    return [dose for dose in doses if "given_on" in dose.columns]


def holds_dates(rows: Sequence[Row], column: int) -> bool | None:
    """Whether dates stand in a column as far as it was looked at; None where nothing stands there."""
    cells = [row[column] for row in rows if column < len(row) and row[column] not in (None, "")]
    found = [read_date(cell) for cell in cells]
    return any(not isinstance(day, str) or day in _DATE_LIKE for day in found) if cells else None
