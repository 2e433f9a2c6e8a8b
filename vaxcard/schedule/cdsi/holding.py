"""Until when an answer holds by time alone: the day before the first change that can be foreseen, found by looking at each such day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from vaxcard.schedule.cdsi.board import Board
from vaxcard.schedule.cdsi.day import Answer, Day
from vaxcard.schedule.cdsi.rules import Bar, Indication, padded
from vaxcard.schedule.dates import Duration, day_after
from vaxcard.schedule.outcomes import SeriesStatus
from vaxcard.schedule.timing import ONE_DAY

NOT_COMPLETE = SeriesStatus.NOT_COMPLETE


def holds_until(today: Day, answers: Mapping[str, Answer]) -> date | None:
    """The last day on which every group is answered the same; None when nothing will ever change."""
    limit = min(_certain(today, answers), default=None)
    anew = {day for day in _recorded(today) if limit is None or day < limit}
    possible: dict[date, set[str]] = {day: set(answers) for day in anew}
    for seen in (today, *(Day(today.schedule, today.child, today.history, day) for day in sorted(anew))):
        for code, day in _turning(seen, answers, limit):
            if day > today.on and (limit is None or day < limit):
                possible.setdefault(day, set()).add(code)
    for day in sorted(possible):
        if _differs(today, answers, day, possible[day], bool(anew) and day >= min(anew)):
            limit = day
            break
    return limit - ONE_DAY if limit is not None else None


def _turning(seen: Day, answers: Mapping[str, Answer], limit: date | None) -> Iterator[tuple[str, date]]:
    """The days on which groups may be answered otherwise, by what has been observed on the day `seen`."""
    lived, ahead = (seen.on - seen.child.born_on).days, ((limit or date.max) - seen.child.born_on).days
    for code in answers:
        for name in seen.schedule.antigens_of[code]:
            yield from ((code, day) for day in _turns(seen.boards[name], lived, ahead))
            yield from ((code, day) for day in _turns_of_products(seen.boards[name], lived, ahead))


def _certain(today: Day, answers: Mapping[str, Answer]) -> Iterator[date]:
    """Doses that become due, and doses recorded ahead."""
    for each in answers.values():
        forecast = each.forecast
        if forecast.status is NOT_COMPLETE and forecast.earliest is not None and forecast.earliest > today.on:
            yield forecast.earliest
    for dose in today.history.doses:
        if dose.given_on > today.on and padded(dose.vaccine) in today.schedule.vaccines:
            yield dose.given_on


def _recorded(today: Day) -> Iterator[date]:
    """Days ahead on which an observation or a decision begins or has ended: then everything is worked out anew."""
    spans = [(each.on, each.until) for each in today.history.observations]
    spans += [(each.on, each.until) for each in today.history.decisions]
    for first, last in spans:
        for day in (first, day_after(last) if last is not None else None):
            if day is not None and day > today.on:
                yield day


def _turns(board: Board, lived: int, ahead: int) -> Iterator[date]:
    """Days on which the outlook along any series of an antigen may turn; ages reached by now or after `ahead` days are left out."""
    age, taken = board.person.age, board.taken
    if not taken and board.is_plain:
        untouched = board.antigen.turns_untouched[board.person.sex]
        yield from [age(each) for each in untouched.ages if each.longest > lived and each.shortest < ahead]
        yield from untouched.days
        return
    yield from _turns_of_series(board, lived, ahead)
    if not board.is_plain:
        for bound in _observed_ages(board):
            yield age(bound)


def _turns_of_series(board: Board, lived: int, ahead: int) -> Iterator[date]:
    age, taken = board.person.age, board.taken
    for series in board.relevant:
        cursor = board.standing(series).cursor if taken else 0
        if series.starts_from is not None:
            yield age(series.starts_from)
        for target in series.targets[cursor:]:
            turns = target.turns
            for length in turns.ages:
                if length.longest > lived and length.shortest < ahead:
                    yield age(length)
            yield from turns.days
            for length in turns.since_doses if taken else ():
                for given in taken:
                    yield length.after(given.on)


def _turns_of_products(board: Board, lived: int, ahead: int) -> Iterator[date]:
    """The days after the earliest one from which, by age, a vaccine of a dose next in line may be offered or no longer."""
    for series in board.relevant:
        if not any(each.longest > lived and each.shortest < ahead for each in series.product_ages):
            continue  # no such age lies ahead: spare the look along the series
        outlook = board.outlook(series)
        if outlook.earliest is not None:
            days = [board.person.age(each) for each in series.targets[outlook.target].turns.product_ages]
            yield from (day for day in days if day > outlook.earliest)


def _observed_ages(board: Board) -> Iterator[Duration]:
    """Ages at which an observation of this person begins or ceases to put at risk or to bar."""
    antigen, seen = board.antigen, board.person.observed
    rules: list[Indication | Bar] = [*antigen.bars, *antigen.vaccine_bars]
    for series in antigen.series:
        if not series.indicated_by.isdisjoint(seen):
            rules += series.indications
    for rule in rules:
        for bound in (rule.age_from, rule.age_before) if rule.observation in seen else ():
            if bound is not None:
                yield bound


def _differs(today: Day, answers: Mapping[str, Answer], day: date, codes: set[str], anew: bool) -> bool:
    if anew:
        fresh = Day(today.schedule, today.child, today.history, day)
        return any(fresh.answer(code) != answers[code] for code in answers)
    ahead = today.later(day, tuple(name for code in codes for name in today.schedule.antigens_of[code]))
    return any(ahead.answer(code) != answers[code] for code in codes)
