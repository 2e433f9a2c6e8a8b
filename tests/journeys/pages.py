"""Every page that people open, each with something on it: an invented clinic that has it all, and a walk through its pages and answers.

A new page with known parts in its address is walked by itself; what stands for a new part is told in `Town.parts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.routing import Rule as Route

from tests.serving import PASSWORD, TODAY, House, an_unknown_token, form_token
from tests.story import Story, an_id, begin
from tests.web.family_phone import mailbox_of
from vaxcard.api.access import rule_of
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import Role
from vaxcard.records.doses import DoseSource
from vaxcard.records.moves import MoveKind
from vaxcard.records.moving import MoveForm, record_move
from vaxcard.records.not_given import NotGivenBecause, NotGivenForm, record_not_given
from vaxcard.records.print_runs import runs
from vaxcard.records.protection import protect
from vaxcard.records.recalls import call_back
from vaxcard.records.registry import DecisionForm, decide, observe
from vaxcard.records.review import ROW_REFUSED, ImportBatch, Put, put_up

BORN = date(2026, 7, 22)
FAMILY, STRANGER = "family", "stranger"
MACHINES = ("/api/", "/static/", "/look/", "/healthz")
SEATS = (Role.PHYSICIAN, Role.MANAGER, Role.PROGRAMME_OFFICER, Role.SCHOOL, Role.AUDITOR)
REFUSED_ROW = {
    **{"kind": "vaccine-name-not-known", "column": "疫苗名称", "value": "白白破", "details": {}},
    **{"vaccine": "白白破", "given_on": "2026-10-22"},
}


@dataclass(frozen=True)
class Page:
    """A page as somebody sees it."""

    name: str
    seat: str
    status: int
    html: str


@dataclass
class Town:
    """The clinic with everything, who sits where, and what stands for each part of an address."""

    house: House
    child_id: UUID
    others: dict[str, UUID]
    parts: dict[str, str]
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    def client(self, seat: str) -> FlaskClient:
        """The browser of a role, of a family's opened telephone, or of a stranger."""
        if seat not in self.clients:
            self.clients[seat] = self.house.client() if seat == STRANGER else self.house.signed_in(Role(seat), seat)
        return self.clients[seat]


def a_town(house: House) -> Town:
    """A clinic where no page is empty: twins, a late child, one in danger, one moved, notes, runs, texts, findings, a refused row."""
    story = house.story
    mother = [story.guardian(relation="mother", address="清河街 17 号")]
    child_id, twin = (story.newborn(BORN, TODAY, name=name, guardians=mother) for name in ("云朵朵", "云朵儿"))
    story.dose(child_id, "HepB", date(2026, 8, 24), TODAY, lot_number="D2603118")
    today = {"lot_number": "P2603119", "expires_on": date(2027, 8, 31), "site": "left-thigh", "route": "intramuscular"}
    given = story.dose(child_id, "IPV", TODAY, source=DoseSource.CLINIC, clinic_id=story.clinic_id, happened=None, **today)
    father = [story.guardian("+8613900000009", name="何大山")]
    late = story.newborn(date(2025, 1, 10), TODAY, name="何雨桐", guardians=father)
    others = {"twin": twin, "late": late, **_children_elsewhere(story)}
    recall_id = _what_is_known(story, child_id)
    token, _ = house.card(child_id)
    parts = {"child_id": str(child_id), "dose_id": str(given.dose.id), "group": "DTaP", "token": token, "recall_id": str(recall_id)}
    town = Town(house, child_id, others, {**parts, "day": "2026-11-30", "number": "1", "slug": "dtap", "kind": "pdf"})
    _opened_by_the_family(town)
    _asked_for_by_staff(town)
    return town


def _children_elsewhere(story: Story) -> dict[str, UUID]:
    other = begin(story.database, story.schedule, name="青禾镇卫生院")
    far, hidden = (story.newborn(BORN, TODAY, name=name, clinic_id=other.clinic_id, guardians=[]) for name in ("沈以安", "江小满"))
    moved = story.newborn(BORN, TODAY, name="叶青禾", guardians=[])
    with story.on(TODAY) as acting:
        protect(acting, load_child(acting.session, hidden, lock=True))
        record_move(acting, moved, MoveForm(an_id(), MoveKind.MOVED_AWAY, TODAY), seen_version=load_child(acting.session, moved).version)
    return {"far": far, "hidden": hidden, "moved": moved}


def _what_is_known(story: Story, child_id: UUID) -> UUID:
    """Findings, a decision, a dose put off, a row that was refused, and a recall of a lot that the child had; gives the recall."""
    with story.on(TODAY) as acting:
        observe(acting, child_id, an_id(), "mother-hbsag", "positive", on=BORN)
        decide(acting, child_id, DecisionForm(an_id(), "MMR", "never", "an invented reason"))
        put_off = NotGivenForm(an_id(), "DTaP", TODAY, NotGivenBecause.ILL, date(2026, 12, 1), "an invented cough")
        record_not_given(acting, child_id, put_off)
        batch = ImportBatch(id=an_id(), file_hash=b"x" * 32, started_at=acting.now, started_by="system:test", counts={})
        acting.session.add(batch)
        acting.session.flush()
        put_up(acting, load_child(acting.session, child_id), Put(batch.id, ROW_REFUSED, "接种记录", 41, (), REFUSED_ROW), an_id)
        return call_back(acting, an_id(), "HepB", ["D2603118"], "an invented fault").id


def _opened_by_the_family(town: Town) -> None:
    """A telephone on which the record lies open, and what the family told its clinic."""
    mailbox, door, client = mailbox_of(town.house), f"/C/{town.parts['token']}", town.house.client()
    _send(client, f"{door}/open", f"{door}/open", {"who": "mother", "to": "record"})
    assert _send(client, f"{door}/code", f"{door}/code", {"code": mailbox.code, "to": "record"}).status_code == 303
    seen = re.search(r'name="sign" value="([^"]+)"', client.get(f"{door}/after").text)
    assert seen is not None
    _send(client, f"{door}/after", f"{door}/after", {"sign": seen[1], "numbers-shown": "yes", "words": "an invented sign"})
    town.clients[FAMILY] = client


def _asked_for_by_staff(town: Town) -> None:
    _send(town.client(Role.PHYSICIAN), "/desk/print/", "/desk/print/", {"choice": "all", "printer": ""})
    with town.house.story.database.reading() as session:
        town.parts["run_id"] = str(runs(session)[0].id)
    town.parts["secret"] = an_unknown_token()


def pages(town: Town, lang: str = "zh") -> Iterator[Page]:
    """Every page, in the order of the addresses, then what forms answer when something is wrong."""
    yield from _opened(town, lang)
    yield from _states(town, lang)
    yield from _answers(town, lang)


def unknown_parts(town: Town) -> list[str]:
    """Addresses with a part that nobody has told what stands for it."""
    return [route.rule for route in _routes(town) if not route.arguments <= town.parts.keys()]


def _routes(town: Town) -> list[Route]:
    opened = (route for route in town.house.app.url_map.iter_rules() if "GET" in (route.methods or ()))
    for_people = (route for route in opened if not route.rule.startswith(MACHINES) and "." not in route.rule)  # no files
    return sorted(for_people, key=lambda route: route.rule)


def _opened(town: Town, lang: str) -> Iterator[Page]:
    for route in _routes(town):
        if not route.arguments <= town.parts.keys():
            continue
        path = re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda part: town.parts[part[1]], route.rule)
        for seat in _seats(town, route):
            page = _page(town.client(seat).get(path, query_string={"lang": lang}), route.endpoint, seat)
            if page:
                yield page


def _seats(town: Town, route: Route) -> list[str]:
    """Who opens a page: the first role that may; of a card's address also a telephone on which nothing lies open."""
    rule = rule_of(town.house.app.view_functions[route.endpoint])
    if rule is not None:
        return [next(role for role in SEATS if role in rule.roles)]
    return [STRANGER, FAMILY] if route.rule.startswith("/C/") else [STRANGER]


def _page(answer: Any, name: str, seat: str) -> Page | None:
    with answer:
        is_page = answer.mimetype == "text/html" and not 300 <= answer.status_code < 400
        return Page(name, str(seat), answer.status_code, answer.text) if is_page else None


def _states(town: Town, lang: str) -> Iterator[Page]:
    """The same pages of other children: the twin, the late one, another clinic's, one in danger, one who moved away."""
    for name, child_id in town.others.items():
        path = f"/counter/children/{child_id}"
        if name == "hidden":
            _give_a_reason(town, path)
        for more in ("", "/whereabouts"):
            answer = town.client(Role.PHYSICIAN).get(f"{path}{more}", query_string={"lang": lang})
            page = _page(answer, f"child{more}, {name}", Role.PHYSICIAN)
            if page:
                yield page
    for name, path in (("a card nobody knows", f"/C/{an_unknown_token()}"), ("no such page", "/nothing")):
        page = _page(town.client(STRANGER).get(path, query_string={"lang": lang}), name, STRANGER)
        if page:
            yield page


def _give_a_reason(town: Town, path: str) -> None:
    _send(town.client(Role.PHYSICIAN), path, f"{path}/opening", {"reason": "here-without-card"})


def _send(client: FlaskClient, page: str, to: str, fields: dict[str, str]) -> Any:
    """Open a page and send a form of it."""
    return client.post(to, data={"csrf_token": form_token(client.get(page).text), **fields})


def _answers(town: Town, lang: str) -> Iterator[Page]:
    """What forms answer when they are not simply done."""
    child, nurse = f"/counter/children/{town.child_id}", town.client(Role.PHYSICIAN)
    fresh = town.house.client()
    fresh.get("/counter/sign-in", query_string={"lang": lang})
    door = f"/C/{town.parts['token']}"
    phone = town.house.client()
    phone.get(door, query_string={"lang": lang})
    dose = {"id": str(an_id()), "group": "DTaP", "vaccine": "DTaP", "given_on": TODAY.isoformat(), "route": "intramuscular"}
    box = {"lot_number": "D2603118", "site": "right-thigh", "identity": "yes", "shown": "yes", "trace_code": "81234567890123456789"}
    change = f"{child}/doses/{town.parts['dose_id']}"
    sent: list[tuple[str, FlaskClient, str, str, dict[str, str]]] = [
        ("a wrong password", fresh, "/counter/sign-in", "/counter/sign-in", {"login": "wu", "password": PASSWORD[1:]}),
        ("nobody found", nurse, "/counter/", "/counter/scan", {"code": "无此人"}),
        ("several found", nurse, "/counter/", "/counter/scan", {"code": BORN.isoformat()}),
        ("a dose with nothing filled in", nurse, f"{child}/doses/new/DTaP", f"{child}/doses", dose),
        ("a dose that is stopped", nurse, f"{child}/doses/new/DTaP", f"{child}/doses", {**dose, **box, "expires_on": "2026-10-31"}),
        ("a correction without reason", nurse, f"{change}/change", f"{change}/corrections", {"id": str(an_id()), "vaccine": "IPV"}),
        ("a stale correction", nurse, f"{change}/change", f"{change}/void", {"void_id": str(an_id()), "seen": "1", "reason": "slip"}),
        ("not given, no reason", nurse, f"{child}/not-given/new/DTaP", f"{child}/not-given", {"id": str(an_id()), "vaccine": "DTaP"}),
        ("a paper with nothing on it", nurse, f"{child}/paper/", f"{child}/paper/", {"document": ""}),
        ("a pass for the family", nurse, child, f"{child}/family", {}),
        ("no such print", nurse, "/desk/print/", "/desk/print/", {"choice": "blank", "number": "9999", "printer": ""}),
        ("a new key", town.client(Role.MANAGER), "/desk/staff", "/desk/staff/keys", {"name": "a tablet", "scope": "scan"}),
        ("a code is on its way", phone, f"{door}/open", f"{door}/open", {"who": "mother", "to": "record"}),
        ("a wrong code", phone, f"{door}/code", f"{door}/code", {"code": "000000", "to": "record"}),
        ("nothing told", phone, f"{door}/after", f"{door}/after", {}),
    ]
    for name, client, page, to, fields in sent:
        seen = _page(_send(client, page, to, fields), name, next((s for s, c in town.clients.items() if c is client), STRANGER))
        if seen:
            yield seen
