"""Taking back what bears on doses: a finding that was wrong, a decision that no longer stands. The row stays, with its end."""

from __future__ import annotations

from uuid import UUID

from vaxcard.errors import NotFound
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.chart import Chart
from vaxcard.records.fact_changes import refuse_stale_facts
from vaxcard.records.integrity import reseal_facts
from vaxcard.records.registry import changed
from vaxcard.records.safety import DecisionRecord, ObservationRecord


def end_observation(acting: Acting, child_id: UUID, observation_id: UUID, *, seen_version: int | None = None) -> Chart:
    """Take a finding back. Taken back already, it changes nothing. Raises NotFound, and Conflict for another version than was seen."""
    return _end(acting, child_id, acting.session.get(ObservationRecord, observation_id), "observation.end", seen_version)


def end_decision(acting: Acting, child_id: UUID, decision_id: UUID, *, seen_version: int | None = None) -> Chart:
    """Take a physician's decision back. Taken back already, it changes nothing. Raises NotFound, and Conflict as for a finding."""
    return _end(acting, child_id, acting.session.get(DecisionRecord, decision_id), "decision.end", seen_version)


def _end(
    acting: Acting, child_id: UUID, row: ObservationRecord | DecisionRecord | None, action: str, seen_version: int | None
) -> Chart:
    child = chart.load_child(acting.session, child_id, lock=True)
    if row is None or row.child_id != child.id:
        raise NotFound("this is not on the child's record", advice="open the child again and look at what stands")
    acting.session.refresh(row)  # somebody may have ended it while we waited for the lock
    if row.ended_at is not None:
        return chart.read(acting.session, acting.keyring, acting.schedule, child.id, acting.today)
    refuse_stale_facts(acting.session, child, seen_version)

    def end() -> None:
        row.ended_at, row.ended_version = acting.now, child.version + 1

    reseal_facts(acting.session, acting.keyring, child, end)
    return changed(acting, child, action, [str(row.id)])
