"""Reading rule files so that every fault is told at once, each with its file and key, instead of stopping at the first."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from vaxcard.errors import ManyFaults, VaxcardError
from vaxcard.schedule.dates import Duration, MonthEnd, parse_duration


class ScheduleDataError(ManyFaults):
    """Rule files that cannot be used; `faults` lists everything that is wrong in them."""

    code = "schedule-data"


class Faults:
    """The faults found so far in one reading."""

    def __init__(self) -> None:
        self.found: list[VaxcardError] = []

    def add(self, place: str, problem: str, advice: str | None = None) -> None:
        """Note what is wrong and where, once; reading goes on."""
        fault = VaxcardError(problem, place=place, advice=advice)
        if str(fault) not in {str(each) for each in self.found}:
            self.found.append(fault)

    def stop_if_any(self, place: str) -> None:
        """Raise ScheduleDataError with everything noted, if anything was."""
        if self.found:
            raise ScheduleDataError(self.found, place=place)


class Table:
    """One table of a rule file: typed reading of its keys, with the place for every complaint and a check for keys nobody read."""

    def __init__(self, values: Mapping[str, object], place: str, faults: Faults, month_end: MonthEnd) -> None:
        self.values, self.place, self.faults, self.month_end = values, place, faults, month_end
        self.broken = False
        """Whether the file could not be read at all: that has been told, and nothing more can be said of it."""
        self._read: set[str] = set()
        self._inherited: dict[str, str] = {}

    def over(self, shared: "Table", but: frozenset[str]) -> "Table":
        """This table with what it does not say itself taken from another; complaints name the table where a key is written."""
        taken = {key: value for key, value in shared.values.items() if key not in but and key not in self.values}
        merged = Table({**taken, **self.values}, self.place, self.faults, self.month_end)
        merged._inherited = dict.fromkeys(taken, shared.place)
        return merged

    def _place_of(self, key: str) -> str:
        return self._inherited.get(key, self.place)

    def complain(self, key: str, problem: str, advice: str | None = None) -> None:
        """Note a fault of this table's key."""
        if not self.broken:
            self.faults.add(f"{self._place_of(key)}: {key}", problem, advice)

    def has(self, key: str) -> bool:
        """Whether the key is written in the file."""
        return key in self.values

    def text(self, key: str, default: str | None = None) -> str:
        """A string; one that is missing without a default is a fault."""
        value = self._take(key, default)
        if isinstance(value, str):
            return value
        self.complain(key, "is missing" if value is None else f"{value!r} is not text", "write it in quotation marks")
        return ""

    def optional_text(self, key: str) -> str | None:
        """A string, or None when the key is absent."""
        return self.text(key) if self.has(key) else None

    def words(self, key: str) -> tuple[str, ...]:
        """A list of strings, empty when the key is absent."""
        value = self._take(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.complain(key, f"{value!r} is not a list of words", 'write it as ["one", "two"]')
        return ()

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        value = self._take(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.complain(key, "is missing" if value is None else f"{value!r} is not a whole number")
        return 0

    def optional_whole(self, key: str) -> int | None:
        """A whole number, or None when the key is absent."""
        return self.whole(key) if self.has(key) else None

    def number(self, key: str) -> float:
        """A number with or without decimals."""
        value = self._take(key, None)
        if isinstance(value, int | float):
            return float(value)
        self.complain(key, f"{value!r} is not a number")
        return 0.0

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self._take(key, default)
        if isinstance(value, bool):
            return value
        self.complain(key, f"{value!r} is neither true nor false")
        return default

    def day(self, key: str) -> date | None:
        """A date, or None when the key is absent."""
        value = self._take(key, None)
        if value is None or (isinstance(value, date) and not hasattr(value, "hour")):
            return value
        self.complain(key, f"{value!r} is not a date", "write it as 2026-06-17, without quotation marks")
        return None

    def needed_day(self, key: str) -> date:
        """A date that must be there."""
        if not self.has(key):
            self.complain(key, "is missing", "write a date as 2026-06-17")
        return self.day(key) or date.min

    def duration(self, key: str) -> Duration | None:
        """A duration in words, or None when the key is absent."""
        if not self.has(key):
            return None
        try:
            return parse_duration(self.text(key), self.month_end)
        except ValueError as problem:
            self.complain(key, str(problem))
            return None

    def needed_duration(self, key: str) -> Duration:
        """A duration that must be there."""
        if not self.has(key):
            self.complain(key, "is missing", 'write a duration such as "28 days"')
        return self.duration(key) or Duration(0, 0, "birth", self.month_end)

    def names(self, key: str) -> Mapping[str, str]:
        """A text in several languages; Chinese or English may be missing only if another language is there."""
        value = self._take(key, None)
        if isinstance(value, dict) and value and all(isinstance(text, str) for text in value.values()):
            return value
        self.complain(key, "is not a text by language", 'write it as { zh = "…", en = "…" }')
        return {}

    def tables(self, key: str) -> Iterator["Table"]:
        """The tables under a key, in order; a single table counts as one."""
        value = self._take(key, [])
        rows = [value] if isinstance(value, dict) else value
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.complain(key, "is not a list of tables")
            return
        for at, row in enumerate(rows, 1):
            yield Table(row, f"{self._place_of(key)}, {key} {at}", self.faults, self.month_end)

    def close(self) -> None:
        """Complain of keys that nobody has read: a misspelt rule must not be silently without effect."""
        for key in self.values.keys() - self._read:
            self.complain(key, "is not a key known here", "check its spelling")

    def _take(self, key: str, default: object) -> object:
        self._read.add(key)
        return self.values.get(key, default)


def open_table(path: Path, place: str, faults: Faults, month_end: MonthEnd) -> Table:
    """Read one TOML file; one that cannot be read is a fault, reads as empty and is complained of no further."""
    values: dict[str, object] | None = None
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as problem:
        if not _tell_impossible_days(path.read_text("utf-8"), place, faults):
            faults.add(place, f"is not TOML: {problem}")
    except UnicodeDecodeError as problem:
        faults.add(place, f"is not TOML: {problem}")
    except FileNotFoundError:
        faults.add(place, "is missing")
    table = Table(values or {}, place, faults, month_end)
    table.broken = values is None
    return table


_BESIDE_DAYS = re.compile(r"""\"[^"]*\"|'[^']*'|#.*""")
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def _tell_impossible_days(text: str, place: str, faults: Faults) -> bool:
    """Note every day that the calendar does not have, by which a file is no TOML; whether there was one."""
    found = False
    for at, line in enumerate(text.splitlines(), 1):
        for written in _DAY.findall(_BESIDE_DAYS.sub("", line)):
            try:
                date.fromisoformat(written)
            except ValueError:
                found, key = True, line.partition("=")[0].strip()
                faults.add(f"{place}, line {at}: {key}", f"{written} is no day of the calendar", "write a day that exists, as 2027-02-28")
    return found
