"""Makes one answer a vaccine group out of the best series of its antigens (CDSi 9), and of what remains side by side in it.

The two choices that the specification leaves open are made in `_one_answer`; decision 0020 argues them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from vaxcard.schedule.cdsi.board import Board
from vaxcard.schedule.cdsi.forecast import Outlook, products
from vaxcard.schedule.cdsi.rules import SeriesType
from vaxcard.schedule.cdsi.standing import Given, Person
from vaxcard.schedule.outcomes import Evaluation, EvaluationStatus, Forecast, Reason, ReasonCode, SeriesStatus

NOT_COMPLETE = SeriesStatus.NOT_COMPLETE
_FIRST = (SeriesStatus.CONTRAINDICATED, SeriesStatus.AGED_OUT, SeriesStatus.NOT_RECOMMENDED, NOT_COMPLETE)
_WORST = (EvaluationStatus.NOT_VALID, EvaluationStatus.SUB_STANDARD, EvaluationStatus.EXTRANEOUS, EvaluationStatus.VALID)


class Group:
    """One vaccine group of one person: its antigens' boards with the best series of each."""

    def __init__(self, code: str, full: bool, found: list[tuple[Board, list[Outlook]]]) -> None:
        self.code, self.full, self.found = code, full, found
        self.person = found[0][0].person

    def forecast(self) -> Forecast:
        """What the group owes."""
        if len(self.found) == 1:
            candidates = [[each] for each in self.found[0][1]]
        else:
            candidates = [merged for kind in SeriesType if (merged := self._merged(kind))]
        if not candidates:
            reason = Reason(ReasonCode.NOT_FOR_THIS_CHILD, {}, "no series of the group concerns this person")
            return Forecast(self.code, SeriesStatus.NOT_RECOMMENDED, reasons=(reason,))
        return self._answer(_one_answer(candidates, self.person))

    def _merged(self, kind: SeriesType) -> list[Outlook]:
        """The best series of one type, one an antigen."""
        found = ([each for each in outlooks if each.standing.series.kind is kind] for _, outlooks in self.found)
        return [_one_answer([[each] for each in outlooks], self.person)[0] for outlooks in found if outlooks]

    def _answer(self, outlooks: list[Outlook]) -> Forecast:
        status = _status([each.status for each in outlooks])
        owed = [each for each in outlooks if each.status is status]
        if status is not NOT_COMPLETE:
            return Forecast(self.code, status, reasons=_told((owed[0].why,), owed[0]))
        earliest = self._earliest(owed)
        decisive = min(owed, key=lambda each: abs((each.earliest or earliest) - earliest))
        late = [each.past_due for each in owed if each.past_due is not None]
        return Forecast(
            group=self.code,
            status=status,
            dose=(min if self.full else max)(each.number or 1 for each in owed),
            vaccines=self._products(owed),
            earliest=earliest,
            recommended=max(earliest, min(each.recommended or earliest for each in owed)),
            past_due=max(earliest, min(late)) if late else None,
            latest=min((each.latest for each in owed if each.latest is not None), default=None),
            reasons=_told((decisive.why,), decisive),
        )

    def _earliest(self, owed: list[Outlook]) -> date:
        """The latest of the antigens; if one has priority, the smallest, though not before the group's last dose."""
        days = [each.earliest for each in owed if each.earliest is not None]
        if len(owed) == 1 or not any(each.has_priority for each in owed):
            return max(days)
        return max([min(days), *(board.taken[-1].on for board, _ in self.found if board.taken)])

    def _products(self, owed: list[Outlook]) -> tuple[str, ...]:
        """What every owed antigen offers; where nothing serves all, what any offers."""
        boards = {board.antigen.name: board for board, _ in self.found}
        offered = [products(each, boards[each.standing.series.antigen].antigen) for each in owed]
        shared = tuple(cvx for cvx in offered[0] if all(cvx in each for each in offered))
        return shared or tuple(dict.fromkeys(cvx for each in offered for cvx in each))

    def evaluations(self) -> Iterable[Evaluation]:
        """One verdict for each dose that holds an antigen of the group."""
        verdicts: dict[int, list[Verdict]] = {}
        for board, outlooks in self.found:
            ordered = _answered_first(outlooks, self.person)
            for at, given in enumerate(board.taken):
                verdicts.setdefault(given.at, []).append(_in_antigen(at, ordered))
        for at, found in verdicts.items():
            yield self._evaluation(self.person.given[at], [each for each in found if each is not None])

    def _evaluation(self, given: Given, found: list[tuple[EvaluationStatus, int | None, tuple[Reason, ...]]]) -> Evaluation:
        dose = given.dose
        if not found:
            reason = Reason(ReasonCode.NOT_IN_PROGRAMME, {"vaccine": dose.vaccine}, "no series of the group concerns this person")
            return Evaluation(dose.n, given.on, dose.vaccine, self.code, None, None, (reason,))
        ranked = sorted(found, key=lambda each: _WORST.index(each[0]))
        status, number, reasons = ranked[0] if self.full else ranked[-1]
        return Evaluation(dose.n, given.on, dose.vaccine, self.code, number, status, reasons)


Verdict = tuple[EvaluationStatus, int | None, tuple[Reason, ...]] | None


def _in_antigen(at: int, outlooks: list[Outlook]) -> Verdict:
    """A dose that is valid on any of the best series is valid; else the verdict of the first, the one that is answered with."""
    for each in outlooks:
        if each.standing.statuses[at] is EvaluationStatus.VALID:
            break
    else:
        if not outlooks:
            return None
        each = outlooks[0]
    return each.standing.statuses[at], each.standing.numbers[at], _told(each.standing.reasons[at], each)


def _told(reasons: tuple[Reason, ...], outlook: Outlook) -> tuple[Reason, ...]:
    """What a series for people at risk says gives its indication away: it is for physician and vaccinator only."""
    if outlook.standing.series.kind is not SeriesType.RISK:
        return reasons
    return tuple(replace(each, sensitive=True) for each in reasons)


def _answered_first(outlooks: list[Outlook], person: Person) -> list[Outlook]:
    """The best series of an antigen, led by the one that is answered with."""
    if len(outlooks) < 2:
        return outlooks
    first = _one_answer([[each] for each in outlooks], person)[0]
    return [first, *(each for each in outlooks if each is not first)]


def _status(found: list[SeriesStatus]) -> SeriesStatus:
    """The first that occurs of those that matter most; immune only if every antigen is."""
    for status in _FIRST:
        if status in found:
            return status
    return SeriesStatus.IMMUNE if all(each is SeriesStatus.IMMUNE for each in found) else SeriesStatus.COMPLETE


def _one_answer(candidates: list[list[Outlook]], person: Person) -> list[Outlook]:
    """Of several that remain: not one whose time to begin lies ahead, not an aged-out one, and one for people at risk first."""
    if len(candidates) == 1:
        return candidates[0]
    candidates = [each for each in candidates if not all(_is_ahead(outlook, person) for outlook in each)] or candidates
    still_open = [each for each in candidates if _status([outlook.status for outlook in each]) is not SeriesStatus.AGED_OUT]
    candidates = still_open or candidates
    return min(candidates, key=lambda each: _rank(each))


def _is_ahead(outlook: Outlook, person: Person) -> bool:
    starts = outlook.standing.series.starts_from
    return starts is not None and not outlook.standing.met and person.on < person.age(starts)


def _rank(outlooks: list[Outlook]) -> tuple[bool, bool, date]:
    """People at risk first, then what is owed, then what is owed soonest."""
    earliest = [each.earliest for each in outlooks if each.earliest is not None]
    return (
        outlooks[0].standing.series.kind is not SeriesType.RISK,
        _status([each.status for each in outlooks]) is not NOT_COMPLETE,
        max(earliest, default=date.max),
    )
