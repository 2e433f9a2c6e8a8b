"""The only bridge from rows to the engine: a child's history read for assessment, and the answer written back as due rows.

A chart that is read is always assessed for the day of reading; what is stored serves lists, texts and sweeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from vaxcard.errors import NotFound
from vaxcard.keyring import Keyring
from vaxcard.records.acting import Acting
from vaxcard.records.clinics import load_clinic
from vaxcard.records.doses import DoseRecord, StoredEvaluation, doses_of
from vaxcard.records.outbox import withdraw_planned
from vaxcard.records.people import ChildRecord, ChildState
from vaxcard.records.safety import decisions_of, observations_of
from vaxcard.records.visits import DueRow, NextVisit, VisitKind, next_session_day, next_visit_of, work_out_next_visit
from vaxcard.schedule.assessment import assess
from vaxcard.schedule.history import Child, Decision, DoseAdministered, History, Observation
from vaxcard.schedule.outcomes import Assessment, Evaluation, Forecast, Reason, SeriesStatus
from vaxcard.schedule.rules import Schedule


@dataclass(frozen=True)
class Chart:
    """A child's record on a day: the row, the doses that stand (numbered from 1 in this order) and the engine's answer."""

    child: ChildRecord
    doses: tuple[DoseRecord, ...]
    assessment: Assessment
    next_visit: NextVisit | None

    def evaluations_of(self, dose: DoseRecord) -> list[Evaluation]:
        """What the engine says of one dose: one evaluation a group, none for a dose in no group."""
        number = self.doses.index(dose) + 1
        return [evaluation for evaluation in self.assessment.evaluations if evaluation.n == number]


def load_child(session: Session, child_id: UUID, *, lock: bool = False) -> ChildRecord:
    """The child's row, locked for writing on request. Raises NotFound.

    The lock holds off other writers of this record, not rows that merely refer to the child, such as a text planned meanwhile.
    """
    child = session.get(ChildRecord, child_id, with_for_update={"key_share": True} if lock else None, populate_existing=lock)
    if child is None:
        raise NotFound("no child with this id is on file", place=str(child_id), advice="scan the card again or search by name")
    return child


def read(session: Session, keyring: Keyring, schedule: Schedule, child_id: UUID, today: date) -> Chart:
    """The child's record, assessed for `today`. Raises NotFound."""
    child = load_child(session, child_id)
    doses = doses_of(session, child_id)
    assessment = assess(schedule, Child(child.born_on, child.sex), _history(session, keyring, child, doses), today)
    return Chart(child, tuple(doses), assessment, next_visit_of(session, child_id))


def trial(acting: Acting, child: ChildRecord, dose: DoseAdministered) -> list[Evaluation]:
    """What the engine would say of a dose that is not on file: asked before the needle, of the day on which it is given."""
    history = _history(acting.session, acting.keyring, child, doses_of(acting.session, child.id))
    tried = replace(dose, n=len(history.doses) + 1)
    with_it = replace(history, doses=(*history.doses, tried))
    assessment = assess(acting.schedule, Child(child.born_on, child.sex), with_it, acting.today)
    return [evaluation for evaluation in assessment.evaluations if evaluation.n == tried.n]


def _history(session: Session, keyring: Keyring, child: ChildRecord, doses: Sequence[DoseRecord]) -> History:
    return History(
        doses=tuple(DoseAdministered(n, dose.given_on, dose.vaccine, dose.expires_on) for n, dose in enumerate(doses, start=1)),
        observations=tuple(
            Observation(
                row.code,
                row.observed_on,
                keyring.unseal(child.person_key, row.value_sealed, "observation.value"),
                row.until,
            )
            for row in observations_of(session, child.id)
        ),
        decisions=tuple(
            Decision(
                row.decided_on,
                row.group,
                row.given_on,
                row.decision,
                row.until,
                keyring.unseal(child.person_key, row.reason_sealed, "decision.reason"),
            )
            for row in decisions_of(session, child.id)
        ),
    )


def refresh(acting: Acting, child: ChildRecord) -> Chart:
    """Assess a child whose row is locked and rewrite its due rows, evaluations and next visit in the same transaction."""
    session = acting.session
    session.flush()
    chart = read(session, acting.keyring, acting.schedule, child.id, acting.today)
    clinic = load_clinic(session, child.clinic_id)
    rows = [_due_row(child, forecast, chart.assessment) for forecast in chart.assessment.forecasts] if _is_served(child) else []
    session.execute(delete(DueRow).where(DueRow.child_id == child.id))
    session.execute(delete(StoredEvaluation).where(StoredEvaluation.child_id == child.id))
    session.add_all(rows)
    session.add_all(_evaluation_row(chart, evaluation) for evaluation in chart.assessment.evaluations if evaluation.group)
    visit = _renew_visit(acting, chart.next_visit, work_out_next_visit(child.id, clinic, rows, next_session_day(clinic, acting.now)))
    child.assessed_on, child.assessed_version = acting.today, child.version
    child.assessed_edition, child.assessed_engine = chart.assessment.edition, chart.assessment.engine
    child.assessed_holds_until = chart.assessment.holds_until
    session.flush()
    withdraw_planned(session, child.id, acting.now)
    return replace(chart, next_visit=visit)


def _is_served(child: ChildRecord) -> bool:
    return child.state == ChildState.ACTIVE


def _renew_visit(acting: Acting, stored: NextVisit | None, computed: NextVisit | None) -> NextVisit | None:
    """An appointment still to come stands as long as anything is owed on its day; a computed date follows the due rows."""
    if stored is not None and stored.kind == VisitKind.APPOINTED and computed is not None and stored.visit_on >= acting.today:
        stored.groups, stored.planned_on = computed.groups, computed.planned_on
        return stored
    if stored is not None and computed is not None:
        stored.clinic_id, stored.visit_on, stored.planned_on = computed.clinic_id, computed.visit_on, computed.planned_on
        stored.groups, stored.kind = computed.groups, computed.kind
        return stored
    if stored is not None:
        acting.session.delete(stored)
    if computed is not None:
        acting.session.add(computed)
    return computed


def _due_row(child: ChildRecord, forecast: Forecast, assessment: Assessment) -> DueRow:
    owed = forecast.status == SeriesStatus.NOT_COMPLETE
    return DueRow(
        child_id=child.id,
        group=forecast.group,
        clinic_id=child.clinic_id,
        status=forecast.status.value,
        is_optional=forecast.optional,
        is_due=forecast.group in assessment.due_now,
        dose_number=forecast.dose,
        vaccines=list(forecast.vaccines),
        earliest=forecast.earliest if owed else None,
        recommended=forecast.recommended if owed else None,
        past_due=forecast.past_due,
        latest=forecast.latest,
        needs=forecast.needs,
        reasons=[_reason_as_json(reason) for reason in forecast.reasons],
        edition=assessment.edition,
        engine=assessment.engine,
        record_version=child.version,
        holds_until=assessment.holds_until,
    )


def _evaluation_row(chart: Chart, evaluation: Evaluation) -> StoredEvaluation:
    return StoredEvaluation(
        dose_id=chart.doses[evaluation.n - 1].id,
        group=evaluation.group,
        child_id=chart.child.id,
        status=evaluation.status.value if evaluation.status else None,
        dose_number=evaluation.dose,
        reasons=[_reason_as_json(reason) for reason in evaluation.reasons],
    )


def _reason_as_json(reason: Reason) -> dict[str, object]:
    values = {name: value.isoformat() if isinstance(value, date) else value for name, value in reason.values.items()}
    return {"code": reason.code, "values": values, "source": reason.source, "sensitive": reason.sensitive}
