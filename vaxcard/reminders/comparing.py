"""Do texts do anything? Reminded families beside those held out, with the range of the difference; honest where it can't be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from sqlalchemy.orm import Session

from vaxcard.records.text_figures import Group, compared

WITHIN = timedelta(days=28)  # from the first word about a visit to the dose
OVER = timedelta(days=92)
_Z = 1.96  # of a normal distribution, for 95 in 100


@dataclass(frozen=True)
class Comparison:
    """Both groups over a time whose doses are all in, and the difference in children of 100 with its range; None where one is empty."""

    first: date
    last: date
    reminded: Group
    held_out: Group
    difference: tuple[float, float, float] | None

    @property
    def says_something(self) -> bool:
        """Whether the range leaves out that texts do nothing."""
        return self.difference is not None and not self.difference[1] <= 0 <= self.difference[2]


def compare(session: Session, today: date) -> Comparison:
    """The groups of the three months up to four weeks ago."""
    last = today - WITHIN - timedelta(days=1)
    first = last - OVER
    reminded, held_out = compared(session, first, last, WITHIN)
    return Comparison(first, last, reminded, held_out, difference(reminded, held_out))


def difference(reminded: Group, held_out: Group) -> tuple[float, float, float] | None:
    """Of 100 children so many more came when reminded: the estimate, and Newcombe's range (1998, method 10) at 95 in 100."""
    if not reminded.children or not held_out.children:
        return None
    one, (low_one, high_one) = reminded.came / reminded.children, _wilson(reminded)
    two, (low_two, high_two) = held_out.came / held_out.children, _wilson(held_out)
    low = one - two - sqrt((one - low_one) ** 2 + (high_two - two) ** 2)
    high = one - two + sqrt((high_one - one) ** 2 + (two - low_two) ** 2)
    return 100 * (one - two), 100 * low, 100 * high


def _wilson(group: Group) -> tuple[float, float]:
    """Wilson's range of a share."""
    share, number = group.came / group.children, group.children
    middle = share + _Z**2 / (2 * number)
    spread = _Z * sqrt(share * (1 - share) / number + _Z**2 / (4 * number**2))
    whole = 1 + _Z**2 / number
    return (middle - spread) / whole, (middle + spread) / whole
