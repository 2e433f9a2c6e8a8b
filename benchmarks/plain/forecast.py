"""The plain reading of the forecast of one patient series (chapter 7)."""

from datetime import date, timedelta
from typing import Any

from .data import FIRST, Data, day, in_force, lower, plus, same, upper
from .evaluation import Patient, Series, reference, skip


def forecast(series: Series, patient: Patient, data: Data, complete: Any) -> None:
    """Fill in the status of a series that was evaluated, and its dates where a dose is still to come."""
    while True:
        while series.at < len(series.targets) and can_skip(series, patient, patient.on, complete):
            series.skipped.add(series.at)
            series.at += 1
        series.status = status_before_dates(series, patient, data)
        if series.status:
            return
        dates(series, patient, data)
        if series.status:
            return
        assert series.earliest
        if not can_skip(series, patient, series.earliest, complete):
            series.status = "not_complete"
            return
        series.skipped.add(series.at)
        series.at += 1
        series.earliest = series.recommended = series.past_due = series.number = series.finish = None


def can_skip(series: Series, patient: Patient, at: date, complete: Any) -> bool:
    """Skip in the context of forecasting: all doses are behind."""
    return skip(series, series.targets[series.at], patient, at, patient.on, len(series.doses), "forecast", complete)


def status_before_dates(series: Series, patient: Patient, data: Data) -> str:
    """Complete, immune, contraindicated or past its season; else blank."""
    if series.at >= len(series.targets):
        return "complete" if series.satisfied else "not_recommended"
    antigen = data.antigens[series.antigen]
    if immune(antigen.get("immunity") or {}, patient):
        return "immune"
    if contraindicated(antigen.get("contraindications") or {}, series, patient):
        return "contraindicated"
    return ""


def immune(immunity: dict[str, Any], patient: Patient) -> bool:
    """By clinical history, or by date of birth."""
    if any(each["guidelineCode"] in patient.observations for each in immunity.get("clinicalHistory", ())):
        return True
    for each in immunity.get("dateOfBirth", ()):
        before = day(each["immunityBirthDate"])
        if before and patient.born < before and not any(x["exclusionCode"] in patient.observations for x in each.get("exclusion", ())):
            return True
    return False


def contraindicated(found: dict[str, Any], series: Series, patient: Patient) -> bool:
    """The whole group, or every preferable vaccine of the series."""

    def at_age(each: dict[str, Any]) -> bool:
        return lower(patient.born, each.get("beginAge")) <= patient.on < upper(patient.born, each.get("endAge"))

    for each in (found.get("vaccineGroup") or {}).get("contraindication", ()):
        if each["observationCode"] in patient.observations and at_age(each):
            return True
    barred = {
        vaccine["cvx"].zfill(2)
        for each in (found.get("vaccine") or {}).get("contraindication", ())
        if each["observationCode"] in patient.observations
        for vaccine in each.get("contraindicatedVaccine", ())
        if at_age(vaccine)
    }
    preferable = {each["cvx"].zfill(2) for target in series.targets for each in target.get("preferableVaccine", ())}
    return bool(preferable) and preferable <= barred


def dates(series: Series, patient: Patient, data: Data) -> None:
    """Earliest, recommended, past due and number of the target; or why there are none."""
    target, born = series.targets[series.at], patient.born
    age: dict[str, Any] = next((each for each in target.get("age", ()) if in_force(each, patient.on)), {})
    spaced = [
        (each, start)
        for each in target.get("interval", ())
        if in_force(each, patient.on) and (start := reference(each, series, patient, series.doses, patient.doses))
    ]
    season = target.get("seasonalRecommendation") or {}
    starts, ends = day(season.get("startDate")), day(season.get("endDate"))
    if ends and patient.on > ends:
        series.status = "not_recommended"
        return
    last = [series.doses[-1].on] if series.doses else []
    inadvertent = [dose.on for dose in series.doses if dose.n in series.inadvertent]
    after = [plus(start, each["minInt"]) for each, start in spaced if each.get("minInt")]
    begin = [] if age.get("minAge") or after else [floor(series, patient)]
    bounds = [lower(born, age.get("minAge")), *begin, *after, *conflict_ends(target, patient, data), starts or FIRST, *inadvertent, *last]
    earliest = max(bounds)
    too_old = upper(born, age.get("maxAge"))
    if patient.on >= too_old or earliest >= too_old:
        series.status = "aged_out"
        return
    series.earliest = earliest
    series.recommended = max(earliest, first_of(born, age.get("earliestRecAge"), spaced, "earliestRecInt") or earliest)
    late = first_of(born, age.get("latestRecAge"), spaced, "latestRecInt")
    series.past_due = max(earliest, late - timedelta(days=1)) if late else None
    series.number = 1 + sum(not starts or dose.on >= starts for dose in series.satisfied.values())
    relevant = [each for each in target.get("interval", ()) if in_force(each, patient.on)]
    series.priority = bool(relevant) and all(same(each.get("intervalPriority"), "override") for each in relevant)
    series.finish = finish(series, patient, earliest)


def conflict_ends(target: dict[str, Any], patient: Patient, data: Data) -> list[date]:
    """When each dose of the patient stops getting in the way of a preferable vaccine of the target."""
    preferable = {each["cvx"].zfill(2) for each in target.get("preferableVaccine", ())}
    return [
        plus(dose.on, pair["conflictEndInterval"])
        for dose in patient.doses
        for pair in data.conflicts
        if pair["previous"]["cvx"].zfill(2) == dose.cvx and pair["current"]["cvx"].zfill(2) in preferable
    ]


def first_of(born: date, age: str | None, spaced: list[tuple[dict[str, Any], date]], name: str) -> date | None:
    """A recommended age, or else the latest recommended interval."""
    if age:
        return plus(born, age)
    return max((plus(start, each[name]) for each, start in spaced if each.get(name)), default=None)


def floor(series: Series, patient: Patient) -> date:
    """Where no age and no interval says from when: the age at which the indication begins, or birth."""
    ages = [each.get("beginAge") for each in matching(series.xml, patient)]
    return max(patient.born, min((lower(patient.born, age) for age in ages), default=patient.born))


def matching(xml: dict[str, Any], patient: Patient) -> list[dict[str, Any]]:
    """The indications of a series that the patient has, at the age of assessment."""
    return [
        each
        for each in xml.get("indication", ())
        if (each.get("observationCode") or {}).get("code") in patient.observations
        and lower(patient.born, each.get("beginAge")) <= patient.on < upper(patient.born, each.get("endAge"))
    ]


def finish(series: Series, patient: Patient, earliest: date) -> date:
    """The earliest date plus the longest minimum interval among the targets after this one."""
    lengths = [
        each["minInt"]
        for target in series.targets[series.at + 1 :]
        for each in target.get("interval", ())
        if each.get("minInt") and in_force(each, patient.on)
    ]
    return max((plus(earliest, text) for text in lengths), default=earliest)
