"""An invented clinic with staff, cards and a served application, for tests of the doors that machines and people come through."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from tests.story import Story, an_id, begin
from vaxcard.app import create_app
from vaxcard.cards.payload import with_check
from vaxcard.keyring import CROCKFORD, random_text
from vaxcard.records.chart import load_child
from vaxcard.records.clinics import Role
from vaxcard.records.database import Database
from vaxcard.records.enrolment import add_api_key, add_staff
from vaxcard.records.issued_cards import CardRecord, CardState, close_cards, issue_card
from vaxcard.schedule.rules import Schedule

TODAY = date(2026, 11, 24)
MORNING = datetime(2026, 11, 24, 1, 42, tzinfo=UTC)  # 9:42 at the clinic
PASSWORD = "an invented password"


@dataclass
class Wishes:
    """Settings as the application asks for them."""

    public_url: str = "http://127.0.0.1:8000"
    language: str = "zh"
    time_zone: str = "Asia/Shanghai"
    qr_version: int = 3
    trusted_proxies: int = 0
    print_folder: str = "var/print"
    typed_share: int = 10
    vial_hours: int = 6


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    moment: datetime = MORNING

    def __call__(self) -> datetime:
        return self.moment


@dataclass
class House:
    """A clinic that is open for business."""

    story: Story
    app: Flask
    clock: Clock = field(default_factory=Clock)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For Hypothesis, which would else write the whole schedule into a failure."""
        printer.text("House(…)")

    def staff(self, role: Role = Role.VACCINATOR, login: str = "zhou") -> str:
        """A member of staff; returns the sign-in name."""
        with self.story.on(TODAY) as acting:
            add_staff(acting, an_id(), self.story.clinic_id, login=login, name="周小敏", role=role, password=PASSWORD, language="zh")
        return login

    def key(self, *scopes: str) -> dict[str, str]:
        """Headers of a machine whose key has these scopes."""
        secret = random_text(32)
        with self.story.on(TODAY) as acting:
            add_api_key(acting, an_id(), self.story.clinic_id, name="a tablet", secret=secret, scopes=scopes)
        return {"Authorization": f"Bearer {secret}"}

    def card(self, child_id: UUID, bracket: int = 2) -> tuple[str, str]:
        """A new active card of a child: its token and its short code."""
        with self.story.on(TODAY) as acting:
            child, code = load_child(acting.session, child_id), with_check(random_text(7))
            card = issue_card(
                acting.session,
                acting.keyring,
                card_id=an_id(),
                child_id=child_id,
                person_key=child.person_key,
                bracket=bracket,
                short_code=code,
                now=acting.now,
            )
            return card.token(acting.keyring), code

    def close_card(self, token: str, state: CardState) -> None:
        """Take a card out of use."""
        with self.story.on(TODAY) as acting:
            key = acting.keyring.token_hash(token)
            cards = [card for card in acting.session.query(CardRecord) if card.token_hash == key]
            close_cards(acting.session, cards, state, by=acting.actor, reason="lost", now=acting.now)

    def client(self) -> FlaskClient:
        """A browser or a machine that nobody knows."""
        return self.app.test_client()

    def signed_in(self, role: Role = Role.VACCINATOR, login: str = "zhou") -> FlaskClient:
        """A browser in which a member of staff has signed in."""
        client = self.client()
        answer = post_form(client, "/counter/sign-in", "/counter/sign-in", login=self.staff(role, login), password=PASSWORD)
        assert answer.status_code == 303
        return client


def open_house(database: Database, schedule: Schedule, **wishes: Any) -> House:
    """The clinic, served."""
    clock = Clock()
    app = create_app(Wishes(**wishes), database, schedule, clock)
    return House(begin(database, schedule), app, clock)


def post_form(client: FlaskClient, page: str, to: str, **fields: str) -> Any:
    """Open a page and send its form as a browser does, token and all."""
    return client.post(to, data={"csrf_token": form_token(client.get(page).text), **fields})


def form_token(page: str) -> str:
    """The secret that a page's forms carry."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def said(page: str) -> str:
    """A page without what a machine made up in it, form secrets and ids, in which any three digits turn up by chance."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", re.sub(r'(?<=name="csrf_token" value=")[^"]+', "", page))


def an_unknown_token() -> str:
    """A token that no card bears."""
    return CROCKFORD[7] * 20
