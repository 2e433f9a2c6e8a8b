"""An invented clinic with invented families, told in a few words a step, for tests that need a registry with people in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any
from uuid import UUID

from vaxcard.records import enrolment, registry
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart, load_child, refresh
from vaxcard.records.database import Database
from vaxcard.records.doses import DoseForm
from vaxcard.records.enrolment import ChildForm, GuardianForm
from vaxcard.records.registry import Recorded
from vaxcard.schedule.rules import Schedule

_NUMBERS = count(1)
EVERY_DAY = tuple((weekday, time(8), time(17)) for weekday in range(7))
WEEKDAYS = EVERY_DAY[:5]
PHONE = "+8613900000001"


def an_id() -> UUID:
    """An id that no other step of this run has."""
    return UUID(int=(7 << 76) + (2 << 62) + next(_NUMBERS))


@dataclass
class Story:
    """One registry and one clinic in it; every step says on which day it happens, and commits."""

    database: Database
    schedule: Schedule
    clinic_id: UUID

    @contextmanager
    def on(self, today: date, *, actor: str = "staff:1", clinic_id: UUID | None = None, hour: int = 2) -> Iterator[Acting]:
        """Somebody of the clinic acting on a day, at ten in the morning there unless another UTC hour is told."""
        now = datetime(today.year, today.month, today.day, hour, tzinfo=UTC)
        with self.database.writing() as session:
            yield Acting(session, self.database.keyring, self.schedule, actor, clinic_id or self.clinic_id, now, today)

    def guardian(self, phone: str | None = PHONE, *, name: str = "云小莲", **more: Any) -> GuardianForm:
        """A guardian whose number can be texted."""
        return GuardianForm(id=an_id(), name=name, phone=phone, can_be_texted=phone is not None, **more)

    def child(
        self,
        born_on: date,
        today: date,
        *,
        name: str = "云朵朵",
        sex: str = "female",
        guardians: Sequence[GuardianForm] | None = None,
        clinic_id: UUID | None = None,
        identifiers: Sequence[tuple[str, str]] = (),
    ) -> UUID:
        """A child put on file, with what is owed worked out."""
        form = ChildForm(
            id=an_id(),
            name=name,
            born_on=born_on,
            sex=sex,
            clinic_id=clinic_id or self.clinic_id,
            identifiers=tuple(identifiers),
            guardians=(self.guardian(),) if guardians is None else tuple(guardians),
        )
        with self.on(today) as acting:
            refresh(acting, enrolment.register_child(acting, form))
        return form.id

    def dose(self, child_id: UUID, vaccine: str, given_on: date, today: date | None = None, **more: Any) -> Recorded:
        """A dose recorded, as it was given unless `more` says otherwise."""
        form = DoseForm(**{"id": an_id(), "vaccine": vaccine, "given_on": given_on, "happened": "transcribed", **more})
        with self.on(today or given_on) as acting:
            return registry.record_dose(acting, child_id, form)

    def newborn(self, born_on: date, today: date, **more: Any) -> UUID:
        """A child who got what is given at birth, and is owed the second HepB a month later."""
        child_id = self.child(born_on, today, **more)
        self.dose(child_id, "HepB", born_on, today)
        self.dose(child_id, "BCG", born_on, today)
        return child_id

    def refresh(self, child_id: UUID, today: date) -> Chart:
        """The child assessed again on a day."""
        with self.on(today) as acting:
            return refresh(acting, load_child(acting.session, child_id, lock=True))


def begin(database: Database, schedule: Schedule, *, name: str = "清河卫生服务中心", **more: Any) -> Story:
    """A story with a clinic that is open on every day unless `sessions` says otherwise."""
    story = Story(database, schedule, an_id())
    told = {"time_zone": "Asia/Shanghai", "language": "zh", "region": "CN", "phone": "0571-88880000", "sessions": EVERY_DAY, **more}
    with story.on(date(2026, 1, 1)) as acting:
        enrolment.open_clinic(acting, story.clinic_id, name, **told)
    return story
