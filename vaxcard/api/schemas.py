"""What answers look like, in the words of JSON Schema: one named schema for each thing that a door tells."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

ID: Schema = {"type": "string", "format": "uuid"}
DAY: Schema = {"type": "string", "format": "date"}
DAY_OR_NONE: Schema = {"type": ["string", "null"], "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
TEXT: Schema = {"type": "string"}
TEXT_OR_NONE: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": "integer"}
NUMBER_OR_NONE: Schema = {"type": ["integer", "null"]}
FLAG: Schema = {"type": "boolean"}
ANYTHING: Schema = {"type": "object"}


def named(name: str) -> Schema:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(inner: Schema | str) -> Schema:
    """A list of things; a text names their schema."""
    return {"type": "array", "items": named(inner) if isinstance(inner, str) else inner}


def whole(properties: Schema, *, maybe: Schema | None = None) -> Schema:
    """An object of exactly these members, and of those in `maybe` where there is something to tell."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": {**properties, **(maybe or {})},
    }


def page_of(name: str) -> Schema:
    """A page of a list: `next` is the cursor of the page after it, null on the last."""
    return whole({"items": list_of(name), "next": TEXT_OR_NONE})


_DUE = {"assessed_on": DAY, "due_now": list_of("Forecast")}
_REST = {
    "child": named("Child"),
    "edition": TEXT,
    "engine": TEXT,
    "holds_until": DAY_OR_NONE,
    "unverified": list_of(TEXT),
    "doses": list_of("Dose"),
    "waits": list_of("Forecast"),
}
_VISIT_OR_NONE: Schema = {"next_visit": {"oneOf": [named("NextVisit"), {"type": "null"}]}}
_FORECAST_DAYS = ("until", "earliest", "recommended", "past_due", "latest")
_DOSE_TEXTS = ("product_name", "lot_number", "manufacturer", "trace_code", "typed_because", "site", "route")

SCHEMAS: dict[str, Schema] = {
    "Problem": whole(
        {"type": TEXT, "title": TEXT, "status": NUMBER},
        maybe={"detail": TEXT, "advice": TEXT, "faults": list_of("Fault"), "reason": TEXT, "difference": ANYTHING},
    ),
    "Fault": whole({"problem": TEXT}, maybe={"place": TEXT, "advice": TEXT}),
    "Reason": whole({"code": TEXT, "sentence": TEXT}, maybe={"values": ANYTHING, "source": TEXT}),
    "Evaluation": whole({"group": TEXT_OR_NONE, "dose": NUMBER_OR_NONE, "status": TEXT_OR_NONE, "reasons": list_of("Reason")}),
    "Forecast": whole(
        {
            **{name: TEXT for name in ("group", "name", "status")},
            "dose": NUMBER_OR_NONE,
            "vaccines": list_of(TEXT),
            **{name: DAY_OR_NONE for name in _FORECAST_DAYS},
            "needs": TEXT_OR_NONE,
            "optional": FLAG,
            "reasons": list_of("Reason"),
        }
    ),
    "NextVisit": whole({"visit_on": DAY, "planned_on": DAY, "days": NUMBER, "groups": list_of(TEXT), "kind": TEXT}),
    "Child": whole(
        {
            "id": ID,
            **{name: TEXT for name in ("name", "display_name", "sign", "sex", "state")},
            "born_on": DAY,
            "version": NUMBER,
            "sensitive": FLAG,
            "siblings": list_of(ID),
        },
        maybe={"clinic": whole({"id": ID, "name": TEXT})},
    ),
    "Card": whole({"id": ID, "bracket": NUMBER, "issue": NUMBER, "state": TEXT}),
    "Dose": whole(
        {
            "id": ID,
            "vaccine": TEXT,
            **{name: TEXT_OR_NONE for name in _DOSE_TEXTS},
            "stated_number": NUMBER_OR_NONE,
            "given_on": DAY,
            "expires_on": DAY_OR_NONE,
            "source": TEXT,
            "incidents": list_of(TEXT),
            "recorded_at": MOMENT,
            "supersedes": TEXT_OR_NONE,
            "evaluations": list_of("Evaluation"),
        },
        maybe={name: TEXT_OR_NONE for name in ("clinic", "place", "performer", "document")},
    ),
    "Record": whole({**_REST, **_DUE}, maybe=_VISIT_OR_NONE),
    "Scan": whole({"card": named("Card"), **_REST, **_DUE}, maybe=_VISIT_OR_NONE),
    "ChildBrief": whole(
        {"id": ID, "name": TEXT, "sign": TEXT, "born_on": DAY, "sex": TEXT, "state": TEXT, "at_this_clinic": FLAG}
    ),
    "ChildPage": page_of("ChildBrief"),
    "Opening": whole({"child": ID, "reason": TEXT, "until": MOMENT}),
    "Versions": whole({"items": list_of(whole({"dose": named("Dose"), "status": TEXT, "stands": FLAG}))}),
    "Findings": whole(
        {
            "items": list_of(
                whole({"id": ID, "code": TEXT, "value": TEXT, "recorded_at": MOMENT, "on": DAY_OR_NONE, "until": DAY_OR_NONE}),
            )
        }
    ),
    "Decisions": whole({"items": list_of("Decision")}),
    "Decision": whole(
        {
            "id": ID,
            **{name: TEXT for name in ("group", "decision", "reason")},
            "on": DAY,
            "given_on": DAY_OR_NONE,
            "until": DAY_OR_NONE,
        }
    ),
    "Guardians": whole({"items": list_of("Guardian")}),
    "Guardian": whole(
        {
            "id": ID,
            **{name: TEXT_OR_NONE for name in ("name", "phone", "relation", "language", "unreachable")},
            "agrees_to_texts": FLAG,
            "can_be_texted": FLAG,
            "confirmed_on": DAY_OR_NONE,
        }
    ),
    "Cards": whole({"items": list_of("Card")}),
    "Protection": whole({"child": ID, "sensitive": FLAG}),
    "TrailEntry": whole(
        {"at": MOMENT, "who": TEXT, "role": TEXT_OR_NONE, "clinic": TEXT_OR_NONE, "action": TEXT, "reason": TEXT_OR_NONE}
    ),
    "Trail": page_of("TrailEntry"),
    "NotGivenList": whole({"items": list_of("NotGiven")}),
    "NotGiven": whole({"id": ID, "vaccine": TEXT, "on": DAY, "retry_on": DAY_OR_NONE, "because": TEXT_OR_NONE, "note": TEXT_OR_NONE}),
    "VisitPlan": whole(
        {
            "on": DAY,
            "doses": list_of(whole({"vaccine": TEXT, "site": TEXT_OR_NONE, "groups": {"type": "object"}})),
            "waiting": list_of("Waiting"),
        },
        maybe={"come_for_the_rest_on": DAY_OR_NONE},
    ),
    "Waiting": whole(
        {
            "group": TEXT,
            "dose": NUMBER_OR_NONE,
            "vaccine": TEXT_OR_NONE,
            "other": TEXT_OR_NONE,
            "cause": TEXT,
            "until": DAY_OR_NONE,
        }
    ),
    "OpeningDays": whole(
        {
            "week": list_of(whole({"weekday": NUMBER, "opens": TEXT, "closes": TEXT})),
            "closed": list_of(whole({"on": DAY, "reason": TEXT_OR_NONE})),
            "extra": list_of(whole({"on": DAY, "opens": TEXT, "closes": TEXT})),
        }
    ),
    "MovedVisits": whole({"items": list_of(whole({"child": ID, "to_on": DAY_OR_NONE, "was_appointed": FLAG}))}),
    "Call": whole({"id": ID, "result": TEXT, "called_on": DAY}),
    "Late": whole(
        {"child": ID, "since": DAY, "groups": list_of(TEXT), "last_call": {"oneOf": [named("Call"), {"type": "null"}]}}
    ),
    "LatePage": page_of("Late"),
    "ReviewList": whole({"items": list_of("ReviewRow")}),
    "ReviewRow": whole({"id": ID, "child": ID, "sheet": TEXT, "row": NUMBER, "problem": TEXT, "advice": TEXT, "is_dose": FLAG}),
    "Settled": whole({"id": ID, "child": ID, "outcome": TEXT}),
    "ClinicFigures": whole(
        {
            "clinic": ID,
            "name": TEXT,
            **{name: NUMBER for name in ("children", "late", "doses", "waiting")},
            "texts": {"type": "object", "additionalProperties": NUMBER},
        }
    ),
    "ClinicFiguresList": whole({"items": list_of("ClinicFigures")}),
    "ExpectedVisit": whole({"child": ID, "groups": list_of(TEXT), "kind": TEXT}),
    "VisitPage": page_of("ExpectedVisit"),
    "Recorded": whole({"dose": named("Dose"), **_DUE}, maybe={**_REST, **_VISIT_OR_NONE}),
    "Changed": whole(_DUE, maybe={**_REST, **_VISIT_OR_NONE}),
}
"""By name; `Recorded` and `Changed` tell the whole record only to those who may read one."""
