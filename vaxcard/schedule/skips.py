"""Which target dose stands next, and which of its ways to be given applies (CDSi 6.2, 7.1)."""

from collections.abc import Sequence
from datetime import date

from vaxcard.schedule.conditions import Facts, holds
from vaxcard.schedule.series import DoseRule, Series, SeriesDose, Skip
from vaxcard.schedule.standing import Standing


def target_when_given(series: Series, facts: Facts, day: date, standing: Standing) -> SeriesDose | None:
    """The target dose on which a dose given on `day` is tried; None when the series is through."""
    for target in series.open_after(standing.reached):
        if not target.skips_when_given or not _skipped(target.skips_when_given, facts, day, standing):
            return target
    return None


def target_ahead(series: Series, facts: Facts, day: date, standing: Standing) -> SeriesDose | None:
    """The target dose that is owed, as seen on `day`; None when the series is through."""
    for target in series.open_after(standing.reached):
        if not target.skips_ahead or not _skipped(target.skips_ahead, facts, day, standing):
            return target
    return None


def _skipped(skips: Sequence[Skip], facts: Facts, day: date, standing: Standing) -> bool:
    return any(holds(skip.when, facts, day, standing) for skip in skips)


def first_applicable(rules: Sequence[DoseRule], facts: Facts, day: date, standing: Standing) -> DoseRule:
    """The first of a dose's ways that applies on `day`; the last of them where none does."""
    for rule in rules:
        if not rule.when or holds(rule.when, facts, day, standing):
            return rule
    return rules[-1]
