"""Who looked at a child's record and who changed it: a page that may be shown to the family, in words and newest first."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.answers import is_hidden
from vaxcard.language.catalogues import marked
from vaxcard.records.chart import load_child
from vaxcard.records.trails import trail_of
from vaxcard.web import child_view
from vaxcard.web.rendering import REASONS

access_logs = Blueprint("access_logs", __name__, url_prefix="/counter/children/<uuid:child_id>")

_SHOWN = 200  # entries; the API tells the rest in pages
_DONE = {
    "child.look": marked("looked at the record"),
    "child.open": marked("opened the record without the card"),
    "child.register": marked("put the child on file"),
    "child.access-log": marked("looked at this list"),
    "child.protect": marked("closed the record for the family's protection"),
    "child.unprotect": marked("lifted the protection"),
    "child.moved-in": marked("recorded a move to the clinic"),
    "child.moved-away": marked("recorded a move away"),
    "child.died": marked("recorded a death"),
    "child.taken-back": marked("took a move back"),
    "dose.record": marked("recorded a dose"),
    "dose.correct": marked("corrected a dose"),
    "dose.void": marked("took a dose back"),
    "dose.not-given": marked("recorded what was not given"),
    "dose.transcribe": marked("copied doses from a paper"),
    "identity.confirmed": marked("asked for name and birth date"),
    "observation.record": marked("recorded a finding"),
    "decision.record": marked("recorded a decision"),
    "guardian.change": marked("changed a guardian or a number"),
    "guardian.add": marked("added a guardian"),
    "guardian.remove": marked("took a guardian off"),
    "guardian.order": marked("changed who is asked first"),
    "guardian.confirm": marked("asked whether the number is still right"),
    "visit.appoint": marked("made an appointment"),
    "cards.issue": marked("printed cards"),
    "cards.replace": marked("replaced cards"),
    "cards.take-back": marked("put closed cards back into use"),
    "cards.bind": marked("gave the child a new card"),
    "cards.unbind": marked("freed a blank cover again"),
    "cards.label": marked("printed a sticker"),
}
_OTHER = marked("worked with the record")


@access_logs.get("/access-log")
@requires(*LOOKING)
def access_log(child_id: UUID) -> ResponseReturnValue:
    """The newest entries; reading them is one as well."""
    who = caller()
    with who.acting() as acting:
        child = load_child(acting.session, child_id)
        if is_hidden(acting, child):
            raise Forbidden  # it names the clinics where the child was seen
        view, entries = child_view.brief(acting, child), trail_of(acting.session, child_id, limit=_SHOWN)
        acting.note("child.access-log", child_id=child_id)
    zone = ZoneInfo(who.time_zone)
    lines = [(each.at.astimezone(zone), each, _DONE.get(each.action, _OTHER)) for each in entries]
    return render_template("counter/access_log.html", view=view, lines=lines, reasons=REASONS)
