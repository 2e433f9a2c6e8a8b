"""The pages behind the opened door: the whole record, texts wished or stopped, devices, and who has looked."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.service import language
from vaxcard.language import languages
from vaxcard.language.catalogues import marked
from vaxcard.language.dates import name_of_language
from vaxcard.records import chart
from vaxcard.records.clinics import all_clinics
from vaxcard.records.family_devices import devices_of, forget
from vaxcard.records.people import GuardianRecord
from vaxcard.records.texts_wished import wish_texts
from vaxcard.records.trails import trail_of
from vaxcard.web.child_view import RELATIONS, masked
from vaxcard.web.family_door import AtDoor, family, opened
from vaxcard.web.family_looks import looks_in_words
from vaxcard.web.family_record_view import Record, record_of
from vaxcard.web.recording import SITES

_LOOKS_SHOWN = 60
_NOBODY = marked("Nobody is on file who gets texts. Ask the clinic to write down a number.")


@family.get("/C/<token>/record")
def record(token: str) -> ResponseReturnValue:
    """Every dose with its day, place and lot, and the ways on."""
    with opened(token) as door:
        shown, name = record_behind(door), door.child.name(door.acting.keyring)
        guardian = _guardian(door)
        phone = masked(guardian.phone(door.acting.keyring)) if guardian else None
        devices = len(devices_of(door.acting.session, door.child.id, door.acting.now))
        words = {"agrees": bool(guardian and guardian.agrees_to_texts), "phone": phone, "devices": devices, "sites": SITES}
    return render_template("family/record.html", token=door.token, door=door, name=name, record=shown, today=door.acting.today, **words)


def record_behind(door: AtDoor) -> Record:
    """The record as this family is shown it."""
    acting = door.acting
    read = chart.read(acting.session, acting.keyring, acting.schedule, door.child.id, acting.today)
    places = {clinic.id: clinic.name for clinic in all_clinics(acting.session)}
    return record_of(acting.schedule, read, places, language())


def _guardian(door: AtDoor) -> GuardianRecord | None:
    """Whose wishes this telephone tells: who got the code, or after a pass the first who can be texted."""
    bonds = sorted(door.child.guardianships, key=lambda bond: bond.rank)
    mine = [bond.guardian for bond in bonds if door.device and bond.guardian_id == door.device.guardian_id]
    return next(iter(mine or [bond.guardian for bond in bonds if bond.guardian.phone_can_be_texted]), None)


@family.get("/C/<token>/texts")
def texts(token: str) -> ResponseReturnValue:
    """Whether reminders are wished, and in which language."""
    with opened(token) as door:
        guardian = _guardian(door)
        bond = next((each for each in door.child.guardianships if guardian and each.guardian_id == guardian.id), None)
        phone = masked(guardian.phone(door.acting.keyring)) if guardian else None
        spoken = (guardian.language if guardian else None) or door.clinic.language
    relation = RELATIONS.get(bond.relation or "") if bond else None
    spoken_here = [(lang, name_of_language(lang)) for lang in languages()]
    words = {"relation": relation, "phone": phone, "languages": spoken_here, "spoken": spoken, "nobody": _NOBODY}
    return render_template("family/texts.html", token=door.token, guardian=guardian, clinic=door.clinic, **words)


@family.post("/C/<token>/texts")
def wish(token: str) -> ResponseReturnValue:
    """Take a family's wish about texts."""
    with opened(token, lock=True) as door:
        guardian = _guardian(door)
        lang = request.form.get("language")
        if guardian is not None:
            wish_texts(door.acting, door.child, guardian, request.form.get("texts") == "yes", lang if lang in languages() else None)
    return redirect(url_for("family.texts", token=door.token), 303)


@family.get("/C/<token>/devices")
def devices(token: str) -> ResponseReturnValue:
    """Every telephone on which the record lies open."""
    with opened(token) as door:
        found = devices_of(door.acting.session, door.child.id, door.acting.now)
        zone = ZoneInfo(door.clinic.time_zone)
        rows = [(each, each.opened_at.astimezone(zone).date(), each.id == (door.device.id if door.device else None)) for each in found]
    return render_template("family/devices.html", token=door.token, devices=rows)


@family.post("/C/<token>/devices")
def forget_device(token: str) -> ResponseReturnValue:
    """Close the record on one of them; on this one, nothing of it stays here."""
    with opened(token) as door:
        told = request.form.get("device", "")
        mine = door.device.id if door.device else None
        chosen = next((each.id for each in devices_of(door.acting.session, door.child.id, door.acting.now) if str(each.id) == told), None)
        if chosen is not None:
            forget(door.acting, door.child.id, chosen)
    if chosen is None or chosen != mine:
        return redirect(url_for("family.devices", token=door.token), 303)
    response = redirect(f"/C/{door.token}", 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@family.get("/C/<token>/looks")
def looks(token: str) -> ResponseReturnValue:
    """Who has looked at the record or changed it, the latest first."""
    with opened(token) as door:
        found = trail_of(door.acting.session, door.child.id, limit=_LOOKS_SHOWN)
        mine: UUID | None = door.device.id if door.device else None
        rows = looks_in_words(found, ZoneInfo(door.clinic.time_zone), mine, language())
    return render_template("family/looks.html", token=door.token, looks=rows)
