"""Scenarios that a programme officer can sign: a child, its doses and the expected answer, read from files and held against a schedule.

A case file is refused with all its faults at once; what the engine answers otherwise than expected is told in plain words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.dates import MonthEnd
from vaxcard.schedule.faults import Faults, Table, open_table
from vaxcard.schedule.history import Child, Decision, DoseAdministered, History, Observation
from vaxcard.schedule.outcomes import Assessment, Evaluation, EvaluationStatus, Forecast, ReasonCode, SeriesStatus
from vaxcard.schedule.rules import Schedule
from vaxcard.schedule.unread import Findings, Unread, Why, nearest

_SEXES = {"female", "male", "unknown"}
_DECISIONS = {"accept", "complete", "give", "never"}
_LISTED = "docs/changing-the-schedule.md lists the words"
_OF_A_DOSE = ("vaccine", "given_on", "group")
_OF_EVALUATIONS = {*_OF_A_DOSE, "status", "dose", "reasons", "no_reasons", "nothing"}
_DAYS = ("earliest", "recommended", "past_due", "latest")
_OF_FORECASTS = {*_DAYS, "group", "status", "dose", "vaccines", "needs", "reasons", "no_reasons", "optional", "nothing"}

Wanted = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One case: who, what was given and known, and what is expected; `place` tells file and number."""

    place: str
    title: str
    child: Child
    history: History
    today: date
    evaluations: tuple[Wanted, ...]
    forecasts: tuple[Wanted, ...]
    due_now: tuple[str, ...]
    not_due: tuple[str, ...]
    holds_until: date | None = None
    """The last day on which the answer is the same by time alone; None where the case does not say."""


def read_scenarios(folder: Path, schedule: Schedule) -> tuple[Scenario, ...]:
    """Every case of every file of a folder, in order. Raises ScheduleDataError with all faults, each with file, case and key."""
    faults, found, titles, findings = Faults(), [], set(), Findings(schedule)
    for path in sorted(folder.glob("*.toml")):
        file = open_table(path, path.name, faults, MonthEnd.CLAMP)
        for row in file.tables("case"):
            found.append(_Reading(schedule, findings, row).scenario())
            if found[-1].title in titles:
                row.complain("title", f'"{found[-1].title}" is used twice', "say what is particular in this case")
            titles.add(found[-1].title)
        file.close()
    if not found:
        faults.add(folder.name, "holds no case", "write [[case]] tables into files that end in .toml")
    faults.stop_if_any("Cases")
    return tuple(found)


def scenario_of(schedule: Schedule, case: Mapping[str, Any], place: str = "case") -> Scenario:
    """One case that was read as plain values. Raises ScheduleDataError with its faults."""
    faults = Faults()
    found = _Reading(schedule, Findings(schedule), Table(case, place, faults, MonthEnd.CLAMP)).scenario()
    faults.stop_if_any("Cases")
    return found


@dataclass(frozen=True)
class _Reading:
    """One case being read."""

    schedule: Schedule
    findings: Findings
    row: Table

    def scenario(self) -> Scenario:
        row = self.row
        born_on, sex = row.needed_day("born_on"), self._one_of(row, "sex", row.text("sex", "unknown"), _SEXES)
        doses = tuple(self._dose(table, n) for n, table in enumerate(row.tables("doses"), 1))
        observations = tuple(self._observation(table) for table in row.tables("observations"))
        decisions = tuple(self._decision(table) for table in row.tables("decisions"))
        found = Scenario(
            row.place, row.text("title"), Child(born_on, sex), History(doses, observations, decisions), row.needed_day("today"),
            tuple(self._wanted(table, _OF_EVALUATIONS, set(EvaluationStatus)) for table in row.tables("evaluations")),
            tuple(self._wanted(table, _OF_FORECASTS, set(SeriesStatus)) for table in row.tables("forecasts")),
            self._groups("due_now"), self._groups("not_due"), row.day("holds_until"),
        )  # fmt: skip
        if not (found.evaluations or found.forecasts or found.due_now or found.not_due):
            row.complain("forecasts", "is missing", "say what is expected: evaluations, forecasts, due_now or not_due")
        row.close()
        return found

    def _dose(self, row: Table, n: int) -> DoseAdministered:
        vaccine = self._one_of(row, "vaccine", row.text("vaccine"), self.schedule.vaccines)
        given_on, expires_on, bad = row.needed_day("given_on"), row.day("expires_on"), row.flag("substandard")
        row.close()
        return DoseAdministered(n, given_on, vaccine, expires_on, bad)

    def _observation(self, row: Table) -> Observation:
        """One finding; `no_rule = true` says that the schedule is meant to have no rule about it."""
        found, meant = Observation(row.text("code"), row.day("on"), row.text("value"), row.day("until")), row.flag("no_rule")
        for each in () if meant else self.findings.unread("", found.code, found.value, found.on is not None):
            row.complain(each.key, *_said_of(each))
        row.close()
        return found

    def _decision(self, row: Table) -> Decision:
        group = self._one_of(row, "group", row.text("group"), self.schedule.groups)
        decision = self._one_of(row, "decision", row.text("decision"), _DECISIONS)
        found = Decision(row.needed_day("on"), group, row.day("given_on"), decision, row.day("until"), row.text("reason", "invented"))
        row.close()
        return found

    def _wanted(self, row: Table, keys: set[str], statuses: set[Any]) -> Wanted:
        for key in row.values.keys() - keys:
            row.complain(key, "is not a key known here", f"use one of {', '.join(sorted(keys))}")
        for key, among in (("group", self.schedule.groups), ("vaccine", self.schedule.vaccines), ("status", statuses)):
            if row.has(key):
                self._one_of(row, key, row.text(key), among)
        for word in row.words("vaccines"):
            self._one_of(row, "vaccines", word, self.schedule.vaccines)
        for key in ("reasons", "no_reasons"):
            for word in row.words(key):
                self._one_of(row, key, word, set(ReasonCode))
        return row.values

    def _groups(self, key: str) -> tuple[str, ...]:
        return tuple(self._one_of(self.row, key, word, self.schedule.groups) for word in self.row.words(key))

    def _one_of(self, row: Table, key: str, word: str, among: Mapping[str, object] | set[str]) -> str:
        if word not in among:
            near = nearest(word, among, closeness=0.45)
            row.complain(key, f'"{word}" is not known here', f"the nearest known: {', '.join(near)}" if near else _LISTED)
        return word


def _said_of(each: Unread) -> tuple[str, str]:
    if each.why is Why.DAY:
        return "is missing, and a rule counts from this day", "write a date as 2026-06-17"
    asks = "asks about it" if each.why is Why.CODE else "knows it"
    advice = f"the nearest known: {', '.join(each.near)}" if each.near else "check its spelling, or write no_rule = true if that is meant"
    return f'"{each.written}": no rule of the schedule {asks}', advice


def differences(schedule: Schedule, case: Scenario) -> list[str]:
    """What a scenario expects and the engine does not answer, a sentence each; empty where they agree."""
    return list(_differences(assess(schedule, case.child, case.history, case.today), case))


def _differences(found: Assessment, case: Scenario) -> Iterator[str]:
    for wanted in case.evaluations:
        yield from _unlike(found.evaluations, wanted, _OF_A_DOSE, " ".join(str(wanted[key]) for key in _OF_A_DOSE if key in wanted))
    for wanted in case.forecasts:
        yield from _unlike(found.forecasts, wanted, ("group",), str(wanted.get("group")))
    yield from (f"{group}: expected to be due, found not due" for group in case.due_now if group not in found.due_now)
    yield from (f"{group}: expected not to be due, found due" for group in case.not_due if group in found.due_now)
    if case.holds_until is not None and found.holds_until != case.holds_until:
        yield f"expected to hold until {case.holds_until}, found {_said(found.holds_until)}"


def _unlike(answers: tuple[Evaluation, ...] | tuple[Forecast, ...], wanted: Wanted, keys: tuple[str, ...], what: str) -> Iterator[str]:
    concerned = [each for each in answers if all(getattr(each, key) == wanted[key] for key in keys if key in wanted)]
    if not concerned:
        yield f"{what}: expected, and nothing found"
        return
    wrong = [[key for key, value in wanted.items() if not _same(each, key, value)] for each in concerned]
    if all(wrong):
        fewest = min(range(len(wrong)), key=lambda at: len(wrong[at]))
        for key in wrong[fewest]:
            yield f"{what}: expected {key} {_said(wanted[key])}, found {_found(concerned[fewest], key, wanted[key])}"


def _same(answer: Evaluation | Forecast, key: str, value: Any) -> bool:
    if key == "reasons":
        return set(value) <= {str(reason.code) for reason in answer.reasons}
    if key == "no_reasons":
        return not set(value) & {str(reason.code) for reason in answer.reasons}
    if key == "nothing":
        return all(getattr(answer, name) is None for name in value)
    got = getattr(answer, key)
    return sorted(got) == sorted(value) if isinstance(value, list) else bool(got == value)


def _found(answer: Evaluation | Forecast, key: str, value: Any) -> str:
    if key in ("reasons", "no_reasons"):
        return _said([str(reason.code) for reason in answer.reasons])
    if key == "nothing":
        return _said([f"{name} {getattr(answer, name)}" for name in value if getattr(answer, name) is not None])
    return _said(getattr(answer, key))


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list | tuple) else "none" if value is None else str(value)
