"""A parent's telephone at the family's page, with a channel that keeps the codes it was given."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from tests.serving import TODAY, House, form_token
from vaxcard.reminders.channels import Fate, Outcome, Text
from vaxcard.reminders.lineup import Lineup
from vaxcard.web.family_texting import HANDS, LINEUP

BORN = date(2026, 7, 22)
NAME, LOT = "云朵朵", "LOT-SENTINEL"


@dataclass
class Mailbox:
    """A channel that reaches nobody, and what it was given."""

    name: str = "mailbox"
    is_real: bool = False
    given: list[Text] = field(default_factory=list)

    def send(self, text: Text) -> Outcome:
        """Keep the text."""
        self.given.append(text)
        return Outcome(Fate.SENT)

    @property
    def code(self) -> str:
        """The code of the last text."""
        (found,) = re.findall(r"\d{6}", self.given[-1].body.split("：")[-1].split("电话")[0])
        return str(found)


class AtOnce:
    """Hands that do a job before the answer goes out, so that a test may look at once."""

    def submit(self, job: Callable[[], Any]) -> None:
        """Do it."""
        job()


@dataclass
class Phone:
    """A telephone in front of one card."""

    client: FlaskClient
    token: str

    def get(self, page: str = "") -> Any:
        """A page of the card's address."""
        return self.client.get(f"/C/{self.token}{'/' if page else ''}{page}")

    def post(self, page: str, *, form: str | None = None, **fields: Any) -> Any:
        """Send a page's form, secret and all."""
        secret = form_token(self.get(form or page).text)
        return self.client.post(f"/C/{self.token}/{page}", data={"csrf_token": secret, **fields})

    def ask(self, who: str = "mother") -> Any:
        """Have a code sent to somebody."""
        return self.post("open", who=who, to="record")

    def type(self, code: str) -> Any:
        """Type a code."""
        return self.post("code", code=code, to="record")


def mailbox_of(house: House) -> Mailbox:
    """The house's codes go into a mailbox from now on."""
    mailbox = Mailbox()
    house.app.extensions[LINEUP], house.app.extensions[HANDS] = Lineup((mailbox,)), AtOnce()
    return mailbox


def a_child(house: House, **more: Any) -> UUID:
    """A child with a mother on file and a dose with a lot."""
    guardian = house.story.guardian(address="清河街 17 号", relation="mother")
    told = {"guardians": [guardian], "identifiers": [("child-code", "330100202607220001")], **more}
    child_id = house.story.newborn(BORN, TODAY, **told)
    house.story.dose(child_id, "HepB", date(2026, 8, 22), TODAY, lot_number=LOT)
    return child_id


def phone_at(house: House, child_id: UUID) -> Phone:
    """A new telephone in front of a new card of the child."""
    return Phone(house.client(), house.card(child_id)[0])


def opened_phone(house: House, child_id: UUID, mailbox: Mailbox | None = None) -> Phone:
    """A telephone on which the whole record lies open."""
    box, phone = mailbox or mailbox_of(house), phone_at(house, child_id)
    phone.ask()
    assert phone.type(box.code).status_code == 303
    return phone
