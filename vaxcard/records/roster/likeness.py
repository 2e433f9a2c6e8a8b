"""Which children are probably one child written down twice. Twins are two: their names differ although they share day, phone and home."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from rapidfuzz import fuzz

from vaxcard.records.names import sounds
from vaxcard.records.roster.dose_rows import DoseRow
from vaxcard.records.roster.report import Entry
from vaxcard.records.roster.rows import ChildRow
from vaxcard.records.roster.values import customs

_Dose = tuple[str, date, str]


def are_one_name(one: str, other: str) -> bool:
    """Whether two names are one, as it is heard: a homophone or a slip, not a brother's or sister's name."""
    if one == other:
        return True
    return bool(fuzz.ratio(sounds(one)[0], sounds(other)[0]) >= customs()["likeness"]["sound"])


def are_different_children(one: ChildRow, other: ChildRow) -> bool:
    """Whether two rows under one identifier tell of two children: another birth date, another name, as far as both are told."""
    if one.born_on and other.born_on and one.born_on != other.born_on:
        return True
    if not one.name or not other.name or one.name == other.name:
        return False
    return not are_one_name(one.name, other.name) or (one.sex != other.sex and "unknown" not in (one.sex, other.sex))


@dataclass(frozen=True)
class _Pair:
    earlier: ChildRow
    later: ChildRow


class Likenesses:
    """Pairs of a workbook's children that may be one: told by phone or guardian at once, by shared doses once those have been read."""

    def __init__(self, children: Sequence[ChildRow]) -> None:
        self._entries: list[Entry] = []
        self._undecided: list[_Pair] = []
        self._doses: dict[int, set[_Dose]] = {}
        for block in _by_birth_date(children).values():
            for earlier, later in combinations(block, 2):
                self._consider(_Pair(earlier, later))

    def _consider(self, pair: _Pair) -> None:
        one, other = pair.earlier, pair.later
        if not are_one_name(one.name, other.name) or (one.name != other.name and one.sex != other.sex):
            return
        because = _shared_contact(one, other)
        if because:
            self._entries.append(_entry(pair, because))
        else:
            self._undecided.append(pair)
            self._doses.update({id(one): set(), id(other): set()})

    def saw(self, child: ChildRow, doses: Iterable[DoseRow]) -> None:
        """Keep in mind the doses of a child that is in question."""
        known = self._doses.get(id(child))
        if known is not None:
            told = ((dose.vaccine, dose.given_on, dose.lot_number) for dose in doses)
            known.update((vaccine, on, lot) for vaccine, on, lot in told if vaccine and on and lot)

    def entries(self) -> list[Entry]:
        """A warning for the later row of each pair that is probably one child; complete once every child has been seen."""
        needed = customs()["likeness"]["shared_doses"]
        told = [pair for pair in self._undecided if len(self._doses[id(pair.earlier)] & self._doses[id(pair.later)]) >= needed]
        return self._entries + [_entry(pair, "doses") for pair in told]


def _by_birth_date(children: Sequence[ChildRow]) -> dict[date, list[ChildRow]]:
    blocks: dict[date, list[ChildRow]] = defaultdict(list)
    for child in children:
        if child.refusal is None and child.born_on is not None:
            blocks[child.born_on].append(child)
    return blocks


def _shared_contact(one: ChildRow, other: ChildRow) -> str | None:
    phones = [
        {guardian.phone.kept for guardian in child.guardians if guardian.phone and guardian.phone.can_be_dialled} for child in (one, other)
    ]
    names = [{guardian.name for guardian in child.guardians if guardian.name} for child in (one, other)]
    if phones[0] & phones[1]:
        return "phone"
    return "guardian" if names[0] & names[1] else None


def _entry(pair: _Pair, because: str) -> Entry:
    return pair.later.entry("likely-the-same-child", "name", pair.later.name, same_as=pair.earlier.code or "", because=because)
