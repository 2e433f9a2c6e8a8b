"""Judges the doses given on one series: each by the edition of its day, in the order of their dates (CDSi 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vaxcard.schedule.conditions import Facts, holds
from vaxcard.schedule.history import Decision, DoseAdministered
from vaxcard.schedule.outcomes import Evaluation, EvaluationStatus, Reason, ReasonCode
from vaxcard.schedule.series import DoseRule, Series, SeriesDose
from vaxcard.schedule.skips import first_applicable, target_when_given
from vaxcard.schedule.standing import Counted, Standing
from vaxcard.schedule.timing import age_reason, in_time, interval_reason
from vaxcard.schedule.vaccines import LiveDoses, against_contraindication, observation_reason, product_reason

VALID, NOT_VALID = EvaluationStatus.VALID, EvaluationStatus.NOT_VALID
EXTRANEOUS, SUB_STANDARD = EvaluationStatus.EXTRANEOUS, EvaluationStatus.SUB_STANDARD


@dataclass(slots=True, eq=False)
class Path:
    """A series walked with a child's doses: where it leads, and what each dose was worth on it."""

    series: Series
    standing: Standing
    evaluations: tuple[Evaluation, ...]


def walk(group: str, series: Series, doses: Sequence[DoseAdministered], facts: Facts, live: LiveDoses) -> Path:
    """Take a group's doses, sorted by date, along a series; editions of a dose's day are found by the series' code."""
    walking, evaluations, ours, ends = _Walking(group, facts, live), [], series, date.min
    standing, is_decided = walking.standing, bool(facts.decisions)
    for dose in doses:
        given_on = dose.given_on
        if given_on >= ends:
            period = facts.schedule.in_force(given_on)
            ours, ends = period.editions[group].series_called(series.code, series.follows), period.ends_before or date.max
        target = target_when_given(ours, facts, given_on, standing)
        if target is None or is_decided or dose.expires_on is not None or dose.substandard:
            evaluation = walking.particular(ours, dose, target)
        else:
            evaluation = walking.against(ours, dose, target)
        standing.see(given_on, evaluation.status is VALID)
        evaluations.append(evaluation)
    return Path(series, standing, tuple(evaluations))


class _Walking:
    """One series being walked; each dose is judged against the series as it stood on its day."""

    __slots__ = ("facts", "group", "is_observed", "live", "standing")

    def __init__(self, group: str, facts: Facts, live: LiveDoses) -> None:
        self.group, self.facts, self.live, self.standing = group, facts, live, Standing()
        self.is_observed = bool(facts.observations)

    def particular(self, series: Series, dose: DoseAdministered, target: SeriesDose | None) -> Evaluation:
        """A dose of which more is known than day and vaccine, or one that comes when the series is through (target None)."""
        accepted = self._accepted(dose)
        if target is not None and accepted is not None:
            said = Reason(ReasonCode.ACCEPTED, {"decided_on": accepted.on}, "clinician")
            return self._valid(dose, target.number, target.recurring, (said,))
        if reason := _lot_reason(dose):
            return self._say(dose, SUB_STANDARD, reason)
        if target is None:
            return self._say(dose, EXTRANEOUS, Reason(ReasonCode.SERIES_ALREADY_COMPLETE, {}, series.doses[-1].rules[-1].source))
        return self.against(series, dose, target)

    def against(self, series: Series, dose: DoseAdministered, target: SeriesDose) -> Evaluation:
        """A sound dose is told from a doubtful one first; only a doubtful one has its reasons worked out."""
        facts, given_on, vaccine, standing = self.facts, dose.given_on, dose.vaccine, self.standing
        rules = target.rules_when_given(vaccine)
        rule = first_applicable(rules, facts, given_on, standing) if rules[0].when else rules[0]
        if vaccine not in rule.accepts or not in_time(given_on, facts, rule, standing):
            return self._doubtful(series, dose, target, rule)
        if (self.is_observed or vaccine in self.live.concerned) and self._spacing_reason(dose) is not None:
            return self._doubtful(series, dose, target, rule)
        said = (Reason(ReasonCode.BY_LABEL, {"vaccine": vaccine}, rule.source),) if rule.by_label else ()
        return self._valid(dose, target.number, target.recurring, said)

    def _doubtful(self, series: Series, dose: DoseAdministered, target: SeriesDose, rule: DoseRule) -> Evaluation:
        remark = None
        if aged := age_reason(dose.given_on, self.facts, rule):
            if aged.code == ReasonCode.TOO_OLD:
                return self._say(dose, EXTRANEOUS, aged)
            remark = aged if aged.code == ReasonCode.GRACE_PERIOD else None
        failed = self._failed(dose, rule, None if remark else aged)
        if failed:
            return self._beyond(series, dose) or self._say(dose, NOT_VALID, *failed)
        return self._valid(dose, target.number, target.recurring, (remark,) if remark else ())

    def _failed(self, dose: DoseAdministered, rule: DoseRule, aged: Reason | None) -> list[Reason]:
        reasons = (
            aged,
            interval_reason(dose.given_on, self.facts, rule, self.standing),
            self._spacing_reason(dose),
            None if dose.vaccine in rule.accepts else product_reason(dose.vaccine, rule),
        )
        return [reason for reason in reasons if reason is not None]

    def _spacing_reason(self, dose: DoseAdministered) -> Reason | None:
        if dose.vaccine in self.live.concerned and (close := self.live.reason(dose.given_on, dose.vaccine)):
            return close
        return observation_reason(dose.given_on, dose.vaccine, self.facts) if self.facts.observations else None

    def _beyond(self, series: Series, dose: DoseAdministered) -> Evaluation | None:
        """A dose that its label asks for and the programme has no place for: it counts, without a number."""
        for rule in series.beyond:
            if rule.given is None or dose.vaccine not in rule.given or not holds(rule.when, self.facts, dose.given_on, self.standing):
                continue
            if age_reason(dose.given_on, self.facts, rule) is None and not self._failed(dose, rule, None):
                return self._valid(dose, None, False, (Reason(ReasonCode.BY_LABEL, {"vaccine": dose.vaccine}, rule.source),))
        return None

    def _accepted(self, dose: DoseAdministered) -> Decision | None:
        for decision in self.facts.decisions:
            if decision.decision == "accept" and decision.group == self.group and decision.given_on == dose.given_on:
                return decision
        return None

    def _valid(self, dose: DoseAdministered, number: int | None, recurring: bool, said: tuple[Reason, ...]) -> Evaluation:
        facts, given_on, vaccine = self.facts, dose.given_on, dose.vaccine
        self.standing.count(Counted(number, given_on, vaccine, facts.schedule.vaccines[vaccine].antigens), recurring)
        if facts.questions and (warned := against_contraindication(given_on, vaccine, facts)):
            said = (*said, warned)
        return Evaluation(dose.n, given_on, vaccine, self.group, number, VALID, said)

    def _say(self, dose: DoseAdministered, status: EvaluationStatus, *reasons: Reason) -> Evaluation:
        if status is not EXTRANEOUS:
            self.standing.uncounted.append((dose.given_on, dose.vaccine))
        return Evaluation(dose.n, dose.given_on, dose.vaccine, self.group, None, status, reasons)


def _lot_reason(dose: DoseAdministered) -> Reason | None:
    if dose.expires_on is not None and dose.given_on > dose.expires_on:
        return Reason(ReasonCode.GIVEN_AFTER_EXPIRY, {"expires_on": dose.expires_on}, "label")
    return Reason(ReasonCode.SUBSTANDARD, {}, "lot") if dose.substandard else None
