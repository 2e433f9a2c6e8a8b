"""The plain reading of which series is best (chapter 8), and of what a vaccine group then says (chapter 9)."""

from datetime import date
from typing import Any

from .data import LAST, Data, lower, numbers, same, upper
from .evaluation import Patient, Series


def best_series(series: list[Series], patient: Patient) -> list[Series]:
    """The best series of one antigen: at most one of each series group."""
    groups = sorted({each.xml["selectSeries"]["seriesGroup"] for each in series})
    prioritised: dict[str, Series] = {}
    for group in groups:
        chosen = prioritise([each for each in series if each.xml["selectSeries"]["seriesGroup"] == group], patient)
        if chosen:
            prioritised[group] = chosen
    best = []
    for chosen in prioritised.values():
        others = [prioritised[g] for g in numbers(chosen.xml.get("equivalentSeriesGroups")) if g in prioritised]
        if chosen.status != "complete":
            if any(other.status == "complete" for other in others) or kind(chosen) == "evaluation only":
                continue
            if kind(chosen) == "standard" and any(kind(other) == "risk" for other in others):
                continue
        best.append(chosen)
    return best


def kind(series: Series) -> str:
    """Standard, risk or evaluation only."""
    return str(series.xml["seriesType"]).lower()


def valid_doses(series: Series) -> int:
    """How many doses are valid."""
    return sum(status == "valid" for status in series.results.values())


def prioritise(group: list[Series], patient: Patient) -> Series | None:
    """The one prioritised series of a series group."""
    group = [each for each in group if each.status != "contraindicated"] or group
    default = next((each for each in group if same(each.xml["selectSeries"].get("defaultSeries"), "yes")), None)
    scorable = [each for each in group if can_be_scored(each, group, default, patient)]
    if not scorable:
        return default
    if len(scorable) == 1:
        return scorable[0]
    complete = [each for each in scorable if each.status == "complete"]
    in_process = [each for each in scorable if each.status == "not_complete" and each.satisfied]
    if len(complete) == 1:
        return complete[0]
    if complete:
        return highest(complete, complete_points(complete))
    if len(in_process) == 1:
        return in_process[0]
    if in_process:
        return highest(in_process, process_points(in_process, patient))
    return default or highest(scorable, start_points(scorable, patient))


def can_be_scored(series: Series, group: list[Series], default: Series | None, patient: Patient) -> bool:
    """Is the series among those that are weighed against one another?"""
    if kind(series) == "evaluation only":
        return series.status == "complete"
    if kind(series) == "risk":
        best = min(each.xml["selectSeries"]["seriesPriority"] for each in group if kind(each) == "risk")
        return bool(series.xml["selectSeries"]["seriesPriority"] == best)
    valid = [dose.on for dose in series.doses if series.results.get(dose.n) == "valid"]
    if valid:
        return valid[0] < upper(patient.born, series.xml["selectSeries"].get("maxAgeToStart"))
    return default is None and not any(valid_doses(each) for each in group)


def highest(series: list[Series], points: list[int]) -> Series:
    """Most points; among equals the lowest preference."""

    def preference(each: Series) -> int:
        text = each.xml["selectSeries"].get("seriesPreference")
        return int(text) if text else 10**6

    most = max(points)
    return min((each for each, got in zip(series, points, strict=True) if got == most), key=preference)


def leading(values: list[Any], good: int, bad: int) -> list[int]:
    """Points for having the most: alone, together, not."""
    most = max(values)
    alone = values.count(most) == 1
    return [(good if alone else 0) if value == most else bad for value in values]


def completable(series: Series, patient: Patient) -> bool:
    """Would it be finished before the last target's maximum age?"""
    ages = series.targets[-1].get("age", [{}])
    return series.finish is not None and series.finish < upper(patient.born, ages[-1].get("maxAge"))


def product_path(series: Series) -> bool:
    """Is the series one product's?"""
    return same(series.xml["selectSeries"].get("productPath"), "yes")


def complete_points(series: list[Series]) -> list[int]:
    """Two or more complete."""
    return leading([valid_doses(each) for each in series], 1, -1)


def process_points(series: list[Series], patient: Patient) -> list[int]:
    """Two or more in process."""
    able = [completable(each, patient) for each in series]
    open_ = [len(each.targets) - len(each.satisfied) - len(each.skipped) for each in series]
    ends = [-(each.finish or LAST).toordinal() if ok else -(10**9) for each, ok in zip(series, able, strict=True)]
    columns = [
        [2 if product_path(each) and valid_doses(each) == len(each.doses) else -2 for each in series],
        [3 if ok else -3 for ok in able],
        leading([valid_doses(each) for each in series], 2, -2),
        leading([-count for count in open_], 2, -2),
        [points if ok else -1 for points, ok in zip(leading(ends, 1, -1), able, strict=True)],
    ]
    return [sum(row) for row in zip(*columns, strict=True)]


def start_points(series: list[Series], patient: Patient) -> list[int]:
    """No valid dose in any."""
    starts = [-(each.earliest or LAST).toordinal() for each in series]
    columns = [
        leading(starts, 1, -1),
        [1 if completable(each, patient) else -1 for each in series],
        [-1 if product_path(each) else 1 for each in series],
    ]
    return [sum(row) for row in zip(*columns, strict=True)]


def remaining(best: list[Series], patient: Patient) -> list[Series]:
    """Of several series for one group: begun or of an age to begin, not aged out while another is left, risk before standard."""

    def begun(each: Series) -> bool:
        return valid_doses(each) > 0 or lower(patient.born, each.xml["selectSeries"].get("minAgeToStart")) <= patient.on

    left = [each for each in best if begun(each)] or best
    left = [each for each in left if each.status != "aged_out"] or left
    return [each for each in left if kind(each) == "risk"] or left


def answered(best: list[Series], patient: Patient) -> list[Series]:
    """The one that is answered with, or none: of what remains, what is owed, and of that what is owed soonest."""
    return sorted(remaining(best, patient), key=lambda each: (each.status != "not_complete", each.earliest or LAST))[:1]


def merge(chosen: list[Series], patient: Patient, full: bool, last: date | None) -> dict[str, Any]:
    """What a group of one or several antigens says."""
    status = next((s for s in ("contraindicated", "aged_out", "not_recommended", "not_complete") if any(c.status == s for c in chosen)), "")
    if not status:
        status = "immune" if all(each.status == "immune" for each in chosen) else "complete"
    answer: dict[str, Any] = {"status": status, "earliest": None, "recommended": None, "past_due": None, "dose": None}
    if status != "not_complete":
        return answer
    open_ = [each for each in chosen if each.status == "not_complete"]
    earliest = max(each.earliest for each in open_ if each.earliest)
    if len(chosen) > 1 and any(each.priority for each in open_):
        earliest = max(min(each.earliest for each in open_ if each.earliest), last or date.min)
    recommended = max(earliest, min(each.recommended for each in open_ if each.recommended))
    late = [each.past_due for each in open_ if each.past_due]
    answer["earliest"], answer["recommended"] = earliest.isoformat(), recommended.isoformat()
    answer["past_due"] = max(earliest, min(late)).isoformat() if late else None
    answer["dose"] = (min if full else max)(each.number for each in open_ if each.number)
    return answer


def answer_for(group: str, best: dict[str, list[Series]], patient: Patient, data: Data) -> dict[str, Any] | None:
    """The forecast of one vaccine group; none where no series concerns the patient."""
    antigens = data.groups[group]
    if len(antigens) == 1:
        chosen = answered(best.get(antigens[0], []), patient)
    else:
        per_antigen = [answered(best.get(antigen, []), patient) for antigen in antigens]
        chosen = [each for one in per_antigen for each in one]
        chosen = [each for each in chosen if kind(each) == "risk"] or chosen
    if not chosen:
        return None
    given = [dose.on for antigen in antigens for each in best.get(antigen, []) for dose in each.doses]
    return {"group": group, **merge(chosen, patient, data.full.get(group, False), max(given, default=None))}


def dose_statuses(group: str, best: dict[str, list[Series]], patient: Patient, data: Data) -> list[dict[str, Any]]:
    """Each dose that holds something of the group: in an antigen valid in any best series, or else as in the one that is answered with;
    over antigens the worst or the best."""
    order = ["valid", "extraneous", "sub_standard", "not_valid"]
    found = []
    for dose in patient.doses:
        per_antigen = []
        for antigen in data.groups[group]:
            told = [each.results[dose.n] for each in (*answered(best[antigen], patient), *best[antigen]) if dose.n in each.results]
            if told:
                per_antigen.append(0 if "valid" in told else order.index(told[0]))
        if per_antigen:
            worst = max if data.full.get(group) else min
            found.append({"n": dose.n, "group": group, "status": order[worst(per_antigen)]})
    return found
