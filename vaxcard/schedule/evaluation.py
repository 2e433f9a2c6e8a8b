"""Judges the doses given on one series: each by the edition of its day, in the order of their dates (CDSi 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vaxcard.schedule.conditions import Facts, holds
from vaxcard.schedule.history import Decision, DoseAdministered
from vaxcard.schedule.outcomes import Evaluation, EvaluationStatus, Reason, ReasonCode
from vaxcard.schedule.rules import DoseRule, Series, SeriesDose
from vaxcard.schedule.skips import next_target, rule_for
from vaxcard.schedule.standing import Counted, Standing
from vaxcard.schedule.timing import age_reason, in_time, interval_reason
from vaxcard.schedule.vaccines import LiveDoses, against_contraindication, observation_reason, product_reason

VALID, NOT_VALID = EvaluationStatus.VALID, EvaluationStatus.NOT_VALID
EXTRANEOUS, SUB_STANDARD = EvaluationStatus.EXTRANEOUS, EvaluationStatus.SUB_STANDARD


@dataclass(frozen=True, slots=True)
class Path:
    """A series walked with a child's doses: where it leads, and what each dose was worth on it."""

    series: Series
    standing: Standing
    evaluations: tuple[Evaluation, ...]


def walk(group: str, series: Series, doses: Sequence[DoseAdministered], facts: Facts, live: LiveDoses) -> Path:
    """Take a group's doses, sorted by date, along a series; editions of a dose's day are found by the series' code."""
    standing, evaluations, ours, ends = Standing(), [], series, date.min
    for dose in doses:
        if dose.given_on >= ends:
            period = facts.schedule.in_force(dose.given_on)
            ours, ends = period.editions[group].series_called(series.code), period.ends_before or date.max
        evaluation = _Judging(group, ours, dose, facts, live, standing).evaluation()
        standing.seen.append((dose.given_on, evaluation.status is VALID))
        evaluations.append(evaluation)
    return Path(series, standing, tuple(evaluations))


@dataclass(slots=True)
class _Judging:
    """One dose against one series as it stood on the day of the dose."""

    group: str
    series: Series
    dose: DoseAdministered
    facts: Facts
    live: LiveDoses
    standing: Standing

    def evaluation(self) -> Evaluation:
        dose = self.dose
        target = next_target(self.series, self.facts, dose.given_on, self.standing, "evaluation")
        accepted = self._accepted() if self.facts.decisions else None
        if target is not None and accepted is not None:
            values = {"decided_on": accepted.on}
            return self._valid(target.number, target.recurring, (Reason(ReasonCode.ACCEPTED, values, "clinician"),))
        if (dose.expires_on is not None or dose.substandard) and (reason := self._lot_reason()):
            return self._say(SUB_STANDARD, None, reason)
        return self._against(target) if target is not None else self._without_target()

    def _against(self, target: SeriesDose) -> Evaluation:
        dose, facts = self.dose, self.facts
        rule = rule_for(target, facts, dose.given_on, self.standing, dose.vaccine)
        if dose.vaccine in rule.accepts and in_time(dose.given_on, facts, rule, self.standing) and not self._spacing_reason():
            said = (Reason(ReasonCode.BY_LABEL, {"vaccine": dose.vaccine}, rule.source),) if rule.by_label else ()
            return self._valid(target.number, target.recurring, said)
        return self._doubtful(target, rule)

    def _doubtful(self, target: SeriesDose, rule: DoseRule) -> Evaluation:
        dose, facts = self.dose, self.facts
        remark = None
        if aged := age_reason(dose.given_on, facts, rule):
            if aged.code == ReasonCode.TOO_OLD:
                return self._say(EXTRANEOUS, None, aged)
            remark = aged if aged.code == ReasonCode.GRACE_PERIOD else None
        failed = self._failed(rule, None if remark else aged)
        if failed:
            return self._beyond() or self._say(NOT_VALID, None, *failed)
        return self._valid(target.number, target.recurring, (remark,) if remark else ())

    def _failed(self, rule: DoseRule, aged: Reason | None) -> list[Reason]:
        dose = self.dose
        found = [aged] if aged is not None else []
        for reason in (
            interval_reason(dose.given_on, self.facts, rule, self.standing),
            self._spacing_reason(),
            None if dose.vaccine in rule.accepts else product_reason(dose.vaccine, rule),
        ):
            if reason is not None:
                found.append(reason)
        return found

    def _spacing_reason(self) -> Reason | None:
        given_on, vaccine = self.dose.given_on, self.dose.vaccine
        if vaccine in self.live.concerned and (close := self.live.reason(given_on, vaccine)):
            return close
        return observation_reason(given_on, vaccine, self.facts) if self.facts.observations else None

    def _beyond(self) -> Evaluation | None:
        """A dose that its label asks for and the programme has no place for: it counts, without a number."""
        dose = self.dose
        for rule in self.series.beyond:
            if rule.given is None or dose.vaccine not in rule.given or not holds(rule.when, self.facts, dose.given_on, self.standing):
                continue
            if age_reason(dose.given_on, self.facts, rule) is None and not self._failed(rule, None):
                return self._valid(None, False, (Reason(ReasonCode.BY_LABEL, {"vaccine": dose.vaccine}, rule.source),))
        return None

    def _without_target(self) -> Evaluation:
        return self._say(EXTRANEOUS, None, Reason(ReasonCode.SERIES_ALREADY_COMPLETE, {}, self.series.doses[-1].rules[-1].source))

    def _lot_reason(self) -> Reason | None:
        dose = self.dose
        if dose.expires_on is not None and dose.given_on > dose.expires_on:
            return Reason(ReasonCode.GIVEN_AFTER_EXPIRY, {"expires_on": dose.expires_on}, "label")
        return Reason(ReasonCode.SUBSTANDARD, {}, "lot") if dose.substandard else None

    def _accepted(self) -> Decision | None:
        for decision in self.facts.decisions:
            if decision.decision == "accept" and decision.group == self.group and decision.given_on == self.dose.given_on:
                return decision
        return None

    def _valid(self, number: int | None, recurring: bool, reasons: tuple[Reason, ...]) -> Evaluation:
        dose = self.dose
        antigens = self.facts.schedule.vaccines[dose.vaccine].antigens
        self.standing.count(Counted(number, dose.given_on, dose.vaccine, antigens), recurring)
        warned = against_contraindication(dose.given_on, dose.vaccine, self.facts) if self.facts.questions else None
        said = (*reasons, warned) if warned else reasons
        return Evaluation(dose.n, dose.given_on, dose.vaccine, self.group, number, VALID, said)

    def _say(self, status: EvaluationStatus, number: int | None, *reasons: Reason) -> Evaluation:
        dose = self.dose
        return Evaluation(dose.n, dose.given_on, dose.vaccine, self.group, number, status, reasons)
