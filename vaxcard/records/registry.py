"""The registry's verbs: register a child, record, correct and void a dose, observe and decide.

Each takes the child's row lock first, adds facts, lets `chart` rewrite what is owed, and notes who did it.
Two moments are kept apart: before injecting the wrong is stopped; what really happened can always be recorded, with its incident.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select

from vaxcard.errors import Conflict, InputFault, Refused
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.doses import DoseRecord, DoseSource, DoseStatus, doses_of
from vaxcard.records.integrity import append_dose
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.safety import DecisionRecord, ObservationRecord


@dataclass(frozen=True)
class DoseForm:
    """A dose as it is told to the registry. `id` is made by the client, so that a repeated request is the same dose.

    `happened` is the reason for recording something that would have been stopped before the injection; `performer` is a name
    as it stands on the record, `clinic_id` where it was given if that is one of ours, `place` where it was given if not.
    """

    id: UUID
    vaccine: str
    given_on: date
    lot_number: str | None = None
    expires_on: date | None = None
    manufacturer: str | None = None
    trace_code: str | None = None
    product_name: str | None = None
    stated_number: int | None = None
    site: str | None = None
    route: str | None = None
    clinic_id: UUID | None = None
    place: str | None = None
    performer: str | None = None
    source: DoseSource = DoseSource.CLINIC
    happened: str | None = None

    def content_hash(self) -> bytes:
        """SHA-256 over what is told, apart from the id: tells a repeated request from another one."""
        content = {key: str(value) for key, value in sorted(asdict(self).items()) if key != "id" and value is not None}
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).digest()


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
    _refuse_the_impossible(acting, child, form)
    incidents = _stop_before_injecting(acting, child, form)
    dose = add_dose(acting, child, form, incidents)
    after = changed(acting, child, "dose.record", [str(dose.id), *incidents])
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


def _refuse_the_impossible(acting: Acting, child: ChildRecord, form: DoseForm) -> None:
    """Only what cannot have happened is refused for good."""
    if form.vaccine not in acting.schedule.vaccines:
        raise InputFault(
            "this vaccine is not in the schedule's list",
            place="vaccine",
            advice="scan the box again, or choose the product from the list",
        )
    if form.given_on < child.born_on:
        raise InputFault("the dose would lie before the child's birth", place="given_on", advice="correct the date")
    if form.given_on > acting.today:
        raise InputFault("the dose would lie in the future", place="given_on", advice="record it when it has been given")
    if child.state == ChildState.DIED:
        raise InputFault("the child is recorded as having died", place="child", advice="ask a physician to correct the record first")


def _stop_before_injecting(acting: Acting, child: ChildRecord, form: DoseForm) -> list[str]:
    """What would have stopped the injection. Refused unless the form says why it happened; then kept as incidents."""
    incidents = [code for code, found in _stops(acting, child, form) if found]
    if incidents and not form.happened:
        raise Refused(
            "; ".join(_SAID[code] for code in incidents),
            reason=incidents[0],
            advice="don't inject. If it has been given already, record it with the reason why",
        )
    return incidents


_SAID = {
    "expired": "the vaccine was past its expiry date on that day",
    "duplicate-vaccine-same-day": "this vaccine is already recorded for the child on that day",
    "site-already-used-today": "another injection on that day went into the same site",
    "not-due": "this vaccine is not due for the child today",
}


def _stops(acting: Acting, child: ChildRecord, form: DoseForm) -> list[tuple[str, bool]]:
    that_day = [dose for dose in doses_of(acting.session, child.id) if dose.given_on == form.given_on]
    injected = acting.schedule.vaccines[form.vaccine].route != "oral"
    return [
        ("expired", form.expires_on is not None and form.expires_on < form.given_on),
        ("duplicate-vaccine-same-day", any(dose.vaccine == form.vaccine for dose in that_day)),
        (
            "site-already-used-today",
            injected and form.site is not None and any(dose.site == form.site for dose in that_day),
        ),
        (
            "not-due",
            form.source == DoseSource.CLINIC and form.given_on == acting.today and not _is_due(acting, child, form),
        ),
    ]


def _is_due(acting: Acting, child: ChildRecord, form: DoseForm) -> bool:
    """Whether any group that the vaccine serves is due today; a paid vaccine that nothing forecasts yet may always be begun."""
    groups = set(acting.schedule.vaccines[form.vaccine].groups)
    assessment = _read(acting, child).assessment
    if groups & set(assessment.due_now):
        return True
    forecast = {forecast.group for forecast in assessment.forecasts}
    return all(acting.schedule.groups[group].optional and group not in forecast for group in groups)


def correct_dose(acting: Acting, child_id: UUID, dose_id: UUID, form: DoseForm, *, seen_version: int, reason: str) -> Recorded:
    """A new version of a dose; the old one stays. Raises Conflict if the record changed since `seen_version`, else as `record_dose`."""
    child, dose = _for_change(acting, child_id, dose_id, seen_version)
    _refuse_the_impossible(acting, child, form)
    corrected = add_dose(acting, child, replace(form, happened=reason), dose.incidents, supersedes=dose)
    after = changed(acting, child, "dose.correct", [str(dose.id), str(corrected.id)])
    return Recorded(corrected, True, after)


def void_dose(acting: Acting, child_id: UUID, dose_id: UUID, void_id: UUID, *, seen_version: int, reason: str) -> Chart:
    """Say that a dose was entered in error: a row `void_id` that supersedes it, with who, when and why."""
    child, dose = _for_change(acting, child_id, dose_id, seen_version)
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
    return changed(acting, child, "dose.void", [str(dose.id)])


def _for_change(acting: Acting, child_id: UUID, dose_id: UUID, seen_version: int) -> tuple[ChildRecord, DoseRecord]:
    child = chart.load_child(acting.session, child_id, lock=True)
    dose = next((dose for dose in doses_of(acting.session, child_id) if dose.id == dose_id), None)
    if child.version != seen_version or dose is None:
        raise Conflict(
            "the record has changed since you opened it",
            difference={"version_seen": seen_version, "version_now": child.version},
            advice="open the child again and look at what changed",
        )
    return child, dose


def observe(
    acting: Acting,
    child_id: UUID,
    observation_id: UUID,
    code: str,
    value: str,
    *,
    on: date | None,
    until: date | None = None,
) -> Chart:
    """Note a finding in the schedule's codes. The same id again changes nothing."""
    child = chart.load_child(acting.session, child_id, lock=True)
    if acting.session.get(ObservationRecord, observation_id) is not None:
        return _read(acting, child)
    row = ObservationRecord(
        id=observation_id,
        child_id=child.id,
        code=code,
        observed_on=on,
        value_sealed=acting.keyring.seal(child.person_key, value, "observation.value"),
        until=until,
        recorded_by=acting.actor,
        recorded_at=acting.now,
    )
    acting.session.add(row)
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


def decide(acting: Acting, child_id: UUID, form: DecisionForm) -> Chart:
    """Note a physician's decision as an input of the next assessment. The same id again changes nothing."""
    child = chart.load_child(acting.session, child_id, lock=True)
    if acting.session.get(DecisionRecord, form.id) is not None:
        return _read(acting, child)
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
    )
    acting.session.add(row)
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
