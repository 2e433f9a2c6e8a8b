"""What was given to a child, day by day, for the counter: each dose, its number, and what it was worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vaxcard.api.access import Caller
from vaxcard.api.answers import reason_as_json, vaccine_name
from vaxcard.api.service import service
from vaxcard.records.chart import Chart
from vaxcard.records.doses import DoseRecord
from vaxcard.schedule.brackets import BracketView, Visit
from vaxcard.schedule.outcomes import Evaluation, EvaluationStatus


@dataclass(frozen=True)
class Given:
    """What was given on a day, with the number of the plan's visit that it belongs to."""

    given_on: date
    visit: Visit | None
    bracket: int | None
    doses: tuple[GivenDose, ...]


@dataclass(frozen=True)
class GivenPart:
    """What one dose was worth against one disease, where it was given against several."""

    group_names: dict[str, str]
    number: int | None
    counts: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class GivenDose:
    """One dose on record: what it was and, where it does not count, why. `parts` are those of a combination, each judged for itself."""

    id: UUID
    vaccine: str
    numbers: tuple[int, ...]
    counts: bool
    sentences: tuple[str, ...]
    lot_number: str | None
    parts: tuple[GivenPart, ...] = ()


def given_days(chart: Chart, plan: Sequence[BracketView], caller: Caller, lang: str) -> tuple[Given, ...]:
    """What was given, the latest day first."""
    places = {slot.n: (visit.visit, view.bracket.number) for view in plan for visit in view.visits for slot in visit.slots if slot.n}
    days: dict[date, list[tuple[int, DoseRecord]]] = {}
    for number, dose in enumerate(chart.doses, start=1):
        days.setdefault(dose.given_on, []).append((number, dose))
    given = []
    for day, doses in sorted(days.items(), reverse=True):
        visit, bracket = next((places[number] for number, _ in doses if number in places), (None, None))
        given.append(Given(day, visit, bracket, tuple(given_dose(chart, dose, caller, lang) for _, dose in doses)))
    return tuple(given)


def given_dose(chart: Chart, dose: DoseRecord, caller: Caller, lang: str) -> GivenDose:
    """A dose on record with what it was worth; a paid vaccine outside every group counts for itself."""
    evaluations = [each for each in chart.evaluations_of(dose) if each.status is not None]
    counted = [each for each in evaluations if each.status == EvaluationStatus.VALID]
    others = [each for each in evaluations if each.status != EvaluationStatus.VALID]
    told = tuple(dict.fromkeys(sentence for each in others for sentence in _sentences(chart, each, caller, lang)))
    numbers = tuple(dict.fromkeys(each.dose for each in counted if each.dose))
    parts = tuple(_part(chart, each, caller, lang) for each in evaluations if each.group)
    is_of_one_mind = not counted and len({each.sentences for each in parts}) == 1
    if len(parts) < 2 or is_of_one_mind:
        parts = ()
    return GivenDose(dose.id, vaccine_name(dose.vaccine, lang), numbers, not others, told, dose.lot_number, parts)


def _part(chart: Chart, evaluation: Evaluation, caller: Caller, lang: str) -> GivenPart:
    counts = evaluation.status == EvaluationStatus.VALID
    names = dict(service().schedule.groups[evaluation.group or ""].short_names)
    sentences = () if counts else _sentences(chart, evaluation, caller, lang)
    return GivenPart(names, evaluation.dose if counts else None, counts, sentences)


def _sentences(chart: Chart, evaluation: Evaluation, caller: Caller, lang: str) -> tuple[str, ...]:
    told = (reason_as_json(reason, caller, lang, chart.assessment.on)["sentence"] for reason in evaluation.reasons)
    return tuple(dict.fromkeys(told))
