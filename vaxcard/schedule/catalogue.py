"""Reads vaccines.toml and the bracket file: what exists and how it is printed, before any rule."""

from collections.abc import Mapping

from vaxcard.schedule.faults import Table
from vaxcard.schedule.names import Colloquial, Spelling, VaccineNames, compared_loosely, normal
from vaxcard.schedule.plan import Bracket, Slot, Visit
from vaxcard.schedule.rules import Vaccine, VaccineGroup

_ROUTES = {"injection", "oral", "nasal"}
_LIVE = {None, "injected", "oral"}


def read_vaccines(file: Table, groups: Mapping[str, VaccineGroup]) -> dict[str, Vaccine]:
    """Every vaccine of the file by code; a vaccine belongs to the groups with which it shares an antigen."""
    vaccines: dict[str, Vaccine] = {}
    file.text("source")
    for row in file.tables("vaccine"):
        vaccine = _read_vaccine(row, groups)
        if vaccine.code in vaccines:
            row.complain("code", f'"{vaccine.code}" is there twice')
        vaccines[vaccine.code] = vaccine
    return vaccines


def _read_vaccine(row: Table, groups: Mapping[str, VaccineGroup]) -> Vaccine:
    antigens, live, route = frozenset(row.words("antigens")), row.optional_text("live"), row.text("route")
    if route not in _ROUTES:
        row.complain("route", f'"{route}" is not a route', f"use one of {', '.join(sorted(_ROUTES))}")
    if live not in _LIVE:
        row.complain("live", f'"{live}" is not known', 'use "injected" or "oral", or leave it out')
    vaccine = Vaccine(
        code=row.text("code"),
        names=row.names("names"),
        short_names=row.names("short_names"),
        national_codes=row.words("national_codes"),
        cvx=row.optional_text("cvx"),
        antigens=antigens,
        groups=tuple(code for code, group in groups.items() if group.antigens & antigens),
        aliases=row.words("aliases"),
        route=route,
        live=live,
    )
    row.close()
    return vaccine


def read_names(file: Table, vaccines: Mapping[str, Vaccine]) -> VaccineNames:
    """Every way to write a vaccine; a name that stands for two is a fault."""
    known: dict[str, str] = {}
    limits = next(file.tables("matching"), Table({}, f"{file.place}, matching", file.faults, file.month_end))
    endings = limits.words("may_be_left_out")
    for vaccine in vaccines.values():
        for written in _ways_to_write(vaccine, endings):
            if known.setdefault(written, vaccine.code) != vaccine.code:
                file.complain(written, f"stands for both {known[written]} and {vaccine.code}", "a name may stand for one vaccine")
    colloquial: dict[str, list[Colloquial]] = {}
    for row in file.tables("colloquial"):
        name, code = normal(row.text("name")), row.text("vaccine")
        if code not in vaccines:
            row.complain("vaccine", f'"{code}" is not a vaccine of vaccines.toml')
        if name in known:
            row.complain("name", f"is a plain name of {known[name]}", "a name is either plain or colloquial")
        colloquial.setdefault(name, []).append(Colloquial(code, row.day("from"), row.day("until")))
        row.close()
    told = {name: tuple(candidates) for name, candidates in colloquial.items()}
    spelling = _read_spelling(limits)
    loosely = compared_loosely(known, told, spelling)
    return VaccineNames(known, told, limits.number("closeness"), limits.whole("guesses"), spelling, loosely)


def _read_spelling(limits: Table) -> Spelling:
    """`same` lists words for one thing, the shared one first; the longest words are replaced before those that stand in them."""
    pairs = []
    for group in limits.tables("same"):
        pairs += [(normal(word), normal(group.text("as"))) for word in group.words("words")]
        group.close()
    longest_first = tuple(sorted(pairs, key=lambda pair: -len(pair[0])))
    return Spelling(longest_first, "".join(limits.words("signs")), limits.words("says_nothing"))


def _ways_to_write(vaccine: Vaccine, endings: tuple[str, ...]) -> set[str]:
    written = {normal(name) for name in (*vaccine.names.values(), *vaccine.aliases, vaccine.code, *vaccine.national_codes)}
    for ending in endings:
        written |= {name.removesuffix(ending) for name in written} | {name.replace(f"{ending}(", "(") for name in written}
    return written


def read_brackets(file: Table, groups: Mapping[str, VaccineGroup], vaccines: Mapping[str, Vaccine]) -> tuple[Bracket, ...]:
    """The cards in order; bracket and visit numbers must run from 1 without a gap."""
    brackets = tuple(_read_bracket(row, groups, vaccines) for row in file.tables("bracket"))
    file.close()
    visits = [visit.number for bracket in brackets for visit in bracket.visits]
    for what, numbers in (("bracket", [bracket.number for bracket in brackets]), ("visit", visits)):
        if numbers != list(range(1, len(numbers) + 1)):
            file.complain(what, f"numbers are {numbers}", "count from 1 without a gap")
    return brackets


def _read_bracket(row: Table, groups: Mapping[str, VaccineGroup], vaccines: Mapping[str, Vaccine]) -> Bracket:
    bracket = Bracket(
        number=row.whole("number"),
        code=row.text("code"),
        from_age=row.needed_duration("from_age"),
        names=row.names("names"),
        age_label=row.names("age_label"),
        colour=row.text("colour"),
        tint=row.text("tint"),
        text_on_fill=row.text("text_on_fill"),
        animal=row.text("animal"),
        animal_names=row.names("animal_names"),
        sex=row.optional_text("sex"),
        visits=tuple(_read_visit(visit, groups, vaccines) for visit in row.tables("visit")),
    )
    row.close()
    return bracket


def _read_visit(row: Table, groups: Mapping[str, VaccineGroup], vaccines: Mapping[str, Vaccine]) -> Visit:
    slots = []
    for dose in row.tables("doses"):
        slot = Slot(dose.text("group"), dose.whole("dose"), dose.text("vaccine"))
        if slot.group not in groups:
            dose.complain("group", f'"{slot.group}" is not a group of the schedule')
        if slot.vaccine not in vaccines:
            dose.complain("vaccine", f'"{slot.vaccine}" is not a vaccine of vaccines.toml')
        dose.close()
        slots.append(slot)
    visit = Visit(row.whole("number"), row.names("age_label"), tuple(slots))
    row.close()
    return visit
