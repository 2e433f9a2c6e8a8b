"""All series of one antigen for one person: which concern them, each judged once, each looked ahead along once and only when asked.

Which of them is the best, scoring decides.
"""

from __future__ import annotations

from datetime import date

from vaxcard.schedule.cdsi.evaluation import walk
from vaxcard.schedule.cdsi.forecast import Outlook, contraindication, immunity, look_ahead
from vaxcard.schedule.cdsi.rules import Antigen, AntigenSeries, SeriesType
from vaxcard.schedule.cdsi.standing import Person, Standing
from vaxcard.schedule.outcomes import Reason, SeriesStatus


class Board:
    """One antigen's series with a person's doses; one seen on a later day takes the verdicts over from the board `before` it."""

    def __init__(self, antigen: Antigen, person: Person, before: Board | None = None) -> None:
        self.antigen, self.person, self._before = antigen, person, before
        self.taken = person.by_antigen.get(antigen.name, [])
        self.is_plain = antigen.asks_about.isdisjoint(person.observed)
        """Whether nothing observed makes a difference to the antigen."""
        if not self.is_plain:
            self.relevant = [series for series in antigen.series if concerns(series, person)]
        else:
            self.relevant = antigen.for_everybody[person.sex]
        self._is_free = antigen.barred_by.isdisjoint(person.observed)
        self._immune = immunity(antigen, person)
        self._standings: dict[AntigenSeries, Standing] = {}
        self._outlooks: dict[AntigenSeries, Outlook] = {}
        self._barred: dict[AntigenSeries, Reason | None] = {}

    def judge(self) -> None:
        """Judge the doses on every series, those that others ask about first; without doses there is nothing to judge."""
        for series in sorted(self.relevant, key=lambda each: bool(each.awaits)) if self.taken else ():
            self.standing(series)

    def standing(self, series: AntigenSeries) -> Standing:
        """The series as far as the doses bring it."""
        found = self._standings.get(series)
        if found is None:
            known = self._before._standings.get(series) if self._before is not None else None
            if known is not None:
                found = known.seen_by(self.person, self._is_any_complete)
            else:
                found = Standing(series, self.person, self.taken, self._is_any_complete)
                walk(found)
            self._standings[series] = found
        return found

    def first_valid(self, series: AntigenSeries) -> date | None:
        """When the series was begun with a dose that counts; None while it is not."""
        return self.standing(series).met[0] if self.taken and self.standing(series).met else None

    def outlook(self, series: AntigenSeries) -> Outlook:
        """What the series still owes."""
        found = self._outlooks.get(series)
        if found is None:
            standing = self.standing(series)
            found = look_ahead(standing, self.antigen, self._immune, self.barred(series))
            self._outlooks[series] = found
        return found

    def barred(self, series: AntigenSeries) -> Reason | None:
        """What bars the whole series, None where nothing does."""
        if self._is_free:
            return None
        if series not in self._barred:
            self._barred[series] = contraindication(self.antigen, self.standing(series))
        return self._barred[series]

    def _is_any_complete(self, groups: frozenset[str]) -> bool:
        # A series that asks about others is never itself asked about: the question would have no end.
        asked = [series for series in self.relevant if series.group in groups and not series.awaits]
        return any(self.outlook(series).status is SeriesStatus.COMPLETE for series in asked)


def concerns(series: AntigenSeries, person: Person) -> bool:
    """Whether a series is for this person: by sex, and by an indication where it is for people at risk (CDSi 5)."""
    if series.sexes is not None and person.sex not in series.sexes:
        return False
    if series.kind is not SeriesType.RISK:
        return True
    if series.indicated_by.isdisjoint(person.observed):
        return False
    return any(
        each.observation in person.observed and person.in_age(person.on, each.age_from, each.age_before) for each in series.indications
    )
