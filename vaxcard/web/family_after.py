"""After the visit, on a family's telephone: until when to stay, how the child is on the days after, and the way to tell the clinic.

Signs of danger show whom to ring before anything is sent; what is told changes nothing of the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.service import new_id
from vaxcard.errors import Refused
from vaxcard.guidance.after import AfterSign, Level, after_visit
from vaxcard.guidance.care import danger_at
from vaxcard.records import chart
from vaxcard.records.chart import Chart
from vaxcard.records.doses import DoseSource
from vaxcard.records.family_notes import NoteKind, Told, leave_note
from vaxcard.web.family_door import AtDoor, at_door, family
from vaxcard.web.rendering import fault_in_words

_WELL = "well"


@dataclass(frozen=True)
class Lately:
    """A visit of the last days: which day, how many days ago, and until when the family stays at the clinic."""

    on: date
    days: int
    stay_until: datetime


def visit_lately(read: Chart, today: date) -> Lately | None:
    """The last visit to a clinic of ours, as long as families are asked about it."""
    here = [dose for dose in read.doses if dose.source == DoseSource.CLINIC and dose.clinic_id is not None]
    last = max(here, key=lambda dose: (dose.given_on, dose.recorded_at), default=None)
    if last is None or (today - last.given_on).days > after_visit().ask_until_day:
        return None
    return Lately(last.given_on, (today - last.given_on).days, last.recorded_at + after_visit().stay)


@family.get("/C/<token>/after")
def after(token: str) -> ResponseReturnValue:
    """How long to stay, whom to ring, and the signs to choose from."""
    with at_door(token) as door:
        door.look()
        return _page(door)


@family.post("/C/<token>/after")
def tell(token: str) -> ResponseReturnValue:
    """Put what a family tells on the clinic's list; where it is dangerous, only after the numbers to ring were shown."""
    with at_door(token, lock=True) as door:
        signs = _chosen(door)
        is_well = request.form.get("how") == _WELL
        if not signs and not is_well:
            return _page(door, nothing_chosen=True), 422
        grave = [sign for sign in signs if sign.level != Level.MILD]
        if grave and not is_well and request.form.get("numbers-shown") != "yes":
            return _page(door, chosen=signs, template="family/after_ring.html")
        try:
            _leave(door, () if is_well else signs)
        except Refused as fault:
            return _page(door, fault=fault), 429
    return redirect(url_for("family.told", token=door.token, how=_WELL if is_well else None), 303)


@family.get("/C/<token>/told")
def told(token: str) -> ResponseReturnValue:
    """What becomes of it, and whom to ring since nobody may be reading it now."""
    with at_door(token) as door:
        return _page(door, template="family/after_told.html", is_well=request.args.get("how") == _WELL)


def _chosen(door: AtDoor) -> tuple[AfterSign, ...]:
    wanted = set(request.form.getlist("sign"))
    return tuple(sign for sign in after_visit().signs_at(door.child.born_on, door.acting.today) if sign.code in wanted)


def _leave(door: AtDoor, signs: tuple[AfterSign, ...]) -> None:
    told_of = Told(tuple(sign.code for sign in signs) or (_WELL,), about=_about(door), words=request.form.get("words", ""))
    kind = NoteKind.REACTION if signs else NoteKind.WELL
    urgent = any(sign.level != Level.MILD for sign in signs)
    verified = door.device is not None
    leave_note(door.acting, door.child, _note_id(), kind, told_of, card_id=door.card.id, is_urgent=urgent, is_verified=verified)


def _about(door: AtDoor) -> str | None:
    lately = visit_lately(_read(door), door.acting.today)
    return lately.on.isoformat() if lately else None


def _note_id() -> UUID:
    """The id made when the form was opened, so that a second tap leaves no second note."""
    try:
        return UUID(request.form.get("id", ""))
    except ValueError:
        return new_id()


def _read(door: AtDoor) -> Chart:
    acting = door.acting
    return chart.read(acting.session, acting.keyring, acting.schedule, door.child.id, acting.today)


def _page(door: AtDoor, *, template: str = "family/after.html", fault: Refused | None = None, **more: object) -> str:
    zone, born_on, today = ZoneInfo(door.clinic.time_zone), door.child.born_on, door.acting.today
    lately = visit_lately(_read(door), today)
    stays = lately is not None and lately.days == 0
    until = lately.stay_until.astimezone(zone) if lately and stays else None
    words = {
        "lately": lately,
        "until": until,
        "may_go": until is not None and door.acting.now >= until,
        "signs": after_visit().signs_at(born_on, today),
        "danger": danger_at(born_on, today),
        "note_id": request.form.get("id") or str(new_id()),
        "written": request.form.get("words", "")[:300],
        "fault": fault_in_words(fault) if fault else None,
    }
    return render_template(template, token=door.token, clinic=door.clinic, **words, **more)
