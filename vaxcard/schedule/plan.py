"""The routine plan as it is printed: age brackets, their colours and animals, and the numbered visits with their doses."""

from collections.abc import Mapping
from dataclasses import dataclass

from vaxcard.schedule.dates import Duration


@dataclass(frozen=True, slots=True)
class Slot:
    """One dose of the routine plan: the group, the programme's number, and the product as printed."""

    group: str
    dose: int
    vaccine: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of the routine plan; its number is the only big numeral that a family meets."""

    number: int
    age_label: Mapping[str, str]
    doses: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Bracket:
    """One card: an age, a colour with its tint and the text colour that reads on it, an animal, and visits.

    A child is in the last bracket whose `from_age` it has reached: what a family is told goes by that, never by the doses given.
    """

    number: int
    code: str
    from_age: Duration
    names: Mapping[str, str]
    age_label: Mapping[str, str]
    colour: str
    tint: str
    text_on_fill: str
    animal: str
    animal_names: Mapping[str, str]
    sex: str | None
    visits: tuple[Visit, ...]
