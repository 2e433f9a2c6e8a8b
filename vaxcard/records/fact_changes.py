"""Whether findings and decisions are changed by whoever has seen how they stand, and what has become of them since a version."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcard.records import chart
from vaxcard.records.people import ChildRecord
from vaxcard.records.safety import DecisionRecord, ObservationRecord


def refuse_stale_facts(session: Session, child: ChildRecord, seen_version: int | None) -> None:
    """Raise Conflict where another version of the record was seen; its difference names the facts by kind and id, never what they say."""
    if seen_version is None or seen_version == child.version:
        return
    raise chart.stale(child, seen_version, facts=facts_since(session, child, seen_version))


def facts_since(session: Session, child: ChildRecord, version: int) -> list[dict[str, str]]:
    """The findings and decisions that came or went after a version: kind, id, and `recorded` or `ended`."""
    found: list[tuple[int, dict[str, str]]] = []
    findings = session.scalars(select(ObservationRecord).where(ObservationRecord.child_id == child.id))
    decisions = session.scalars(select(DecisionRecord).where(DecisionRecord.child_id == child.id))
    for row in (*findings, *decisions):
        kind = "observation" if isinstance(row, ObservationRecord) else "decision"
        for when, change in ((row.recorded_version, "recorded"), (row.ended_version, "ended")):
            if when is not None and when > version:
                found.append((when, {"kind": kind, "id": str(row.id), "change": change}))
    return [each for _, each in sorted(found, key=lambda pair: (pair[0], pair[1]["id"]))]
