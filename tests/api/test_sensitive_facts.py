"""A sensitive fact is heard by physicians and vaccinators; every answer of every door to everybody else is searched for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.api.test_roles import SIGNED_OUT, doors
from tests.serving import TODAY, House, said
from tests.story import an_id
from vaxcard.api.access import RECORDING
from vaxcard.records.clinics import Role, Scope
from vaxcard.records.doses import doses_of
from vaxcard.records.not_given import NotGivenBecause, NotGivenForm, record_not_given
from vaxcard.records.registry import DecisionForm, decide, observe

BORN = date(2026, 7, 22)
LEFT_OUT = (SIGNED_OUT, "printing.pictures", "printing.card_set")  # ends the session; drawings, read in tests/cards
TOLD_TO_NOBODY_ELSE = "an invented reason that is nobody's business"
NOTED = "an invented note about an illness"
OTHERS = [*(role for role in Role if role not in RECORDING), "key"]
# code → value; each bars or changes something for a child of this age, or is sealed as a finding
FINDINGS = {"hiv-status": "infected-severe", "mother-hbsag": "positive", "immunodeficiency": "severe-combined"}


@pytest.fixture
def child_id(house: House) -> UUID:
    """A child with every kind of fact that is nobody else's business."""
    house.app.config["WTF_CSRF_ENABLED"] = False
    child_id = house.story.newborn(BORN, TODAY)
    with house.story.on(TODAY) as acting:
        for code, value in FINDINGS.items():
            observe(acting, child_id, an_id(), code, value, on=BORN)
        decide(acting, child_id, DecisionForm(an_id(), "MMR", "never", TOLD_TO_NOBODY_ELSE))
        record_not_given(acting, child_id, NotGivenForm(an_id(), "DTaP", TODAY, NotGivenBecause.CONTRAINDICATED, note=NOTED))
    return child_id


def answers(house: House, client: Any, child_id: UUID, headers: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What every door says, whatever it is asked with: a child's own, a dose's, the desk's lists of everybody."""
    with house.story.database.reading() as session:
        dose_id = doses_of(session, child_id)[0].id
    parts = {"child_id": str(child_id), "dose_id": str(dose_id), "group": "MMR", "day": TODAY.isoformat(), "kind": "zpl"}
    for method, route in sorted(doors(house), key=lambda door: door[0] != "GET"):  # what only shows goes before what changes
        if route.endpoint not in LEFT_OUT and route.arguments <= parts.keys():
            path = re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda part: parts[part[1]], route.rule)
            with client.open(path, method=method, headers=headers) as answer:
                yield f"{method} {route.rule}", answer.data.decode(errors="replace")
    token, _ = house.card(child_id)
    yield "scan", client.post("/api/v1/scans", json={"code": token}, headers=headers).text
    yield "the card's address", client.get(f"/C/{token}", headers=headers, follow_redirects=True).text
    yield "search", client.post("/api/v1/children/search", json={"text": "云朵朵"}, headers=headers).text


def needles(house: House, child_id: UUID) -> set[str]:
    """The sentences that a vaccinator hears and a registrar does not, beside what was written and found."""
    heard, withheld = (reasons(house.signed_in(role, f"{role} reads"), child_id) for role in (Role.VACCINATOR, Role.REGISTRAR))
    secret = heard - withheld
    assert secret, "a vaccinator hears something that others do not"
    return secret | {TOLD_TO_NOBODY_ELSE, NOTED, *FINDINGS.values()} - {"positive"}


def reasons(client: Any, child_id: UUID) -> set[str]:
    told = client.get(f"/api/v1/children/{child_id}").get_json()
    return {reason["sentence"] for row in (*told["due_now"], *told["waits"]) for reason in row["reasons"]}


@pytest.mark.parametrize("asker", OTHERS, ids=str)
def test_no_door_tells_a_sensitive_fact_to_those_who_may_not_hear_it(house: House, child_id: UUID, asker: Any) -> None:
    wanted = needles(house, child_id)
    client, headers = (house.client(), house.key(*Scope)) if asker == "key" else (house.signed_in(asker), {})
    leaks = [(door, needle) for door, text in answers(house, client, child_id, headers) for needle in wanted if needle in said(text)]
    assert not leaks


def test_those_who_may_hear_it_hear_it(house: House, child_id: UUID) -> None:
    wanted = needles(house, child_id)
    text = "".join(text for _, text in answers(house, house.signed_in(Role.PHYSICIAN), child_id, {}))
    assert {needle for needle in wanted if needle not in text} == set()


def test_the_family_that_holds_the_card_reads_none_of_it(house: House, child_id: UUID) -> None:
    token, _ = house.card(child_id)
    page = house.client().get(f"/C/{token}").text
    assert not [needle for needle in needles(house, child_id) if needle in page]
