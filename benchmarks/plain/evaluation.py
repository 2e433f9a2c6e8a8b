"""The plain reading of evaluation: one patient series, two pointers, target and dose (chapter 6)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .data import FIRST, LAST, Data, codes, day, in_force, lower, numbers, plus, same, upper


@dataclass
class Given:
    """A dose as it stands in the history; `statuses` gathers what it was found to be in each series evaluated so far."""

    n: int
    on: date
    cvx: str
    mvx: str | None
    bad: bool = False
    statuses: list[str] = field(default_factory=list)


@dataclass
class Patient:
    """Who is assessed, and when. Doses are in the order they are taken: date, CVX, then as written."""

    born: date
    sex: str
    on: date
    doses: list[Given]
    observations: dict[str, date | None]


@dataclass
class Series:
    """An antigen series applied to a patient: its targets (dictionaries of the XML), the antigen's doses, and what became of both."""

    xml: dict[str, Any]
    antigen: str
    targets: list[dict[str, Any]]
    doses: list[Given]
    results: dict[int, str] = field(default_factory=dict)
    inadvertent: set[int] = field(default_factory=set)
    satisfied: dict[int, Given] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    at: int = 0
    status: str = ""
    earliest: date | None = None
    recommended: date | None = None
    past_due: date | None = None
    number: int | None = None
    finish: date | None = None
    priority: bool = False


def evaluate(series: Series, patient: Patient, data: Data, complete: Any) -> None:
    """Run the two pointers through; `complete(groups)` says whether a series of the antigen in one of the groups is complete."""
    i = j = 0
    while j < len(series.doses):
        dose = series.doses[j]
        if i >= len(series.targets):
            series.results[dose.n] = "extraneous"
            dose.statuses.append("extraneous")
            j += 1
            continue
        target = series.targets[i]
        if not dose.bad and skip(series, target, patient, dose.on, dose.on, j, "evaluation", complete):
            series.skipped.add(i)
            i += 1
            continue
        status = one_dose(series, target, patient, data, j)
        series.results[dose.n] = status
        dose.statuses.append(status)
        j += 1
        if status == "valid":
            series.satisfied[i] = dose
            if same(target.get("recurringDose"), "yes"):
                series.targets.insert(i + 1, target)
            i += 1
    series.at = i


def one_dose(series: Series, target: dict[str, Any], patient: Patient, data: Data, j: int) -> str:
    """The status of dose j against a target that is not skipped."""
    dose = series.doses[j]
    if dose.bad:
        return "sub_standard"
    if any(each["cvx"].zfill(2) == dose.cvx for each in target.get("inadvertentVaccine", ())):
        series.inadvertent.add(dose.n)
        return "not_valid"
    age = next((each for each in target.get("age", ()) if in_force(each, dose.on)), {})
    if dose.on >= upper(patient.born, age.get("maxAge")):
        return "extraneous"
    old_enough = dose.on >= lower(patient.born, age.get("absMinAge"))
    spaced = intervals_hold(series, target, patient, j)
    if old_enough and spaced and not conflict(dose, patient, data) and vaccine_fits(target, dose, patient.born):
        return "valid"
    return "not_valid"


def intervals_hold(series: Series, target: dict[str, Any], patient: Patient, j: int) -> bool:
    """All preferable intervals, or all allowable ones where there are any."""
    dose = series.doses[j]

    def holds(interval: dict[str, Any]) -> bool:
        start = reference(interval, series, patient, series.doses[:j], patient.doses[: patient.doses.index(dose)])
        return start is None or dose.on >= (plus(start, interval["absMinInt"]) if interval.get("absMinInt") else FIRST)

    if all(holds(each) for each in target.get("interval", ()) if in_force(each, dose.on)):
        return True
    allowable = [each for each in target.get("allowableInterval", ()) if in_force(each, dose.on)]
    return bool(allowable) and all(holds(each) for each in allowable)


def reference(interval: dict[str, Any], series: Series, patient: Patient, of_antigen: list[Given], of_patient: list[Given]) -> date | None:
    """From when an interval counts, given the doses before; none: it holds."""
    if same(interval.get("fromPrevious"), "y"):
        before = [d for d in of_antigen if series.results.get(d.n) in {"valid", "not_valid"} and d.n not in series.inadvertent]
        return before[-1].on if before else None
    if interval.get("fromTargetDose"):
        dose = series.satisfied.get(int(interval["fromTargetDose"]) - 1)
        return dose.on if dose else None
    if interval.get("fromMostRecent"):
        wanted = codes(interval["fromMostRecent"])
        before = [d for d in of_patient if d.cvx in wanted and d.n not in series.inadvertent]
        return before[-1].on if before else None
    observed = interval.get("fromRelevantObs")
    return patient.observations.get(observed["code"]) if observed else None


def conflict(dose: Given, patient: Patient, data: Data) -> bool:
    """Was a vaccine that gets in the way of this one given shortly before, any antigen?"""
    for earlier in patient.doses[: patient.doses.index(dose)]:
        for pair in data.conflicts:
            if pair["previous"]["cvx"].zfill(2) == earlier.cvx and pair["current"]["cvx"].zfill(2) == dose.cvx:
                counted = not earlier.statuses or "valid" in earlier.statuses
                end = pair["minConflictEndInterval" if counted else "conflictEndInterval"]
                if plus(earlier.on, pair["conflictBeginInterval"]) <= dose.on < plus(earlier.on, end):
                    return True
    return False


def vaccine_fits(target: dict[str, Any], dose: Given, born: date) -> bool:
    """Preferable, or else allowable."""

    def at_age(each: dict[str, Any]) -> bool:
        return each["cvx"].zfill(2) == dose.cvx and lower(born, each.get("beginAge")) <= dose.on < upper(born, each.get("endAge"))

    preferable = [each for each in target.get("preferableVaccine", ()) if at_age(each)]
    if any(not each.get("mvx") or each["mvx"] == dose.mvx for each in preferable):
        return True
    return any(at_age(each) for each in target.get("allowableVaccine", ()))


def skip(series: Series, target: dict[str, Any], patient: Patient, at: date, anchor: date, j: int, context: str, complete: Any) -> bool:
    """Can the target be skipped at a reference date, with the first j doses of the antigen behind it?"""

    def condition(each: dict[str, Any]) -> bool:
        kind = each["conditionType"].lower()
        if kind == "age":
            return lower(patient.born, each.get("beginAge")) <= at < upper(patient.born, each.get("endAge"))
        if kind == "interval":
            return j > 0 and at >= plus(series.doses[j - 1].on, each["interval"])
        if kind == "completed series":
            return bool(complete(numbers(each["seriesGroups"])))
        return counted(each, series, patient.born, j)

    def of_set(each: dict[str, Any]) -> bool:
        return (any if same(each.get("conditionLogic"), "or") else all)(condition(part) for part in each.get("condition", ()))

    for element in target.get("conditionalSkip", ()):
        if element.get("context", "").lower() not in {"both", context}:
            continue
        sets = [each for each in element.get("set", ()) if in_force(each, anchor)]
        if sets and (all if same(element.get("setLogic"), "and") else any)(of_set(each) for each in sets):
            return True
    return False


def counted(condition: dict[str, Any], series: Series, born: date, j: int) -> bool:
    """A vaccine count by age, by date or by both."""
    wanted = codes(condition.get("vaccineTypes"))
    count = sum(
        (not wanted or dose.cvx in wanted)
        and lower(born, condition.get("beginAge")) <= dose.on < upper(born, condition.get("endAge"))
        and (day(condition.get("startDate")) or FIRST) <= dose.on < (day(condition.get("endDate")) or LAST)
        and (not same(condition.get("doseType"), "valid") or series.results.get(dose.n) == "valid")
        for dose in series.doses[:j]
    )
    limit, logic = int(condition["doseCount"]), condition["doseCountLogic"].lower()
    return {"greater than": count > limit, "equal to": count == limit, "less than": count < limit}[logic]
