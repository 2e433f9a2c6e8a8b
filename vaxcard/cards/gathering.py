"""Reads a child's record into the content of its cards; the only place where the cards meet the registry's rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from vaxcard.cards import composing
from vaxcard.cards.content import Appointment, Card, ChildFacts, ClinicFacts, DoseBox, IssuedCode
from vaxcard.cards.drawing import can_be_printed
from vaxcard.cards.issuing import issue_set, refuse_closed
from vaxcard.cards.payload import SHORT_CODE_LENGTH, card_url, with_check
from vaxcard.keyring import CROCKFORD, TOKEN_LENGTH
from vaxcard.papers.typography import missing
from vaxcard.records import chart as charts
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.clinics import load_clinic
from vaxcard.records.people import ChildRecord
from vaxcard.schedule.brackets import BracketView, lay_out
from vaxcard.schedule.history import Child


@dataclass(frozen=True)
class CardSet:
    """A child's cards ready to be drawn; `notes` say what a clerk must write by hand."""

    child_id: UUID
    cards: tuple[Card, ...]
    notes: tuple[str, ...]
    card_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What a print is given besides the children: the printed address, the symbol's version, where ids and letters come from,
    and, unless whole sets are wanted, which cards of each (2 is "2 / 8")."""

    public_url: str
    qr_version: int
    new_id: Callable[[], UUID]
    random_text: Callable[[int], str]
    places: frozenset[int] = frozenset()


def gather(acting: Acting, child_id: UUID, asked: Asked) -> CardSet:
    """The child's set, cards issued where they were missing. Raises NotFound, and Refused for a child whose cards are closed."""
    child = charts.load_child(acting.session, child_id, lock=True)
    refuse_closed(child)
    plan = _planned(acting, _up_to_date(acting, child))
    issued = issue_set(acting, child, plan.brackets, new_id=asked.new_id, random_text=asked.random_text)
    codes = {
        bracket: IssuedCode(
            card_url(asked.public_url, card.token(acting.keyring), qr_version=asked.qr_version),
            card.short_code(acting.keyring, child.person_key),
        )
        for bracket, card in issued.items()
    }
    cards, notes = _filled_in(acting, plan, codes)
    wanted = tuple(card for card in cards if not asked.places or card.identity.number in asked.places)
    printed = [issued[bracket].id for bracket, card in zip(plan.brackets, cards, strict=True) if card in wanted]
    return CardSet(child_id, wanted, notes, tuple(printed))


def specimen(acting: Acting, child_id: UUID, public_url: str, qr_version: int) -> CardSet:
    """The child's set as it would be printed, under codes that open nothing: to be looked at. No card is issued and nothing written.

    Raises NotFound, and Refused for a child whose cards are closed.
    """
    chart = charts.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
    refuse_closed(chart.child)
    plan, nothing = _planned(acting, chart), CROCKFORD[0]
    url = card_url(public_url, nothing * TOKEN_LENGTH, qr_version=qr_version)
    code = IssuedCode(url, with_check(nothing * (SHORT_CODE_LENGTH - 1)))
    cards, notes = _filled_in(acting, plan, dict.fromkeys(plan.brackets, code))
    return CardSet(child_id, cards, notes)


@dataclass(frozen=True)
class _Plan:
    """A record laid out: what each bracket shows, the paid doses beside it, and under which numbers the set's cards are issued."""

    chart: Chart
    views: tuple[BracketView, ...]
    paid: list[DoseBox]
    brackets: tuple[int, ...]


def _planned(acting: Acting, chart: Chart) -> _Plan:
    views = lay_out(acting.schedule, Child(chart.child.born_on, chart.child.sex), chart.assessment)
    paid = paid_doses(acting, chart, views)
    return _Plan(chart, views, paid, composing.card_numbers(acting.schedule, chart.child.sex, len(paid)))


def _filled_in(acting: Acting, plan: _Plan, codes: Mapping[int, IssuedCode]) -> tuple[tuple[Card, ...], tuple[str, ...]]:
    """The cards with what is known of the child, and what is left to write by hand."""
    child = plan.chart.child
    name, clinic = child.display_name(acting.keyring), clinic_facts(acting, child.clinic_id)
    problem = can_be_printed(name)
    facts = ChildFacts("" if problem else name, child.sign, child.born_on, child.sex)
    notes = [f"child {child.id}: {problem}; each card has a line to write the name on"] if problem else []
    if not clinic.name:
        notes.append(f"clinic {child.clinic_id}: the fonts cannot draw its name; the cover has a line to write it on")
    return _compose(acting, plan, facts, clinic, codes), tuple(notes)


def clinic_facts(acting: Acting, clinic_id: UUID) -> ClinicFacts:
    """Where to go; without a name where the fonts lack a character of it."""
    clinic = load_clinic(acting.session, clinic_id)
    openings = tuple((session.weekday, session.opens, session.closes) for session in clinic.sessions)
    return ClinicFacts("" if missing(clinic.name) else clinic.name, clinic.phone, openings)


def _up_to_date(acting: Acting, child: ChildRecord) -> Chart:
    """The record; a next visit that has passed is worked out again, for a card is kept for months."""
    chart = charts.read(acting.session, acting.keyring, acting.schedule, child.id, acting.today)
    if chart.next_visit is not None and chart.next_visit.visit_on < acting.today:
        chart = charts.refresh(acting, child)
    return chart


def _compose(
    acting: Acting, plan: _Plan, facts: ChildFacts, clinic: ClinicFacts, codes: Mapping[int, IssuedCode]
) -> tuple[Card, ...]:
    chart, visit = plan.chart, plan.chart.next_visit
    return composing.compose(
        acting.schedule,
        facts,
        clinic,
        plan.views,
        Appointment(visit.visit_on, tuple(visit.groups)) if visit else None,
        lots={n: dose.lot_number for n, dose in enumerate(chart.doses, start=1)},
        extra=plan.paid,
        codes=codes,
        printed_on=acting.today,
        uncounted=composing.uncounted_doses(acting.schedule, chart.assessment),
    )


def paid_doses(acting: Acting, chart: Chart, views: tuple[BracketView, ...]) -> list[DoseBox]:
    """Doses that no place of the plan shows and that the programme does not owe: what the notes card is for."""
    shown = {slot.n for view in views for visit in view.visits for slot in visit.slots if slot.n is not None}
    groups = acting.schedule.groups
    return [
        composing.dose_box(acting.schedule, dose.vaccine, dose.given_on, dose.lot_number)
        for n, dose in enumerate(chart.doses, start=1)
        if n not in shown and all(groups[group].optional for group in acting.schedule.vaccine(dose.vaccine).groups)
    ]
