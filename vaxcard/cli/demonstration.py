"""The demo: the main job done once on an example clinic, from its workbook to a scan, a counter and texts that wait to be sent.

Everything goes through the same doors as in earnest. A second run finds the registry of the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from vaxcard.cards.payload import card_url
from vaxcard.cli.cards import print_with_progress
from vaxcard.cli.opening import House, new_id
from vaxcard.cli.roster import import_clinics, import_with_progress
from vaxcard.errors import NotFound
from vaxcard.keyring import hash_password, random_text
from vaxcard.records import enrolment
from vaxcard.records.clinics import ClinicRecord, Role, staff_by_login
from vaxcard.records.issued_cards import COVER, cards_of
from vaxcard.records.messages import planned_for
from vaxcard.records.people import children_to_print
from vaxcard.records.visits import child_due_on, due_rows_of, first_open_day
from vaxcard.reminders.channels.choosing import SmsSettings
from vaxcard.reminders.planning import plan
from vaxcard.settings import Settings, load_settings

_LOGIN = "nurse"


def demo_settings(folder: Path, port: int) -> Settings:
    """The settings in force, with a registry in the demo's folder unless another was chosen, and cards that lead to this machine."""
    settings = load_settings(fallback={"VAXCARD_DATABASE_URL": f"sqlite:///{folder / 'vaxcard.db'}"})
    return replace(settings, public_url=f"http://127.0.0.1:{port}", sms=SmsSettings())


def examples() -> Path:
    """The example files: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "examples"
    return inside if inside.is_dir() else package.parent / "examples"


def prepare(house: House, folder: Path, address: str) -> Iterator[str]:
    """Do the job step by step; yields the lines that tell where to look, each as soon as it is true."""
    clinics = import_clinics(house, examples() / "clinics.toml")
    import_with_progress(house, examples() / "clinic-roster.xlsx")
    clinic = clinics[0]
    yield f"counter: {address}/"
    yield f"sign-in: {_LOGIN} {_nurse(house, clinic)}"
    files = _print(house, folder, address)
    on = first_open_day(clinic, house.today() + timedelta(days=1))
    with house.database.writing() as session:
        plan(house.acting(session), on)
    with house.database.reading() as session:
        yield f"card: {_a_card(house, session, clinic, on, address)}"
        yield from (f"cards: {file}" for file in files)
        yield f"texts: {len(planned_for(session, on))} planned for {on.isoformat()}"


def _nurse(house: House, clinic: ClinicRecord) -> str:
    """A nurse's account with a new random password at each run."""
    password = random_text(12)
    with house.database.writing() as session:
        known = staff_by_login(session, _LOGIN)
        if known is not None:
            known.password_hash = hash_password(password)
            house.acting(session, clinic_id=clinic.id).note("staff.password", subjects=[str(known.id)])
            return password
        acting = house.acting(session, clinic_id=clinic.id)
        enrolment.add_staff(
            acting,
            new_id(),
            clinic.id,
            login=_LOGIN,
            name=_LOGIN,
            role=Role.VACCINATOR,
            password=password,
            language=house.settings.language,
        )
    return password


def _print(house: House, folder: Path, address: str) -> list[Path]:
    with house.database.reading() as session:
        children = children_to_print(session, None)
    run = print_with_progress(house, children, folder / "cards.pdf", sheet="a4", public_url=address)
    return list(run.files)


def _a_card(house: House, session: Session, clinic: ClinicRecord, on: date, address: str) -> str:
    """The cover of a child whose dose is due and whose family is about to be told, so that there is something to record and to see."""
    child_id = _a_child(house, session, clinic, on)
    cards = cards_of(session, child_id) if child_id else []
    cover = next((card for card in cards if card.bracket == COVER), None)
    if cover is None:
        raise NotFound("no child of the example has a dose due", advice="delete the demo's folder and start again")
    return card_url(address, cover.token(house.database.keyring), qr_version=house.settings.qr_version)


def _a_child(house: House, session: Session, clinic: ClinicRecord, on: date) -> UUID | None:
    told = [told.child_id for text in planned_for(session, on) if text.clinic_id == clinic.id for told in text.children]
    due = (child_id for child_id in told if any(row.is_due and not row.is_optional for row in due_rows_of(session, child_id)))
    return next(due, None) or child_due_on(session, clinic.id, house.today())
