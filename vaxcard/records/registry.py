"""The registry's verbs: register a child, record, correct and void a dose, observe and decide.

Each takes the child's row lock first, adds facts, lets `chart` rewrite what is owed, and notes who did it.
Two moments are kept apart: before injecting the wrong is stopped; what really happened can always be recorded, with its incident.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select

from vaxcard.errors import Conflict
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.doses import DoseForm, DoseRecord, DoseStatus, rows_of, standing
from vaxcard.records.fact_changes import refuse_stale_facts
from vaxcard.records.integrity import append_dose, reseal_facts
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.safety import DecisionRecord, ObservationRecord
from vaxcard.records.stops import refuse_the_impossible, stop_before_injecting


@dataclass(frozen=True)
class Recorded:
    """A dose that is on file now, whether this request put it there, and the child's record after it."""

    dose: DoseRecord
    is_new: bool
    chart: Chart


def record_dose(acting: Acting, child_id: UUID, form: DoseForm) -> Recorded:
    """Record one dose. The same id and body again is the stored dose.

    Raises NotFound (child), Conflict (the id stands for something else), InputFault (cannot have happened) and Refused
    (stopped before injecting; say in `happened` why it happened all the same).
    """
    child = chart.load_child(acting.session, child_id, lock=True)
    stored = acting.session.get(DoseRecord, form.id)
    if stored is not None:
        return Recorded(_same_dose(stored, child, form), False, _read(acting, child))
    refuse_the_impossible(acting, child, form)
    before = _read(acting, child)
    incidents = stop_before_injecting(acting, before, form)
    dose = add_dose(acting, child, form, incidents)
    after = chart.refresh_with(acting, before, dose)
    acting.note("dose.record", child_id=child.id, subjects=[str(dose.id), *incidents])
    return Recorded(dose, True, after)


def add_dose(
    acting: Acting,
    child: ChildRecord,
    form: DoseForm,
    incidents: Sequence[str] = (),
    supersedes: DoseRecord | None = None,
) -> DoseRecord:
    """Add the row alone: for imports, which check, refresh and note in batches of their own."""
    told = {key: value for key, value in asdict(form).items() if key not in ("happened", "source")}
    dose = DoseRecord(
        **told,
        child_id=child.id,
        status=DoseStatus.COMPLETED,
        supersedes_id=supersedes.id if supersedes else None,
        source=form.source.value,
        incidents=list(incidents),
        reason=form.happened,
        recorded_by=acting.actor,
        recorded_at=acting.now,
        content_hash=form.content_hash(),
    )
    append_dose(acting.keyring, child, dose)
    acting.session.add(dose)
    return dose


def _same_dose(stored: DoseRecord, child: ChildRecord, form: DoseForm) -> DoseRecord:
    if stored.child_id != child.id or stored.content_hash != form.content_hash():
        raise Conflict("this id already stands for another dose", advice="make a new id for a new dose")
    return stored


def correct_dose(acting: Acting, child_id: UUID, dose_id: UUID, form: DoseForm, *, seen_version: int, reason: str) -> Recorded:
    """A new version of a dose; the old one stays. Raises Conflict if the record changed since `seen_version`, else as `record_dose`."""
    told = replace(form, happened=reason)
    stored = acting.session.get(DoseRecord, form.id)
    if stored is not None:
        child = chart.load_child(acting.session, child_id, lock=True)
        if stored.supersedes_id != dose_id:
            raise Conflict("this id already stands for another dose", advice="make a new id for a new dose")
        return Recorded(_same_dose(stored, child, told), False, _read(acting, child))
    child, dose = _for_change(acting, child_id, dose_id, seen_version)
    refuse_the_impossible(acting, child, form)
    corrected = add_dose(acting, child, told, dose.incidents, supersedes=dose)
    after = changed(acting, child, "dose.correct", [str(dose.id), str(corrected.id)])
    return Recorded(corrected, True, after)


def void_dose(acting: Acting, child_id: UUID, dose_id: UUID, void_id: UUID, *, seen_version: int, reason: str) -> Chart:
    """Say that a dose was entered in error, or what was not given: a row `void_id` that supersedes it, with who, when and why.

    The same id again changes nothing. Raises Conflict if the record changed since `seen_version`.
    """
    stored = acting.session.get(DoseRecord, void_id)
    if stored is not None:
        child = chart.load_child(acting.session, child_id, lock=True)
        if (stored.child_id, stored.supersedes_id, stored.status) != (child.id, dose_id, DoseStatus.ENTERED_IN_ERROR):
            raise Conflict("this id already stands for another dose", advice="make a new id for a new dose")
        return _read(acting, child)
    child, dose = _for_change(acting, child_id, dose_id, seen_version)
    add_void(acting, child, dose, void_id, reason)
    return changed(acting, child, "dose.void", [str(dose.id)])


def add_void(acting: Acting, child: ChildRecord, dose: DoseRecord, void_id: UUID, reason: str) -> None:
    """Add the voiding row alone: for what refreshes and notes in batches of its own."""
    void = DoseRecord(
        id=void_id,
        child_id=child.id,
        status=DoseStatus.ENTERED_IN_ERROR,
        supersedes_id=dose.id,
        vaccine=dose.vaccine,
        given_on=dose.given_on,
        source=dose.source,
        incidents=[],
        reason=reason,
        recorded_by=acting.actor,
        recorded_at=acting.now,
        content_hash=dose.content_hash,
    )
    append_dose(acting.keyring, child, void)
    acting.session.add(void)


def _for_change(acting: Acting, child_id: UUID, dose_id: UUID, seen_version: int) -> tuple[ChildRecord, DoseRecord]:
    child = chart.load_child(acting.session, child_id, lock=True)
    rows = rows_of(acting.session, child_id)
    dose = next((row for row in standing(rows) if row.id == dose_id), None)
    if child.version != seen_version or dose is None:
        raise chart.stale(child, seen_version, **_since(rows, dose_id))
    return child, dose


def _since(rows: Sequence[DoseRecord], dose_id: UUID) -> dict[str, object]:
    """What has become of a dose since: by the latest row in its place, and what that says otherwise."""
    by_id, after = {row.id: row for row in rows}, {row.supersedes_id: row for row in rows if row.supersedes_id is not None}
    if dose_id not in after:
        return {}
    then = now = by_id[dose_id]
    while now.id in after:
        now = after[now.id]
    if now.status == DoseStatus.ENTERED_IN_ERROR:
        return {"dose": "voided"}
    fields = {name: (_told(getattr(then, name)), _told(getattr(now, name))) for name in _SHOWN}
    changes = {name: {"seen": seen, "now": told} for name, (seen, told) in fields.items() if seen != told}
    return {"dose": "corrected", "dose_now": str(now.id), "fields": changes}


_SHOWN = ("vaccine", "given_on", "lot_number", "expires_on", "trace_code", "site", "route", "place", "performer", "document")


def _told(value: object) -> str | None:
    return None if value is None else str(value)


def observe(
    acting: Acting,
    child_id: UUID,
    observation_id: UUID,
    code: str,
    value: str,
    *,
    on: date | None,
    until: date | None = None,
    seen_version: int | None = None,
) -> Chart:
    """Note a finding in the schedule's codes. The same id again changes nothing. Raises Conflict if the record changed since
    `seen_version`."""
    child = chart.load_child(acting.session, child_id, lock=True)
    if acting.session.get(ObservationRecord, observation_id) is not None:
        return _read(acting, child)
    refuse_stale_facts(acting.session, child, seen_version)
    row = ObservationRecord(
        id=observation_id,
        child_id=child.id,
        code=code,
        observed_on=on,
        value_sealed=acting.keyring.seal(child.person_key, value, "observation.value"),
        until=until,
        recorded_by=acting.actor,
        recorded_at=acting.now,
        recorded_version=child.version + 1,
    )
    reseal_facts(acting.session, acting.keyring, child, lambda: acting.session.add(row))
    return changed(acting, child, "observation.record", [str(observation_id)])


@dataclass(frozen=True)
class DecisionForm:
    """A physician's decision: accept a dose (`given_on`), call a group complete, give although undecided, or never."""

    id: UUID
    group: str
    decision: str
    reason: str
    given_on: date | None = None
    until: date | None = None


def decide(acting: Acting, child_id: UUID, form: DecisionForm, *, seen_version: int | None = None) -> Chart:
    """Note a physician's decision as an input of the next assessment. The same id again changes nothing.

    Raises Conflict if the record changed since `seen_version`.
    """
    child = chart.load_child(acting.session, child_id, lock=True)
    if acting.session.get(DecisionRecord, form.id) is not None:
        return _read(acting, child)
    refuse_stale_facts(acting.session, child, seen_version)
    row = DecisionRecord(
        id=form.id,
        child_id=child.id,
        decided_on=acting.today,
        group=form.group,
        given_on=form.given_on,
        decision=form.decision,
        until=form.until,
        reason_sealed=acting.keyring.seal(child.person_key, form.reason, "decision.reason"),
        decided_by=acting.actor,
        recorded_at=acting.now,
        recorded_version=child.version + 1,
    )
    reseal_facts(acting.session, acting.keyring, child, lambda: acting.session.add(row))
    return changed(acting, child, "decision.record", [str(form.id), form.group])


def changed(acting: Acting, child: ChildRecord, action: str, subjects: Sequence[str]) -> Chart:
    """The end of every verb: count the change, work out again what is owed, and note it. Reasons in people's words stay with the fact."""
    child.version += 1
    after = chart.refresh(acting, child)
    acting.note(action, child_id=child.id, subjects=subjects)
    return after


def _read(acting: Acting, child: ChildRecord) -> Chart:
    return chart.read(acting.session, acting.keyring, acting.schedule, child.id, acting.today)


def stale_children(acting: Acting, limit: int) -> list[UUID]:
    """Children whose stored answer no longer holds today, oldest first: what a dawn sweep has to assess again."""
    rows = select(ChildRecord.id).where(ChildRecord.assessed_holds_until < acting.today, ChildRecord.state == ChildState.ACTIVE)
    return list(acting.session.scalars(rows.order_by(ChildRecord.assessed_holds_until).limit(limit)))
