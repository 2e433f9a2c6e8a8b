"""Where children belong and where doses were given: clinics that keep children are made known, any other place stays a word.

A place that no child belongs to is not made a clinic: it may be a hospital or a clinic of another town.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from vaxcard.records.acting import Acting
from vaxcard.records.clinics import clinic_named, load_clinic, name_key
from vaxcard.records.enrolment import open_clinic
from vaxcard.records.roster.dose_rows import DoseRow
from vaxcard.records.roster.rows import ChildRow
from vaxcard.records.roster.run import Run
from vaxcard.records.roster.values import is_elsewhere


class Places:
    """The clinics of one transaction, by name."""

    def __init__(self, run: Run, acting: Acting) -> None:
        self._run, self._acting = run, acting
        self._ids: dict[str, UUID | None] = {}

    def home(self, child: ChildRow, doses: Sequence[DoseRow]) -> str | None:
        """The clinic that a child belongs to: its own, else the import's, else the one that gave most of its doses."""
        if child.clinic or self._run.defaults.clinic:
            return child.clinic or self._run.defaults.clinic
        places = Counter(dose.place for dose in doses if dose.place and not is_elsewhere(dose.place))
        return places.most_common(1)[0][0] if places else None

    def known(self, name: str) -> UUID | None:
        """The clinic of that name, if it is on file."""
        key = name_key(name)
        if key not in self._ids:
            clinic = None if is_elsewhere(name) else clinic_named(self._acting.session, name)
            self._ids[key] = clinic.id if clinic else None
        return self._ids[key]

    def made_known(self, name: str) -> UUID:
        """The clinic of that name, put on file where there is none."""
        known = self.known(name)
        if known is None:
            told = self._run.defaults
            clinic = open_clinic(
                self._acting,
                self._run.new_id(),
                name,
                time_zone=told.time_zone,
                language=told.language,
                region=told.region,
            )
            self._ids[name_key(name)] = known = clinic.id
        return known

    def receiving(self, name: str) -> UUID:
        """The clinic of that name, which now takes in a child: its old arrears wait until it lets them be texted."""
        clinic = load_clinic(self._acting.session, self.made_known(name))
        clinic.imported_on, clinic.backlog_released_at = self._run.today, None
        return clinic.id


def clinics_of(children: Iterable[ChildRow], run: Run) -> list[str]:
    """The clinics that the workbook's sound children belong to, as far as their rows tell."""
    names = (child.clinic or run.defaults.clinic for child in children if child.refusal is None)
    return list({name_key(name): name for name in names if name}.values())
