"""A child's history as the engine reads it, out of rows: the one reader, for one child's record and for hundreds read in bulk.

Which doses stand is `doses.current`'s to say; what they are worth is the engine's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcard.keyring import Keyring
from vaxcard.records.doses import DoseRecord, DoseStatus, current, standing
from vaxcard.records.safety import DecisionRecord, ObservationRecord
from vaxcard.schedule.history import Decision, DoseAdministered, History, Observation

_DOSE = ("id", "status", "supersedes_id", "given_on", "vaccine", "expires_on", "recorded_at", "retry_on")
_FINDING = ("code", "observed_on", "value_sealed", "until", "ended_at")
_DECIDED = ("decided_on", "group", "given_on", "decision", "until", "reason_sealed", "ended_at")


@dataclass(frozen=True)
class NotGiven:
    """A vaccine that was not given on a day, and the day on which to try again."""

    vaccine: str
    on: date
    retry_on: date


@dataclass(frozen=True)
class Told:
    """All that a child's answer depends on: the history, the ids of its doses in their order, and what is put off until when."""

    history: History
    dose_ids: tuple[UUID, ...]
    put_off: tuple[NotGiven, ...]


def assemble(keyring: Keyring, key: bytes, doses: Iterable[Any], findings: Iterable[Any], decisions: Iterable[Any]) -> Told:
    """One child's rows (of the ORM, or of Core with the same names) as the engine reads them; `key` opens what is sealed."""
    observed = tuple([_observation(keyring, key, each) for each in findings if each.ended_at is None])
    decided = tuple([_decision(keyring, key, each) for each in decisions if each.ended_at is None])
    return given_besides(Told(History((), observed, decided), (), ()), list(doses))


def given_besides(told: Told, rows: Sequence[Any]) -> Told:
    """The same findings and decisions with these rows of doses."""
    given = current(rows)
    doses = tuple([DoseAdministered(n, dose.given_on, dose.vaccine, dose.expires_on) for n, dose in enumerate(given, 1)])
    history = History(doses, told.history.observations, told.history.decisions)
    return Told(history, tuple([dose.id for dose in given]), _put_off(rows) if len(given) < len(rows) else ())


def _put_off(rows: Sequence[Any]) -> tuple[NotGiven, ...]:
    refused = [row for row in standing(rows) if row.status == DoseStatus.NOT_DONE]
    return tuple(NotGiven(row.vaccine, row.given_on, row.retry_on) for row in refused if row.retry_on is not None)


def _observation(keyring: Keyring, key: bytes, row: Any) -> Observation:
    return Observation(row.code, row.observed_on, keyring.unseal(key, row.value_sealed, "observation.value"), row.until)


def _decision(keyring: Keyring, key: bytes, row: Any) -> Decision:
    reason = keyring.unseal(key, row.reason_sealed, "decision.reason")
    return Decision(row.decided_on, row.group, row.given_on, row.decision, row.until, reason)


def read_many(session: Session, keyring: Keyring, keys: Mapping[UUID, bytes]) -> dict[UUID, Told]:
    """The histories of these children (some hundreds at most), each opened with its own key."""
    doses = rows_by_child(session, DoseRecord, _DOSE, keys)
    findings = rows_by_child(session, ObservationRecord, _FINDING, keys, (ObservationRecord.recorded_at, ObservationRecord.id))
    decisions = rows_by_child(session, DecisionRecord, _DECIDED, keys, (DecisionRecord.recorded_at, DecisionRecord.id))
    return {
        child_id: assemble(keyring, key, doses.get(child_id, ()), findings.get(child_id, ()), decisions.get(child_id, ()))
        for child_id, key in keys.items()
    }


def rows_by_child(
    session: Session, table: Any, names: Sequence[str], child_ids: Collection[UUID], order: Sequence[Any] = ()
) -> dict[UUID, list[Any]]:
    """These columns of a table that has a `child_id`, for these children."""
    found: dict[UUID, list[Any]] = {}
    columns = [table.child_id, *[getattr(table, name) for name in names]]
    session.flush()
    # Asked of the connection: what the session adds to each row, nobody needs here.
    plain = [column.expression.label(column.key) for column in columns]
    for row in session.connection().execute(select(*plain).where(table.child_id.in_(child_ids)).order_by(*order)):
        if row[0] in found:
            found[row[0]].append(row)
        else:
            found[row[0]] = [row]
    return found
