"""The plain reading from end to end: a patient line in, forecasts and dose statuses out (chapter 4)."""

from datetime import date
from typing import Any

from .choice import answer_for, best_series, dose_statuses
from .data import Data, lower, upper
from .evaluation import Given, Patient, Series, evaluate
from .forecast import forecast, matching


def patient_of(line: dict[str, Any]) -> Patient:
    """A patient as written on a line; doses after the assessment are not seen."""
    on = date.fromisoformat(line["assessed_on"])
    doses = [
        Given(n, date.fromisoformat(d["given_on"]), d["cvx"].zfill(2), d.get("mvx"), bad_lot(d))
        for n, d in enumerate(line.get("doses", ()), 1)
        if date.fromisoformat(d["given_on"]) <= on
    ]
    # Of two alike on one day the sound one goes first, so that the order of recording does not matter.
    doses.sort(key=lambda dose: (dose.on, dose.cvx, dose.bad, dose.mvx or "", dose.n))
    seen = {o["code"]: date.fromisoformat(o["on"]) if o.get("on") else None for o in line.get("observations", ())}
    return Patient(date.fromisoformat(line["born_on"]), line["sex"], on, doses, seen)


def bad_lot(dose: dict[str, Any]) -> bool:
    """Expired when given, or known not to work."""
    expires = dose.get("expires_on")
    return bool(dose.get("substandard")) or bool(expires and expires < dose["given_on"])


def relevant(xml: dict[str, Any], patient: Patient) -> bool:
    """Does an antigen series concern the patient (chapter 5)?"""
    sexes = {each.lower() for each in xml.get("requiredGender", ())}
    if sexes and patient.sex not in sexes:
        return False
    return xml["seriesType"].lower() != "risk" or bool(matching(xml, patient))


def assess(data: Data, line: dict[str, Any]) -> dict[str, Any]:
    """All groups of one patient."""
    patient = patient_of(line)
    best = {antigen: best_series(all_series(antigen, patient, data), patient) for antigen in data.antigens}
    forecasts = [answer for group in data.groups if (answer := answer_for(group, best, patient, data))]
    doses = [found for group in data.groups for found in dose_statuses(group, best, patient, data)]
    return {"id": line.get("id"), "forecasts": forecasts, "doses": doses}


def all_series(antigen: str, patient: Patient, data: Data) -> list[Series]:
    """Every relevant series of an antigen, evaluated and forecast; one that asks for another's completion comes after it."""
    doses = [dose for dose in patient.doses if holds(antigen, dose, patient, data)]
    waiting = [Series(xml, antigen, list(xml["seriesDose"]), doses) for xml in data.antigens[antigen]["series"] if relevant(xml, patient)]

    def complete(groups: set[str]) -> bool:
        wanted = [each for each in waiting if each.xml["selectSeries"]["seriesGroup"] in groups]
        for each in wanted:
            run(each)
        return any(each.status == "complete" for each in wanted)

    begun: set[int] = set()

    def run(series: Series) -> None:
        if id(series) not in begun:
            begun.add(id(series))
            evaluate(series, patient, data, complete)
            forecast(series, patient, data, complete)

    for each in waiting:
        run(each)
    return waiting


def holds(antigen: str, dose: Given, patient: Patient, data: Data) -> bool:
    """Does the dose hold the antigen, at that age?"""
    return any(
        each["antigen"] == antigen
        and lower(patient.born, each.get("associationBeginAge")) <= dose.on < upper(patient.born, each.get("associationEndAge"))
        for each in data.associations.get(dose.cvx, ())
    )
