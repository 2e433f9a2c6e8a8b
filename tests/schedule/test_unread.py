"""What of a patient was passed over is told, and changes no answer."""

import json
from typing import Any

import pytest

from vaxcard.language.unread import place_of, say_unread
from vaxcard.schedule.exchange import answer_line, assess_stream
from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.unread import Findings, Unread, Why, passed_over

SCHEDULE = load_schedule("cn")
FINDINGS = Findings(SCHEDULE)
PATIENT: dict[str, Any] = {"id": "invented-1", "born_on": "2026-03-01", "assessed_on": "2026-11-23", "doses": []}


def told(**change: Any) -> list[tuple[str, Why, tuple[str, ...]]]:
    return [(place_of(each), each.why, each.near) for each in passed_over(FINDINGS, {**PATIENT, **change})]


def finding(code: str, value: object, **more: str) -> dict[str, Any]:
    return {"observations": [{"code": code, "value": value, **more}]}


@pytest.mark.parametrize(
    ("change", "place", "why", "near"),
    [
        ({"observation": []}, "observation", Why.KEY, "observations"),
        ({"Doses": []}, "Doses", Why.KEY, "doses"),
        ({"dose": []}, "dose", Why.KEY, "doses"),
        ({"findings": [{"code": "hiv-status"}]}, "findings", Why.KEY, None),
        ({"doses": [{"given_on": "2026-03-01", "vaccine": "HepB", "substandart": True}]}, "doses 1: substandart", Why.KEY, "substandard"),
        ({"decisions": [{"on": "2026-03-01", "group": "BCG", "decision": "give", "untill": 1}]}, "decisions 1: untill", Why.KEY, "until"),
        (finding("hiv-status", "infected", form="2026-03-01"), "observations 1: form", Why.KEY, None),
        (finding("hiv-staus", "infected"), "observations 1: code", Why.CODE, "hiv-status"),
        (finding("hiv_status", "infected"), "observations 1: code", Why.CODE, "hiv-status"),
        (finding("hiv-status", "Infected"), "observations 1: value", Why.VALUE, "infected"),
        (finding("hiv-status", "positive"), "observations 1: value", Why.VALUE, None),
        (finding("hbsag", "no"), "observations 1: value", Why.VALUE, None),
        (finding("birth-weight-g", "1.8 kg"), "observations 1: value", Why.VALUE, None),
        (finding("tb-skin-test", None), "observations 1: value", Why.VALUE, None),
        (finding("immunoglobulin", "IVIG"), "observations 1: on", Why.DAY, None),
    ],
)
def test_what_nobody_reads_is_told_with_its_place(change: dict[str, Any], place: str, why: Why, near: str | None) -> None:
    [(found, reason, words)] = told(**change)
    assert (found, reason) == (place, why)
    assert near in words if near else True


@pytest.mark.parametrize(
    "change",
    [
        {"title": "a title", "rule": "C.1", "expect": {"forecasts": []}, "something_else": 1},
        {"doses": None, "observations": None},
        {"doses": [{"given_on": "2026-03-01", "cvx": "08", "mvx": "MSD", "expires_on": None, "substandard": False}]},
        finding("hiv-status", "uninfected", on="2026-03-01", until="2026-09-01"),
        finding("mother-hbsag", "negative"),
        finding("hbsag", "positive"),
        finding("birth-weight-g", 1800),
        finding("immunodeficiency", "a word that the rules take for an illness"),
        finding("severe-reaction", "a vaccine abroad"),
        finding("immunoglobulin", "IVIG", on="2026-10-01"),
    ],
)
def test_of_what_is_read_or_may_stand_there_nothing_is_told(change: dict[str, Any]) -> None:
    assert told(**change) == []


def test_a_schedule_of_another_kind_has_its_keys_looked_at_and_its_findings_not() -> None:
    patient = {**PATIENT, "dose": [], **finding("055", "")}
    assert [place_of(each) for each in passed_over(Findings(object()), patient)] == ["dose"]


def test_every_shipped_schedule_asks_about_findings() -> None:
    assert {"hiv-status", "immunodeficiency"} <= Findings(load_schedule("who")).asked.keys() < FINDINGS.asked.keys()


def test_the_stream_answers_the_same_and_tells_who_was_concerned() -> None:
    lines = [json.dumps({**PATIENT, "id": n, **finding("hiv-staus", "infected")}) for n in (1, 2)]
    lines[1:1] = [json.dumps(PATIENT), "not json", json.dumps({"observation": []})]
    heard: list[tuple[object, list[str]]] = []
    answers = list(assess_stream(lines, SCHEDULE, lambda who, found: heard.append((who, [place_of(each) for each in found]))))
    assert answers == [answer_line(SCHEDULE, line) for line in lines]
    assert heard == [(1, ["observations 1: code"]), (2, ["observations 1: code"])]


def test_what_was_written_of_a_finding_is_repeated_to_staff_alone() -> None:
    found = passed_over(FINDINGS, {**PATIENT, "dose": [], **finding("hiv-staus", "infected")})
    said, staff = list(say_unread(found, "en")), list(say_unread(found, "en", told_sensitive=True))
    assert said[0].startswith("No rule could use what follows.")
    assert said[1] == "- dose is not a key that is read here; perhaps meant: doses"
    assert said[2] == "- observations 1: code: no rule of this schedule asks about this finding"
    assert staff[2] == f'{said[2]} ("hiv-staus"); perhaps meant: hiv-status'
    assert list(say_unread((), "en")) == []
    assert all(line != other for line, other in zip(said, say_unread(found, "zh"), strict=True))


def test_what_a_stranger_wrote_stays_on_one_short_line() -> None:
    written = place_of(Unread("doses 1", "a\n\x1b[2J" + "x" * 100, Why.KEY))
    assert written.isprintable() and len(written) < 80
