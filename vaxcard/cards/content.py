"""What stands on each card of a set, worked out from the plan's views and the child's facts: pure, no rows, no ink.

Nothing of it is a diagnosis, an identity number or an address; where things stand is `layout`'s to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vaxcard.cards import layout, wording
from vaxcard.guidance import library
from vaxcard.guidance.library import Advice
from vaxcard.papers.typography import DoesNotFit
from vaxcard.schedule.brackets import BracketView, SlotView, VisitView
from vaxcard.schedule.rules import Schedule

COVER = 0
NOTES = 99
"""The bracket number under which a notes card is issued: no schedule has so many brackets."""


@dataclass(frozen=True)
class ChildFacts:
    """What a card may say of a child."""

    display_name: str
    sign: str
    born_on: date
    sex: str


@dataclass(frozen=True)
class ClinicFacts:
    """Where to go and whom to ring; `openings` are weekly sessions."""

    name: str
    phone: str | None
    openings: tuple[wording.Opening, ...] = ()


@dataclass(frozen=True)
class Appointment:
    """The next visit, as the registry has it."""

    on: date
    groups: tuple[str, ...]


@dataclass(frozen=True)
class IssuedCode:
    """What an issued card carries: the text of its symbol and its short code."""

    url: str
    short_code: str


@dataclass(frozen=True)
class Identity:
    """What both faces of every card carry, so that pouches of brothers and sisters are told apart."""

    display_name: str
    sign: str
    born_on: date
    sex: str
    number: int
    total: int
    code: IssuedCode


@dataclass(frozen=True)
class Look:
    """How a card is told from the others: colours, animal, age in both languages, and the tab's place (0 has none)."""

    key: str
    fill: str
    tint: str
    on_fill: str
    animal: str
    age: str
    second_age: str
    tab: int


@dataclass(frozen=True)
class DoseBox:
    """One dose on a card: what it is, and what is printed into its box when it was given."""

    oral: bool
    name: str
    code: str
    dose: str
    given_on: date | None = None
    lot: str | None = None
    not_needed: bool = False


@dataclass(frozen=True)
class VisitBlock:
    """One numbered visit and its doses."""

    number: int
    age: str
    boxes: tuple[DoseBox, ...]


@dataclass(frozen=True)
class BracketCard:
    """A card of one age bracket; `following` is the next card's look, None on the last."""

    identity: Identity
    look: Look
    visits: tuple[VisitBlock, ...]
    advice: tuple[Advice, ...]
    following: Look | None
    is_finished: bool


@dataclass(frozen=True)
class NextVisit:
    """The cover's answer to when: date, visit number and the look of the card that it is on."""

    on: date
    number: int | None
    look: Look | None
    is_late: bool
    show_year: bool


@dataclass(frozen=True)
class MapEntry:
    """One card in the cover's map of the set, with the numbers of its visits."""

    look: Look
    visits: str


@dataclass(frozen=True)
class CoverCard:
    """The card that hangs outwards."""

    identity: Identity
    next: NextVisit | None
    clinic: ClinicFacts
    hours: str
    map: tuple[MapEntry, ...]


@dataclass(frozen=True)
class NotesCard:
    """A neutral card with lines to write paid vaccines on; what is on record of them is printed."""

    identity: Identity
    boxes: tuple[DoseBox, ...]


Card = CoverCard | BracketCard | NotesCard


def card_numbers(schedule: Schedule, sex: str) -> tuple[int, ...]:
    """The brackets for which a child gets a card, in order: the cover, each bracket of the plan that concerns
    the child, and a notes card in the place of one that does not."""
    concerned = [bracket.number for bracket in schedule.brackets if bracket.sex in (None, sex) or sex == "unknown"]
    spare = (NOTES,) if len(concerned) < len(schedule.brackets) else ()
    return (COVER, *concerned, *spare)


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
) -> tuple[Card, ...]:
    """The cards of a set. `lots` by the dose's number in the history; `extra` are doses that no slot of the plan shows;
    `codes` has one entry for each of `card_numbers`."""
    numbers = card_numbers(schedule, child.sex)
    looks = [_look(view, tab) for tab, view in enumerate(views, start=1)]
    identities = {
        bracket: Identity(child.display_name, child.sign, child.born_on, child.sex, place, len(numbers), codes[bracket])
        for place, bracket in enumerate(numbers, start=1)
    }
    cover = CoverCard(
        identities[COVER],
        _next_visit(views, looks, appointment, printed_on),
        clinic,
        wording.opening_hours(clinic.openings),
        tuple(MapEntry(look, _visit_range(view)) for view, look in zip(views, looks, strict=True)),
    )
    cards: list[Card] = [cover]
    for view, look, following in zip(views, looks, [*looks[1:], None], strict=True):
        cards.append(_bracket_card(schedule, view, look, following, identities[view.bracket.number], lots))
    if NOTES in numbers:
        cards.append(NotesCard(identities[NOTES], tuple(extra)))
    return tuple(cards)


def dose_box(schedule: Schedule, vaccine_code: str, given_on: date, lot: str | None) -> DoseBox:
    """A dose on record that no slot of the plan shows, for the notes card."""
    vaccine = schedule.vaccine(vaccine_code)
    first, second = wording.languages()
    return DoseBox(vaccine.route == "oral", vaccine.short_names[first], vaccine.short_names[second], "", given_on, lot)


def _look(view: BracketView, tab: int) -> Look:
    bracket = view.bracket
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


def _visit_range(view: BracketView) -> str:
    first, last = view.visits[0].visit.number, view.visits[-1].visit.number
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


def _bracket_card(
    schedule: Schedule,
    view: BracketView,
    look: Look,
    following: Look | None,
    identity: Identity,
    lots: Mapping[int, str | None],
) -> BracketCard:
    first, _ = wording.languages()
    visits = tuple(
        VisitBlock(
            visit.visit.number,
            visit.visit.age_label[first],
            tuple(_slot_box(schedule, slot, lots) for slot in visit.slots),
        )
        for visit in view.visits
    )
    if not layout.fits([len(visit.boxes) for visit in visits]):
        raise DoesNotFit(
            "the visits of an age bracket leave boxes too small to write in",
            place=f"bracket {view.bracket.code}",
            advice="divide it into two brackets in the schedule's data",
        )
    boxes = [box for visit in visits for box in visit.boxes]
    finished = all(box.given_on or box.not_needed for box in boxes)
    return BracketCard(identity, look, visits, library.advice(view.bracket.code), following, finished)


def _slot_box(schedule: Schedule, slot: SlotView, lots: Mapping[int, str | None]) -> DoseBox:
    vaccine = schedule.vaccine(slot.vaccine or slot.slot.vaccine)
    first, second = wording.languages()
    return DoseBox(
        vaccine.route == "oral",
        vaccine.short_names[first],
        vaccine.short_names[second],
        wording.say("dose", dose=slot.slot.dose),
        slot.given_on,
        lots.get(slot.n) if slot.n is not None else None,
        slot.state == "not_needed" and slot.given_on is None,
    )
