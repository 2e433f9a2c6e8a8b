"""Loads a country's schedule from its rule files, compiled once; refuses files with faults, telling all of them at once.

Vaccines and brackets are read in catalogue, series and doses in series_loader; here is what binds them: groups, editions, spacing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

from vaxcard.schedule.catalogue import read_brackets, read_names, read_vaccines
from vaxcard.schedule.continuity import check_continuity
from vaxcard.schedule.dates import MonthEnd
from vaxcard.schedule.faults import Faults, ScheduleDataError, Table, open_table
from vaxcard.schedule.rules import (
    Contraindication,
    Edition,
    LiveSpacing,
    ObservationSpacing,
    Schedule,
    Span,
    Vaccine,
    VaccineGroup,
)
from vaxcard.schedule.series_loader import SeriesReader, fading_of, flags_of, read_conditions, reopening_of, thresholds_of

__all__ = ["ScheduleDataError", "load_schedule", "read_schedule", "vaccines_of"]

DATA = Path(__file__).parent / "data"
_EFFECTS = {"never", "clinician"}
_NAMED = {None, "vaccine", "antigen"}
_READ_ELSEWHERE = {"questions.toml", "vaccines.toml", "visit.toml"}
_OWN_FILES = {"schedule.toml", "brackets.toml"} | _READ_ELSEWHERE


@cache
def load_schedule(code: str = "cn") -> Schedule:
    """The schedule of a country by its code; raises ScheduleDataError listing all faults at once, each with file and key."""
    return read_schedule(DATA / code, vaccines_of(DATA / code))


def vaccines_of(folder: Path) -> Path:
    """The products of a country: a list of its own in its folder, the one beside the folder, or else the one that is shipped."""
    nearest = (folder / "vaccines.toml", folder.parent / "vaccines.toml")
    return next((path for path in nearest if path.is_file()), DATA / "vaccines.toml")


def read_schedule(folder: Path, vaccines_file: Path) -> Schedule:
    """Read a schedule from any folder of rule files (schedule.toml, brackets.toml and one file a group)."""
    faults = Faults()
    main = open_table(folder / "schedule.toml", f"{folder.name}/schedule.toml", faults, MonthEnd.CLAMP)
    if main.broken:
        _stop_unread(folder, main)
    main.month_end = _month_end(main)
    schedule = _Reading(folder, main, faults).schedule(vaccines_file)
    faults.stop_if_any(f"Schedule {folder.name}")
    return schedule


def _stop_unread(folder: Path, main: Table) -> None:
    """Without this file the others cannot be understood: raise with what it lacks, and with every other file that cannot be read."""
    for path in sorted(folder.glob("*.toml")):
        if path.name not in _READ_ELSEWHERE:
            open_table(path, f"{folder.name}/{path.name}", main.faults, main.month_end)
    main.faults.stop_if_any(f"Schedule {folder.name}")


def _month_end(main: Table) -> MonthEnd:
    written = main.text("month_end")
    if written in set(MonthEnd):
        return MonthEnd(written)
    main.complain("month_end", f'"{written}" is not a month-end rule', 'use "clamp" or "roll"')
    return MonthEnd.CLAMP


@dataclass(frozen=True)
class _Reading:
    """One reading of one folder."""

    folder: Path
    main: Table
    faults: Faults

    def schedule(self, vaccines_file: Path) -> Schedule:
        main = self.main
        listed = open_table(vaccines_file, vaccines_file.name, self.faults, main.month_end)
        if listed.broken:
            _stop_unread(self.folder, main)
        groups = _read_groups(main)
        vaccines = read_vaccines(listed, groups)
        live = tuple(_read_live(row, vaccines) for row in main.tables("live_spacing"))
        spacing = tuple(_read_spacing(row, vaccines) for row in main.tables("observation_spacing"))
        barred = tuple(_read_contraindication(row, vaccines) for row in main.tables("contraindication"))
        flags = main.words("unverified") + listed.words("unverified")
        schedule = Schedule(
            code=main.text("code"),
            name=main.names("name"),
            month_end=main.month_end,
            vaccines=vaccines,
            groups=groups,
            brackets=read_brackets(self._file("brackets.toml"), groups, vaccines),
            editions=self._editions(groups, vaccines),
            live=live,
            observation_spacing=spacing,
            contraindications=barred,
            catch_up_age=main.duration("catch_up_before"),
            vaccine_names=read_names(listed, vaccines),
            unverified=tuple(dict.fromkeys(flags)),
            digest=_digest([vaccines_file, *(path for path in sorted(self.folder.glob("*.toml")) if path != vaccines_file)]),
        )
        listed.close()
        main.close()
        self._check_slots(schedule)
        return schedule

    def _check_slots(self, schedule: Schedule) -> None:
        """Complain of a printed dose that the group's last two editions do not have; the last may be one still to come."""
        for at, bracket in enumerate(schedule.brackets, 1):
            for of, visit in enumerate(bracket.visits, 1):
                for nth, slot in enumerate(visit.doses, 1):
                    numbers = _numbers(schedule.editions.get(slot.group, ())[-2:])
                    if numbers and slot.dose not in numbers:
                        place = f"{self.folder.name}/brackets.toml, bracket {at}, visit {of}, doses {nth}: dose"
                        self.faults.add(
                            place, f"{slot.group} has no dose {slot.dose}", f"its doses are {', '.join(map(str, sorted(numbers)))}"
                        )

    def _file(self, name: str) -> Table:
        return open_table(self.folder / name, f"{self.folder.name}/{name}", self.faults, self.main.month_end)

    def _editions(self, groups: Mapping[str, VaccineGroup], vaccines: Mapping[str, Vaccine]) -> dict[str, tuple[Edition, ...]]:
        covers_from = self.main.needed_day("covers_from")
        found: dict[str, tuple[Edition, ...]] = {}
        unread = False
        for path in sorted(self.folder.glob("*.toml")):
            if path.name in _OWN_FILES:
                continue
            file = self._file(path.name)
            if file.broken:
                unread = True
                continue
            group = file.text("group")
            if group not in groups:
                file.complain("group", f'"{group}" is not a group of schedule.toml')
            elif group in found:
                file.complain("group", f'"{group}" already has its editions in another file')
            found[group] = _read_editions(file, group, vaccines, covers_from)
        for group in () if unread else groups.keys() - found.keys():
            self.main.complain(f"group {group}", "has no edition on any date", f'add a file with group = "{group}"')
        return found


def _numbers(editions: Iterable[Edition]) -> set[int]:
    """The dose numbers on the paths of a child of whom nothing is observed: what an observation adds is not printed."""
    series = [each for edition in editions for each in edition.series]
    routine = [each for each in series if not any(condition.observation for condition in each.when)]
    return {dose.number for each in routine or series for dose in each.doses}


def _digest(files: Iterable[Path]) -> str:
    """SHA-256 over the names and bytes of the rule files: what a signature stands for."""
    digest = sha256()
    for path in files:
        if path.is_file():
            digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _read_groups(main: Table) -> dict[str, VaccineGroup]:
    groups: dict[str, VaccineGroup] = {}
    for row in main.tables("group"):
        group = VaccineGroup(
            row.text("code"), row.names("names"), row.names("short_names"), row.flag("optional"), frozenset(row.words("antigens"))
        )
        row.close()
        if group.code in groups:
            row.complain("code", f'"{group.code}" is there twice')
        groups[group.code] = group
    return groups


def _read_editions(file: Table, group: str, vaccines: Mapping[str, Vaccine], covers_from: date) -> tuple[Edition, ...]:
    title, source = file.text("title"), file.text("source")
    reader, editions = SeriesReader(group, vaccines), []
    ends: list[tuple[Table, date, date | None]] = []
    for row in file.tables("edition"):
        start = row.needed_day("effective_from")
        row.place = f"{file.place}, edition {start.isoformat()}"
        if ends and start < ends[-1][1] and row.has("effective_from"):
            row.complain("effective_from", f"lies before the edition above, {ends[-1][1]}", "put the editions in the order of their days")
        ends.append((row, start, row.day("effective_until")))
        editions.append(_read_edition(row, reader, Edition(group, start, (), None, title, source, (), (), ())))
    file.close()
    _check_dates(file, ends, covers_from)
    _check_sources([(row, start) for row, start, _ in ends])
    check_continuity(zip((row for row, _, _ in ends), editions, strict=True))
    return tuple(sorted(editions, key=lambda edition: edition.effective_from))


def _read_edition(row: Table, reader: SeriesReader, head: Edition) -> Edition:
    source = row.text("source", head.source)
    like = row.day("as_in")
    series = reader.same_as(row, like) if like else tuple(reader.series(table, source) for table in row.tables("series"))
    if not series:
        row.complain("series", "is missing", "an edition has at least one series, or says as_in = a date")
    reader.remember(head.effective_from, series)
    edition = Edition(
        head.group, head.effective_from, series, row.day("owed_from"), row.text("title", head.title), source,
        tuple(dict.fromkeys(row.words("unverified") + flags_of(series))), thresholds_of(series), reopening_of(series), fading_of(series),
    )  # fmt: skip
    row.close()
    return edition


def _check_sources(begun: list[tuple[Table, date]]) -> None:
    """The source at a file's head is that of its first edition: each later one has a document of its own."""
    first = min((start for _, start in begun), default=date.min)
    for row, start in begun:
        if start > first and not row.text("source", "").strip():
            row.complain("source", "is missing", "name the document, part and page that this edition is taken from")


def _check_dates(file: Table, ends: list[tuple[Table, date, date | None]], covers_from: date) -> None:
    """Exactly one edition on every date: complain of gaps, overlaps and a late beginning."""
    ordered = sorted(ends, key=lambda each: each[1])
    if ordered and ordered[0][1] > covers_from:
        ordered[0][0].complain("effective_from", f"leaves a gap: nothing is in force from {covers_from} on", f"begin on {covers_from}")
    for (row, start, until), (_, following, _) in zip(ordered, ordered[1:], strict=False):
        if start == following:
            row.complain("effective_from", "overlaps: another edition begins on the same day", "one of the two must go")
        elif until and until != following - timedelta(1):
            what = "leaves a gap before" if until < following else "overlaps"
            row.complain("effective_until", f"{what} the edition from {following}", "write the day before it, or leave the key out")
    if ordered and ordered[-1][2]:
        ordered[-1][0].complain("effective_until", "leaves a gap: no edition follows", "leave the key out of the last edition")
    if not ordered:
        file.complain("edition", "is missing", "write at least one [[edition]]")


def _known(row: Table, key: str, vaccines: Mapping[str, Vaccine]) -> frozenset[str]:
    codes = row.words(key)
    if row.has(key) and row.values[key] == []:
        row.complain(key, "is empty", "name at least one vaccine")
    for code in codes:
        if code not in vaccines:
            row.complain(key, f'"{code}" is not a vaccine of vaccines.toml')
    return frozenset(codes)


def _read_span(row: Table) -> Span:
    """The days on which a rule across groups holds; without the keys it always has."""
    span = Span(row.day("effective_from"), row.day("effective_until"))
    if span.first and span.last and span.last < span.first:
        row.complain("effective_until", f"lies before effective_from, {span.first}", "write the last day on which the rule holds")
    return span


def _read_live(row: Table, vaccines: Mapping[str, Vaccine]) -> LiveSpacing:
    known, minimum = _known(row, "vaccines", vaccines), row.needed_duration("minimum")
    spacing = LiveSpacing(known, minimum, row.text("source"), row.words("unverified"), _read_span(row))
    row.close()
    return spacing


def _read_spacing(row: Table, vaccines: Mapping[str, Vaccine]) -> ObservationSpacing:
    known = _known(row, "vaccines", vaccines)
    spacing = ObservationSpacing(
        row.text("observation"), known, row.needed_duration("minimum"), row.text("source"), row.words("unverified"), _read_span(row)
    )
    row.close()
    return spacing


def _read_contraindication(row: Table, vaccines: Mapping[str, Vaccine]) -> Contraindication:
    effect, when = row.text("effect"), read_conditions(row, "when")
    if effect not in _EFFECTS:
        row.complain("effect", f'"{effect}" is not an effect', f"use one of {', '.join(sorted(_EFFECTS))}")
    observation = next((condition.observation for condition in when if condition.observation), "")
    named = row.optional_text("named")
    if named not in _NAMED:
        row.complain("named", f'"{named}" is not something that a finding names', 'write "vaccine" or "antigen", or list the vaccines')
    known, source = _known(row, "vaccines", vaccines), row.text("source")
    sensitive, flags, span = row.flag("sensitive"), row.words("unverified"), _read_span(row)
    barred = Contraindication(known, when, effect, observation, source, sensitive, flags, span, named)
    row.close()
    return barred
