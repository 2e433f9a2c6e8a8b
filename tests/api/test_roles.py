"""Every door with every role: the rule on the door, the table in the documents and what is really answered are one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Rule as Route

from tests.serving import House
from tests.story import an_id
from vaxcard.api.access import rule_of
from vaxcard.api.rules_table import access_table
from vaxcard.records.clinics import Role, Scope

TABLE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
SIGNED_OUT = "counter.sign_out"  # ends the session that knocks


def doors(house: House) -> list[tuple[str, Route]]:
    """Every method of every route that has a rule."""
    ruled = [route for route in house.app.url_map.iter_rules() if rule_of(house.app.view_functions[route.endpoint])]
    steady = sorted(ruled, key=lambda route: route.rule)
    return [(method, route) for route in steady for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"})]


def knock(client: Any, method: str, route: Route, headers: dict[str, str] | None = None) -> Any:
    """Knock with ids that stand for nothing: whoever may pass is told that nothing is there, or what is missing."""
    path = re.sub(r"<any\((\w+)[^>]*>", r"\1", route.rule)
    path = re.sub(r"<int[^>]*>", "2026", re.sub(r"<uuid:[^>]*>", str(an_id()), path))
    path = re.sub(r"<[^>]*>", "x", path)
    return client.open(path, method=method, headers=headers or {})


@pytest.fixture
def open_forms(house: House) -> House:
    """The clinic, with forms that need no secret: it is the rules that are asked here."""
    house.app.config["WTF_CSRF_ENABLED"] = False
    return house


def test_the_table_in_the_documents_is_what_is_served(house: House) -> None:
    assert TABLE.read_text(encoding="utf-8") == access_table(house.app), "write it anew: vaxcard api access > docs/access.md"


@pytest.mark.parametrize("role", list(Role))
def test_each_role_passes_the_doors_of_its_rules_and_no_other(open_forms: House, role: Role) -> None:
    client, wrong = open_forms.signed_in(role), []
    for method, route in doors(open_forms):
        if route.endpoint == SIGNED_OUT:
            continue
        rule, status = rule_of(open_forms.app.view_functions[route.endpoint]), knock(client, method, route).status_code
        assert rule is not None
        if (status == 403) == (role in rule.roles) or status in (401, 500):
            wrong.append(f"{method} {route.rule}: {status}")
    assert not wrong


@pytest.mark.parametrize("scope", list(Scope))
def test_each_scope_opens_its_doors_and_no_other(open_forms: House, scope: Scope) -> None:
    client, key, wrong = open_forms.client(), open_forms.key(scope), []
    for method, route in doors(open_forms):
        rule, status = rule_of(open_forms.app.view_functions[route.endpoint]), knock(client, method, route, key).status_code
        assert rule is not None
        if (status == 403) == (rule.scope == scope) or status in (401, 500):
            wrong.append(f"{method} {route.rule}: {status}")
    assert not wrong


def test_a_stranger_passes_none_of_them(open_forms: House) -> None:
    answers = {(method, route.rule): knock(open_forms.client(), method, route) for method, route in doors(open_forms)}
    passed = [door for door, answer in answers.items() if answer.status_code != 401 and answer.location != "/counter/sign-in"]
    assert not passed


def test_nobody_but_a_physician_decides(house: House) -> None:
    deciding = {route.endpoint: rule_of(house.app.view_functions[route.endpoint]) for route in house.app.url_map.iter_rules()}
    for endpoint in ("facts.decide", "events.end_of_decision"):
        rule = deciding[endpoint]
        assert rule is not None and rule.roles == (Role.PHYSICIAN,) and rule.scope is None
