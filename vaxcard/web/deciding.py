"""Findings that bear on vaccination, and what a physician decides: accept, complete, give, wait or never. Each is taken back by a click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import DECIDING, RECORDING, caller, requires
from vaxcard.api.bodies import Reader
from vaxcard.api.service import new_id, service
from vaxcard.errors import Conflict, InputFault
from vaxcard.language.catalogues import marked
from vaxcard.records import chart, registry
from vaxcard.records.acting import Acting
from vaxcard.records.ending import end_decision, end_observation
from vaxcard.records.people import ChildRecord
from vaxcard.records.registry import DecisionForm
from vaxcard.records.safety import DecisionRecord, ObservationRecord, decisions_of, observations_of
from vaxcard.schedule.rules import Names
from vaxcard.schedule.unread import Findings
from vaxcard.web import child_view
from vaxcard.web.recording import Sheet
from vaxcard.web.rendering import fault_in_words, faults_by_place

deciding = Blueprint("deciding", __name__, url_prefix="/counter/children/<uuid:child_id>/decisions")

FINDINGS = {
    "mother-hbsag:positive": marked("The mother has hepatitis B"),
    "mother-hbsag:negative": marked("The mother has no hepatitis B"),
    "mother-hbsag:unknown": marked("Whether the mother has hepatitis B is not known"),
    "birth-weight-g:": marked("Birth weight, in grams"),
    "gestation-weeks:": marked("Born in week"),
    "immunoglobulin:given": marked("Immunoglobulin was given"),
    "tb-skin-test:negative": marked("Tuberculin skin test: negative"),
    "tb-skin-test:positive": marked("Tuberculin skin test: positive"),
    "hiv-status:infected": marked("HIV: infected, without symptoms"),
    "hiv-status:infected-severe": marked("HIV: infected, with symptoms or weak immunity"),
    "hiv-status:exposed-unknown": marked("HIV: the mother is infected, the child not tested yet"),
    "hiv-status:negative": marked("HIV: ruled out"),
    "immunodeficiency:yes": marked("Immune deficiency, or treatment that weakens immunity"),
    "immunodeficiency:resolved": marked("Immune deficiency: over"),
    "hbsag:negative": marked("Hepatitis B of the child itself: none (HBsAg negative)"),
    "hbsag:positive": marked("Hepatitis B of the child itself: found (HBsAg positive)"),
    "anti-hbs:": marked("Antibodies against hepatitis B (anti-HBs), in mIU/mL"),
}
"""What can be told here: the schedule's code and value; where the value is left open it is a number."""
_REACTION = "severe-reaction"
_REACTED = marked("A severe reaction, such as anaphylaxis, after")
_GIVEN_HERE = marked("Of two products, the one given here")
DECISIONS = {
    "wait": marked("Wait until a day"),
    "never": marked("Don't give it"),
    "give": marked("Give it all the same"),
    "accept": marked("Accept a dose that did not count"),
    "complete": marked("Complete: nothing more is needed"),
}
_HIGHEST = 9999  # grams; what is lighter or heavier is a slip
_LOWEST = {"anti-hbs": 0}


@deciding.get("/")
@requires(*RECORDING)
def page(child_id: UUID) -> ResponseReturnValue:
    """What stands, and forms for more; the decisions' form is a physician's."""
    return _page(child_id, Sheet({}))


def _page(child_id: UUID, sheet: Sheet, stale: Conflict | None = None) -> str:
    who = caller()
    with who.acting() as acting:
        child = chart.load_child(acting.session, child_id)
        findings = [_finding(acting, child, row) for row in observations_of(acting.session, child_id)]
        decided = [_decision(acting, child, row) for row in decisions_of(acting.session, child_id)]
        acting.note("child.look", child_id=child_id, subjects=["decisions"])
        since = _since(acting, child, stale) if stale else []
        view, today, version = child_view.brief(acting, child), acting.today, child.version
    told = {"child": view, "findings": findings, "decided": decided, "today": today, "sheet": sheet, "version": version}
    told.update(stale=fault_in_words(stale) if stale else None, since=since)
    known = {"known": FINDINGS, "reactions": _reactions(), "products": _products()}
    lists = {**known, "decisions": DECISIONS, "groups": service().schedule.groups}
    ids = {"finding_id": sheet.values.get("id") or str(new_id()), "decision_id": sheet.values.get("id") or str(new_id())}
    return render_template("counter/decisions.html", may_decide=who.role in DECIDING, **told, **lists, **ids)


def _since(acting: Acting, child: ChildRecord, stale: Conflict) -> list[dict[str, Any]]:
    """What has come or gone since the page was opened, in words."""
    told = []
    for each in cast("list[dict[str, str]]", stale.difference.get("facts", [])):
        if each["kind"] == "observation":
            words = _finding(acting, child, acting.session.get_one(ObservationRecord, UUID(each["id"])))
        else:
            words = _decision(acting, child, acting.session.get_one(DecisionRecord, UUID(each["id"])))
        told.append({**words, "kind": each["kind"], "change": each["change"]})
    return told


def _finding(acting: Acting, child: ChildRecord, row: ObservationRecord) -> dict[str, Any]:
    value = acting.keyring.unseal(child.person_key, row.value_sealed, "observation.value")
    exact, open_ended = f"{row.code}:{value}", f"{row.code}:"
    words = FINDINGS.get(exact) or FINDINGS.get(open_ended) or (_REACTED if row.code == _REACTION else None)
    vaccine = acting.schedule.vaccines.get(value)
    told = {"id": row.id, "code": row.code, "value": None if exact in FINDINGS else value, "on": row.observed_on}
    return {**told, "words": words or (_GIVEN_HERE if exact in _products() else None), "vaccine": vaccine.names if vaccine else None}


def _decision(acting: Acting, child: ChildRecord, row: DecisionRecord) -> dict[str, Any]:
    reason = acting.keyring.unseal(child.person_key, row.reason_sealed, "decision.reason")
    name = "wait" if row.decision == "never" and row.until else row.decision
    told = {"id": row.id, "group": row.group, "words": DECISIONS.get(name, name), "reason": reason}
    return {**told, "until": row.until, "given_on": row.given_on, "on": row.decided_on}


@deciding.post("/findings")
@requires(*RECORDING)
def observe(child_id: UUID) -> ResponseReturnValue:
    """Keep a finding; what is due is worked out again."""
    sent, who = request.form.to_dict(), caller()
    try:
        with who.acting() as acting:
            reader = Reader(sent)
            finding_id, on = reader.id("id", required=True), reader.day("on")
            code, value = _told(reader)
            if on is not None and on > acting.today:
                reader.fault("on", "this lies in the future", "correct the date")
            reader.finish()
            registry.observe(acting, child_id, finding_id or child_id, code, value, on=on, seen_version=_seen(sent))
    except Conflict as fault:
        return _page(child_id, Sheet(sent), fault), 409
    except InputFault as fault:
        return _page(child_id, Sheet(sent, _faults("finding", fault))), 422
    return redirect(url_for("deciding.page", child_id=child_id), 303)


def _reactions() -> dict[str, Names]:
    """A severe reaction to each vaccine of the schedule: it is never given again, and what is like it is asked about."""
    return {f"{_REACTION}:{code}": each.names for code, each in service().schedule.vaccines.items() if each.groups}


def _products() -> dict[str, Names]:
    """Where the schedule knows two products of one protection and asks which is given here: each answer, by the vaccine's name."""
    vaccines = service().schedule.vaccines
    asked = sorted(Findings(service().schedule).asked.items())
    return {f"{code}:{word}": vaccines[word].names for code, each in asked for word in sorted(each.words & vaccines.keys())}


def _told(reader: Reader) -> tuple[str, str]:
    what = reader.sent.get("finding", "")
    if what not in FINDINGS | _reactions() | _products():
        reader.fault("finding", "this is missing", "choose one of the list")
        return "", ""
    code, _, value = what.partition(":")
    number = reader.number("number", lowest=_LOWEST.get(code, 1), highest=_HIGHEST) if not value else None
    if not value and number is None and not reader.faults:
        reader.fault("number", "this is missing", "fill it in")
    return code, value or str(number)


@deciding.post("/")
@requires(*DECIDING)
def decide(child_id: UUID) -> ResponseReturnValue:
    """Keep a physician's decision; what is due is worked out again."""
    sent, who = request.form.to_dict(), caller()
    try:
        with who.acting() as acting:
            registry.decide(acting, child_id, _decision_sent(acting, sent), seen_version=_seen(sent))
    except Conflict as fault:
        return _page(child_id, Sheet(sent), fault), 409
    except InputFault as fault:
        return _page(child_id, Sheet(sent, _faults("decision", fault))), 422
    return redirect(url_for("deciding.page", child_id=child_id), 303)


def _decision_sent(acting: Acting, sent: dict[str, str]) -> DecisionForm:
    reader = Reader({**sent, "happened": sent.get("reason")})
    form_id, name, group = reader.id("id", required=True), sent.get("decision", ""), sent.get("group", "")
    given_on, until, reason = reader.day("given_on"), reader.day("until"), reader.text("happened")
    if name not in DECISIONS:
        reader.fault("decision", "this is missing", "choose one of the list")
    if group not in acting.schedule.groups:
        reader.fault("group", "this is missing", "choose one of the list")
    if not reason:
        reader.fault("reason", "the reason is missing", "say why, for whoever reads it later")
    if name == "accept" and (given_on is None or given_on > acting.today):
        reader.fault("given_on", "this is missing", "name the day of the dose that is accepted")
    if name == "wait" and (until is None or until < acting.today):
        reader.fault("until", "this is missing", "name the last day of waiting")
    reader.finish()
    kind = "never" if name == "wait" else name
    ends = until if kind in ("never", "give") else None
    assert form_id is not None and reason is not None  # required above
    return DecisionForm(form_id, group, kind, reason, given_on if name == "accept" else None, ends)


def _faults(form: str, fault: InputFault) -> dict[str, Any]:
    return {f"{form}-{place}": said for place, said in faults_by_place(fault).items()}


@deciding.post("/findings/<uuid:fact_id>/end")
@requires(*RECORDING)
def end_finding(child_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    """The finding stands no more; it stays on file with its end."""
    return _end(child_id, lambda acting, seen: end_observation(acting, child_id, fact_id, seen_version=seen))


@deciding.post("/<uuid:fact_id>/end")
@requires(*DECIDING)
def end_what_was_decided(child_id: UUID, fact_id: UUID) -> ResponseReturnValue:
    """The decision stands no more; it stays on file with its end."""
    return _end(child_id, lambda acting, seen: end_decision(acting, child_id, fact_id, seen_version=seen))


def _end(child_id: UUID, end: Callable[[Acting, int], object]) -> ResponseReturnValue:
    """Take a fact back, as whoever sees the page sees it."""
    try:
        seen = _seen(request.form.to_dict())
        with caller().acting() as acting:
            end(acting, seen)
    except Conflict as fault:
        return _page(child_id, Sheet({}), fault), 409
    return redirect(url_for("deciding.page", child_id=child_id), 303)


def _seen(sent: dict[str, str]) -> int:
    """The version of the record that the page was opened on; none was no version."""
    reader = Reader(sent)
    seen = reader.version("seen")
    reader.finish()
    return seen
