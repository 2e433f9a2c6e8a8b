"""Reads series, doses, the ways to give a dose and the conditions of a rule file into the vocabulary of rules.

A dose's `instead` tables take over what they do not say themselves from the dose; the first that applies is used.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from vaxcard.schedule.dates import Duration
from vaxcard.schedule.faults import Table
from vaxcard.schedule.rules import Vaccine
from vaxcard.schedule.series import Condition, DoseCount, DoseRule, Interval, NotCounted, Series, SeriesDose, Skip

_CONTEXTS = {"both", "evaluation", "forecast"}
_OF_THE_DOSE = frozenset({"number", "skip", "recurring", "instead"})
_NEEDS = {None, "clinician", "tb-skin-test-negative", "sex"}


class SeriesReader:
    """Reads the series of one group's file, remembering those of its editions for `as_in`."""

    def __init__(self, group: str, vaccines: Mapping[str, Vaccine]) -> None:
        self.group, self.vaccines = group, vaccines
        self._editions: dict[date, tuple[Series, ...]] = {}

    def remember(self, start: date, series: tuple[Series, ...]) -> None:
        """Keep an edition's series for a later edition that says "as in"."""
        self._editions[start] = series

    def same_as(self, row: Table, start: date) -> tuple[Series, ...]:
        """The series of the edition that began on `start`, which must stand above."""
        if start not in self._editions:
            row.complain("as_in", f"no edition above begins on {start}", "name the first day of an edition further up")
        if row.has("series"):
            row.complain("series", "stands beside as_in", "write one of the two")
        return self._editions.get(start, ())

    def series(self, row: Table, source: str) -> Series:
        """One series with its doses; interval and number faults are noted."""
        code = row.text("code")
        row.place = f"{row.place.rpartition(', ')[0]}, series {code}"
        doses = tuple(self._dose(dose, source) for dose in row.tables("dose"))
        numbers = [dose.number for dose in doses]
        if numbers != list(range(1, len(numbers) + 1)) or not numbers:
            row.complain("dose", f"numbers are {numbers}", "number the doses 1, 2, 3 … in order, without a gap")
        self._check_intervals(row, doses)
        _check_rising(row, doses)
        series = Series(
            code=code,
            when=read_conditions(row, "when"),
            overrides=row.flag("overrides"),
            evaluation_only=row.flag("evaluation_only"),
            prefer=read_conditions(row, "prefer"),
            doses=doses,
            beyond=tuple(self._rule(table, source) for table in row.tables("beyond")),
            follows=row.optional_text("follows"),
        )
        row.close()
        return series

    def _check_intervals(self, row: Table, doses: tuple[SeriesDose, ...]) -> None:
        numbers = {dose.number for dose in doses}
        for dose in doses:
            for interval in (interval for rule in dose.rules for interval in rule.intervals):
                if interval.from_dose is not None and (interval.from_dose not in numbers or interval.from_dose >= dose.number):
                    row.complain(f"dose {dose.number}, intervals", f"counts from dose {interval.from_dose}, which does not precede it")

    def _dose(self, row: Table, source: str) -> SeriesDose:
        number = row.whole("number")
        row.place = f"{row.place.rpartition(', ')[0]}, dose {number}"
        skips = tuple(_read_skip(skip) for skip in row.tables("skip"))
        recurring = row.flag("recurring")
        variants = list(row.tables("instead"))
        rules = [self._rule(variant.over(row, _OF_THE_DOSE), source) for variant in variants]
        rules.append(self._rule(Table({}, row.place, row.faults, row.month_end).over(row, _OF_THE_DOSE), source))
        for written, rule in zip((*variants, row), rules, strict=True):
            _check_ages(written, rule)
        if number > 1 and not row.has("intervals"):
            row.complain("intervals", "is missing", 'write [{ minimum = "28 days" }], or intervals = [] where no distance is to be kept')
        if not row.has("vaccines"):
            row.complain("vaccines", "is missing", "name the vaccines that are offered")
        return SeriesDose(number, tuple(rules), skips, recurring)

    def _rule(self, merged: Table, source: str) -> DoseRule:
        minimum = merged.duration("minimum_age")
        offered = self._vaccines(merged, "vaccines")
        given = self._vaccines(merged, "given")
        context = merged.text("context", "evaluation" if given else "both")
        if context not in _CONTEXTS:
            merged.complain("context", f'"{context}" is not known', f"use one of {', '.join(sorted(_CONTEXTS))}")
        intervals = tuple(self._interval(table) for table in merged.tables("intervals"))
        rule = DoseRule(
            when=read_conditions(merged, "when"),
            context=context,
            given=frozenset(given) if given else None,
            absolute_minimum_age=merged.duration("absolute_minimum_age") or minimum,
            minimum_age=minimum,
            earliest_recommended_age=merged.duration("earliest_recommended_age"),
            latest_recommended_age=merged.duration("latest_recommended_age"),
            maximum_age=merged.duration("maximum_age"),
            intervals=intervals,
            vaccines=offered,
            accepts=frozenset(offered + self._vaccines(merged, "accepts") + given),
            needs=self._needs(merged),
            rule=merged.text("rule", ""),
            source=merged.text("source", source),
            by_label=merged.flag("by_label", bool(given)),
            sensitive=merged.flag("sensitive"),
            unverified=merged.words("unverified"),
            timed=any(each.earliest_recommended or each.latest_recommended for each in intervals),
        )
        merged.close()
        return rule

    def _needs(self, row: Table) -> str | None:
        needs = row.optional_text("needs")
        if needs not in _NEEDS:
            row.complain("needs", f'"{needs}" is not something that can be awaited')
        return needs

    def _vaccines(self, row: Table, key: str) -> tuple[str, ...]:
        codes = row.words(key)
        if row.has(key) and row.values[key] == [] and key != "accepts":
            row.complain(key, "is empty", "name at least one vaccine")
        for code in codes:
            if code not in self.vaccines:
                row.complain(key, f'"{code}" is not a vaccine of vaccines.toml')
            elif self.group not in self.vaccines[code].groups:
                row.complain(key, f'"{code}" shares no antigen with group {self.group}')
        return codes

    def _interval(self, row: Table) -> Interval:
        from_vaccines = self._vaccines(row, "from_vaccines")
        minimum = row.needed_duration("minimum")
        interval = Interval(
            minimum=minimum,
            absolute_minimum=row.duration("absolute_minimum") or minimum,
            earliest_recommended=row.duration("earliest_recommended"),
            latest_recommended=row.duration("latest_recommended"),
            from_dose=row.optional_whole("from_dose"),
            from_vaccines=frozenset(from_vaccines) or None,
            from_observation=row.optional_text("from_observation"),
            from_previous=not (from_vaccines or row.has("from_dose") or row.has("from_observation")),
        )
        for key in ("minimum", "absolute_minimum"):
            written = row.duration(key)
            if written and interval.from_observation is None and written.after(_BIRTHS[0]) <= _BIRTHS[0]:
                row.complain(key, f'"{written.text}" keeps no distance', _NO_DISTANCE)
        row.close()
        return interval


_NO_DISTANCE = "write how far apart, or intervals = [] where no distance is to be kept"
_BIRTHS = tuple(date(2001, month, 1) for month in range(1, 13))


def _is_below(one: Duration | None, other: Duration | None) -> bool:
    """Whether an age comes before another in whatever month a child is born: "28 days" and "1 month" are not told apart."""
    return one is not None and other is not None and all(one.after(day) < other.after(day) for day in _BIRTHS)


def _check_ages(written: Table, rule: DoseRule) -> None:
    """Complain of an age that ends before it begins; of what a way takes over from its dose nothing is said."""
    begins = {"minimum_age": rule.minimum_age, "earliest_recommended_age": rule.earliest_recommended_age}
    for key, end in (("latest_recommended_age", rule.latest_recommended_age), ("maximum_age", rule.maximum_age)):
        for begin, age in begins.items():
            if written.has(key) and end and age and _is_below(end, age):
                written.complain(key, f'"{end.text}" lies below {begin}, "{age.text}"', "write an age that is not below it")


def _check_rising(row: Table, doses: tuple[SeriesDose, ...]) -> None:
    """Complain of a dose that may be given at an age below that of one before it; a dose without an age is passed over."""
    before: SeriesDose | None = None
    for dose in doses:
        age, lowest = dose.rules[-1].minimum_age, before.rules[-1].minimum_age if before else None
        if before and age and lowest and _is_below(age, lowest):
            what = f'"{age.text}" lies below that of dose {before.number}, "{lowest.text}"'
            row.complain(f"dose {dose.number}, minimum_age", what, "write an age that is not below it")
        before = dose if age else before


def _read_skip(row: Table) -> Skip:
    context = row.text("context", "both")
    if context not in _CONTEXTS:
        row.complain("context", f'"{context}" is not known', f"use one of {', '.join(sorted(_CONTEXTS))}")
    skip = Skip(context, (_read_condition(row),))
    return skip


def read_conditions(row: Table, key: str) -> tuple[Condition, ...]:
    """The conditions under a key: all of them must hold."""
    return tuple(_read_condition(table) for table in row.tables(key))


def _read_condition(row: Table) -> Condition:
    condition = Condition(
        age_from=row.duration("age_from"),
        age_before=row.duration("age_before"),
        born_from=row.day("born_from"),
        born_before=row.day("born_before"),
        sex=frozenset(row.words("sex")) or None,
        observation=row.optional_text("observation"),
        values=frozenset(row.words("values")) or None,
        except_values=frozenset(row.words("except_values")) or None,
        below=row.optional_whole("below"),
        missing=row.flag("missing"),
        counts=tuple(_read_count(table) for table in row.tables("valid_doses")),
        barred=frozenset(row.words("barred")) or None,
        not_counted=next((_read_not_counted(table) for table in row.tables("not_counted")), None),
        asks_birth=row.has("sex") or row.has("born_from") or row.has("born_before"),
    )
    row.close()
    return condition


def _read_not_counted(row: Table) -> NotCounted:
    found = NotCounted(frozenset(row.words("of")), row.needed_duration("within"))
    row.close()
    return found


def _read_count(row: Table) -> DoseCount:
    count = DoseCount(
        of=frozenset(row.words("of")),
        at_least=row.whole("at_least", 0),
        at_most=row.optional_whole("at_most"),
        age_from=row.duration("age_from"),
        age_before=row.duration("age_before"),
    )
    row.close()
    return count


def flags_of(series: Iterable[Series]) -> tuple[str, ...]:
    """The flags of every rule of these series, each once."""
    rules = [rule for each in series for dose in each.doses for rule in dose.rules] + [rule for each in series for rule in each.beyond]
    return tuple(dict.fromkeys(flag for rule in rules for flag in rule.unverified))


def thresholds_of(series: Iterable[Series]) -> tuple[Duration, ...]:
    """Every age at which a forecast along these series may change by itself."""
    found: dict[Duration, None] = {}
    for each in series:
        _collect(each.when, found)
        for dose in each.doses:
            _collect(tuple(condition for skip in dose.skips for condition in skip.when), found)
            for rule in dose.rules:
                if rule.context != "evaluation":
                    _collect(rule.when, found)
                if rule.maximum_age is not None:
                    found[rule.maximum_age] = None
    return tuple(found)


def fading_of(series: Iterable[Series]) -> tuple[NotCounted, ...]:
    """The doses that did not count and are asked about for a time: when it is over a forecast may change."""
    rules = (rule for each in series for dose in each.doses for rule in dose.rules)
    return tuple({condition.not_counted: None for rule in rules for condition in rule.when if condition.not_counted})


def reopening_of(series: Iterable[Series]) -> tuple[Duration, ...]:
    """Those of the ages at which even a complete series may be owed again: where another series begins, or a skip ends."""
    found: dict[Duration, None] = {}
    for each in series:
        _collect(each.when, found)
        ending = [condition for dose in each.doses for skip in dose.skips for condition in skip.when if condition.age_before]
        _collect(tuple(ending), found)
    return tuple(found)


def _collect(conditions: tuple[Condition, ...], found: dict[Duration, None]) -> None:
    for condition in conditions:
        for age in (condition.age_from, condition.age_before):
            if age is not None:
                found[age] = None
