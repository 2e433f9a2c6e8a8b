"""The fewest visits that bring a child up to date, with dates: doses are given in thought and assessed again until nothing is owed.

Several courses are followed side by side; the one that gives most in as many visits, soonest, is kept. Bounded, and the same every time.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from vaxcard.schedule.assessment import assess
from vaxcard.schedule.dates import day_after
from vaxcard.schedule.history import Child, DoseAdministered, History
from vaxcard.schedule.outcomes import Assessment, Forecast
from vaxcard.schedule.rules import Schedule
from vaxcard.schedule.visit_rules import VisitRules
from vaxcard.schedule.visits import VisitPlan, owed, plan_today

_COURSES = 4  # followed side by side
_DAYS_TRIED = 4  # for each next visit
_MOST_VISITS = 100
_MOST_EMPTY_DAYS = 30  # looked at in search of a day on which something can be given


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Visits in order, and what is `left` on the day after the last: done, waiting for an answer, or coming back every year.

    `is_whole` is False when the search was given up with doses still owed.
    """

    visits: tuple[VisitPlan, ...]
    left: tuple[Forecast, ...]
    is_whole: bool


def catch_up_plan(
    schedule: Schedule,
    rules: VisitRules,
    child: Child,
    history: History,
    on: date,
    *,
    limit: int | None = None,
    used_sites: Collection[str] = (),
) -> CatchUp:
    """Every visit from `on` until nothing is owed or a need is stated; `limit` and `used_sites` as in `plan_today`, the sites today's.

    Doses that come back each year are given when a visit falls in their time, and call for none.
    """
    search = _Search(schedule, rules, child, limit, frozenset(used_sites), on)
    known = replace(history, doses=tuple(dose for dose in history.doses if dose.given_on <= on))
    courses = [_Course(known, on, (), 0)]
    for _ in range(_MOST_VISITS):
        through = [course for course in courses if search.is_through(course)]
        if through:
            return search.told(min(through, key=_merit), True)
        following = [step for course in courses for step in search.steps(course)]
        if not following:
            break
        courses = sorted(following, key=_merit)[: _COURSES if any(search.is_behind(each) for each in following) else 1]
    return search.told(min(courses, key=_merit), False)


@dataclass(frozen=True, slots=True)
class _Course:
    """A history with the doses given in thought, and the first day of the next visit."""

    history: History
    day: date
    visits: tuple[VisitPlan, ...]
    served: int


def _merit(course: _Course) -> tuple[int, date, int]:
    """Of courses with equally many visits the best is the one that has given most, then the one that has given it soonest."""
    return -course.served, course.visits[-1].on if course.visits else date.min, sum(visit.on.toordinal() for visit in course.visits)


class _Search:
    """What all courses share."""

    def __init__(
        self, schedule: Schedule, rules: VisitRules, child: Child, limit: int | None, used_sites: frozenset[str], on: date
    ) -> None:
        self.schedule, self.rules, self.child, self.limit = schedule, rules, child, limit
        self.used_sites, self.on = used_sites, on
        self._assessed: dict[tuple[History, date], Assessment] = {}

    def assessed(self, history: History, day: date) -> Assessment:
        """The assessment of a course on a day, worked out once."""
        key = (history, day)
        if key not in self._assessed:
            self._assessed[key] = assess(self.schedule, self.child, history, day)
        return self._assessed[key]

    def calling(self, course: _Course, day: date) -> list[Forecast]:
        """The forecasts that call for a visit: owed, nothing to be asked first, and not one that comes back every year."""
        found = self.assessed(course.history, day)
        return [each for each in owed(found) if each.needs is None and each.earliest and not self._comes_back(each, day)]

    def _comes_back(self, each: Forecast, day: date) -> bool:
        series = self.schedule.edition_on(each.group, day).series
        return any(dose.recurring and dose.number == each.dose for found in series for dose in found.doses)

    def is_through(self, course: _Course) -> bool:
        """Whether nothing calls for another visit."""
        return not self.calling(course, course.day)

    def is_behind(self, course: _Course) -> bool:
        """Whether a dose is late: the day on which it may be given is its last day on time, or past it."""
        return any(_is_late(each, course.day) for each in self.calling(course, course.day))

    def steps(self, course: _Course) -> list[_Course]:
        """The course with one more visit, on each day worth trying."""
        found = []
        for day in self._days(course):
            step = self._visit(course, day)
            if step:
                found.append(step)
        return found

    def _days(self, course: _Course) -> list[date]:
        """The first day on which something may be given, and, for a child who is behind, later ones on which more may."""
        calling = self.calling(course, course.day)
        days = sorted({_from(each, course.day) for each in calling})
        if not any(_is_late(each, course.day) for each in calling):
            return days[:1]
        last = self.rules.put_off_at_most.after(days[0])
        for each in calling:
            first = _from(each, course.day)
            ends = [day for day in (each.latest, each.past_due) if day is not None and day > first]
            last = min([last, *ends])
        return [days[0], *[day for day in days[1:] if day <= last][1 - _DAYS_TRIED :]]

    def _visit(self, course: _Course, day: date) -> _Course | None:
        for _ in range(_MOST_EMPTY_DAYS):
            sites = self.used_sites if day == self.on else ()
            found = self.assessed(course.history, day)
            plan = plan_today(self.schedule, self.rules, found, course.history, limit=self.limit, used_sites=sites)
            if plan.doses:
                return self._given(course, plan)
            later = [_from(each, day_after(day)) for each in self.calling(course, day)]
            if not later:
                return _Course(course.history, day, course.visits, course.served)
            day = min(later)
        return None

    def _given(self, course: _Course, plan: VisitPlan) -> _Course:
        n = max((dose.n for dose in course.history.doses), default=0)
        given = tuple(DoseAdministered(n + at, plan.on, dose.vaccine) for at, dose in enumerate(plan.doses, 1))
        history = replace(course.history, doses=(*course.history.doses, *given))
        served = course.served + sum(len(dose.groups) for dose in plan.doses)
        return _Course(history, self.rules.apart.after(plan.on), (*course.visits, plan), served)

    def told(self, course: _Course, is_whole: bool) -> CatchUp:
        """The course as it is answered."""
        return CatchUp(course.visits, self.assessed(course.history, course.day).forecasts, is_whole)


def _from(each: Forecast, day: date) -> date:
    return max(day, each.earliest or day)


def _is_late(each: Forecast, day: date) -> bool:
    return each.past_due is not None and each.past_due <= _from(each, day)
