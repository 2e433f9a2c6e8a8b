"""A folder of rules looked through before it serves: every fault of every file at once, and the questions that lack words."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vaxcard.errors import VaxcardError
from vaxcard.schedule.dates import MonthEnd
from vaxcard.schedule.faults import Faults, ScheduleDataError, open_table
from vaxcard.schedule.loader import read_schedule, vaccines_of
from vaxcard.schedule.questions import read_questions
from vaxcard.schedule.rules import Schedule
from vaxcard.schedule.selection import MIXED_LINES
from vaxcard.schedule.visit_rules import read_visit_rules


@dataclass(frozen=True, slots=True)
class Checked:
    """What a folder of rules came to: the schedule, None where it cannot be read, and all faults."""

    schedule: Schedule | None
    faults: tuple[VaxcardError, ...]


def check_folder(folder: Path) -> Checked:
    """Read every rule file of a folder; nothing is raised for what is wrong in them."""
    faults: list[VaxcardError] = []
    try:
        schedule = read_schedule(folder, vaccines_of(folder))
    except ScheduleDataError as refused:
        schedule = None
        faults += refused.faults
    faults += _asked_without_words(folder, schedule)
    visit = folder / "visit.toml"
    if schedule is None and visit.is_file():
        unread = Faults()
        open_table(visit, f"{folder.name}/{visit.name}", unread, MonthEnd.CLAMP)
        faults += unread.found
    elif schedule is not None and visit.is_file():
        try:
            read_visit_rules(visit, schedule)
        except ScheduleDataError as refused:
            faults += refused.faults
    return Checked(schedule, tuple(faults))


def _asked_without_words(folder: Path, schedule: Schedule | None) -> Iterator[VaxcardError]:
    """Whoever sends a child to a clinician says why: the rules that do so without words for it."""
    path = folder / "questions.toml"
    try:
        questions = read_questions(path) if path.is_file() else {}
    except ScheduleDataError as refused:
        yield from refused.faults
        return
    if schedule is None:
        return
    for rule, file in sorted(_that_ask(schedule).items()):
        if rule not in questions:
            place = f"{folder.name}/questions.toml"
            yield VaxcardError(f'the rule "{rule}" of {file} asks a clinician and says not why', place=place, advice="add a [[question]]")


def _that_ask(schedule: Schedule) -> dict[str, str]:
    found = {}
    for group, editions in schedule.editions.items():
        for series in (each for edition in editions for each in edition.series):
            asking = [rule for dose in series.doses for rule in dose.rules if rule.needs == "clinician"]
            found.update({rule.rule: f"group {group}" for rule in asking})
        if any(len(edition.series) > 1 for edition in editions):
            found.setdefault(MIXED_LINES, f"group {group}")
    return found
