"""What counted goes on counting: a later edition keeps every path on which doses may have counted, or its file is refused.

A dose is judged by the edition of its day along the series that concern the child today; each must lead back to the one of old.
"""

from collections.abc import Iterable

from vaxcard.schedule.faults import Table
from vaxcard.schedule.rules import Edition
from vaxcard.schedule.series import Condition, Series


def check_continuity(editions: Iterable[tuple[Table, Edition]]) -> None:
    """Complain of each edition that would undo doses which counted by one before it; `editions` come with their tables."""
    ordered = sorted(editions, key=lambda each: each[1].effective_from)
    for at, (row, newer) in enumerate(ordered):
        for _, older in ordered[:at]:
            _compare(row, older, newer)


def _compare(row: Table, older: Edition, newer: Edition) -> None:
    was = {series.code: series for series in older.series}
    now = {series.code: series for series in newer.series}
    keep = "keep it; with evaluation_only = true nothing is owed on it"
    for code, series in was.items():
        if code not in now:
            row.complain("series", f"{code} of the edition from {older.effective_from} is gone: doses that counted on it would not", keep)
        elif series.when != now[code].when:
            row.complain(
                f"series {code}: when",
                f"is not that of the edition from {older.effective_from}: doses of children whom it no longer concerns would not count",
                "give the changed series a code of its own and say what it follows; keep this one, with evaluation_only = true",
            )
    for series in newer.series:
        if series.overrides:
            _check_overriding(row, older, series)
        if series.follows is not None and series.follows not in was and series.code not in was and older.series:
            row.complain(f"series {series.code}: follows", f'"{series.follows}" is no series of the edition from {older.effective_from}')


def _check_overriding(row: Table, older: Edition, series: Series) -> None:
    """Whoever is put on one path alone must have been on the path it leads back to, or none of the others."""
    before = older.series_called(series.code, series.follows)
    if before.overrides and before.when == series.when:
        return
    lost = [each.code for each in older.series if each is not before and not _never_one_child(each.when, series.when)]
    if lost:
        row.complain(
            f"series {series.code}: overrides",
            f"would put aside {', '.join(lost)} of the edition from {older.effective_from}, and doses that counted there",
            "say which series it follows, or limit its when to children whom the others did not concern",
        )


def _never_one_child(one: tuple[Condition, ...], other: tuple[Condition, ...]) -> bool:
    """Whether no child can meet both: other sexes, or births that do not meet."""
    return any(_apart(each, another) for each in one for another in other)


def _apart(one: Condition, other: Condition) -> bool:
    if one.sex and other.sex and not one.sex & other.sex:
        return True
    return any(a.born_before and b.born_from and a.born_before <= b.born_from for a, b in ((one, other), (other, one)))
