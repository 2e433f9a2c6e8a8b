"""When families are texted: the numbers of a reminder programme in one place, with what is known about them.

They are about texts, not about vaccines: ages and intervals stay in the schedule's data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta


@dataclass(frozen=True)
class Policy:
    """Days are calendar days in the clinic's time zone, times the clinic's own.

    Before, on the day and after: two texts three days apart did best of 22 designs (Milkman et al., PNAS 2022, 689,693 people);
    a text on the day itself did better than one a day or two before (RR 1.27 against 1.13; Eze et al., PMC8296799, table 2);
    more than two texts did better for being on time than one or two (RR 1.91 against 1.16; the same review, on timeliness).
    What bears no source below is a choice of ours, from what providers allow.
    """

    before_days: int = 3
    missed_days: int = 3
    # A last word two weeks later, and nobody asks again.
    last_days: int = 14
    # How a child is, asked after a dose: on the third day, and where the clinic was shut then up to the fifth.
    check_days: int = 3
    check_until_days: int = 5
    # A dose noted later than this after its day was copied from paper: nobody is asked how the child is.
    noted_within_days: int = 1
    # A visit missed longer ago is the clinic's backlog, and no family is texted about it out of the blue.
    backlog_days: int = 30
    # Once released, a backlog is texted about within so many days, each family once.
    released_days: int = 14
    # China's networks look at a number that gets five different texts in a day, whatever they say.
    week_cap: int = 4
    codes_a_day: int = 5
    # Recalls go at any hour; a number that had so many in a day is rung for the next one.
    recalls_a_day: int = 3
    send_from: time = time(9)
    send_until: time = time(18)
    # Source "design", no study: nobody gets ready and reaches the clinic in less. No text calls for today once the day's last session
    # ends within so many minutes.
    last_call_minutes: int = 60
    # A text that has been in sending for so long has lost its sender; a provider asked any earlier might not know it yet.
    doubt_after_minutes: int = 10
    # A text that a provider did not take is tried again after 1, 2, 4 … minutes, at most so many times on its day.
    most_attempts: int = 8
    longest_pause_minutes: int = 30
    # After so many texts in a row that a channel could not take, it rests so long and the second channel serves.
    breaker_trips_after: int = 5
    breaker_rests_minutes: int = 5
    # A text of which no receipt came is asked about after a day, and given up after three: providers queue for ten hours.
    ask_after_hours: int = 24
    give_up_after_days: int = 3

    def pause_after(self, attempts: int) -> timedelta:
        """How long a text waits after its n-th attempt."""
        return timedelta(minutes=min(2 ** max(attempts - 1, 0), self.longest_pause_minutes))

    def is_decent(self, local: datetime) -> bool:
        """Whether texts go at this moment of a clinic's own clock."""
        return self.send_from <= local.time() < self.send_until


POLICY = Policy()
