"""What a clinician is asked, in words, for every rule of a country that leaves the answer to one; absent words are simply not said.

A family is told the same in words of its own, which name no vaccine: whoever finds a card may read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vaxcard.schedule.dates import MonthEnd
from vaxcard.schedule.faults import Faults, open_table
from vaxcard.schedule.loader import DATA
from vaxcard.schedule.rules import Names

__all__ = ["Question", "load_family_questions", "load_questions", "read_questions"]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing left open: how staff are told (`asks`) and how a family is (`family`, empty where there are no words for it)."""

    asks: Names
    family: Names


@cache
def load_questions(code: str) -> Mapping[str, Names]:
    """The questions of a country as staff are told them, by the name of the rule that asks; none for a schedule without the file."""
    return {rule: question.asks for rule, question in _load(code).items()}


@cache
def load_family_questions(code: str) -> Mapping[str, Names]:
    """The same as a family is told, without any vaccine's name; a question without such words is not among them."""
    return {rule: question.family for rule, question in _load(code).items() if question.family}


def _load(code: str) -> Mapping[str, Question]:
    path = DATA / code / "questions.toml"
    return read_questions(path) if path.is_file() else {}


def read_questions(path: Path) -> Mapping[str, Question]:
    """Read one file of questions. Raises ScheduleDataError with every fault."""
    faults = Faults()
    table = open_table(path, f"{path.parent.name}/{path.name}", faults, MonthEnd.CLAMP)
    found = {}
    for row in table.tables("question"):
        found[row.text("rule")] = Question(row.names("asks"), row.names("family") if row.has("family") else {})
        row.close()
    table.close()
    faults.stop_if_any(f"Schedule {path.parent.name}")
    return found
