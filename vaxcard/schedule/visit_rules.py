"""A country's rules for one visit: where injections go, what comes first when not all can be given, how far visits may lie apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vaxcard.schedule.dates import Duration
from vaxcard.schedule.faults import Faults, Table, open_table
from vaxcard.schedule.loader import DATA, load_schedule
from vaxcard.schedule.rules import Names, Schedule

__all__ = ["BoxDigits", "Site", "VisitRules", "load_visit_rules", "read_visit_rules"]


@dataclass(frozen=True, slots=True)
class Site:
    """A place on the body that takes one injection a day."""

    code: str
    names: Names


@dataclass(frozen=True, slots=True)
class BoxDigits:
    """A country's own code on a box: how many `digits` it has, and how many of the first are the same for every box `of_product`."""

    digits: int
    of_product: int


@dataclass(frozen=True, slots=True)
class VisitRules:
    """What holds at one visit. `only_at` names the sites of vaccines that may not go everywhere; `first` are groups, most urgent first.

    A dose that is late may wait up to `put_off_at_most` if that saves a visit; visits of a plan lie `apart` at least.
    `ways` is how a product is given where that is written, `many_doses` are those whose vials serve several children.
    `box` is the country's own code on boxes, None where there is GS1's alone.
    A visit to come waits up to `join_within` for what is recommended a few days after it.
    """

    sites: tuple[Site, ...]
    only_at: Mapping[str, frozenset[str]]
    ways: Mapping[str, str]
    many_doses: frozenset[str]
    box: BoxDigits | None
    programme_first: bool
    first: tuple[str, ...]
    apart: Duration
    put_off_at_most: Duration
    join_within: Duration
    unverified: tuple[str, ...]

    def sites_of(self, vaccine: str) -> tuple[str, ...]:
        """The sites that a vaccine may go into, the preferred first."""
        allowed = self.only_at.get(vaccine)
        return tuple(site.code for site in self.sites if allowed is None or site.code in allowed)


@cache
def load_visit_rules(code: str = "cn") -> VisitRules:
    """The visit rules of a country by its code; raises ScheduleDataError listing all faults at once, each with file and key."""
    return read_visit_rules(DATA / code / "visit.toml", load_schedule(code))


def read_visit_rules(path: Path, schedule: Schedule) -> VisitRules:
    """Read one file of visit rules against the schedule that it belongs to."""
    faults, name = Faults(), f"{path.parent.name}/{path.name}"
    main = open_table(path, name, faults, schedule.month_end)
    main.text("source")
    sites = tuple(_site(row) for row in main.tables("site"))
    only_at: dict[str, frozenset[str]] = {}
    for row in main.tables("only_at"):
        only_at.update(dict.fromkeys(_known(row, "vaccines", schedule.vaccines), frozenset(_known(row, "sites", {s.code for s in sites}))))
        row.text("source")
        row.close()
    first, together = _one(main, "first"), _one(main, "together")
    ways, many_doses = _ways(main, schedule), _many_doses(main, schedule)
    rules = VisitRules(
        sites=sites,
        only_at=only_at,
        ways=ways,
        many_doses=many_doses,
        box=_box(main),
        programme_first=first.flag("programme"),
        first=_known(first, "groups", schedule.groups),
        apart=together.needed_duration("apart"),
        put_off_at_most=together.needed_duration("put_off_at_most"),
        join_within=together.needed_duration("join_within"),
        unverified=main.words("unverified"),
    )
    _close(main, first, together)
    faults.stop_if_any(f"Schedule {path.parent.name}")
    return rules


def _ways(main: Table, schedule: Schedule) -> dict[str, str]:
    """How each product is given, and not otherwise: in agreement with its route in vaccines.toml."""
    found: dict[str, str] = {}
    for row in main.tables("given") if main.has("given") else ():
        way = row.text("way")
        if way not in _WAYS:
            row.complain("way", f'"{way}" is not a way', f"use one of {', '.join(_WAYS)}")
        for vaccine in _known(row, "vaccines", schedule.vaccines):
            if vaccine in found or (vaccine in schedule.vaccines and schedule.vaccines[vaccine].route != _WAYS.get(way)):
                row.complain("vaccines", f'"{vaccine}" is given otherwise', "let it agree with its route, and stand under one way")
            found[vaccine] = way
        row.text("source")
        row.close()
    return found


_WAYS = {"intramuscular": "injection", "subcutaneous": "injection", "intradermal": "injection", "oral": "oral", "nasal": "nasal"}


def _many_doses(main: Table, schedule: Schedule) -> frozenset[str]:
    if not main.has("vial"):
        return frozenset()
    vial = _one(main, "vial")
    found = frozenset(_known(vial, "many_doses", schedule.vaccines))
    vial.text("source")
    vial.close()
    return found


def _box(main: Table) -> BoxDigits | None:
    if not main.has("box"):
        return None
    row = _one(main, "box")
    digits, of_product = row.whole("digits"), row.whole("of_product")
    if not 0 < of_product <= digits:
        row.complain("of_product", "is not a part of the code's digits", "write how many of the first digits tell the product")
    row.text("source")
    row.close()
    return BoxDigits(digits, of_product)


def _site(row: Table) -> Site:
    site = Site(row.text("code"), row.names("names"))
    row.close()
    return site


def _one(main: Table, key: str) -> Table:
    if not main.has(key):
        main.complain(key, "is missing", f"write it under [{key}]")
    return next(main.tables(key), Table({}, f"{main.place}, {key}", main.faults, main.month_end))


def _known(row: Table, key: str, among: Mapping[str, object] | set[str]) -> tuple[str, ...]:
    for word in row.words(key):
        if word not in among:
            row.complain(key, f'"{word}" is not known', "write it as it stands where it is defined")
    return row.words(key)


def _close(main: Table, *parts: Table) -> None:
    for part in parts:
        part.text("source")
        part.close()
    main.close()
