"""What another engine or edition would answer, beside what is answered now: differences by child, before it serves. Writes nothing.

Reasons are told by their codes, sensitive ones not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from vaxcard.programme.rebuild import Progress, ranges_of
from vaxcard.records import answers, sweeping
from vaxcard.records.answers import Answer, Facts, Standing
from vaxcard.records.database import Database
from vaxcard.records.people import ChildState
from vaxcard.schedule.rules import Schedule


def differences(
    database: Database, schedule: Schedule, *, on: date | None = None, serving: Schedule | None = None, progress: Progress | None = None
) -> Iterator[dict[str, Any]]:
    """One entry for each child whom `schedule` would answer otherwise: {"id", "on", "changes": [{"group" | "dose", "now", "then"}]}.

    Without `on` the stored answers are looked at, each on the day for which it was worked out. With `on`, what `serving` answers
    on that day, so that an edition can be looked at from the day on which it will be in force.
    """
    with database.reading() as session:
        total = sweeping.count_children(session)
    done = 0
    for ids in ranges_of(database):
        with database.reading() as session:
            standings = answers.read_standings(session, database.keyring, ids)
        for each in standings:
            found = _of_child(each, schedule, on, serving)
            if found:
                yield found
        done += len(ids)
        if progress:
            progress(done, max(total, done))


def _of_child(each: Standing, schedule: Schedule, on: date | None, serving: Schedule | None) -> dict[str, Any] | None:
    day = on or each.row.assessed_on
    if day is None or day < each.row.born_on:
        return None
    now = _answer(each, serving, day) if on and serving else each.stored
    then = _answer(each, schedule, day)
    changes = [*_changes("group", now.due, then.due), *_changes("dose", _by_text(now), _by_text(then))]
    return {"id": str(each.row.id), "on": day.isoformat(), "changes": changes} if changes else None


def _answer(each: Standing, schedule: Schedule, day: date) -> Answer:
    return answers.answer_of(each.assessed(schedule, day), each.dose_ids, is_served=each.row.state == ChildState.ACTIVE)


def _by_text(answer: Answer) -> Mapping[str, Facts]:
    return {f"{dose_id} {group}": facts for (dose_id, group), facts in answer.worth.items()}


def _changes(what: str, now: Mapping[str, Facts], then: Mapping[str, Facts]) -> Iterator[dict[str, Any]]:
    for key in sorted(now.keys() | then.keys()):
        before, after = now.get(key, {}), then.get(key, {})
        told = [name for name in sorted(before.keys() | after.keys()) if _plain(before.get(name)) != _plain(after.get(name))]
        if told:
            yield {what: key, "now": _only(told, before), "then": _only(told, after)}


def _only(told: list[str], facts: Facts) -> Facts:
    return {name: _plain(facts.get(name)) for name in told}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [reason["code"] for reason in value if not reason["sensitive"]]
    return value
