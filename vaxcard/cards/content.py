"""What may stand on each card of a set: plain facts, no rows, no ink; `composing` fills them in, `layout` says where they stand.

Nothing of it is a diagnosis, an identity number or an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vaxcard.cards import wording
from vaxcard.guidance.library import Advice

COVER = 0
NOTES = 99
"""The bracket number under which a notes card is issued: no schedule has so many brackets."""
MORE = 100
"""Added to a bracket's number for its second card, twice for its third: a full bracket, or more paid doses than one card holds."""


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
    """What both faces of every card carry, so that pouches of brothers and sisters are told apart. A blank card has no name,
    no sign, no birth date and no number."""

    display_name: str
    sign: str
    born_on: date | None
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
class GrowthRange:
    """How tall and heavy most children of the child's sex are at an age: in each language the age and sex, and when to have a check-up
    (empty for none); `kilograms` is empty at an age for which the standard has no weight."""

    who: tuple[str, str]
    centimetres: str
    kilograms: str
    check_up: tuple[str, str]


@dataclass(frozen=True)
class UncountedDose:
    """A dose that was given and is not counted, so that it is to be given again; `group` is what it was given for."""

    group: str
    name: str
    given_on: date


@dataclass(frozen=True)
class BracketCard:
    """A card of one age bracket; `following` is the next card's look, None on the last; `part` counts from 0 where a
    bracket fills several cards. `growth` takes the place of the words of the picture that has one. `uncounted` stands in the
    remarks of the card on which the dose is awaited again."""

    identity: Identity
    look: Look
    visits: tuple[VisitBlock, ...]
    advice: tuple[Advice, ...]
    following: Look | None
    is_finished: bool
    growth: GrowthRange | None = None
    part: int = 0
    uncounted: tuple[UncountedDose, ...] = ()


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
    """The card that hangs outwards; a blank one belongs to nobody yet and leaves room to write the first visit."""

    identity: Identity
    next: NextVisit | None
    clinic: ClinicFacts
    hours: str
    map: tuple[MapEntry, ...]
    is_blank: bool = False


@dataclass(frozen=True)
class NotesCard:
    """A neutral card with lines to write paid vaccines on; what is on record of them is printed."""

    identity: Identity
    boxes: tuple[DoseBox, ...]


Card = CoverCard | BracketCard | NotesCard
