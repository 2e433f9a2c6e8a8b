"""Tiny made-up supporting data in CDC's form, and patients to hold against it; every number is invented."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.cdsi.loader import load_cdsi
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.outcomes import Assessment, EvaluationStatus, Forecast

BORN_ON = date(2020, 1, 1)


def xml(**elements: Any) -> str:
    """Elements by name: text, what is already XML, or a list of either for one that is repeated."""
    written = []
    for tag, content in elements.items():
        for each in content if isinstance(content, list) else [content]:
            written.append(f"<{tag}>{each}</{tag}>")
    return "\n".join(written)


def dose(number: int = 1, *, vaccines: str = "900", extra: str = "", **age: str) -> str:
    """A series dose that prefers vaccines ("900 901"); ages as minAge="2 months"."""
    preferable = [xml(cvx=cvx, forecastVaccineType="Y") for cvx in vaccines.split()]
    return xml(doseNumber=f"Dose {number}", age=xml(**age), preferableVaccine=preferable) + extra + xml(recurringDose="No")


def interval(**elements: str) -> str:
    """A preferable interval, from the previous dose unless said otherwise."""
    return xml(interval=xml(**{"fromPrevious": "Y", **elements}))


def series(
    *doses: str, name: str = "Standard series", kind: str = "Standard", antigen: str = "Alpha", group: str = "Alphas", **more: Any
) -> str:
    """A series; `more` are elements of the series or of its selection."""
    chosen = {"defaultSeries": "Yes", "productPath": "No", "seriesGroup": "1", "seriesPriority": "A", "seriesPreference": "1"}
    outside = {key: more.pop(key) for key in ("requiredGender", "equivalentSeriesGroups", "indication") if key in more}
    return xml(
        series=xml(
            seriesName=name,
            targetDisease=antigen,
            vaccineGroup=group,
            seriesType=kind,
            **outside,
            selectSeries=xml(**{**chosen, **more}),
            seriesDose=list(doses),
        )
    )


def indication(code: str, **ages: str) -> str:
    """An observation that puts at risk."""
    return xml(observationCode=xml(code=code), **ages)


def antigen_file(*parts: str) -> str:
    """An antigen file."""
    return xml(antigenSupportingData="".join(parts))


def schedule_file(groups: dict[str, list[str]], cvx: dict[str, list[str]], *, full: str = "", conflicts: str = "", ages: str = "") -> str:
    """A schedule file: antigens by group and by vaccine; `full` is a group that counts only as a whole."""
    maps = [xml(cvx=code, shortDescription=code, association=[xml(antigen=each) + ages for each in held]) for code, held in cvx.items()]
    return xml(
        scheduleSupportingData=xml(
            liveVirusConflicts=conflicts,
            vaccineGroups=xml(
                vaccineGroup=[xml(name=name, administerFullVaccineGroup="Yes" if name == full else "No") for name in groups]
            ),
            vaccineGroupToAntigenMap=xml(vaccineGroupMap=[xml(name=name, antigen=held) for name, held in groups.items()]),
            cvxToAntigenMap=xml(cvxMap=maps),
        )
    )


def conflict(previous: str, current: str, minimum_end: str, end: str) -> str:
    """Two live vaccines that keep apart."""
    pair = xml(
        previous=xml(cvx=previous),
        current=xml(cvx=current),
        conflictBeginInterval="1 day",
        minConflictEndInterval=minimum_end,
        conflictEndInterval=end,
    )
    return xml(liveVirusConflict=pair)


def barred(where: str, **more: str) -> str:
    """A contraindication by observation 080, of the "vaccineGroup" or of a "vaccine"."""
    return xml(contraindications=xml(**{where: xml(contraindication=xml(observationCode="080", **more))}))


IMMUNE_BY_018 = xml(immunity=xml(clinicalHistory=xml(guidelineCode="018")))
ALPHA_ONLY = schedule_file({"Alphas": ["Alpha"]}, {"900": ["Alpha"], "901": ["Alpha"], "902": ["Alpha"]})


class Programme:
    """A schedule read from made-up files, and short questions to it."""

    def __init__(self, folder: Path, *antigens: str, schedule: str = ALPHA_ONLY) -> None:
        (folder / "Schedule Data.xml").write_text(schedule, encoding="utf-8")
        for number, text in enumerate(antigens, 1):
            (folder / f"Antigen- {number}.xml").write_text(text, encoding="utf-8")
        self.schedule = load_cdsi(folder)

    def assess(
        self, on: str, *given: str, seen: tuple[str, ...] = (), sex: str = "female", born_on: date = BORN_ON, **flaws: Any
    ) -> Assessment:
        """An assessment; doses are written "2020-03-01 900" or "2020-03-01 900 MSD"."""
        doses = []
        for n, (day, cvx, *maker) in enumerate((each.split() for each in given), 1):
            doses.append(DoseAdministered(n, date.fromisoformat(day), cvx, maker=maker[0] if maker else None, **flaws.get(f"dose_{n}", {})))
        observations = tuple(Observation(code, None, "") for code in seen)
        return assess(self.schedule, Child(born_on, sex), History(tuple(doses), observations), date.fromisoformat(on))

    def statuses(self, on: str, *given: str, **more: Any) -> list[EvaluationStatus | None]:
        """The verdicts in the order of the doses."""
        return [each.status for each in self.assess(on, *given, **more).evaluations]

    def forecast(self, on: str, *given: str, group: str = "Alphas", **more: Any) -> Forecast:
        """The forecast of a group."""
        return next(each for each in self.assess(on, *given, **more).forecasts if each.group == group)
