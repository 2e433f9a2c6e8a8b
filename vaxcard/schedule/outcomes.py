"""What the engine answers: evaluations of doses given, forecasts of doses owed, each with reasons a machine can read.

Wording is left to language; `ReasonCode` is the closed list of what there is to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from vaxcard.schedule.filling import filled_quickly


class EvaluationStatus(StrEnum):
    """What a dose given was worth in its series (CDSi 6.10)."""

    VALID = "valid"
    NOT_VALID = "not_valid"
    EXTRANEOUS = "extraneous"
    SUB_STANDARD = "sub_standard"


class SeriesStatus(StrEnum):
    """Where a child stands in a vaccine group (CDSi 7)."""

    NOT_COMPLETE = "not_complete"
    COMPLETE = "complete"
    IMMUNE = "immune"
    CONTRAINDICATED = "contraindicated"
    AGED_OUT = "aged_out"
    NOT_RECOMMENDED = "not_recommended"


class ReasonCode(StrEnum):
    """Everything that the engine has to say; the values that come with each are named beside it."""

    # Of a dose given. Durations are words ("28 days"), dates are dates.
    TOO_YOUNG = "too_young"  # minimum_age, valid_from
    GRACE_PERIOD = "grace_period"  # minimum_age, valid_from
    TOO_OLD = "too_old"  # maximum_age, last_day
    BEFORE_BIRTH = "before_birth"  # born_on
    INTERVAL_TOO_SHORT = "interval_too_short"  # days, minimum_interval, since, valid_from
    LIVE_TOO_SOON = "live_too_soon"  # days, other_vaccine, since, minimum_interval, valid_from
    TOO_SOON_AFTER_OBSERVATION = "too_soon_after_observation"  # observation, since, minimum_interval, valid_from
    WRONG_VACCINE = "wrong_vaccine"  # vaccine, expected
    INADVERTENT = "inadvertent"  # vaccine
    AGAINST_CONTRAINDICATION = "against_contraindication"  # vaccine, observation
    GIVEN_AFTER_EXPIRY = "given_after_expiry"  # expires_on
    SUBSTANDARD = "substandard"
    SERIES_ALREADY_COMPLETE = "series_already_complete"
    BY_LABEL = "by_label"  # vaccine
    ACCEPTED = "accepted"  # decided_on
    AFTER_ASSESSMENT = "after_assessment"
    NOT_IN_PROGRAMME = "not_in_programme"  # vaccine or group
    UNKNOWN_VACCINE = "unknown_vaccine"  # vaccine
    # Of a forecast: which rule decides the earliest day.
    FROM_AGE = "from_age"  # minimum_age, valid_from
    FROM_INTERVAL = "from_interval"  # minimum_interval, since, valid_from
    FROM_LIVE_SPACING = "from_live_spacing"  # other_vaccine, minimum_interval, since, valid_from
    FROM_OBSERVATION = "from_observation"  # observation, minimum_interval, since, valid_from
    FROM_PROGRAMME_START = "from_programme_start"  # valid_from
    FROM_DECISION = "from_decision"  # valid_from
    FROM_SEASON = "from_season"  # valid_from
    FROM_LAST_DOSE = "from_last_dose"  # valid_from
    # Of a forecast: why it stands as it does.
    ALL_DOSES_GIVEN = "all_doses_given"
    TOO_OLD_TO_BEGIN = "too_old_to_begin"  # maximum_age, last_day
    NOT_FOR_THIS_CHILD = "not_for_this_child"
    SEASON_OVER = "season_over"  # last_day
    IMMUNE = "immune"  # observation
    IMMUNE_BY_BIRTH = "immune_by_birth"  # born_before
    CONTRAINDICATED_BY = "contraindicated_by"  # vaccine, observation
    CLINICIAN_DECIDES = "clinician_decides"  # rule
    SKIN_TEST_FIRST = "skin_test_first"
    SEX_UNKNOWN = "sex_unknown"
    DECIDED_COMPLETE = "decided_complete"  # decided_on
    DECIDED_NEVER = "decided_never"  # decided_on
    DECIDED_GIVE = "decided_give"  # decided_on


ReasonValue = str | int | date


@filled_quickly
@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to say, with its values and the source of the rule; `sensitive` ones go to physician and vaccinator only."""

    code: str
    values: Mapping[str, ReasonValue]
    source: str
    sensitive: bool = False


@filled_quickly
@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one dose was worth in one group; a combination has one for each of its groups.

    `group` and `status` are None for a dose in no group of the schedule; `dose` is the programme's number that it satisfied.
    """

    n: int
    given_on: date
    vaccine: str
    group: str | None
    dose: int | None
    status: EvaluationStatus | None
    reasons: tuple[Reason, ...] = ()


@filled_quickly
@dataclass(frozen=True, slots=True)
class Forecast:
    """What a group still owes: the next dose, its products, and dates.

    `earliest` is the first valid day, `past_due` the last day on time, `latest` the last day on which it may be given at all.
    `needs` is None, "clinician", "tb-skin-test-negative" or "sex".
    """

    group: str
    status: SeriesStatus
    dose: int | None = None
    vaccines: tuple[str, ...] = ()
    earliest: date | None = None
    recommended: date | None = None
    past_due: date | None = None
    latest: date | None = None
    needs: str | None = None
    reasons: tuple[Reason, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """A child's whole standing on one day; `holds_until` is the last day on which it is the same by time alone."""

    on: date
    edition: str
    engine: str
    holds_until: date | None
    evaluations: tuple[Evaluation, ...]
    forecasts: tuple[Forecast, ...]
    due_now: tuple[str, ...]
    unverified: tuple[str, ...]
