"""The API keeps what its description promises: whatever is sent by whichever role, the answer is one that is described, in its form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.serving import TODAY, House, open_house
from tests.story import an_id
from vaxcard.cards.issuing import issue_blanks
from vaxcard.keyring import random_text
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import Role, Scope
from vaxcard.records.database import Database
from vaxcard.schedule.loader import load_schedule

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: made-up requests are not tried")
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PATIENT = settings(
    derandomize=True, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
ASKERS = [*Role, "key"]
BORN = date(2026, 7, 22)


class Contract:
    """A clinic with something behind every door, and how often each door was well answered."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.child_id = house.story.newborn(BORN, TODAY)
        self.dose_id = house.story.dose(self.child_id, "IPV", date(2026, 9, 22), TODAY).dose.id
        with house.story.database.reading() as session:
            self.guardian_id = load_child(session, self.child_id).guardianships[0].guardian_id
        self.schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", house.app)
        self.operations = [result.ok() for result in self.schema.get_all_operations()]

    def headers(self, role: Role | str) -> dict[str, str]:
        """What a member of staff's browser sends, or a machine with every scope."""
        if role == "key":
            return self.house.key(*Scope)
        cookie = self.house.signed_in(Role(role), str(role)).get_cookie("vaxcard")
        assert cookie is not None
        return {"Cookie": f"vaxcard={cookie.value}"}

    def blank(self) -> str:
        """The code of a card that belongs to nobody."""
        with self.house.story.on(TODAY) as acting:
            (card,) = issue_blanks(acting, 1, new_id=an_id, random_text=random_text)
            return card.token(acting.keyring)


@pytest.fixture
def contract(sqlite_database: Database) -> Contract:
    """The clinic, served."""
    return Contract(open_house(sqlite_database, load_schedule("cn"), language="en"))


@pytest.mark.parametrize("role", ASKERS, ids=str)
def test_no_made_up_request_gets_an_answer_that_is_not_described(contract: Contract, role: Role | str) -> None:
    hammer(contract, role, 3)


@pytest.mark.long
@pytest.mark.parametrize("role", ASKERS, ids=str)
def test_no_made_up_request_gets_an_answer_that_is_not_described_however_many(
    contract: Contract, role: Role | str, scaled: Callable[[int], int]
) -> None:
    hammer(contract, role, scaled(1000))


def hammer(contract: Contract, role: Role | str, examples: int) -> None:
    """Send made-up requests, sound and unsound ones, to every door of the child that is on file."""
    headers = contract.headers(role)
    known = {"child_id": str(contract.child_id), "dose_id": str(contract.dose_id), "fact_id": str(an_id()), "item_id": str(an_id())}
    known["guardian_id"] = str(contract.guardian_id)
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]

    def knock(case: Any) -> None:
        case.path_parameters = {name: known[name] for name in case.path_parameters or {}}
        case.call_and_validate(headers=headers, checks=CHECKS)

    for operation in contract.operations:
        cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))
        settings(PATIENT, max_examples=examples)(given(case=cases)(knock))()
