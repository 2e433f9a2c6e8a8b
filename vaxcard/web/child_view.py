"""A child's record arranged for the counter: who, what is due, what waits, what was given. It arranges; the engine has decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vaxcard.api.access import Caller
from vaxcard.api.answers import is_hidden, reason_as_json, siblings_told, waits
from vaxcard.language import translations
from vaxcard.language.catalogues import marked
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.clinics import ClinicRecord, load_clinic
from vaxcard.records.messages import texts_of
from vaxcard.records.not_given import NotGivenBecause, not_given_of
from vaxcard.records.people import ChildRecord, ChildState, Guardianship
from vaxcard.records.visits import NextVisit
from vaxcard.schedule.brackets import BracketView, VisitView, lay_out
from vaxcard.schedule.history import Child
from vaxcard.schedule.outcomes import Forecast, Reason, SeriesStatus
from vaxcard.schedule.rules import Schedule
from vaxcard.web.given_view import Given, given_days

# The codes under which records keep who a guardian is; what an older record wrote in its own words is shown as it stands.
RELATIONS = {
    "mother": marked("mother"),
    "father": marked("father"),
    "grandmother": marked("grandmother"),
    "grandfather": marked("grandfather"),
    "parent": marked("parent"),
    "guardian": marked("guardian"),
    "relative": marked("relative"),
    "sibling": marked("brother or sister"),
    "other": marked("somebody else"),
}
NOT_TODAY = {
    NotGivenBecause.REFUSED: marked("refused today"),
    NotGivenBecause.ILL: marked("ill today"),
    NotGivenBecause.OUT_OF_STOCK: marked("none left today"),
}
_NOT_TODAY = marked("not given today")  # whatever is told to few
SHOWN_DAYS = 8  # of the history before the rest is folded away
_LEFT_VISIBLE = 8  # characters; a shorter number is not one that can be dialled from elsewhere


@dataclass(frozen=True)
class Brief:
    """A child in a list: enough to pick the right one, and no more."""

    id: UUID
    name: str
    sign: str
    born_on: date
    sex: str
    guardians: tuple[str, ...]
    at_this_clinic: bool
    is_twin: bool = False


@dataclass(frozen=True)
class Due:
    """A dose to give today."""

    group: str
    group_names: dict[str, str]
    dose: int | None
    vaccine: str
    others: tuple[str, ...]
    is_oral: bool
    days_since_last: int | None
    days_late: int
    is_paid: bool


@dataclass(frozen=True)
class NotToday:
    """A dose that is owed today and was not given, and why in a word."""

    due: Due
    why: str


@dataclass(frozen=True)
class Wait:
    """Doses that wait for the same day and reason; `until` None means until somebody has decided."""

    doses: tuple[tuple[dict[str, str], int | None], ...]
    until: date | None
    sentences: tuple[str, ...]
    is_barred: bool


@dataclass(frozen=True)
class View:
    """Everything on the child's page. `due` is what is left to give today; `next_visit` is after today once the child has been seen."""

    who: Brief
    display_name: str
    state: str
    is_sensitive: bool
    is_hidden: bool
    today: date
    clinic: ClinicRecord | None
    guardians: tuple[tuple[str | None, str | None, str | None], ...]
    siblings: tuple[Brief, ...]
    due: tuple[Due, ...]
    not_today: tuple[NotToday, ...]
    due_visit: tuple[VisitView, int] | None
    waits: tuple[Wait, ...]
    later: tuple[Wait, ...]
    given: tuple[Given, ...]
    given_before: tuple[Given, ...]
    next_visit: NextVisit | None
    may_agree: bool
    last_text: tuple[str, date] | None
    unverified: tuple[str, ...]


def brief(acting: Acting, child: ChildRecord, *, beside: date | None = None) -> Brief:
    """A child for a list; `beside` is the birth date of the child it stands next to."""
    bonds = () if is_hidden(acting, child) else child.guardianships
    names = tuple(name for each in bonds if (name := each.guardian.name(acting.keyring)))
    at_this_clinic = child.clinic_id == acting.clinic_id
    name = child.name(acting.keyring)
    return Brief(child.id, name, child.sign, child.born_on, child.sex, names, at_this_clinic, child.born_on == beside)


def whole(acting: Acting, chart: Chart, caller: Caller, lang: str) -> View:
    """The child's page, in the caller's ears: sensitive reasons only to those who may hear them."""
    child, schedule, hidden = chart.child, acting.schedule, is_hidden(acting, chart.child)
    plan = lay_out(schedule, Child(child.born_on, child.sex), chart.assessment)
    due, not_today = _owed_today(acting, chart)
    waiting = _gathered(schedule, [each for each in _by_group(chart, due=False) if waits(each)], chart, caller, lang)
    visit = None if hidden else chart.next_visit
    soon, later = _divided(waiting, visit)
    given = given_days(chart, plan, caller, lang)
    return View(
        who=brief(acting, child),
        display_name=child.display_name(acting.keyring),
        state=child.state,
        is_sensitive=child.is_sensitive,
        is_hidden=hidden,
        today=acting.today,
        clinic=None if hidden else load_clinic(acting.session, child.clinic_id),
        guardians=() if hidden else tuple(_guardian(acting, each, lang) for each in child.guardianships),
        siblings=tuple(brief(acting, each, beside=child.born_on) for each in siblings_told(acting, child)),
        due=due,
        not_today=not_today,
        due_visit=visit_of(plan, {each.group for each in due}),
        waits=soon,
        later=later,
        given=given[:SHOWN_DAYS],
        given_before=given[SHOWN_DAYS:],
        next_visit=_still_to_come(chart, visit, bool(not_today)),
        may_agree=visit is not None and child.clinic_id == acting.clinic_id and child.state == ChildState.ACTIVE,
        last_text=None if hidden else next(((text.state, text.send_on) for text in texts_of(acting.session, child.id)), None),
        unverified=chart.assessment.unverified,
    )


def visit_of(plan: Sequence[BracketView], groups: Iterable[str]) -> tuple[VisitView, int] | None:
    """The first visit of the plan, with its bracket's number, that still asks for one of these groups."""
    wanted = set(groups)
    for bracket in plan:
        for visit in bracket.visits:
            if any(slot.slot.group in wanted and slot.state in ("late", "next") for slot in visit.slots):
                return visit, bracket.bracket.number
    return None


def _owed_today(acting: Acting, chart: Chart) -> tuple[tuple[Due, ...], tuple[NotToday, ...]]:
    """What is left to give today, and what was owed and declined."""
    owed, declined = [_due(acting.schedule, chart, each) for each in _by_group(chart, due=True)], _declined_today(acting, chart)
    left = tuple(each for each in owed if each.group not in declined)
    return left, tuple(NotToday(each, declined[each.group]) for each in owed if each.group in declined)


def _declined_today(acting: Acting, chart: Chart) -> dict[str, str]:
    """By group, why a vaccine that was owed is not given today: it is not called for again, unless somebody gives it after all."""
    found = {}
    for row in not_given_of(acting.session, chart.child.id):
        if row.given_on == acting.today and row.vaccine in acting.schedule.vaccines:
            because = None if is_hidden(acting, chart.child) else row.not_given_because
            words = NOT_TODAY[NotGivenBecause(because)] if because in NOT_TODAY else _NOT_TODAY
            found.update(dict.fromkeys(acting.schedule.vaccines[row.vaccine].groups, words))
    return found


def _still_to_come(chart: Chart, visit: NextVisit | None, has_declined: bool) -> NextVisit | None:
    """The next visit; once the child has been seen today, one of today is none that a family could come to."""
    today = chart.assessment.on
    is_seen = has_declined or any(dose.given_on == today for dose in chart.doses)
    return None if visit is not None and is_seen and visit.visit_on <= today else visit


def _by_group(chart: Chart, *, due: bool) -> list[Forecast]:
    return [each for each in chart.assessment.forecasts if (each.group in chart.assessment.due_now) == due]


def _guardian(acting: Acting, bond: Guardianship, lang: str) -> tuple[str | None, str | None, str | None]:
    guardian = bond.guardian
    relation = RELATIONS.get(bond.relation or "")
    shown = translations(lang).gettext(relation) if relation else bond.relation
    return guardian.name(acting.keyring), shown, masked(guardian.phone(acting.keyring))


def masked(phone: str | None) -> str | None:
    """A number that its owner recognises and a neighbour at the counter does not learn."""
    return f"{phone[:-8]} **** {phone[-4:]}" if phone and len(phone) > _LEFT_VISIBLE else phone


def _due(schedule: Schedule, chart: Chart, forecast: Forecast) -> Due:
    group = schedule.groups[forecast.group]
    last = max((each.given_on for each in chart.assessment.evaluations if each.group == forecast.group), default=None)
    vaccine = forecast.vaccines[0] if forecast.vaccines else ""
    return Due(
        group=forecast.group,
        group_names=dict(group.short_names),
        dose=forecast.dose,
        vaccine=vaccine,
        others=tuple(forecast.vaccines[1:]),
        is_oral=vaccine in schedule.vaccines and schedule.vaccines[vaccine].route == "oral",
        days_since_last=(chart.assessment.on - last).days if last else None,
        days_late=max((chart.assessment.on - forecast.past_due).days, 0) if forecast.past_due else 0,
        is_paid=group.optional,
    )


def _gathered(schedule: Schedule, forecasts: Iterable[Forecast], chart: Chart, caller: Caller, lang: str) -> list[Wait]:
    """Doses that wait for the same day for the same reason stand in one line, the soonest first."""
    lines: dict[tuple[date | None, tuple[str, ...], bool], list[tuple[dict[str, str], int | None]]] = {}
    today = chart.assessment.on
    for each in forecasts:
        until = each.earliest if each.earliest and each.earliest > today else None
        barred = each.status == SeriesStatus.CONTRAINDICATED or each.needs is not None
        telling = [reason for reason in each.reasons if not _is_past(reason, today)]
        sentences = tuple(dict.fromkeys(reason_as_json(reason, caller, lang, today)["sentence"] for reason in telling))
        lines.setdefault((until, sentences, barred), []).append((dict(schedule.groups[each.group].short_names), each.dose))
    gathered = [Wait(tuple(doses), until, sentences, barred) for (until, sentences, barred), doses in lines.items()]
    return sorted(gathered, key=lambda wait: (not wait.is_barred, wait.until or today))


def _is_past(reason: Reason, today: date) -> bool:
    """Whether a reason speaks of a day that has come: it explains no waiting any more."""
    valid_from = reason.values.get("valid_from")
    return isinstance(valid_from, date) and valid_from <= today


def _divided(waiting: Sequence[Wait], visit: NextVisit | None) -> tuple[tuple[Wait, ...], tuple[Wait, ...]]:
    """What a nurse may be asked about today, and what lies beyond the nearest of the days to come."""
    days = [wait.until for wait in waiting if wait.until]
    horizon = max(min(days), visit.visit_on if visit else min(days)) if days else None
    soon = tuple(wait for wait in waiting if wait.is_barred or wait.until is None or (horizon and wait.until <= horizon))
    return soon, tuple(wait for wait in waiting if wait not in soon)
