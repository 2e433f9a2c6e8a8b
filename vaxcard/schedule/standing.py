"""How far a child has come on one series while its doses are taken in order: doses that counted, targets met, the last dose."""

from dataclasses import dataclass
from datetime import date


@dataclass(slots=True)
class Counted:
    """A dose that counted; `number` is the programme's, None when it took no place in the series."""

    number: int | None
    given_on: date
    vaccine: str
    antigens: frozenset[str]


class Standing:
    """A series in progress; only evaluation adds to it."""

    __slots__ = ("met_on", "reached", "seen", "valid")

    def __init__(self) -> None:
        self.valid: list[Counted] = []
        self.met_on: dict[int, date] = {}
        self.reached = 0
        self.seen: list[tuple[date, bool]] = []

    def count(self, dose: Counted, recurring: bool) -> None:
        """Take in a dose that counted; a recurring target stays open behind it."""
        self.valid.append(dose)
        if dose.number is not None:
            self.met_on[dose.number] = dose.given_on
            self.reached = dose.number - 1 if recurring else dose.number

    def previous(self, day: date) -> date | None:
        """The last dose before one on `day`, counted or not; one that did not count and was given the same day is passed over."""
        if not self.seen:
            return None
        for given_on, counted in reversed(self.seen):
            if counted or given_on < day:
                return given_on
        return None

    def latest_of(self, vaccines: frozenset[str]) -> date | None:
        """The latest counted dose of any of these vaccines."""
        return next((dose.given_on for dose in reversed(self.valid) if dose.vaccine in vaccines), None)
