"""What is known of one child, as the engine reads it: birth, doses, observations and a clinician's decisions. Facts only, no judgement."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Child:
    """Birth date and sex ("female", "male" or "unknown"): all that the rules ask of a person."""

    born_on: date
    sex: str = "unknown"


@dataclass(frozen=True, slots=True)
class DoseAdministered:
    """One dose as it was recorded; `n` counts from 1 in the order in which the doses came, `maker` is its MVX code where known."""

    n: int
    given_on: date
    vaccine: str
    expires_on: date | None = None
    substandard: bool = False
    maker: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """A finding that rules ask about (mother-hbsag, birth-weight-g, hiv-status …); undated ones have always held."""

    code: str
    on: date | None
    value: str
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the finding is known and not yet over on `day` (the last day itself still counts)."""
        return (self.on is None or self.on <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a clinician decided: accept a dose, call a group complete, give in spite of a question, or never give.

    `decision` is "accept", "complete", "give" or "never"; `until` is its last day, None without end.
    """

    on: date
    group: str
    given_on: date | None
    decision: str
    until: date | None
    reason: str

    def holds_on(self, day: date) -> bool:
        """Whether the decision has been taken and is not yet over on `day`."""
        return self.on <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class History:
    """Everything recorded of a child; the order of the tuples says nothing."""

    doses: tuple[DoseAdministered, ...] = field(default=())
    observations: tuple[Observation, ...] = field(default=())
    decisions: tuple[Decision, ...] = field(default=())
