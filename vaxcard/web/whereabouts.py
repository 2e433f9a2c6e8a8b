"""Where a child lives and whether, told at the counter: moved here, moved away, died, protected; and each of these taken back."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from vaxcard.api.access import LIFTING, LOOKING, caller, requires
from vaxcard.api.answers import is_hidden
from vaxcard.api.bodies import Reader
from vaxcard.api.service import new_id
from vaxcard.errors import Conflict, InputFault, Refused, VaxcardError
from vaxcard.language import Said
from vaxcard.language.catalogues import marked
from vaxcard.records.chart import load_child
from vaxcard.records.moves import MoveKind, moves_of
from vaxcard.records.moving import MoveForm, record_move, why_moved
from vaxcard.records.protection import lift, protect
from vaxcard.web import child_view
from vaxcard.web.rendering import fault_in_words

whereabouts = Blueprint("whereabouts", __name__, url_prefix="/counter/children/<uuid:child_id>")

KINDS = {
    MoveKind.MOVED_IN: marked("Moved to this clinic"),
    MoveKind.MOVED_AWAY: marked("Moved away"),
    MoveKind.DIED: marked("The child has died"),
    MoveKind.TAKEN_BACK: marked("Taken back"),
}
_GRAVE = (MoveKind.DIED, MoveKind.TAKEN_BACK)


@whereabouts.get("/whereabouts")
@requires(*LOOKING)
def page(child_id: UUID) -> ResponseReturnValue:
    """How it stands, what was told before, and what can be told now."""
    return _page(child_id)


def _page(child_id: UUID, fault: Said | None = None) -> str:
    who = caller()
    with who.acting() as acting:
        child = load_child(acting.session, child_id)
        hidden, hears = is_hidden(acting, child), who.hears_sensitive_reasons or who.role in LIFTING
        moves = [] if hidden else moves_of(acting.session, child_id)
        told = [(move, KINDS[MoveKind(move.kind)], why_moved(acting, child, move) if hears else None) for move in reversed(moves)]
        acting.note("child.look", child_id=child_id)
        view, today = child_view.brief(acting, child), acting.today
        standing = {"state": child.state, "is_sensitive": child.is_sensitive, "version": child.version}
    may_lift = who.role in LIFTING
    ids = {kind: str(new_id()) for kind in MoveKind}
    more = {"fault": fault, "may_lift": may_lift, "ids": ids, "today": today, "hidden": hidden}
    return render_template("counter/whereabouts.html", child=view, moves=told, **standing, **more)


@whereabouts.post("/whereabouts")
@requires(*LOOKING)
def move(child_id: UUID) -> ResponseReturnValue:
    """A move, a death, or that neither was so. The last two a physician or the clinic's manager says."""
    sent, who = request.form.to_dict(), caller()
    try:
        form, seen = _move_sent(sent)
        if form.kind in _GRAVE and who.role not in LIFTING:
            raise Forbidden
        with who.acting() as acting:
            record_move(acting, child_id, form, seen_version=seen)
    except Conflict as fault:
        return _page(child_id, fault_in_words(fault)), 409
    except (InputFault, Refused) as fault:
        return _page(child_id, _one(fault)), 422
    return redirect(url_for("counter.child", child_id=child_id), 303)


def _one(fault: VaxcardError) -> Said:
    """The first of several faults: these forms have one field each."""
    return fault_in_words(fault.parts[0])


def _move_sent(sent: dict[str, str]) -> tuple[MoveForm, int]:
    reader = Reader({**sent, "happened": sent.get("reason")})
    form_id, kind, day = reader.id("id", required=True), sent.get("kind", ""), reader.day("happened_on", required=True)
    seen, reason = reader.version("seen"), reader.text("happened")
    if kind not in list(MoveKind):
        reader.fault("kind", "this is missing", "choose one of the list")
    reader.finish()
    assert form_id is not None and day is not None  # required above
    return MoveForm(form_id, MoveKind(kind), day, reason=reason), seen


@whereabouts.post("/protection")
@requires(*LOOKING)
def close_everything(child_id: UUID) -> ResponseReturnValue:
    """Cards, pages, calendars and texts close at once; whoever is at the counter may do that."""
    who = caller()
    with who.acting() as acting:
        protect(acting, load_child(acting.session, child_id, lock=True))
    return redirect(url_for("counter.child", child_id=child_id), 303)


@whereabouts.post("/protection/lift")
@requires(*LIFTING)
def open_again(child_id: UUID) -> ResponseReturnValue:
    """A physician or the clinic's manager opens them again."""
    who = caller()
    with who.acting() as acting:
        lift(acting, load_child(acting.session, child_id, lock=True))
    return redirect(url_for("counter.child", child_id=child_id), 303)
