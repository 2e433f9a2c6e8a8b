"""Faults over HTTP: one form, in plain words, and nothing of the machinery."""

from __future__ import annotations

import inspect
import logging
from typing import Any

import pytest

from tests.serving import House
from vaxcard import errors
from vaxcard.api.problems import STATUSES, problem_of


def test_every_error_of_the_house_has_a_status_of_its_own_or_its_parents() -> None:
    kinds = {kind for kind, _, _ in STATUSES}
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, errors.VaxcardError) and kind is not errors.VaxcardError:
            assert kinds & set(kind.__mro__), kind


def test_a_conflict_tells_the_difference() -> None:
    told = problem_of(errors.Conflict("the record has changed since you opened it", difference={"version_now": 3}), "en").as_json()
    assert told["difference"] == {"version_now": 3}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nothing", 404), ("GET", "/api/v1/scans", 405), ("DELETE", "/api/v1/scans", 405)],
)
def test_a_wrong_address_or_method_is_a_problem_too(house: House, method: str, path: str, status: int) -> None:
    answer = house.client().open(path, method=method)
    assert answer.status_code == status
    assert answer.get_json()["type"] == f"urn:vaxcard:problem:http-{status}"
    assert answer.get_json()["title"]


def test_an_unforeseen_fault_tells_and_logs_nothing_personal(house: House, caplog: Any) -> None:
    personal = "曾一晨 +8613900000001"

    def broken(**_: object) -> None:
        raise RuntimeError(personal)

    house.app.view_functions["children.look"] = broken
    child = "/api/v1/children/01a20def-6cc1-71da-93b7-c97e9db2dfc8"
    with caplog.at_level(logging.ERROR):
        answer = house.client().get(child)
    assert answer.status_code == 500
    assert answer.content_type == "application/problem+json"
    for told in (answer.text, caplog.text):
        assert "曾" not in told and "139000" not in told
    assert "RuntimeError in GET children.look" in caplog.text


def test_a_card_token_is_in_no_log(house: House, caplog: Any) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError

    house.app.view_functions["family.card"] = broken
    with caplog.at_level(logging.DEBUG):
        house.client().get("/C/7A7A7A7A7A7A7A7A7A7A")
    assert "RuntimeError" in caplog.text
    assert "7A7A" not in caplog.text
