"""Works out a child's set of cards from the plan's views and the child's facts: which cards there are, and what stands on each.

A bracket or a list of paid doses that one card does not hold goes on to another: nothing is dropped. Pure, no rows, no ink.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vaxcard.cards import layout, wording
from vaxcard.cards.content import (
    COVER,
    MORE,
    NOTES,
    Appointment,
    BracketCard,
    Card,
    ChildFacts,
    ClinicFacts,
    CoverCard,
    DoseBox,
    GrowthRange,
    Identity,
    IssuedCode,
    Look,
    MapEntry,
    NextVisit,
    NotesCard,
    UncountedDose,
    VisitBlock,
)
from vaxcard.guidance import growth_standards, library
from vaxcard.guidance.growth_standards import Measure
from vaxcard.guidance.library import Advice
from vaxcard.schedule.brackets import Bracket, BracketView, SlotView, VisitView
from vaxcard.schedule.outcomes import Assessment, EvaluationStatus
from vaxcard.schedule.rules import Schedule

_UNCOUNTED = (EvaluationStatus.NOT_VALID, EvaluationStatus.SUB_STANDARD)


def card_numbers(schedule: Schedule, sex: str, paid: int = 0) -> tuple[int, ...]:
    """The numbers under which a child's cards are issued, in order: the cover, the cards of each bracket that concerns the child,
    and notes cards: as many as `paid` doses need, and at least one in the place of a bracket that does not concern the child.
    """
    concerned = [bracket for bracket in schedule.brackets if bracket.sex in (None, sex) or sex == "unknown"]
    numbers = [
        bracket.number + part * MORE
        for bracket in concerned
        for part in range(len(layout.divided([len(visit.doses) for visit in bracket.visits])))
    ]
    spare = 1 if len(concerned) < len(schedule.brackets) else 0
    notes = max(spare, -(-paid // layout.NOTE_ROWS))
    return (COVER, *numbers, *(NOTES + part * MORE for part in range(notes)))


def compose(
    schedule: Schedule,
    child: ChildFacts,
    clinic: ClinicFacts,
    views: Sequence[BracketView],
    appointment: Appointment | None,
    *,
    lots: Mapping[int, str | None],
    extra: Sequence[DoseBox],
    codes: Mapping[int, IssuedCode],
    printed_on: date,
    uncounted: Sequence[UncountedDose] = (),
) -> tuple[Card, ...]:
    """The cards of a set. `lots` by the dose's number in the history; `extra` are paid doses that no slot of the plan shows,
    `uncounted` those that are to be given again; `codes` has one entry for each of `card_numbers`, which is told how many `extra` are."""
    numbers = card_numbers(schedule, child.sex, len(extra))
    looks = [_look(view.bracket, tab) for tab, view in enumerate(views, start=1)]
    identities = {
        number: Identity(child.display_name, child.sign, child.born_on, child.sex, place, len(numbers), codes[number])
        for place, number in enumerate(numbers, start=1)
    }
    cover = CoverCard(
        identities[COVER],
        _next_visit(views, looks, appointment, printed_on),
        clinic,
        wording.opening_hours(clinic.openings),
        tuple(MapEntry(look, _visit_range(view.bracket)) for view, look in zip(views, looks, strict=True)),
    )
    cards: list[Card] = [cover]
    making = _Making(schedule, lots, identities, _awaited_again(views, uncounted))
    for view, look, following in zip(views, looks, [*looks[1:], None], strict=True):
        cards += making.bracket_cards(view, look, following)
    rows = layout.NOTE_ROWS
    for part, number in enumerate(number for number in numbers if number % MORE == NOTES):
        cards.append(NotesCard(identities[number], tuple(extra[part * rows : (part + 1) * rows])))
    return tuple(cards)


def blank_cover(schedule: Schedule, clinic: ClinicFacts, code: IssuedCode) -> CoverCard:
    """A cover that belongs to nobody yet: name, sign and first visit are written by hand, the map shows every age."""
    looks = [_look(bracket, tab) for tab, bracket in enumerate(schedule.brackets, start=1)]
    entries = [MapEntry(look, _visit_range(bracket)) for look, bracket in zip(looks, schedule.brackets, strict=True)]
    hours = wording.opening_hours(clinic.openings)
    return CoverCard(Identity("", "", None, "unknown", 0, 0, code), None, clinic, hours, tuple(entries), is_blank=True)


def dose_box(schedule: Schedule, vaccine_code: str, given_on: date, lot: str | None) -> DoseBox:
    """A dose on record that no slot of the plan shows, for the notes card."""
    vaccine = schedule.vaccine(vaccine_code)
    first, second = wording.languages()
    return DoseBox(vaccine.route == "oral", vaccine.short_names[first], vaccine.short_names[second], "", given_on, lot)


def uncounted_doses(schedule: Schedule, assessment: Assessment) -> tuple[UncountedDose, ...]:
    """The programme's doses that were given and do not count: each is owed again."""
    first, _ = wording.languages()
    return tuple(
        UncountedDose(evaluation.group, schedule.vaccine(evaluation.vaccine).short_names[first], evaluation.given_on)
        for evaluation in assessment.evaluations
        if evaluation.status in _UNCOUNTED and evaluation.group and not schedule.groups[evaluation.group].optional
    )


Place = tuple[int, int, int]
"""A dose of the plan: its bracket's number, its visit's place in the bracket, its own in the visit."""


def _awaited_again(views: Sequence[BracketView], uncounted: Sequence[UncountedDose]) -> dict[Place, list[UncountedDose]]:
    """Where each dose that is not counted is to be given again: the first place of its group that is still empty, if there is one."""
    empty: dict[str, Place] = {}
    for view in views:
        for at, visit in enumerate(view.visits):
            for row, slot in enumerate(visit.slots):
                if slot.given_on is None and slot.state != "not_needed":
                    empty.setdefault(slot.slot.group, (view.bracket.number, at, row))
    found: dict[Place, list[UncountedDose]] = {}
    for dose in uncounted:
        if dose.group in empty:
            found.setdefault(empty[dose.group], []).append(dose)
    return found


def _look(bracket: Bracket, tab: int) -> Look:
    first, second = wording.languages()
    return Look(
        bracket.code,
        bracket.colour,
        bracket.tint,
        bracket.text_on_fill,
        bracket.animal,
        bracket.age_label[first],
        bracket.age_label[second],
        tab,
    )


def _visit_range(bracket: Bracket) -> str:
    first, last = bracket.visits[0].number, bracket.visits[-1].number
    return f"{first}–{last}" if first != last else str(first)


def _next_visit(views: Sequence[BracketView], looks: Sequence[Look], appointment: Appointment | None, printed_on: date) -> NextVisit | None:
    if appointment is None:
        return None
    awaited = [
        (look, visit)
        for view, look in zip(views, looks, strict=True)
        for visit in view.visits
        if visit.state in ("next", "late") or _holds(visit, appointment.groups)
    ]
    wanted = [found for found in awaited if _holds(found[1], appointment.groups)] or awaited
    look, visit = wanted[0] if wanted else (None, None)
    return NextVisit(
        appointment.on,
        visit.visit.number if visit else None,
        look,
        bool(visit and visit.state == "late"),
        appointment.on.year != printed_on.year,
    )


def _holds(visit: VisitView, groups: Sequence[str]) -> bool:
    return any(slot.slot.group in groups and slot.state in ("next", "late") for slot in visit.slots)


@dataclass(frozen=True)
class _Making:
    """What every card of a bracket is made from."""

    schedule: Schedule
    lots: Mapping[int, str | None]
    identities: Mapping[int, Identity]
    again: Mapping[Place, Sequence[UncountedDose]]

    def bracket_cards(self, view: BracketView, look: Look, following: Look | None) -> list[BracketCard]:
        """The cards of a bracket: one, unless its boxes would be too small to write in."""
        parts = layout.divided([len(visit.slots) for visit in view.visits])
        advice = library.advice(view.bracket.code)
        cards = []
        for part, pieces in enumerate(parts):
            identity = self.identities[view.bracket.number + part * MORE]
            visits = tuple(self._block(view.visits[at], first, last) for at, first, last in pieces)
            comes_next = following if part == len(parts) - 1 else look
            boxes = [box for visit in visits for box in visit.boxes]
            finished = all(box.given_on or box.not_needed for box in boxes)
            growth = _growth(advice, identity.sex)
            again = self._again(view.bracket.number, pieces)
            cards.append(BracketCard(identity, look, visits, advice, comes_next, finished, growth, part, again))
        return cards

    def _again(self, bracket: int, pieces: Sequence[layout.Piece]) -> tuple[UncountedDose, ...]:
        """What is owed again on this card; a product that missed in two groups is named once."""
        places = [(bracket, at, row) for at, first, last in pieces for row in range(first, last)]
        found = {(dose.name, dose.given_on): dose for place in places for dose in self.again.get(place, ())}
        return tuple(found.values())

    def _block(self, visit: VisitView, first: int, last: int) -> VisitBlock:
        age = visit.visit.age_label[wording.languages()[0]]
        return VisitBlock(visit.visit.number, age, tuple(self._box(slot) for slot in visit.slots[first:last]))

    def _box(self, slot: SlotView) -> DoseBox:
        """A combined product stands in each of its groups' rows under that row's own name, so that one injection isn't read as several."""
        product = self.schedule.vaccine(slot.vaccine or slot.slot.vaccine)
        first, second = wording.languages()
        combined = len(product.groups) > 1
        shown = self.schedule.vaccine(slot.slot.vaccine) if combined else product
        code = product.short_names[first] if combined else product.short_names[second]
        return DoseBox(
            product.route == "oral",
            shown.short_names[first],
            "" if slot.state == "waiting" else code,  # a clinician may still choose the product
            wording.say("dose", dose=slot.slot.dose),
            slot.given_on,
            self.lots.get(slot.n) if slot.n is not None else None,
            slot.state == "not_needed" and slot.given_on is None,
        )


def _growth(advice: Sequence[Advice], sex: str) -> GrowthRange | None:
    """The range of the picture that asks for one; None where the sex is not known, for boys and girls differ. Whole centimetres,
    for families read them off a door post; no weight where weight alone says nothing any more."""
    asked = next((one.growth for one in advice if one.growth), None)
    if asked is None or not growth_standards.covers(Measure.LENGTH, sex, asked.months):
        return None
    first, second = wording.languages()
    cm = "–".join(f"{value:.0f}" for value in growth_standards.printed_range(Measure.LENGTH, sex, asked.months))
    kg = ""
    if growth_standards.covers(Measure.WEIGHT, sex, asked.months):
        kg = "–".join(f"{value:.1f}" for value in growth_standards.printed_range(Measure.WEIGHT, sex, asked.months))
    who = wording.say(f"child_{sex}", age=asked.age[first]), wording.say(f"child_{sex}", second=True, age=asked.age[second])
    check_up = (asked.check_up[first], asked.check_up[second]) if asked.check_up else ("", "")
    return GrowthRange(who, f"{cm} cm", f"{kg} kg" if kg else "", check_up)
