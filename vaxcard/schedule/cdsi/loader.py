"""Loads a folder of CDC's supporting data, whatever its release; refuses one with faults, telling all of them at once.

Files are known by what they hold, not by their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from vaxcard.schedule.cdsi.antigen_reader import read_antigen
from vaxcard.schedule.cdsi.elements import Element, open_element
from vaxcard.schedule.cdsi.rules import Antigen, AntigenSchedule, Association, Conflict
from vaxcard.schedule.cdsi.series_reader import NOTHING
from vaxcard.schedule.dates import Duration, MonthEnd
from vaxcard.schedule.faults import Faults, ScheduleDataError
from vaxcard.schedule.rules import Vaccine, VaccineGroup

_SCHEDULE, _ANTIGEN = "scheduleSupportingData", "antigenSupportingData"


def load_cdsi(folder: Path) -> AntigenSchedule:
    """The schedule in a folder of supporting data; raises ScheduleDataError with every fault, each with file and element."""
    faults, place = Faults(), f"Supporting data in {folder.name}"
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".xml" and not path.name.startswith("."))
    if not files:
        faults.add(folder.name, "holds no XML files", "name the folder into which CDC's supporting data was unpacked")
        faults.stop_if_any(place)
    roots = [root for path in files if (root := open_element(path, faults)) is not None]
    is_whole = not faults.found
    main = _main(roots, faults, folder)
    if main is None:
        raise ScheduleDataError(faults.found, place=place)
    schedule = _Reading(main, [root for root in roots if root.node.tag == _ANTIGEN], _digest(files), is_whole).schedule()
    faults.stop_if_any(place)
    return schedule


def _main(roots: list[Element], faults: Faults, folder: Path) -> Element | None:
    for root in roots:
        if root.node.tag not in (_SCHEDULE, _ANTIGEN):
            faults.add(root.place, f"begins with {root.node.tag}", f"supporting data begins with {_SCHEDULE} or {_ANTIGEN}")
    found = [root for root in roots if root.node.tag == _SCHEDULE]
    for what, tag in (("one schedule file", _SCHEDULE), ("an antigen file", _ANTIGEN)):
        if not any(root.node.tag == tag for root in roots):
            faults.add(folder.name, f"lacks {what}", f"a file that begins with {tag} must be there")
    if len(found) > 1:
        faults.add(folder.name, f"holds several schedule files: {', '.join(root.place for root in found)}", "keep one")
    return found[0] if found else None


def _digest(files: Iterable[Path]) -> str:
    """SHA-256 over names and bytes of the files: which release an answer rests on."""
    digest = sha256()
    for path in files:
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


class _Reading:
    """One reading of one folder; where a file could not be read at all (`is_whole` is False), nobody is said to be missing."""

    def __init__(self, main: Element, files: list[Element], digest: str, is_whole: bool) -> None:
        self.main, self.files, self.digest, self.is_whole = main, files, digest, is_whole
        self.conflicts = _read_conflicts(main)

    def schedule(self) -> AntigenSchedule:
        antigens = self._antigens()
        groups = {name: tuple(found) for name, found in self._mapped(antigens).items()}
        associations = self._associations(antigens)
        return AntigenSchedule(
            code="cdsi",
            name={"en": "CDC's immunisation schedule, as published in CDSi supporting data"},
            month_end=MonthEnd.ROLL,
            vaccines=self._vaccines(antigens, associations),
            groups={name: VaccineGroup(name, {"en": name}, {"en": name}, False, frozenset(found)) for name, found in groups.items()},
            antigens=antigens,
            antigens_of=groups,
            associations=associations,
            conflicts=self.conflicts,
            keeps_away=frozenset(earlier for pairs in self.conflicts.values() for earlier in pairs),
            full_groups=frozenset(
                row.needed("name") for row in self.main.children("vaccineGroups/vaccineGroup") if row.flag("administerFullVaccineGroup")
            ),
            digest=self.digest,
        )

    def _antigens(self) -> dict[str, Antigen]:
        antigens: dict[str, Antigen] = {}
        for root in self.files:
            antigen = read_antigen(root, self.conflicts)
            if antigen.name in antigens:
                root.complain("targetDisease", f"{antigen.name} is also in {antigens[antigen.name].source}", "keep one of the two")
            antigens[antigen.name] = antigen
        return antigens

    def _mapped(self, antigens: Mapping[str, Antigen]) -> dict[str, list[str]]:
        """The antigens of each group; both files must agree."""
        groups: dict[str, list[str]] = {}
        for row in self.main.children("vaccineGroupToAntigenMap/vaccineGroupMap"):
            name = row.needed("name")
            groups.setdefault(name, []).extend(each for each in row.texts("antigen") if each not in groups.get(name, ()))
            if not groups[name]:
                row.complain("antigen", f"is missing: group {name} has no antigen")
            for antigen in groups[name]:
                if antigen not in antigens and self.is_whole:
                    row.complain("antigen", f'"{antigen}" of group {name} has no antigen file')
        for each in antigens.values():
            if each.name not in groups.get(each.group, ()):
                problem = f'antigen "{each.name}" is not in group "{each.group}"'
                self.main.complain("vaccineGroupToAntigenMap", problem, f"it stands so in {each.source}")
        return groups

    def _associations(self, antigens: Mapping[str, Antigen]) -> dict[str, tuple[Association, ...]]:
        found: dict[str, tuple[Association, ...]] = {}
        for row in self.main.children("cvxToAntigenMap/cvxMap"):
            read = []
            for each in row.children("association"):
                antigen = each.needed("antigen")
                if antigen and antigen not in antigens and self.is_whole:
                    each.complain("antigen", f'"{antigen}" has no antigen file')
                read.append(Association(antigen, each.duration("associationBeginAge"), each.duration("associationEndAge")))
            cvx = row.cvx("cvx")
            found[cvx] = (*found.get(cvx, ()), *read)
        return found

    def _vaccines(self, antigens: Mapping[str, Antigen], associations: Mapping[str, tuple[Association, ...]]) -> dict[str, Vaccine]:
        """Every vaccine that the data speaks of, also one that holds no antigen here but keeps live vaccines away."""
        names = {row.cvx("cvx"): row.text("shortDescription") for row in self.main.children("cvxToAntigenMap/cvxMap")}
        for earlier in (code for current, pairs in self.conflicts.items() for code in (current, *pairs)):
            names.setdefault(earlier, f"CVX {earlier}")
        vaccines = {}
        for cvx, name in names.items():
            held = frozenset(each.antigen for each in associations.get(cvx, ()))
            groups = tuple(dict.fromkeys(antigens[each].group for each in sorted(held) if each in antigens))
            told = {"en": name}
            live = "injected" if cvx in self.conflicts else None
            vaccines[cvx] = Vaccine(cvx, told, told, (), cvx, held, groups, (), "injection", live)
        return vaccines


def _read_conflicts(main: Element) -> dict[str, dict[str, Conflict]]:
    conflicts: dict[str, dict[str, Conflict]] = {}
    for row in main.children("liveVirusConflicts/liveVirusConflict"):
        lengths = [row.duration(tag) for tag in ("conflictBeginInterval", "minConflictEndInterval", "conflictEndInterval")]
        begin, minimum_end, end = (each or NOTHING for each in lengths)
        if lengths[2] is None:
            row.complain("conflictEndInterval", "is missing or empty")
        if lengths[1] is None:
            minimum_end = end
        pairs, earlier = conflicts.setdefault(row.cvx("current/cvx"), {}), row.cvx("previous/cvx")
        pairs[earlier] = _longer(pairs.get(earlier), Conflict(begin, minimum_end, end))
    return conflicts


def _longer(known: Conflict | None, found: Conflict) -> Conflict:
    """A pair that is listed twice keeps the longer distances."""
    if known is None:
        return found
    longest = max((known.end, found.end), key=_days), max((known.minimum_end, found.minimum_end), key=_days)
    return Conflict(min((known.begin, found.begin), key=_days), longest[1], longest[0])


def _days(length: Duration) -> tuple[int, int]:
    return length.months, length.days
