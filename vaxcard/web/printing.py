"""Printing a child's card set from the counter: what is active is printed again, what is missing is issued."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from flask import Blueprint, Response

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.service import new_id, service
from vaxcard.cards.printing import print_cards
from vaxcard.keyring import random_text

printing = Blueprint("printing", __name__, url_prefix="/counter/children/<uuid:child_id>")


@printing.post("/cards")
@requires(*LOOKING)
def card_set(child_id: UUID) -> Response:
    """The set as one PDF of A4 sheets, checked before it is handed out."""
    who, house = caller(), service()
    with TemporaryDirectory() as folder:
        run = print_cards(
            house.database,
            house.schedule,
            [child_id],
            Path(folder) / "cards.pdf",
            sheet="a4",
            public_url=house.settings.public_url,
            qr_version=house.settings.qr_version,
            actor=who.actor,
            now=house.clock(),
            today=house.today(who.time_zone),
            new_id=new_id,
            random_text=random_text,
        )
        pdf = run.files[0].read_bytes()
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="cards.pdf"'
    return response
