"""Every age, interval and last age of every edition, read from the data: a dose on the day before, the day, and the day after.

What is judged are real courses in which that one boundary decides (`every_boundary`); rules across groups are tried on their own days.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tests.schedule.every_boundary import SCHEDULE, Stretch, alone, boundaries_of, judged, last_ages_of, met_in, stretches
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.conditions import Facts
from vaxcard.schedule.history import Child, DoseAdministered, History, Observation
from vaxcard.schedule.outcomes import EvaluationStatus
from vaxcard.schedule.rules import Contraindication, ObservationSpacing, Span

DAY = timedelta(1)
VALID, EXTRANEOUS = EvaluationStatus.VALID, EvaluationStatus.EXTRANEOUS
# What is written and can decide for nobody: something that lies behind another rule, or a cohort that has not yet come of age.
LATE_A = {f"Men 3 way {way} interval {length}" for way in (2, 5) for length in ("12 months", "28 days")} | {"Men 4 way 2 interval 28 days"}
NEVER = {
    "HepA 2000-01-01": {"HepA-I-then-L 2 way 1 interval 28 days"},  # behind the 6 months
    "HPV 2000-01-01": {"HPV-label 2 way 1 age 9 years"},  # the first dose is no younger
    "HPV 2025-11-10": {"HPV 2 way 1 age 9 years", "HPV 2 way 5 interval 28 days", "HPV-label 2 way 1 age 9 years"},
    "JE 2000-01-01": {"JE-I 2 way 1 age 8 months"},  # 7 days after a first dose at 8 months
    # A second A dose so late that 12 months decided would itself be passed over, from 24 months.
    "Men 2000-01-01": LATE_A,
    "Men 2026-06-17": LATE_A,
    # Born from 2019-10-01 nobody was 8 months old before June 2020; born before, everybody was.
    "MMR 2000-01-01": {
        "MMR 1 way 1 age 8 months", "MMR 2 way 1 age 18 months", "MMR 2 way 1 interval 28 days",
        "MMR-born-before-2019-10 3 way 1 age 18 months",
    },
    "MMR 2020-06-01": {
        "MMR-born-before-2019-10 1 way 1 age 8 months", "MMR-born-before-2019-10 3 way 1 age 18 months",
        "MMR-born-before-2008 1 way 1 age 8 months", "MMR-born-before-2008 2 way 1 age 18 months",
    },
    "Polio 2020-01-01": {"Polio 2 way 1 age 3 months"},  # the cohort of one IPV was past 3 months
    # With one dose of type II nobody of this edition comes to dose 4 at 18 months, or to dose 5 at 4 years.
    "Polio 2026-06-17": {"Polio 4 way 2 age 18 months", "Polio 5 way 1 age 4 years"},
}  # fmt: skip
STRETCHES = list(stretches())


@pytest.mark.parametrize("stretch", STRETCHES, ids=str)
def test_every_boundary_of_an_edition_is_met_and_a_dose_counts_from_its_day_on(stretch: Stretch) -> None:
    wanted = boundaries_of(stretch) - NEVER.get(str(stretch), set())
    found = met_in(stretch, wanted)
    assert wanted == wanted & found.keys(), sorted(wanted - found.keys())
    for name, met in found.items():
        counts = (VALID, met.number)
        assert judged(stretch.group, met, met.day) == counts, (name, met)
        assert judged(stretch.group, met, met.day + DAY) == counts, (name, met)
        if met.day > max((met.child.born_on, *(dose.given_on for dose in met.doses))):
            assert judged(stretch.group, met, met.day - DAY) != counts, (name, met)


@pytest.mark.parametrize("stretch", STRETCHES, ids=str)
def test_a_dose_after_its_last_age_is_one_more_than_asked_for(stretch: Stretch) -> None:
    for met in last_ages_of(stretch):
        assert judged(stretch.group, met, met.day - DAY) == (VALID, met.number), met
        assert judged(stretch.group, met, met.day)[0] is EXTRANEOUS, met
        assert judged(stretch.group, met, met.day + DAY)[0] is EXTRANEOUS, met


def test_every_group_with_a_last_age_is_tried() -> None:
    tried = {stretch.group for stretch in STRETCHES if any(True for _ in last_ages_of(stretch))}
    limited = {
        stretch.group
        for stretch in STRETCHES
        if any(rule.maximum_age for series in stretch.series for dose in series.doses for rule in dose.rules)
    }
    assert tried == limited


def _beside(span: Span) -> Iterator[tuple[date, bool]]:
    """Each end of a rule's days with the day beside it, and whether the rule holds there."""
    if span.first:
        yield from ((span.first - DAY, False), (span.first, True), (span.first + DAY, True))
    if span.last:
        yield from ((span.last - DAY, True), (span.last, True), (span.last + DAY, False))


def _waited(spacing: ObservationSpacing, vaccine: str, event: date, day: date) -> bool:
    """Whether a dose of a grown child is held to have come too soon after the event, by this very row."""
    child, known = Child(event - timedelta(1500), "female"), (Observation(spacing.observation, event, "given"),)
    history = History((DoseAdministered(1, day, vaccine),), known)
    group = SCHEDULE.vaccines[vaccine].groups[0]
    found = assess(alone(group), child, history, day)
    return any(
        reason.code == "too_soon_after_observation" and reason.source == spacing.source
        for each in found.evaluations
        for reason in each.reasons
    )


@pytest.mark.parametrize("spacing", SCHEDULE.observation_spacing, ids=lambda each: f"{each.observation} {each.span.last or 'open'}")
def test_a_vaccine_waits_after_an_event_on_the_days_of_the_rule_alone(spacing: ObservationSpacing) -> None:
    for vaccine in sorted(spacing.vaccines):
        event = (spacing.span.first or date(2022, 3, 1)) + timedelta(10)
        over = spacing.minimum.after(event)
        assert [_waited(spacing, vaccine, event, day) for day in (over - DAY, over, over + DAY)] == [True, False, False], vaccine
        for day, holds in _beside(spacing.span):
            assert _waited(spacing, vaccine, day - timedelta(10), day) is holds, (vaccine, day)


def _observed(rule: Contraindication, vaccine: str) -> tuple[Observation, ...]:
    """Findings that meet a rule's conditions."""
    if rule.named:
        return (Observation(rule.observation, None, vaccine),)
    asked = [each for each in rule.when if each.observation]
    values = [min(each.values) if each.values else str(each.below - 1) if each.below else "yes" for each in asked]
    return tuple(Observation(each.observation or "", None, value) for each, value in zip(asked, values, strict=True))


def _bars(rule: Contraindication, vaccine: str, born_on: date, day: date) -> bool:
    facts = Facts(SCHEDULE, Child(born_on), History((), _observed(rule, vaccine)), day)
    standing = [each for each in facts.questions if each.span.holds_on(day)]
    return rule in standing and facts.barring(vaccine, day, rule.effect) is not None


@pytest.mark.parametrize("rule", SCHEDULE.contraindications, ids=lambda each: f"{each.observation} {each.effect} {each.span.first}")
def test_a_finding_bars_a_vaccine_on_the_days_and_ages_of_the_rule_alone(rule: Contraindication) -> None:
    vaccines = sorted(rule.vaccines) or ["JE-L", "MMR", "DTaP-IPV/Hib"]
    usual = rule.span.first + 30 * DAY if rule.span.first else (rule.span.last or date(2022, 3, 1)) - 30 * DAY
    ages = [each for each in rule.when if each.age_from or each.age_before]
    for vaccine in vaccines:
        born_on = usual - timedelta(400 if any(each.age_from for each in ages) else 20)
        assert _bars(rule, vaccine, born_on, usual), vaccine
        for day, holds in _beside(rule.span):
            assert _bars(rule, vaccine, day - timedelta(20), day) is holds, (vaccine, day)
        for each in ages:
            turn = (each.age_from or each.age_before).after(born_on)
            told = [_bars(rule, vaccine, born_on, turn + shift * DAY) for shift in (-1, 0, 1)]
            assert told == ([False, True, True] if each.age_from else [True, False, False]), (vaccine, each)


@pytest.mark.parametrize("first", sorted(SCHEDULE.live[0].vaccines))
def test_injected_live_vaccines_keep_their_distance_to_the_day(first: str) -> None:
    spacing, given_on, child = SCHEDULE.live[0], date(2026, 9, 1), Child(date(2023, 1, 1), "female")
    for second in sorted(spacing.vaccines - {"YF", "BCG", first}):
        over = spacing.minimum.after(given_on)
        for day, is_apart in ((given_on, True), (given_on + DAY, False), (over - DAY, False), (over, True), (over + DAY, True)):
            doses = (DoseAdministered(1, given_on, first), DoseAdministered(2, day, second))
            found = assess(alone(SCHEDULE.vaccines[second].groups[0]), child, History(doses), day)
            said = {str(reason.code) for each in found.evaluations if each.n == 2 for reason in each.reasons}
            assert ("live_too_soon" not in said) is is_apart, (second, day)
