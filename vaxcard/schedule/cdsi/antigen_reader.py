"""Reads an antigen file: its series, what makes immune, and what bars the antigen or single vaccines."""

from __future__ import annotations

from vaxcard.schedule.cdsi.elements import Element
from vaxcard.schedule.cdsi.rules import Antigen, Bar, BirthImmunity
from vaxcard.schedule.cdsi.series_reader import Conflicts, read_series


def read_antigen(root: Element, conflicts: Conflicts) -> Antigen:
    """One antigen; its name is the target disease of its series, not the name of the file."""
    rows = list(root.children("series"))
    names = {row.needed("targetDisease") for row in rows}
    groups = {row.needed("vaccineGroup") for row in rows}
    for tag, found in (("targetDisease", names), ("vaccineGroup", groups)):
        if len(found) != 1:
            root.complain(tag, f"names {', '.join(sorted(found)) or 'nothing'}", "a file holds the series of one antigen in one group")
    name = min(names, default="")
    return Antigen(
        name=name,
        group=min(groups, default=""),
        series=tuple(read_series(row, name, conflicts) for row in rows),
        immune_by=frozenset(each.needed("guidelineCode").zfill(3) for each in root.children("immunity/clinicalHistory")),
        immune_by_birth=tuple(birth for each in root.children("immunity/dateOfBirth") if (birth := _read_birth(each)) is not None),
        bars=tuple(_read_bar(each, each, None) for each in root.children("contraindications/vaccineGroup/contraindication")),
        vaccine_bars=tuple(
            _read_bar(each, vaccine, vaccine.cvx("cvx"))
            for each in root.children("contraindications/vaccine/contraindication")
            for vaccine in each.children("contraindicatedVaccine")
        ),
        source=root.place,
    )


def _read_birth(row: Element) -> BirthImmunity | None:
    born_before = row.day("immunityBirthDate")
    if born_before is None:
        return None
    unless = frozenset(each.needed("exclusionCode").zfill(3) for each in row.children("exclusion"))
    return BirthImmunity(born_before, row.text("birthCountry") or None, unless)


def _read_bar(row: Element, aged: Element, cvx: str | None) -> Bar:
    return Bar(row.needed("observationCode").zfill(3), cvx, aged.duration("beginAge"), aged.duration("endAge"))
