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

    __slots__ = ("_seen", "last_counted", "met_on", "reached", "uncounted", "valid")

    def __init__(self) -> None:
        self.valid: list[Counted] = []
        self.uncounted: list[tuple[date, str]] = []
        self.met_on: dict[int, date] = {}
        self.reached = 0
        self.last_counted: date | None = None
        """The day of the last dose if that one counted: `previous`, known without a search."""
        self._seen: list[tuple[date, bool]] = []

    def count(self, dose: Counted, recurring: bool) -> None:
        """Take in a dose that counted; a recurring target stays open behind it."""
        self.valid.append(dose)
        if dose.number is not None:
            self.met_on[dose.number] = dose.given_on
            self.reached = dose.number - 1 if recurring else dose.number

    def see(self, given_on: date, counted: bool) -> None:
        """Note that a dose has been judged."""
        self._seen.append((given_on, counted))
        self.last_counted = given_on if counted else None

    def previous(self, day: date) -> date | None:
        """The last dose before one on `day`, counted or not; one that did not count and was given the same day is passed over."""
        if self.last_counted is not None:
            return self.last_counted
        for given_on, counted in reversed(self._seen):
            if counted or given_on < day:
                return given_on
        return None

    def latest_of(self, vaccines: frozenset[str]) -> date | None:
        """The latest counted dose of any of these vaccines."""
        return next((dose.given_on for dose in reversed(self.valid) if dose.vaccine in vaccines), None)
