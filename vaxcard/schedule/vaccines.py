"""Between vaccines: live ones kept apart, vaccines that wait after an event, products that a child must not have (CDSi 6.7–6.9)."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from vaxcard.schedule.conditions import Facts
from vaxcard.schedule.history import DoseAdministered
from vaxcard.schedule.outcomes import Reason, ReasonCode, ReasonValue
from vaxcard.schedule.rules import Contraindication, LiveSpacing, Schedule
from vaxcard.schedule.series import DoseRule


class LiveDoses:
    """The injected live doses of a history in order, counted or not: any of them keeps the next one at its distance.

    A dose given is held to the distance in force on its day, one to come to that of the day of assessment.
    """

    __slots__ = ("_given", "concerned")

    def __init__(self, schedule: Schedule, doses: Sequence[DoseAdministered]) -> None:
        self._given: list[tuple[LiveSpacing, list[date], list[DoseAdministered]]] = []
        self.concerned: frozenset[str] = frozenset()
        for spacing in schedule.live:
            given = [dose for dose in doses if dose.vaccine in spacing.vaccines]
            if given:
                self._given.append((spacing, [dose.given_on for dose in given], given))
                self.concerned |= spacing.vaccines

    def reason(self, given_on: date, vaccine: str) -> Reason | None:
        """Why a dose comes too soon after another live one, or None; the same day is allowed."""
        for spacing, days, given in self._given:
            if vaccine not in spacing.vaccines or not spacing.span.holds_on(given_on):
                continue
            before = bisect_left(days, given_on)
            if before and given_on < (valid_from := spacing.minimum.after(days[before - 1])):
                since, other = days[before - 1], given[before - 1].vaccine
                values: dict[str, ReasonValue] = {
                    "days": (given_on - since).days,
                    "other_vaccine": other,
                    "since": since,
                    "minimum_interval": spacing.minimum.text,
                    "valid_from": valid_from,
                }
                return Reason(ReasonCode.LIVE_TOO_SOON, values, spacing.source)
        return None

    def wait(self, vaccine: str, earliest: date, on: date) -> tuple[date, Reason] | None:
        """The first day that keeps the distance to every live dose given, or None when `earliest` already does.

        A live dose given on the day of assessment itself does not bar a second one on that same day.
        """
        for spacing, days, given in self._given:
            if vaccine not in spacing.vaccines or not spacing.span.holds_on(on):
                continue
            last = len(days) - 1
            if days[last] == on and earliest <= on:
                before = bisect_left(days, on) - 1
                if before < 0:
                    continue
                # Today is still open only if the dose before today's keeps its distance as well.
                last = before if spacing.minimum.after(days[before]) <= on else last
            since, other = days[last], given[last].vaccine
            day = spacing.minimum.after(since)
            if day > earliest:
                values: dict[str, ReasonValue] = {
                    "other_vaccine": other,
                    "minimum_interval": spacing.minimum.text,
                    "since": since,
                    "valid_from": day,
                }
                return day, Reason(ReasonCode.FROM_LIVE_SPACING, values, spacing.source)
        return None


def observation_reason(given_on: date, vaccine: str, facts: Facts) -> Reason | None:
    """Why a dose comes too soon after an event such as immunoglobulin, or None."""
    for since, valid_from, values, source in _event_waits(vaccine, facts, given_on) if facts.observations else ():
        if since <= given_on < valid_from:
            return Reason(ReasonCode.TOO_SOON_AFTER_OBSERVATION, values, source)
    return None


def observation_waits(vaccine: str, facts: Facts, on: date) -> Iterator[tuple[date, Reason]]:
    """The days until which a vaccine waits after events up to `on`."""
    for since, valid_from, values, source in _event_waits(vaccine, facts, on):
        if since <= on:
            yield valid_from, Reason(ReasonCode.FROM_OBSERVATION, values, source)


def _event_waits(vaccine: str, facts: Facts, ruled_on: date) -> Iterator[tuple[date, date, dict[str, ReasonValue], str]]:
    for spacing in facts.schedule.observation_spacing:
        if vaccine not in spacing.vaccines or not spacing.span.holds_on(ruled_on):
            continue
        for event in facts.observations.get(spacing.observation, ()):
            if event.on is not None:
                valid_from = spacing.minimum.after(event.on)
                values: dict[str, ReasonValue] = {
                    "observation": spacing.observation,
                    "minimum_interval": spacing.minimum.text,
                    "since": event.on,
                    "valid_from": valid_from,
                }
                yield event.on, valid_from, values, spacing.source


def product_reason(vaccine: str, rule: DoseRule) -> Reason:
    """That a product which the rule does not accept was given, and which was expected."""
    expected = rule.vaccines[0] if rule.vaccines else ""
    return Reason(ReasonCode.WRONG_VACCINE, {"vaccine": vaccine, "expected": expected}, rule.source, rule.sensitive)


def against_contraindication(given_on: date, vaccine: str, facts: Facts) -> Reason | None:
    """That a dose was given although an observation of the time barred it; it counts for what it is.

    The dose that a reaction followed was given in spite of nothing: the reaction must be dated before.
    """
    barred = facts.barring(vaccine, given_on, "never")
    if barred and barred.named and not any(each.on and each.on < given_on for each in facts.observations[barred.observation]):
        return None
    return contraindication_reason(ReasonCode.AGAINST_CONTRAINDICATION, vaccine, barred) if barred else None


def contraindication_reason(code: ReasonCode, vaccine: str, barred: Contraindication) -> Reason:
    """A reason that names the vaccine and the observation against it; sensitive where the rule is."""
    return Reason(code, {"vaccine": vaccine, "observation": barred.observation}, barred.source, barred.sensitive)


def permitted(vaccines: Iterable[str], facts: Facts, day: date) -> tuple[str, ...]:
    """The vaccines that nothing bars for good on `day`."""
    if not facts.questions:
        return tuple(vaccines)
    return tuple(vaccine for vaccine in vaccines if facts.barring(vaccine, day, "never") is None)
