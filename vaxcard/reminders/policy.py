"""When families are texted: the numbers of a reminder programme in one place, with what is known about them.

They are about texts, not about vaccines: ages and intervals stay in the schedule's data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True)
class Policy:
    """Days are calendar days in the clinic's time zone, times the clinic's own.

    Before, on the day and after: two texts three days apart did best of 22 designs (Milkman et al., PNAS 2022, 689,693 people);
    a text on the day itself did better than one a day or two before (RR 1.27 against 1.13; Eze et al., PMC8296799, table 2);
    more than two texts did better for being on time than one or two (RR 1.91 against 1.16; the same review, on timeliness).
    """

    before_days: int = 3
    missed_days: int = 3
    # A visit missed longer ago is the clinic's backlog, and no family is texted about it out of the blue.
    backlog_days: int = 30
    # Once released, a backlog is texted about within so many days, each family once.
    released_days: int = 14
    send_from: time = time(9)
    send_until: time = time(18)
    # Source "design", no study: nobody gets ready and reaches the clinic in less. No text calls for today once the day's last session
    # ends within so many minutes.
    last_call_minutes: int = 60
    # A text that has been in sending for so long has lost its sender.
    doubt_after_minutes: int = 10


POLICY = Policy()
