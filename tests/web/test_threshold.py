"""Before any page: impossible hosts are refused without a trace of the address, and who asks is known behind a proxy."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.serving import House, an_unknown_token, form_token, open_house
from vaxcard.schedule.loader import load_schedule
from vaxcard.web.threshold import hush, is_a_host

TOKEN = an_unknown_token()
HEADERS = ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options")


@pytest.mark.parametrize("host", ["ex..ample", "a" * 64, f"{'a' * 64}.example", "ex ample", "[::1", "host:port", "例.example", ".", "a/b"])
def test_a_host_that_cannot_be_is_refused_and_the_token_is_in_no_log(house: House, host: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = house.client().post(f"/C/{TOKEN}", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert all(answer.headers[name] for name in HEADERS)
    assert TOKEN not in caplog.text and TOKEN not in answer.text


@pytest.mark.parametrize("host", ["", "localhost", "vax.example:8443", "10.0.0.1", "[::1]:8000", "a_b", f"{'a' * 63}.example."])
def test_a_host_that_may_be_is_let_in(host: str) -> None:
    assert is_a_host(host)


def test_a_fault_before_any_route_is_told_without_the_address(house: House, caplog: pytest.LogCaptureFixture, monkeypatch: Any) -> None:
    def broken(_environ: object) -> None:
        raise RuntimeError(TOKEN)

    monkeypatch.setattr(house.app, "request_context", broken)
    answer = house.client().get(f"/C/{TOKEN}")
    assert answer.status_code == 500
    assert "RuntimeError before any route" in caplog.text
    assert TOKEN not in caplog.text + answer.text


def test_the_servers_own_log_names_no_path(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("tests.a-server")
    hush(log)
    try:
        raise RuntimeError(TOKEN)
    except RuntimeError:
        log.exception(f"Exception while serving /C/{TOKEN}")
    log.warning("Client disconnected while serving %s", f"/C/{TOKEN}")
    assert "RuntimeError while serving" in caplog.text
    assert "Client disconnected while serving /…" in caplog.text
    assert TOKEN not in caplog.text


def tried(house: House, times: int, **headers: str) -> int:
    """The status of the last of several wrong sign-ins through a proxy."""
    client, status = house.client(), 0
    for _ in range(times):
        token = form_token(client.get("/counter/sign-in", headers=headers).text)
        told = {"csrf_token": token, "login": "zhou", "password": "x"}
        status = client.post("/counter/sign-in", data=told, headers=headers).status_code
    return status


def test_behind_a_trusted_proxy_a_stranger_locks_out_nobody_else(sqlite_database: Any) -> None:
    house = open_house(sqlite_database, load_schedule("cn"), trusted_proxies=1)
    house.staff()
    stranger = {"X-Forwarded-For": "10.0.0.5, 203.0.113.9"}
    assert tried(house, 6, **stranger) == 429
    assert tried(house, 1, **{"X-Forwarded-For": "10.0.0.5"}) == 403, "only the last address is the proxy's own word"


def test_without_a_trusted_proxy_nobody_gets_more_tries_by_claiming_addresses(house: House) -> None:
    house.staff()
    assert [tried(house, 1, **{"X-Forwarded-For": f"10.0.0.{number}"}) for number in range(6)] == [403] * 5 + [429]


def test_the_counter_without_its_slash_leads_there_whatever_host_was_asked(house: House) -> None:
    for path, there in (("/counter", "/counter/"), ("/desk?lang=en", "/desk/?lang=en")):
        answer = house.client().get(path, headers={"Host": "elsewhere.example"})
        assert (answer.status_code, answer.headers["Location"]) == (308, there)
