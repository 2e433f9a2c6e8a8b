"""Chooses among the series of an antigen: one in each series group, then those of the groups that are not outdone (CDSi 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from vaxcard.schedule.cdsi.board import Board
from vaxcard.schedule.cdsi.forecast import Outlook
from vaxcard.schedule.cdsi.rules import AntigenSeries, SeriesType
from vaxcard.schedule.outcomes import EvaluationStatus, SeriesStatus

COMPLETE, NOT_COMPLETE = SeriesStatus.COMPLETE, SeriesStatus.NOT_COMPLETE


def best(board: Board) -> list[Outlook]:
    """The best series of the antigen, each with its outlook; none where no series concerns the person."""
    untouched = board.antigen.defaults[board.person.sex] if not board.taken and board.is_plain else None
    if untouched is not None:
        return [board.outlook(series) for series in untouched]
    groups: dict[str, list[AntigenSeries]] = {}
    for series in board.relevant:
        groups.setdefault(series.group, []).append(series)
    chosen = {group: prioritised for group, members in groups.items() if (prioritised := _prioritised(members, board)) is not None}
    return [board.outlook(series) for series in chosen.values() if _is_best(series, chosen, board)]


def _is_best(series: AntigenSeries, chosen: dict[str, AntigenSeries], board: Board) -> bool:
    if len(chosen) == 1:
        return series.kind is not SeriesType.EVALUATION_ONLY or board.outlook(series).status is COMPLETE
    if board.outlook(series).status is COMPLETE:
        return True
    others = [chosen[group] for group in series.equivalent if group in chosen and group != series.group]
    if series.kind is SeriesType.EVALUATION_ONLY or any(board.outlook(each).status is COMPLETE for each in others):
        return False
    return series.kind is SeriesType.RISK or not any(each.kind is SeriesType.RISK for each in others)


def _prioritised(members: Sequence[AntigenSeries], board: Board) -> AntigenSeries | None:
    """The one series that stands for its group."""
    members = [series for series in members if board.barred(series) is None] or members
    default = next((series for series in members if series.is_default), None)
    scorable = _scorable(members, board, default is not None)
    if len(scorable) < 2:
        return scorable[0] if scorable else default
    outlooks = [board.outlook(series) for series in scorable]
    complete = [each for each in outlooks if each.status is COMPLETE]
    begun = [each for each in outlooks if each.status is NOT_COMPLETE and each.standing.met]
    if complete:
        return _winner(complete, _score_complete)
    if begun:
        return _winner(begun, _score_begun)
    return default or _winner(outlooks, _score_untouched)


def _scorable(members: Sequence[AntigenSeries], board: Board, has_default: bool) -> list[AntigenSeries]:
    top = min((each.priority for each in members if each.kind is SeriesType.RISK), default="")
    nobody = not has_default and not any(board.first_valid(each) for each in members)
    return [each for each in members if _is_scorable(each, board, top, nobody)]


def _is_scorable(series: AntigenSeries, board: Board, top: str, nobody: bool) -> bool:
    if series.kind is SeriesType.RISK:
        return series.priority == top
    if series.kind is SeriesType.EVALUATION_ONLY:
        return board.outlook(series).status is COMPLETE
    first = board.first_valid(series)
    if first is None:
        return nobody
    return series.starts_before is None or first < board.person.age(series.starts_before)


Score = Callable[[Outlook, list[Outlook]], int]


def _winner(outlooks: list[Outlook], score: Score) -> AntigenSeries:
    """The highest score; of equal ones, the one the data prefers."""
    if len(outlooks) == 1:
        return outlooks[0].standing.series
    series = [each.standing.series for each in outlooks]
    return min(zip(outlooks, series, strict=True), key=lambda each: (-score(each[0], outlooks), each[1].preference))[1]


def _score_complete(outlook: Outlook, among: list[Outlook]) -> int:
    return _most(len(outlook.standing.met), [len(each.standing.met) for each in among], 1)


def _score_begun(outlook: Outlook, among: list[Outlook]) -> int:
    standing, finishes = outlook.standing, [_finish(each) for each in among if _is_completable(each)]
    all_valid = all(status is EvaluationStatus.VALID for status in standing.statuses)
    score = 2 if standing.series.is_product_path and all_valid else -2
    score += 3 if _is_completable(outlook) else -3
    score += _most(len(standing.met), [len(each.standing.met) for each in among], 2)
    score += _most(-_open_targets(outlook), [-_open_targets(each) for each in among], 2)
    return score + (_earliest_of(_finish(outlook), finishes) if _is_completable(outlook) else -1)


def _score_untouched(outlook: Outlook, among: list[Outlook]) -> int:
    starts = [each.earliest for each in among if each.earliest is not None]
    score = _earliest_of(outlook.earliest, starts) if outlook.earliest is not None else -1
    score += 1 if _is_completable(outlook) else -1
    return score + (-1 if outlook.standing.series.is_product_path else 1)


def _most(number: int, among: list[int], worth: int) -> int:
    """Plus for the highest alone, nothing for the highest shared, minus for less."""
    if number < max(among):
        return -worth
    return worth if among.count(number) == 1 else 0


def _earliest_of(day: date, among: list[date]) -> int:
    if day > min(among):
        return -1
    return 1 if among.count(day) == 1 else 0


def _open_targets(outlook: Outlook) -> int:
    return len(outlook.standing.series.targets) - outlook.target


def _finish(outlook: Outlook) -> date:
    """When the series could be through: the earliest day and the longest interval still to come."""
    standing = outlook.standing
    day = outlook.earliest or date.max
    remaining = standing.series.targets[outlook.target + 1 :]
    waits = [interval.minimum for target in remaining for interval in target.rule_on(standing.person.on).intervals]
    return max([wait.after(day) for wait in waits], default=day)


def _is_completable(outlook: Outlook) -> bool:
    if outlook.earliest is None:
        return False
    person, last = outlook.standing.person, outlook.standing.series.targets[-1]
    maximum = last.rule_on(person.on).maximum_age
    return maximum is None or _finish(outlook) < person.age(maximum)
