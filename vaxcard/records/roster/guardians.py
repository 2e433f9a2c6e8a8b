"""Who cares for a child, out of the columns that a workbook happens to have: father and mother, first and second guardian, phones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from vaxcard.records.characters import has_a_letter
from vaxcard.records.phones import Phone, read_phones
from vaxcard.records.roster.headings import Table
from vaxcard.records.roster.lengths import LONGEST, kept, kept_name, too_long
from vaxcard.records.roster.report import Entry
from vaxcard.records.roster.values import coded
from vaxcard.records.workbooks import Row

_PARENTS = ("mother", "father")


@dataclass(frozen=True, slots=True)
class GuardianRow:
    """A guardian as the row tells: any part may be missing, but not both name and phone."""

    name: str | None
    phone: Phone | None
    relation: str | None


@dataclass(frozen=True, slots=True)
class Guardians:
    """The guardians of a row, the one to ask first in front; what can't be dialled and what can't be read as (field, what was written)."""

    people: tuple[GuardianRow, ...]
    odd_phones: tuple[tuple[str, str], ...]
    odd_names: tuple[tuple[str, str], ...] = ()


def read_guardians(table: Table, row: Row, region: str) -> Guardians:
    """The guardians of a row. A contact phone without a name of its own goes to the first guardian who has none."""
    told = {slot: _phones(table, row, slot, region) for slot in ("mother", "father", "guardian", "second")}
    odd = tuple((f"{slot}_phone", phone.kept) for slot, phones in told.items() for phone in phones if not phone.can_be_dialled)
    named = list(_named(table, row))
    unreadable = tuple((f"{slot}_name", person.name) for slot, person in named if person.name and not has_a_letter(person.name))
    people = [(slot, person) for slot, person in named if has_a_letter(person.name or "")]
    for slot, phones in told.items():
        for phone in phones:
            _give(people, slot, phone)
    return Guardians(tuple(_merged([person for _, person in people])), odd, unreadable)


def guardian_entries(guardians: Guardians, table: Table, number: int, child: str | None) -> tuple[Entry, ...]:
    """A warning for each number that can't be dialled and each name that can't be read."""
    odd = (("phone-not-a-number-that-can-be-dialled", guardians.odd_phones), ("guardian-not-readable", guardians.odd_names))
    return tuple(table.entry(kind, number, child, field, written) for kind, cells in odd for field, written in cells)


def _phones(table: Table, row: Row, slot: str, region: str) -> tuple[Phone, ...]:
    """The numbers of a cell. Of more than is kept, the whole ones that stand in front: half a number may be somebody else's."""
    written, field = table.cell(row, f"{slot}_phone"), f"{slot}_phone"
    text = kept(table, row, field)
    if text is None:
        return ()
    if any(too_long(table, row, [field])):
        return tuple(phone for phone in read_phones(text, region)[:-1] if phone.can_be_dialled)
    return read_phones(written if isinstance(written, str) else text, region)


def _named(table: Table, row: Row) -> Iterator[tuple[str, GuardianRow]]:
    for slot in ("guardian", "mother", "father", "second"):
        name, relation_field = kept_name(table, row, f"{slot}_name"), f"{slot}_relation"
        relation = slot if slot in _PARENTS else coded("relation", table.cell(row, relation_field), LONGEST[relation_field])
        if name:
            yield slot, GuardianRow(name, None, relation)


def _give(people: list[tuple[str, GuardianRow]], slot: str, phone: Phone) -> None:
    """Put a phone to the person in whose columns it stands, else to the first without one, else to a person known by it alone."""
    if any(person.phone == phone for _, person in people):
        return
    own = [index for index, (of, person) in enumerate(people) if of == slot and person.phone is None]
    free = [index for index, (_, person) in enumerate(people) if person.phone is None] if slot not in _PARENTS else []
    takes = next(iter(own + free), None)
    if takes is None:
        people.append((slot, GuardianRow(None, phone, slot if slot in _PARENTS else None)))
    else:
        of, person = people[takes]
        people[takes] = (of, replace(person, phone=phone))


def _merged(people: list[GuardianRow]) -> Iterator[GuardianRow]:
    """One row a person: the first guardian is often the father or the mother, named a second time, perhaps with a second phone."""
    by_name: dict[str, GuardianRow] = {}
    unnamed = [person for person in people if person.name is None]
    for person in people:
        known = by_name.get(person.name) if person.name else None
        if person.name and known:
            relation = known.relation or person.relation
            by_name[person.name] = GuardianRow(person.name, known.phone or person.phone, relation)
            unnamed += [GuardianRow(None, person.phone, relation)] if known.phone and person.phone else []
        elif person.name:
            by_name[person.name] = person
    yield from (*by_name.values(), *unnamed)

