"""What a series still owes on a day: the next dose, its products, its dates, and what must be known or decided first (CDSi 7)."""

from dataclasses import replace
from datetime import date

from vaxcard.schedule.conditions import Facts
from vaxcard.schedule.dates import day_after
from vaxcard.schedule.evaluation import Path
from vaxcard.schedule.history import Decision
from vaxcard.schedule.outcomes import Forecast, Reason, ReasonCode, ReasonValue, SeriesStatus
from vaxcard.schedule.rules import Edition
from vaxcard.schedule.series import DoseRule, SeriesDose
from vaxcard.schedule.skips import first_applicable, target_ahead
from vaxcard.schedule.timing import ONE_DAY, last_day_on_time, recommended_on, wait_reason, waits
from vaxcard.schedule.vaccines import LiveDoses, contraindication_reason, observation_waits, permitted

_NOT_COMPLETE, _COMPLETE = SeriesStatus.NOT_COMPLETE, SeriesStatus.COMPLETE
_FROM_PROGRAMME_START, _FROM_DECISION, _ALL_DOSES_GIVEN = (
    ReasonCode.FROM_PROGRAMME_START,
    ReasonCode.FROM_DECISION,
    ReasonCode.ALL_DOSES_GIVEN,
)
_NEED_REASONS = {"tb-skin-test-negative": ReasonCode.SKIN_TEST_FIRST, "sex": ReasonCode.SEX_UNKNOWN}


def forecast(edition: Edition, path: Path, facts: Facts, live: LiveDoses, on: date) -> Forecast:
    """The forecast of one series on `on`, decisions by a clinician included."""
    if not facts.decisions:
        return _Looking(edition, path, facts, live, on, None).forecast()
    decisions = [each for each in facts.decisions if each.group == edition.group and each.holds_on(on)]
    answer = _decided(edition, decisions) or _Looking(edition, path, facts, live, on, _not_before(decisions)).forecast()
    given_leave = next((each for each in decisions if each.decision == "give"), None)
    if given_leave and answer.needs == "clinician":
        reason = Reason(ReasonCode.DECIDED_GIVE, {"decided_on": given_leave.on}, "clinician")
        return replace(answer, needs=None, reasons=(*answer.reasons, reason))
    return answer


def _decided(edition: Edition, decisions: list[Decision]) -> Forecast | None:
    for each in decisions:
        said = {"decided_on": each.on}
        if each.decision == "complete":
            reason = Reason(ReasonCode.DECIDED_COMPLETE, said, "clinician")
            return Forecast(edition.group, SeriesStatus.COMPLETE, reasons=(reason,))
        if each.decision == "never" and each.until is None:
            reason = Reason(ReasonCode.DECIDED_NEVER, said, "clinician")
            return Forecast(edition.group, SeriesStatus.CONTRAINDICATED, reasons=(reason,))
    return None


def _not_before(decisions: list[Decision]) -> date | None:
    """A "never" with a last day is a deferral: the dose is owed again the day after."""
    days = [day_after(each.until) for each in decisions if each.decision == "never" and each.until is not None]
    return max(days, default=None)


class _Looking:
    """One look ahead along one series."""

    __slots__ = ("edition", "facts", "live", "not_before", "on", "path")

    def __init__(self, edition: Edition, path: Path, facts: Facts, live: LiveDoses, on: date, not_before: date | None) -> None:
        self.edition, self.path, self.facts, self.live, self.on, self.not_before = edition, path, facts, live, on, not_before

    def forecast(self) -> Forecast:
        if self.path.series.evaluation_only:
            return self._bare(SeriesStatus.NOT_RECOMMENDED, Reason(ReasonCode.NOT_FOR_THIS_CHILD, {}, self.edition.source))
        day, facts, standing = self.on, self.facts, self.path.standing
        while True:
            target = target_ahead(self.path.series, facts, day, standing)
            if target is None:
                return self._through()
            rule = target.rules_ahead[0]
            if rule.when:
                rule = first_applicable(target.rules_ahead, facts, day, standing)
            offered = permitted(rule.vaccines, facts, day) if facts.questions else rule.vaccines
            earliest, why = self._earliest(rule, offered)
            if earliest <= day:
                break
            # A rule may have changed by the day on which the dose becomes possible: look again on that day (CDSi 7.6).
            day = earliest
        return self._owed(target, rule, offered, earliest, why)

    def _through(self) -> Forecast:
        source = self.path.series.doses[-1].rules[-1].source
        if self.path.standing.valid:
            return self._bare(_COMPLETE, Reason(_ALL_DOSES_GIVEN, {}, source))
        return self._bare(SeriesStatus.NOT_RECOMMENDED, Reason(ReasonCode.NOT_FOR_THIS_CHILD, {}, source))

    def _earliest(self, rule: DoseRule, offered: tuple[str, ...]) -> tuple[date, Reason]:
        """The first day on which a dose would be valid, with the rule that decides it."""
        earliest, interval, since = waits(self.facts, rule, self.path.standing)
        why = None
        vaccine = offered[0] if offered else ""
        if self.facts.observations:
            for day, reason in observation_waits(vaccine, self.facts, self.on):
                if day > earliest:
                    earliest, why = day, reason
        owed_from, not_before = self.edition.owed_from, self.not_before
        if owed_from is not None and owed_from > earliest:
            earliest, why = owed_from, Reason(_FROM_PROGRAMME_START, {"valid_from": owed_from}, rule.source)
        if not_before is not None and not_before > earliest:
            earliest, why = not_before, Reason(_FROM_DECISION, {"valid_from": not_before}, rule.source)
        if vaccine in self.live.concerned and (apart := self.live.wait(vaccine, earliest, self.on)) is not None:
            return apart
        return earliest, why or wait_reason(rule, earliest, interval, since)

    def _owed(
        self, target: SeriesDose, rule: DoseRule, offered: tuple[str, ...], earliest: date, why: Reason
    ) -> Forecast:
        day = max(self.on, earliest)
        if aged := self._aged_out(rule, day):
            return aged
        if not offered:
            return self._barred(rule, day)
        needs, asked = self._needs(rule, offered, day) if rule.needs or self.facts.questions else (None, None)
        maximum = rule.maximum_age
        return Forecast(
            self.edition.group,
            _NOT_COMPLETE,
            target.number,
            offered,
            earliest,
            recommended_on(self.facts, rule, self.path.standing, earliest),
            last_day_on_time(self.facts, rule, self.path.standing, earliest),
            self.facts.ages[maximum] - ONE_DAY if maximum is not None else None,
            needs,
            (why, *self._set_aside(rule, day)) if asked is None else (why, asked),
        )

    def _set_aside(self, rule: DoseRule, day: date) -> tuple[Reason, ...]:
        """Why other products than usual are offered: those that something bars."""
        if not self.facts.questions:
            return ()
        others = {vaccine for condition in rule.when for vaccine in condition.barred or ()} | set(rule.vaccines)
        found = ((vaccine, self.facts.barring(vaccine, day, "never")) for vaccine in sorted(others))
        return tuple(contraindication_reason(ReasonCode.CONTRAINDICATED_BY, vaccine, barred) for vaccine, barred in found if barred)

    def _aged_out(self, rule: DoseRule, day: date) -> Forecast | None:
        programme, ages = self.facts.schedule, self.facts.ages
        optional = programme.groups[self.edition.group].optional
        for limit in (rule.maximum_age, None if optional else programme.catch_up_age):
            if limit is not None and day >= ages[limit]:
                values: dict[str, ReasonValue] = {"maximum_age": limit.text, "last_day": self.facts.age(limit) - ONE_DAY}
                return self._bare(SeriesStatus.AGED_OUT, Reason(ReasonCode.TOO_OLD_TO_BEGIN, values, rule.source))
        return None

    def _barred(self, rule: DoseRule, day: date) -> Forecast:
        reasons = []
        for vaccine in rule.vaccines:
            barred = self.facts.barring(vaccine, day, "never")
            if barred:
                reasons.append(contraindication_reason(ReasonCode.CONTRAINDICATED_BY, vaccine, barred))
        return self._bare(SeriesStatus.CONTRAINDICATED, *reasons)

    def _needs(self, rule: DoseRule, offered: tuple[str, ...], day: date) -> tuple[str | None, Reason | None]:
        for vaccine in offered if self.facts.questions else ():
            asked = self.facts.barring(vaccine, day, "clinician")
            if asked:
                return "clinician", contraindication_reason(ReasonCode.CLINICIAN_DECIDES, vaccine, asked)
        if rule.needs is None:
            return None, None
        code = _NEED_REASONS.get(rule.needs, ReasonCode.CLINICIAN_DECIDES)
        values = {"rule": rule.rule} if code is ReasonCode.CLINICIAN_DECIDES else {}
        return rule.needs, Reason(code, values, rule.source, rule.sensitive)

    def _bare(self, status: SeriesStatus, *reasons: Reason) -> Forecast:
        return Forecast(self.edition.group, status, reasons=reasons)
