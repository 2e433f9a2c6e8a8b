"""One visit: which of the doses that are due are given together today and where, and what has to wait, until when, and why.

Plans what the assessment says is due and nothing else. How many injections a visit bears is the clinic's setting, given by the caller.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from vaxcard.errors import InputFault
from vaxcard.schedule.history import History
from vaxcard.schedule.outcomes import Assessment, Forecast, ReasonCode, SeriesStatus
from vaxcard.schedule.rules import LiveSpacing, Schedule
from vaxcard.schedule.visit_rules import VisitRules


class WaitCause(StrEnum):
    """Why a dose that is owed is not given today."""

    NOT_YET = "not_yet"  # the rules say from when
    LIVE = "live"  # another injected live vaccine is too near
    LIMIT = "limit"  # as many injections as the clinic gives at one visit
    SITE = "site"  # no site left that this vaccine may go into
    GIVEN_TODAY = "given_today"  # the same vaccine was given today
    NEEDS = "needs"  # something has to be known or decided first


@dataclass(frozen=True, slots=True)
class PlannedDose:
    """One dose of a visit; a combination serves several groups, each with its dose number. `site` is None when it is not injected."""

    vaccine: str
    groups: tuple[tuple[str, int], ...]
    site: str | None


@dataclass(frozen=True, slots=True)
class WaitingDose:
    """A dose that is owed and waits: until a day, or (None) for the next visit or for an answer; `other` is the live vaccine in the way."""

    group: str
    dose: int
    vaccine: str | None
    cause: WaitCause
    until: date | None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """A visit: what is given on its day, in order of importance, and what waits."""

    on: date
    doses: tuple[PlannedDose, ...]
    waiting: tuple[WaitingDose, ...]


def plan_today(
    schedule: Schedule,
    rules: VisitRules,
    assessment: Assessment,
    history: History,
    *,
    limit: int | None = None,
    used_sites: Collection[str] = (),
) -> VisitPlan:
    """The visit on the day of the assessment. Doses already given that day count towards `limit` (injections; None: as sites allow).

    `used_sites` are those of today's injections. Raises InputFault for a limit below one.
    """
    if limit is not None and limit < 1:
        raise InputFault("a visit allows one injection at least", place="limit", advice="write a number from 1 on")
    return _Planning(schedule, rules, assessment, history, limit, used_sites).plan()


def owed(assessment: Assessment) -> Iterator[Forecast]:
    """The forecasts with a dose to give, answered or not."""
    return (each for each in assessment.forecasts if each.status is SeriesStatus.NOT_COMPLETE and each.vaccines)


class _Planning:
    """One visit being planned: doses are taken in order of importance as long as the limit and the sites allow."""

    def __init__(
        self,
        schedule: Schedule,
        rules: VisitRules,
        assessment: Assessment,
        history: History,
        limit: int | None,
        used_sites: Collection[str],
    ) -> None:
        self.schedule, self.rules, self.assessment = schedule, rules, assessment
        given = [dose.vaccine for dose in history.doses if dose.given_on == assessment.on and dose.vaccine in schedule.vaccines]
        self.given, self.limit = set(given), limit
        self.injected = sum(self._is_injected(vaccine) for vaccine in given)
        self.used_sites = frozenset(used_sites)
        self.due = {each.group: each for each in owed(assessment) if each.group in assessment.due_now}
        self.chosen: dict[str, list[Forecast]] = {}
        self.sites: dict[str, str] = {}

    def plan(self) -> VisitPlan:
        refused: dict[str, WaitCause] = {}
        for each in self._in_order():
            if each.group not in {served.group for group in self.chosen.values() for served in group}:
                cause = self._take(each)
                if cause:
                    refused[each.group] = cause
        served = {each.group for group in self.chosen.values() for each in group}
        doses = tuple(
            PlannedDose(vaccine, tuple((each.group, each.dose or 1) for each in group), self.sites.get(vaccine))
            for vaccine, group in self.chosen.items()
        )
        waiting = tuple(self._waiting(each, refused.get(each.group)) for each in owed(self.assessment) if each.group not in served)
        return VisitPlan(self.assessment.on, doses, waiting)

    def _in_order(self) -> list[Forecast]:
        """What matters most first; injected live vaccines follow the first of their kind, today's as well: missing it, they wait."""
        ranked = sorted(self.due.values(), key=self._rank)
        ordered = [each for each in ranked if any(self._are_apart(each.vaccines[0], given) for given in self.given)]
        for each in ranked:
            if each not in ordered:
                ordered.append(each)
                ordered += [other for other in ranked if other not in ordered and self._are_apart(each.vaccines[0], other.vaccines[0])]
        return ordered

    def _rank(self, each: Forecast) -> tuple[bool, int, date]:
        first = self.rules.first
        urgent = first.index(each.group) if each.group in first else len(first)
        return self.rules.programme_first and each.optional, urgent, each.recommended or self.assessment.on

    def _take(self, each: Forecast) -> WaitCause | None:
        """Choose a product and a site for a group's dose, or say what is in the way."""
        vaccine = min(each.vaccines, key=lambda code: self._cost(code, each.vaccines))
        if vaccine in self.given:
            return WaitCause.GIVEN_TODAY
        if self._is_injected(vaccine):
            injections = self.injected + sum(self._is_injected(code) for code in self.chosen)
            if self.limit is not None and injections >= self.limit:
                return WaitCause.LIMIT
            placed = self._place([code for code in (*self.chosen, vaccine) if self._is_injected(code)])
            if placed is None:
                return WaitCause.SITE
            self.sites = placed
        served = {group.group for doses in self.chosen.values() for group in doses}
        self.chosen[vaccine] = [other for other in self.due.values() if vaccine in other.vaccines and other.group not in served]
        return None

    def _cost(self, vaccine: str, offered: Sequence[str]) -> tuple[int, int, int]:
        """Fewest groups that are not due, then most groups that are, then the order of the rule."""
        serves = sum(vaccine in each.vaccines for each in self.due.values())
        return len(set(self.schedule.vaccines[vaccine].groups) - self.due.keys()), -serves, offered.index(vaccine)

    def _place(self, vaccines: Sequence[str]) -> dict[str, str] | None:
        """A free site for each injection, the least movable first; None when they do not all fit."""
        free = [site.code for site in self.rules.sites if site.code not in self.used_sites]
        placed: dict[str, str] = {}
        for vaccine in sorted(vaccines, key=lambda code: len(self.rules.sites_of(code))):
            site = next((site for site in self.rules.sites_of(vaccine) if site in free), None)
            if site is None:
                return None
            free.remove(site)
            placed[vaccine] = site
        return placed

    def _waiting(self, each: Forecast, cause: WaitCause | None) -> WaitingDose:
        vaccine, on = each.vaccines[0], self.assessment.on
        if each.needs:
            return WaitingDose(each.group, each.dose or 1, vaccine, WaitCause.NEEDS, None)
        until = each.earliest if each.earliest is not None and each.earliest > on else None
        live, other = self._after_today(vaccine)
        if live is not None and (until is None or live > until):
            return WaitingDose(each.group, each.dose or 1, vaccine, WaitCause.LIVE, live, other)
        if until is not None:
            why = next((reason for reason in each.reasons if reason.code == ReasonCode.FROM_LIVE_SPACING), None)
            said = str(why.values.get("other_vaccine")) if why else None
            return WaitingDose(each.group, each.dose or 1, vaccine, WaitCause.LIVE if why else WaitCause.NOT_YET, until, said)
        return WaitingDose(each.group, each.dose or 1, vaccine, cause or WaitCause.NOT_YET, None)

    def _after_today(self, vaccine: str) -> tuple[date | None, str | None]:
        """The day until which a live vaccine waits because of one that is given today."""
        found: tuple[date | None, str | None] = (None, None)
        for other in (*self.chosen, *sorted(self.given)):
            for spacing in self.schedule.live:
                if self._keeps_apart(spacing, vaccine, other) and vaccine != other:
                    day = spacing.minimum.after(self.assessment.on)
                    found = (day, other) if found[0] is None or day > found[0] else found
        return found

    def _are_apart(self, vaccine: str, other: str) -> bool:
        return any(self._keeps_apart(spacing, vaccine, other) for spacing in self.schedule.live)

    def _keeps_apart(self, spacing: LiveSpacing, vaccine: str, other: str) -> bool:
        return vaccine in spacing.vaccines and other in spacing.vaccines and spacing.span.holds_on(self.assessment.on)

    def _is_injected(self, vaccine: str) -> bool:
        return self.schedule.vaccines[vaccine].route == "injection"
