"""Invented people for supporting data, whatever its release: doses, observations and days near every boundary that it names."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from benchmarks.plain.data import Data, day, plus

_AGES = {"absMinAge", "minAge", "earliestRecAge", "latestRecAge", "maxAge", "beginAge", "endAge", "minAgeToStart", "maxAgeToStart"}
_LENGTHS = {"absMinInt", "minInt", "interval", "earliestRecInt", "latestRecInt"}
_DAYS = {"effectiveDate", "cessationDate", "startDate", "endDate"}
_NEAR = (0, 0, 0, -1, 1, -4, -5, 4, 28)
_MAKERS = (None, None, "MSD", "SKB", "PMC", "PFR")
LAST_DAY = date(2027, 1, 1)


class Facts(NamedTuple):
    """What an antigen file names: ages, lengths of time, days, observations, and the vaccines that its series take."""

    ages: list[str]
    lengths: list[str]
    days: list[str]
    indications: list[str]
    findings: list[str]
    dated: list[str]
    vaccines: list[str]


def people(data: Data, count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """So many patient lines, always the same for a seed."""
    told = {antigen: _facts(data, antigen) for antigen in data.antigens}
    live = sorted({pair["previous"]["cvx"].zfill(2) for pair in data.conflicts})
    for number in range(count):
        yield _person(random.Random(f"{seed}-{number}"), data, told, live, f"{seed}-{number}")


def _facts(data: Data, antigen: str) -> Facts:
    file = data.antigens[antigen]
    taken = _named(file["series"], {"cvx"})
    holding = sorted(cvx for cvx, held in data.associations.items() if any(each["antigen"] == antigen for each in held))
    return Facts(
        sorted(_named(file, _AGES)),
        sorted(_named(file["series"], _LENGTHS)),
        sorted(_named(file["series"], _DAYS)),
        sorted(_named([each.get("indication") for each in file["series"]], {"code"})),
        sorted(_named([file.get("contraindications"), file.get("immunity")], {"observationCode", "guidelineCode", "exclusionCode"})),
        sorted(_named([dose.get("interval") for each in file["series"] for dose in each["seriesDose"]], {"code"})),
        [cvx for cvx in holding if cvx in {each.zfill(2) for each in taken}] or holding,
    )


def _named(value: Any, tags: set[str]) -> set[str]:
    """The texts of all elements of these names, however deep."""
    found: set[str] = set()
    if isinstance(value, dict):
        for tag, content in value.items():
            found |= {content} - {""} if tag in tags and isinstance(content, str) else _named(content, tags)
    elif isinstance(value, list):
        for each in value:
            found |= _named(each, tags)
    return found


def _person(chance: random.Random, data: Data, told: dict[str, Facts], live: list[str], name: str) -> dict[str, Any]:
    born = _born(chance)
    groups = chance.sample(sorted(data.groups), min(len(data.groups), chance.choice([1, 1, 2])))
    facts = [told[antigen] for group in groups for antigen in data.groups[group]]
    pool = [cvx for each in facts for cvx in chance.sample(each.vaccines, min(len(each.vaccines), chance.choice([1, 2, 3])))]
    pool += chance.sample(live, min(len(live), 2)) if chance.random() < 0.15 else []
    doses: list[dict[str, Any]] = []
    last = born
    for _ in range(chance.choice([0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8]) if pool else 0):
        given = _near(chance, chance.choice(facts), born, last)
        if born <= given <= LAST_DAY:
            last = given
            doses.append({"given_on": given.isoformat(), "cvx": chance.choice(pool), "mvx": chance.choice(_MAKERS)})
            doses[-1]["substandard"] = chance.random() < 0.06
    on = _assessed(chance, chance.choice(facts), born, last)
    seen = _observations(chance, facts, born, on)
    return {
        "id": name,
        "born_on": born.isoformat(),
        "sex": chance.choice(["female", "male", "unknown"]),
        "assessed_on": on.isoformat(),
        "doses": doses,
        "observations": [{"code": code, "on": day and day.isoformat()} for code, day in seen.items()],
    }


def _born(chance: random.Random) -> date:
    """Mostly a child, at times an adult, at times born on a day that most years lack."""
    if chance.random() < 0.05:
        return date(chance.choice([2004, 2008, 2012, 2016, 2020]), 2, 29)
    if chance.random() < 0.25:
        return date(1950, 1, 1) + timedelta(chance.randrange(27_500))
    return date(2005, 1, 1) + timedelta(chance.randrange(7_500))


def _near(chance: random.Random, facts: Facts, born: date, last: date) -> date:
    """A day at, just before or just after something that the data names."""
    which, when = chance.random(), last + timedelta(chance.randrange(800))
    if which < 0.45 and facts.ages:
        when = plus(born, chance.choice(facts.ages))
    elif which < 0.9 and facts.lengths:
        when = plus(last, chance.choice(facts.lengths))
    elif which < 0.94 and facts.days:
        when = day(chance.choice(facts.days)) or when
    return when + timedelta(chance.choice(_NEAR))


def _assessed(chance: random.Random, facts: Facts, born: date, last: date) -> date:
    on = _near(chance, facts, born, last) if chance.random() < 0.7 else born + timedelta(chance.randrange(30_000))
    if chance.random() < 0.3:
        on = max(on, date(2025, 8, 20) + timedelta(chance.randrange(400)))
    return min(max(on, last if chance.random() < 0.95 else born), LAST_DAY)


def _observations(chance: random.Random, facts: list[Facts], born: date, on: date) -> dict[str, date | None]:
    seen: dict[str, date | None] = {}
    for each in facts:
        if each.indications and chance.random() < 0.4:
            seen[chance.choice(each.indications)] = None
        if each.findings and chance.random() < 0.05:
            seen[chance.choice(each.findings)] = None
        for code in each.dated:
            if chance.random() < 0.3:
                seen[code] = born + timedelta(chance.randrange(max(1, (on - born).days)))
    return seen


def line(person: dict[str, Any]) -> str:
    """The person as the exchange form writes one."""
    return json.dumps(person)
