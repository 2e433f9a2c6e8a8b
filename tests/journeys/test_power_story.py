"""The power goes while a dose is being saved: nothing is half on record, nothing is doubled, and the nurse sends her form again."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import date
from http.client import HTTPConnection, HTTPException
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.journeys.nurse import Desk, box
from tests.journeys.power import COMMITTED, NEVER, WRITTEN, Plant, power_plant
from tests.serving import TODAY, House, open_house
from tests.story import an_id
from vaxcard.records import audit, integrity
from vaxcard.records.doses import doses_of
from vaxcard.schedule.loader import load_schedule

PlaywrightError = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser stories").Error
pytestmark = pytest.mark.journey

BORN = date(2026, 7, 22)


@pytest.fixture
def house(sqlite_database: Any) -> House:
    return open_house(sqlite_database, load_schedule("cn"))


@pytest.fixture
def port() -> int:
    """A port that is free now, the same for every server of the story, as a clinic's is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def plant(house: House, port: int) -> Iterator[Plant]:
    with power_plant(house.story.database.url, port) as plant:
        yield plant


def again(screen: Any) -> None:
    """The browser's own reload of a page that did not come: it sends the form that asked for it once more."""
    screen.wait_for_url("chrome-error:**")
    with suppress(PlaywrightError):  # the power may go once more
        screen.reload()


def is_whole(house: House) -> bool:
    """Whether no link of the audit trail and no seal of a record is broken."""
    with house.story.database.reading() as session:
        return not audit.verify(session, house.story.database.keyring) and not integrity.verify(session, house.story.database.keyring)


@pytest.mark.long
def test_the_power_goes_twice_and_the_dose_is_on_record_once(house: House, plant: Plant, port: int, browser: Any) -> None:
    child_id = house.story.newborn(BORN, TODAY)
    with ExitStack() as windows:
        desk = Desk(house, f"http://127.0.0.1:{port}", browser, windows)
        nurse = desk.nurse()
        house.story.database.close()
        plant.serve(WRITTEN)
        nurse.open(child_id)
        nurse.scan_the_box("DTaP", box("DTaP"))
        nurse.send()
        assert plant.died() and desk.standing(child_id, TODAY) == [], "what was written and not committed is gone"
        plant.serve(COMMITTED)
        again(nurse.screen)
        assert plant.died() and len(desk.standing(child_id, TODAY)) == 1, "it is on record, and the nurse was not told"
        plant.serve(NEVER)
        again(nurse.screen)
        nurse.recorded()
        plant.stop()
    assert len(desk.standing(child_id, TODAY)) == 1 and is_whole(house)


def statements_of_a_dose(house: House, child_id: UUID, client: FlaskClient) -> int:
    """How many statements the request takes that records a dose."""
    counted = []
    event.listen(house.story.database.engine, "after_cursor_execute", lambda *_: counted.append(1))
    assert client.post(f"/api/v1/children/{child_id}/doses", json=a_dose()).status_code == 201
    return len(counted)


def a_dose() -> dict[str, str]:
    told = {"id": str(an_id()), "vaccine": "DTaP", "given_on": TODAY.isoformat(), "lot_number": "D26", "expires_on": "2027-08-31"}
    return {**told, "site": "left-thigh", "route": "intramuscular"}


@pytest.mark.long
def test_after_any_statement_the_power_may_go_and_the_form_is_sent_again(
    house: House, plant: Plant, port: int, scaled: Callable[[int], int]
) -> None:
    client = house.signed_in()
    children = [house.story.newborn(BORN, TODAY) for _ in range(scaled(100))]
    moments = statements_of_a_dose(house, house.story.newborn(BORN, TODAY), client)
    cookie = client.get_cookie("vaxcard")
    assert cookie is not None
    house.story.database.close()
    for number, child_id in enumerate(children):
        body = a_dose()
        plant.serve(str(1 + number * moments // len(children)))
        with pytest.raises((ConnectionError, HTTPException)):
            send(port, cookie.value, child_id, body)
        assert plant.died()
        plant.serve(NEVER)
        assert send(port, cookie.value, child_id, body) in (200, 201)
        plant.stop()
        with house.story.database.reading() as session:
            assert [str(dose.id) for dose in doses_of(session, child_id) if dose.given_on == TODAY] == [body["id"]]
    assert is_whole(house)


def send(port: int, cookie: str, child_id: UUID, body: dict[str, str]) -> int:
    """Send a dose to the server; the answer's status."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": f"vaxcard={cookie}", "Content-Type": "application/json"}
    connection.request("POST", f"/api/v1/children/{child_id}/doses", json.dumps(body), headers)
    try:
        return connection.getresponse().status
    finally:
        connection.close()
