"""Every operation that the description names does its work for somebody, and what it answers is what was described."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pytest

from tests.serving import TODAY, House
from tests.story import an_id
from vaxcard.api.openapi import document
from vaxcard.cards.issuing import issue_blanks
from vaxcard.keyring import random_text
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import Role
from vaxcard.records.review import ImportBatch, Put, put_up

BORN = date(2026, 7, 22)


class Visit:
    """A physician at the counter with one child, sending what each door asks for."""

    def __init__(self, house: House) -> None:
        self.house, self.client = house, house.signed_in(Role.PHYSICIAN)
        self.child_id = house.story.newborn(BORN, TODAY)
        self.token, _ = house.card(self.child_id)
        self.door = f"/api/v1/children/{self.child_id}"
        self.kept: dict[str, str] = {}

    def send(self, method: str, path: str, body: object = None, *, matching: bool = False) -> Any:
        """One request; `matching` sends the record's ETag along."""
        headers = {"If-Match": self.client.get(self.door).headers["ETag"]} if matching else {}
        return self.client.open(path, method=method, json=body, headers=headers)

    def dose(self, **told: object) -> dict[str, object]:
        """A sound DTaP of today."""
        box = {"lot_number": "D26", "expires_on": "2027-08-31", "site": "left-thigh", "route": "intramuscular"}
        return {"id": str(an_id()), "vaccine": "DTaP", "given_on": TODAY.isoformat(), **box, **told}

    def recorded(self) -> str:
        """The door of a dose on file."""
        answer = self.send("POST", f"{self.door}/doses", self.dose())
        return f"{self.door}/doses/{answer.get_json()['dose']['id']}"

    def found(self) -> str:
        """The id of a finding on file."""
        body = {"id": str(an_id()), "code": "birth-weight-g", "value": "2450"}
        assert self.send("POST", f"{self.door}/observations", body).status_code == 200
        return str(body["id"])

    def decided(self) -> str:
        """The id of a decision on file."""
        body = {"id": str(an_id()), "group": "MMR", "decision": "never", "until": "2027-06-30", "reason": "an invented one"}
        assert self.send("POST", f"{self.door}/decisions", body).status_code == 200
        return str(body["id"])

    @cached_property
    def manager(self) -> Any:
        """The browser of the clinic's manager."""
        return self.house.signed_in(Role.MANAGER, "he")

    def guardian(self) -> str:
        """The door of the child's first guardian."""
        (mother, *_) = self.client.get(f"{self.door}/guardians").get_json()["items"]
        return f"{self.door}/guardians/{mother['id']}"

    def blank(self) -> str:
        """The code of a card that belongs to nobody."""
        with self.house.story.on(TODAY) as acting:
            (card,) = issue_blanks(acting, 1, new_id=an_id, random_text=random_text)
            return card.token(acting.keyring)


def _register(at: Visit) -> Any:
    body = {"id": str(an_id()), "name": "杨一诺", "born_on": "2026-10-01", "sex": "female", "guardian_phone": "13900000002"}
    return at.send("POST", "/api/v1/children", {**body, "guardian_relation": "mother", "guardian_name": "杨大山"})


def _not_given(at: Visit) -> Any:
    body = {"id": str(an_id()), "vaccine": "DTaP", "on": TODAY.isoformat(), "because": "ill", "retry_on": "2026-12-01"}
    return at.send("POST", f"{at.door}/not-given", body)


def _appoint(at: Visit) -> Any:
    return at.send("PUT", f"{at.door}/next-visit", {"visit_on": (TODAY + timedelta(days=3)).isoformat()})


def _move(at: Visit) -> Any:
    body = {"id": str(an_id()), "kind": "moved-away", "happened_on": TODAY.isoformat()}
    return at.send("POST", f"{at.door}/moves", body, matching=True)


def _decide(at: Visit) -> Any:
    body = {"id": str(an_id()), "group": "MMR", "decision": "never", "until": "2027-06-30", "reason": "an invented one"}
    return at.send("POST", f"{at.door}/decisions", body, matching=True)


def _asked(**told: object) -> dict[str, object]:
    return {"id": str(an_id()), "identity_confirmed": True, **told}


def _as_manager(at: Visit, path: str, body: object, method: str = "POST") -> Any:
    return at.manager.open(f"/api/v1/opening-days/{path}", method=method, json=body)


def _reopen(at: Visit) -> Any:
    assert _as_manager(at, "closed", {"first": "2026-12-01"}).status_code == 200
    return _as_manager(at, "closed/removal", {"on": "2026-12-01"})


def _drop(at: Visit) -> Any:
    assert _as_manager(at, "extra", {"on": "2026-12-05", "hours": "08:30-11:00"}).status_code == 200
    return _as_manager(at, "extra/removal", {"on": "2026-12-05"})


def _settled(at: Visit) -> Any:
    with at.house.story.on(TODAY) as acting:
        child, batch = load_child(acting.session, at.child_id), an_id()
        acting.session.add(ImportBatch(id=batch, file_hash=b"0" * 32, started_at=acting.now, started_by=acting.actor, counts={}))
        acting.session.flush()
        put_up(acting, child, Put(batch, "dose-differs", "Doses", 7, ["lot_number"], {"lot_number": "L2"}), an_id)
    (row,) = at.send("GET", "/api/v1/review").get_json()["items"]
    return at.send("POST", f"/api/v1/review/{row['id']}", {"outcome": "dismissed", "reason": "an invented one"})


def _officer(at: Visit) -> Any:
    return at.house.signed_in(Role.PROGRAMME_OFFICER, "shen").get("/api/v1/clinics/figures")


WORK: dict[str, Callable[[Visit], Any]] = {
    "openapi.description": lambda at: at.send("GET", "/api/v1/openapi.json"),
    "scans.scan": lambda at: at.send("POST", "/api/v1/scans", {"code": at.token}),
    "children.look": lambda at: at.send("GET", at.door),
    "children.search": lambda at: at.send("POST", "/api/v1/children/search", {"text": "云朵朵"}),
    "children.register": _register,
    "opening.open_record": lambda at: at.send("POST", f"{at.door}/openings", {"reason": "here-without-card"}),
    "doses.record": lambda at: at.send("POST", f"{at.door}/doses", at.dose()),
    "doses.versions": lambda at: at.send("GET", f"{at.door}/doses"),
    "doses.correct": lambda at: at.send("POST", f"{at.recorded()}/corrections", at.dose(lot_number="E", reason="misread"), matching=True),
    "doses.void": lambda at: at.send("POST", f"{at.recorded()}/void", {"id": str(an_id()), "reason": "another child's"}, matching=True),
    "facts.observe": lambda at: at.send("POST", f"{at.door}/observations", {"id": str(an_id()), "code": "birth-weight-g", "value": "2450"}),
    "facts.observations": lambda at: at.send("GET", f"{at.door}/observations"),
    "facts.decide": _decide,
    "facts.decisions": lambda at: at.send("GET", f"{at.door}/decisions"),
    "events.not_given": _not_given,
    "events.not_given_list": lambda at: at.send("GET", f"{at.door}/not-given"),
    "events.move": _move,
    "events.end_finding": lambda at: at.send("DELETE", f"{at.door}/observations/{at.found()}"),
    "events.end_of_decision": lambda at: at.send("DELETE", f"{at.door}/decisions/{at.decided()}"),
    "guardians.people": lambda at: at.send("GET", f"{at.door}/guardians"),
    "guardians.add": lambda at: at.send("POST", f"{at.door}/guardians", _asked(name="云大山", phone="13900000008"), matching=True),
    "guardians.change": lambda at: at.send("PUT", at.guardian(), _asked(phone="13900000009"), matching=True),
    "guardians.remove": lambda at: at.send("POST", f"{at.guardian()}/removal", _asked(), matching=True),
    "guardians.first": lambda at: at.send("POST", f"{at.guardian()}/first", _asked(), matching=True),
    "guardians.confirm": lambda at: at.send("PUT", f"{at.guardian()}/confirmation"),
    "days.opening": lambda at: at.send("GET", "/api/v1/opening-days"),
    "days.week": lambda at: _as_manager(at, "week", {"monday": "08:00-11:30 13:30-16:00"}, "PUT"),
    "days.close": lambda at: _as_manager(at, "closed", {"first": "2026-12-01", "reason": "元旦"}),
    "days.reopen": _reopen,
    "days.add": lambda at: _as_manager(at, "extra", {"on": "2026-12-05", "hours": "08:30-11:00"}),
    "days.drop": _drop,
    "days.moved": lambda at: at.send("GET", "/api/v1/opening-days/moved?on=2026-12-01"),
    "lists.late": lambda at: at.send("GET", "/api/v1/late?limit=2"),
    "lists.call": lambda at: at.send("POST", f"{at.door}/calls", {"id": str(an_id()), "result": "reached"}),
    "lists.reviews": lambda at: at.send("GET", "/api/v1/review"),
    "lists.settle": _settled,
    "lists.figures": _officer,
    "plans.plan": lambda at: at.send("GET", f"{at.door}/visit-plan"),
    "plans.fix": _appoint,
    "plans.expected": lambda at: at.send("GET", f"/api/v1/visits?on={TODAY.isoformat()}"),
    "card_sets.cards": lambda at: at.send("GET", f"{at.door}/cards"),
    "card_sets.replace": lambda at: at.send("POST", f"{at.door}/cards/replace", {"reason": "lost"}),
    "card_sets.bind": lambda at: at.send("POST", f"{at.door}/cards/bind", {"code": at.blank()}),
    "card_sets.close_everything": lambda at: at.send("PUT", f"{at.door}/protection"),
    "card_sets.open_again": lambda at: at.send("DELETE", f"{at.door}/protection"),
    "trails.access_log": lambda at: at.send("GET", f"{at.door}/access-log?limit=2"),
}


def operations(house: House) -> dict[str, dict[str, Any]]:
    """What the description tells, by the operation's name."""
    with house.app.test_request_context():
        paths = document(house.app)["paths"]
    return {told["operationId"]: told for methods in paths.values() for told in methods.values()}


def test_no_door_is_left_out(house: House) -> None:
    assert operations(house).keys() == WORK.keys()


@pytest.mark.parametrize("name", WORK)
def test_each_door_does_its_work_for_somebody(house: House, name: str) -> None:
    answer = WORK[name](Visit(house))
    assert answer.status_code in (200, 201), answer.text
    assert str(answer.status_code) in operations(house)[name]["responses"]
