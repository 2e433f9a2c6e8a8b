"""What a clinician is asked, in words, for every rule of a country that leaves the answer to one; absent words are simply not said."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from vaxcard.schedule.dates import MonthEnd
from vaxcard.schedule.faults import Faults, open_table
from vaxcard.schedule.loader import DATA
from vaxcard.schedule.rules import Names

__all__ = ["load_questions", "read_questions"]


@cache
def load_questions(code: str) -> Mapping[str, Names]:
    """The questions of a country by the name of the rule that asks them; none for a schedule without the file."""
    path = DATA / code / "questions.toml"
    return read_questions(path) if path.is_file() else {}


def read_questions(path: Path) -> Mapping[str, Names]:
    """Read one file of questions. Raises ScheduleDataError with every fault."""
    faults = Faults()
    table = open_table(path, f"{path.parent.name}/{path.name}", faults, MonthEnd.CLAMP)
    found = {}
    for row in table.tables("question"):
        found[row.text("rule")] = row.names("asks")
        row.close()
    table.close()
    faults.stop_if_any(f"Schedule {path.parent.name}")
    return found
