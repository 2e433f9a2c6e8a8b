"""What bears on a child's doses besides doses, over the API: findings, and a physician's decisions, contraindications and deferrals."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify

from vaxcard.api.access import DECIDING, RECORDING, requires
from vaxcard.api.bodies import json_object
from vaxcard.api.describing import described
from vaxcard.api.doses import changed
from vaxcard.api.fields import Field, taken
from vaxcard.api.opening import Opened, opened, seen_version
from vaxcard.errors import Conflict, InputFault
from vaxcard.records import registry
from vaxcard.records.clinics import Scope
from vaxcard.records.people import ChildRecord
from vaxcard.records.registry import DecisionForm
from vaxcard.records.safety import DecisionRecord, ObservationRecord, decisions_of, observations_of

facts = Blueprint("facts", __name__, url_prefix="/api/v1/children")

DECISIONS = ("accept", "complete", "give", "never")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ID = Field("id", "id", "An id that you make; the same id and body again changes nothing", True)
_FINDING = (
    _ID,
    Field("code", "text", "What was found, in the schedule's codes, such as birth-weight-g", True),
    Field("value", "text", "The finding, such as 2450 or positive", True),
    Field("on", "day", "The day of the finding; none for what holds from birth"),
    Field("until", "day", "The last day on which it holds; none for always"),
)
_DECISION = (
    _ID,
    Field("group", "text", "The vaccine group, such as MMR", True),
    Field("decision", "choice", "accept a dose, call the group complete, give, or never: with `until` that is a deferral", True, DECISIONS),
    Field("given_on", "day", "The day of the dose that is accepted"),
    Field("until", "day", "The last day on which the decision holds; none for always"),
    Field("reason", "text", "Why; sealed, and told to physicians and vaccinators alone", True),
)


@facts.post("/<uuid:child_id>/observations")
@requires(*RECORDING, scope=Scope.RECORD)
@described("Note a finding that bears on vaccination", {200: "Changed"}, body=_FINDING, match="may", problems=(409,))
def observe(child_id: UUID) -> Response:
    """The record after it."""
    told = taken(json_object(), _FINDING)
    if not _CODE.fullmatch(told["code"]):
        raise InputFault("this is not a code", place="code", advice="use small letters, digits and hyphens, 40 at most")
    with opened(child_id, lock=True) as at:
        refuse_repeated(at, _finding_on_file(at, told["id"]), told)
        on, until = told["on"], told["until"]
        refuse_what_lies_ahead(at, on)
        days = {"on": on, "until": until}
        return changed(
            at, registry.observe(at.acting, child_id, told["id"], told["code"], told["value"], **days, seen_version=seen_version())
        )


@facts.get("/<uuid:child_id>/observations")
@requires(*RECORDING)
@described("The findings that stand; told to physicians and vaccinators alone", {200: "Findings"})
def observations(child_id: UUID) -> Response:
    """Findings may be sensitive, all of them: they are told to those who may hear any."""
    with opened(child_id) as at:
        at.acting.note("child.look", child_id=child_id, subjects=["observations"])
        return jsonify({"items": [_finding(at, row) for row in observations_of(at.acting.session, child_id)]})


@facts.post("/<uuid:child_id>/decisions")
@requires(*DECIDING)
@described("A physician's decision on a group or on a dose given", {200: "Changed"}, body=_DECISION, match="may", problems=(409,))
def decide(child_id: UUID) -> Response:
    """The record after it. No machine decides."""
    told = taken(json_object(), _DECISION)
    with opened(child_id, lock=True) as at:
        refuse_repeated(at, _decision_on_file(at, told["id"]), told)
        if told["group"] not in at.acting.schedule.groups:
            raise InputFault("this group is not in the schedule", place="group", advice="name a group as the record names it")
        refuse_what_lies_ahead(at, told["given_on"])
        if told["decision"] == "accept" and told["given_on"] is None:
            raise InputFault("this is missing", place="given_on", advice="name the day of the dose that is accepted")
        return changed(at, registry.decide(at.acting, child_id, DecisionForm(**told), seen_version=seen_version()))


@facts.get("/<uuid:child_id>/decisions")
@requires(*RECORDING)
@described("The decisions that stand; told to physicians and vaccinators alone", {200: "Decisions"})
def decisions(child_id: UUID) -> Response:
    """With their reasons."""
    with opened(child_id) as at:
        at.acting.note("child.look", child_id=child_id, subjects=["decisions"])
        return jsonify({"items": [_decision(at, row) for row in decisions_of(at.acting.session, child_id)]})


def refuse_what_lies_ahead(at: Opened, day: Any) -> None:
    """Raise InputFault for a day after today."""
    if day is not None and day > at.acting.today:
        raise InputFault("this lies in the future", advice="correct the date")


def refuse_repeated(at: Opened, on_file: dict[str, Any] | None, told: dict[str, Any]) -> None:
    """A repeated request is answered whatever version it names; the same id with another body is a Conflict."""
    if on_file is not None and on_file != {**told, "child": at.child.id}:
        raise Conflict("this id already stands for something else", advice="make a new id for each fact")


def _finding_on_file(at: Opened, fact_id: UUID) -> dict[str, Any] | None:
    row = at.acting.session.get(ObservationRecord, fact_id)
    if row is None:
        return None
    value = _value(at, row) if row.child_id == at.child.id else None
    return {"id": row.id, "child": row.child_id, "code": row.code, "value": value, "on": row.observed_on, "until": row.until}


def _decision_on_file(at: Opened, fact_id: UUID) -> dict[str, Any] | None:
    row = at.acting.session.get(DecisionRecord, fact_id)
    if row is None:
        return None
    kept = {name: getattr(row, name) for name in ("id", "group", "decision", "given_on", "until")}
    return {**kept, "child": row.child_id, "reason": _reason(at, row) if row.child_id == at.child.id else None}


def _value(at: Opened, row: ObservationRecord) -> str:
    return at.acting.keyring.unseal(_key(at.child), row.value_sealed, "observation.value")


def _reason(at: Opened, row: DecisionRecord) -> str:
    return at.acting.keyring.unseal(_key(at.child), row.reason_sealed, "decision.reason")


def _key(child: ChildRecord) -> bytes:
    return child.person_key


def _finding(at: Opened, row: ObservationRecord) -> dict[str, Any]:
    days = {"on": row.observed_on, "until": row.until}
    told = {"id": str(row.id), "code": row.code, "value": _value(at, row), "recorded_at": row.recorded_at.isoformat()}
    return {**told, **{name: day.isoformat() if day else None for name, day in days.items()}}


def _decision(at: Opened, row: DecisionRecord) -> dict[str, Any]:
    days = {"given_on": row.given_on, "until": row.until}
    told = {"id": str(row.id), "group": row.group, "decision": row.decision, "reason": _reason(at, row), "on": row.decided_on.isoformat()}
    return {**told, **{name: day.isoformat() if day else None for name, day in days.items()}}
