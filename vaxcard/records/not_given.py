"""What was not given at a visit, and why: a row among the doses that says so, with the day to try again, and counts for nothing.

Until that day the next visit does not call for it. Whether a vaccine must never be given is a physician's decision, not this row's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from vaxcard.errors import Conflict, InputFault
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.clinics import load_clinic
from vaxcard.records.doses import DoseForm, DoseRecord, DoseSource, DoseStatus, content_of, hash_of, rows_of, standing
from vaxcard.records.integrity import append_dose
from vaxcard.records.people import ChildRecord
from vaxcard.records.registry import changed
from vaxcard.records.stops import refuse_the_impossible
from vaxcard.records.visits import is_open_on


class NotGivenBecause(StrEnum):
    """Why a vaccine that was owed was not given."""

    REFUSED = "refused"
    ILL = "ill"
    CONTRAINDICATED = "contraindicated"
    OUT_OF_STOCK = "out-of-stock"


@dataclass(frozen=True)
class NotGivenForm:
    """A vaccine that was not given on a day. `id` is made by the client; `note` is in people's words."""

    id: UUID
    vaccine: str
    on: date
    because: NotGivenBecause
    retry_on: date | None = None
    note: str | None = None

    def content_hash(self) -> bytes:
        """SHA-256 over what is told, apart from the id: tells a repeated request from another one."""
        return hash_of({"not-given": content_of(self)})


@dataclass(frozen=True)
class NotGivenRecorded:
    """The row that is on file now, whether this request put it there, and the child's record after it."""

    row: DoseRecord
    is_new: bool
    chart: Chart


def record_not_given(acting: Acting, child_id: UUID, form: NotGivenForm) -> NotGivenRecorded:
    """Say that a vaccine was not given. The same id and body again is the stored row; `registry.void_dose` takes it back.

    Raises NotFound (child), Conflict (the id stands for something else) and InputFault (cannot be).
    """
    child = chart.load_child(acting.session, child_id, lock=True)
    stored = acting.session.get(DoseRecord, form.id)
    if stored is not None:
        if stored.child_id != child.id or stored.content_hash != form.content_hash():
            raise Conflict("this id already stands for another dose", advice="make a new id for a new dose")
        return NotGivenRecorded(stored, False, chart.read(acting.session, acting.keyring, acting.schedule, child.id, acting.today))
    refuse_the_impossible(acting, child, DoseForm(form.id, form.vaccine, form.on))
    _check_retry(acting, form)
    row = _row(acting, child, form)
    append_dose(acting.keyring, child, row)
    acting.session.add(row)
    return NotGivenRecorded(row, True, changed(acting, child, "dose.not-given", [str(row.id), form.because.value]))


def _check_retry(acting: Acting, form: NotGivenForm) -> None:
    """The day to try again lies ahead, and is one on which the clinic vaccinates."""
    if form.retry_on is None:
        return
    if form.retry_on <= form.on:
        raise InputFault("the day to try again is not after the visit", place="retry_on", advice="choose a later day, or leave it open")
    if acting.clinic_id is not None and not is_open_on(load_clinic(acting.session, acting.clinic_id), form.retry_on):
        raise InputFault("the clinic is shut on that day", place="retry_on", advice="choose a day on which it is open, or leave it open")


def _row(acting: Acting, child: ChildRecord, form: NotGivenForm) -> DoseRecord:
    return DoseRecord(
        id=form.id,
        child_id=child.id,
        status=DoseStatus.NOT_DONE,
        vaccine=form.vaccine,
        given_on=form.on,
        clinic_id=acting.clinic_id,
        source=DoseSource.CLINIC.value,
        incidents=[],
        reason=form.note,
        not_given_because=form.because.value,
        retry_on=form.retry_on,
        recorded_by=acting.actor,
        recorded_at=acting.now,
        content_hash=form.content_hash(),
    )


def not_given_of(session: Session, child_id: UUID) -> list[DoseRecord]:
    """What was not given and stands so, by date: `vaccine`, `given_on` (the visit's day), `not_given_because`, `retry_on`, `reason`."""
    return [row for row in standing(rows_of(session, child_id)) if row.status == DoseStatus.NOT_DONE]
