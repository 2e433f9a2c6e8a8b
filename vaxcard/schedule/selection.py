"""Which series of a group is the child's: by who the child is, by what was given, by the line of the place (CDSi 5 and 8)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from vaxcard.schedule.conditions import Facts, holds
from vaxcard.schedule.evaluation import Path
from vaxcard.schedule.outcomes import Evaluation, EvaluationStatus, Forecast, Reason, ReasonCode, SeriesStatus
from vaxcard.schedule.rules import Edition
from vaxcard.schedule.series import Series

MIXED_LINES = "mixed-lines"
"""The name under which a country words the question that doses of two lines leave open."""

_COMPLETE, _VALID = SeriesStatus.COMPLETE, EvaluationStatus.VALID


def relevant_series(edition: Edition, facts: Facts, on: date) -> Sequence[Series]:
    """The series that concern this child on `on`; one that overrides puts all others aside."""
    if len(edition.series) == 1:
        return edition.series
    found = [series for series in edition.series if holds(series.when, facts, on, None)]
    overriding = [series for series in found if series.overrides]
    return overriding or found or edition.series[:1]


@dataclass(slots=True, eq=False)
class Choice:
    """The path chosen in a group, the forecast along it, and the verdicts on the doses: one that counts on any path counts."""

    path: Path
    forecast: Forecast
    evaluations: tuple[Evaluation, ...]


def choose(edition: Edition, paths: Iterable[Path], facts: Facts, on: date, look: Callable[[Path], Forecast]) -> Choice:
    """The best of the paths: complete before begun, most doses counted, the line preferred, then the order of the file."""
    choices = []
    for path in paths:
        choices.append(Choice(path, look(path), path.evaluations))
        if _through(choices[-1]):
            return choices[-1]
    if len(choices) == 1:
        return choices[0]
    open_ones = [each for each in choices if each.forecast.status is not SeriesStatus.CONTRAINDICATED] or choices
    best = max(enumerate(open_ones), key=lambda each: (*_merit(each[1], facts, on), -each[0]))[1]
    return _with_mixed_lines(edition, _with_bars(best, choices), choices)


def _with_bars(best: Choice, choices: Sequence[Choice]) -> Choice:
    """The choice with what bars the line that would otherwise have been taken."""
    if best.forecast.status is not SeriesStatus.NOT_COMPLETE or choices[0].forecast.status is not SeriesStatus.CONTRAINDICATED:
        return best
    reasons = (*best.forecast.reasons, *choices[0].forecast.reasons)
    return replace(best, forecast=replace(best.forecast, reasons=reasons))


def _through(choice: Choice) -> bool:
    """Whether every dose took a place and the series is complete: no other path can be better."""
    if choice.forecast.status is not _COMPLETE:
        return False
    return all(each.status is _VALID and each.dose is not None for each in choice.evaluations)


def _merit(choice: Choice, facts: Facts, on: date) -> tuple[bool, int, bool, bool]:
    preferred = choice.path.series.prefer
    return (
        choice.forecast.status is _COMPLETE,
        sum(dose.number is not None for dose in choice.path.standing.valid),
        choice.forecast.needs is None,
        bool(preferred) and holds(preferred, facts, on, choice.path.standing),
    )


def _stands(each: Evaluation) -> bool:
    """Whether the path's own word on a dose is the last: it counted, or came when nothing more was needed on any line."""
    return each.status is _VALID or any(reason.code is ReasonCode.SERIES_ALREADY_COMPLETE for reason in each.reasons)


def _with_mixed_lines(edition: Edition, best: Choice, choices: Sequence[Choice]) -> Choice:
    """Doses of another line count as well; where they do not add up to a series, a clinician has to look."""
    elsewhere = {each.n: each for other in choices for each in other.evaluations if each.status is _VALID}
    merged = tuple(each if _stands(each) else elsewhere.get(each.n, each) for each in best.evaluations)
    if merged == best.evaluations:
        return best
    looked_at = best.forecast
    if looked_at.status is SeriesStatus.NOT_COMPLETE and looked_at.needs is None:
        reason = Reason(ReasonCode.CLINICIAN_DECIDES, {"rule": MIXED_LINES}, edition.source)
        looked_at = replace(looked_at, needs="clinician", reasons=(*looked_at.reasons, reason))
    return Choice(best.path, looked_at, merged)
