"""What stands between a form and the record: what can't have happened, and what would have stopped the needle.

The first is refused for good. The second is refused before injecting, and kept as an incident where it happened all the same.
"""

from __future__ import annotations

import unicodedata

from vaxcard.errors import InputFault, Refused
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.boxes import other_vaccine
from vaxcard.records.doses import DoseForm, DoseSource
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.recalls import recall_of_lot
from vaxcard.records.trace_codes import used_for
from vaxcard.schedule.history import DoseAdministered
from vaxcard.schedule.outcomes import EvaluationStatus
from vaxcard.schedule.rules import Schedule
from vaxcard.schedule.visit_rules import load_visit_rules


def refuse_the_impossible(acting: Acting, child: ChildRecord, form: DoseForm) -> None:
    """Only what cannot have happened is refused for good."""
    if form.vaccine not in acting.schedule.vaccines:
        raise InputFault(
            "this vaccine is not in the schedule's list",
            place="vaccine",
            advice="scan the box again, or choose the product from the list",
        )
    if form.given_on < child.born_on:
        raise InputFault("the dose would lie before the child's birth", place="given_on", advice="correct the date")
    if form.given_on > acting.today:
        raise InputFault("the dose would lie in the future", place="given_on", advice="record it when it has been given")
    if child.state == ChildState.DIED:
        raise InputFault("the child is recorded as having died", place="child", advice="ask a physician to correct the record first")


def site_is_missing(schedule: Schedule, form: DoseForm) -> bool:
    """Whether an injection given here does not say where it went. What happened all the same may leave it open; drops have no site."""
    vaccine = schedule.vaccines.get(form.vaccine)
    here = form.source == DoseSource.CLINIC and form.place is None
    return vaccine is not None and vaccine.route == "injection" and here and form.site is None and not _says_why(form.happened)


def stop_before_injecting(acting: Acting, read: chart.Chart, form: DoseForm) -> list[str]:
    """What would have stopped the injection. Refused unless the form says why it happened; then kept as incidents."""
    incidents = [code for code, found in _stops(acting, read, form) if found]
    if not incidents and form.source == DoseSource.CLINIC and _would_not_count(acting, read, form):
        incidents = ["would-not-count"]  # whatever else stops a dose says more plainly why it would not count
    if incidents and not _says_why(form.happened):
        raise Refused(
            "; ".join(_SAID[code] for code in incidents),
            reason=incidents[0],
            advice="don't inject. If it has been given already, record it with the reason why",
        )
    return incidents


def _says_why(reason: str | None) -> bool:
    """Whether there is something to read: two letters or digits at least, in any script; blanks and invisible marks are no reason."""
    return sum(unicodedata.category(character)[0] in "LN" for character in reason or "") >= _LEAST_REASON


_LEAST_REASON = 2

_SAID = {
    "expired": "the vaccine was past its expiry date on that day",
    "recalled-lot": "this lot has been recalled",
    "duplicate-vaccine-same-day": "this vaccine is already recorded for the child on that day",
    "site-already-used-today": "another injection on that day went into the same site",
    "not-due": "this vaccine is not due for the child today",
    "would-not-count": "the dose would not count for this child: another product, or another day, is due",
    "wrong-route": "this vaccine is not given that way",
    "box-of-another-child": "the code on this box stands on another child's record already",
    "box-of-another-vaccine": "boxes with this code held another vaccine until now",
    "box-used-before": "the code on this box stands on this child's record already",
}


def _stops(acting: Acting, read: chart.Chart, form: DoseForm) -> list[tuple[str, bool]]:
    used, child = used_for(acting.session, acting.schedule, form), read.child
    that_day = [dose for dose in read.doses if dose.given_on == form.given_on]
    injected = acting.schedule.vaccines[form.vaccine].route != "oral"
    return [
        ("expired", form.expires_on is not None and form.expires_on < form.given_on),
        ("recalled-lot", _is_recalled(acting, form)),
        ("duplicate-vaccine-same-day", any(dose.vaccine == form.vaccine for dose in that_day)),
        (
            "site-already-used-today",
            injected and form.site is not None and any(dose.site == form.site for dose in that_day),
        ),
        (
            "not-due",
            form.source == DoseSource.CLINIC and form.given_on == acting.today and not _is_due(acting, read, form),
        ),
        ("wrong-route", _is_wrong_route(acting, form)),
        ("box-of-another-child", used is not None and used.child_id != child.id),
        ("box-used-before", used is not None and used.child_id == child.id and used.given_on != form.given_on),
        ("box-of-another-vaccine", _holds_another(acting, form)),
    ]


def _is_recalled(acting: Acting, form: DoseForm) -> bool:
    """Whether the lot is called back. A dose that a paper tells of was given; whoever had it stands on the recall's own list."""
    given_here = form.source == DoseSource.CLINIC and form.lot_number is not None
    return given_here and recall_of_lot(acting.session, form.vaccine, form.lot_number or "") is not None


def _holds_another(acting: Acting, form: DoseForm) -> bool:
    """Whether the box is of a product that was another vaccine until now: a slip of the hand, of the list or of the fridge."""
    return form.trace_code is not None and other_vaccine(acting.session, acting.schedule, form.trace_code, form.vaccine) is not None


def box_is_missing(schedule: Schedule, form: DoseForm) -> bool:
    """Whether a box for one dose was neither scanned nor typed for a reason. A vial for several lends its lot, a paper has none."""
    rules = load_visit_rules(schedule.code)
    one_dose = form.vaccine in schedule.vaccines and form.vaccine not in rules.many_doses and rules.box is not None
    here = form.source == DoseSource.CLINIC and form.place is None
    return one_dose and here and form.trace_code is None and form.typed_because is None and not _says_why(form.happened)


def _would_not_count(acting: Acting, read: chart.Chart, form: DoseForm) -> bool:
    """Whether the dose would be worth nothing in any of its groups; one that no group judges is the label's affair."""
    judged = chart.trial(acting, read, DoseAdministered(0, form.given_on, form.vaccine, form.expires_on))
    statuses = [evaluation.status for evaluation in judged if evaluation.group is not None]
    return bool(statuses) and EvaluationStatus.VALID not in statuses


def _is_wrong_route(acting: Acting, form: DoseForm) -> bool:
    """Drops go into the mouth and nothing else does; where it is written, a needle goes only as deep as the product is meant to."""
    by_mouth = acting.schedule.vaccines[form.vaccine].route == "oral"
    told = [place in _MOUTH for place in (form.route, form.site) if place]
    way = load_visit_rules(acting.schedule.code).ways.get(form.vaccine)
    otherwise = form.route in _NEEDLES and way is not None and form.route != way
    return otherwise or any(mouth != by_mouth for mouth in told)


_MOUTH = ("oral", "mouth")
_NEEDLES = ("intramuscular", "subcutaneous", "intradermal")


def _is_due(acting: Acting, read: chart.Chart, form: DoseForm) -> bool:
    """Whether any group that the vaccine serves is due today; a paid vaccine that nothing forecasts yet may always be begun."""
    groups = set(acting.schedule.vaccines[form.vaccine].groups)
    assessment = read.assessment
    if groups & set(assessment.due_now):
        return True
    forecast = {forecast.group for forecast in assessment.forecasts}
    return all(acting.schedule.groups[group].optional and group not in forecast for group in groups)
