"""Rows of workbooks that an import could not store: listed for the clinic, settled one by one with a word about what was found."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import CORRECTING, LOOKING, caller, requires
from vaxcard.api.bodies import Reader
from vaxcard.api.lists import SETTLED, settle_own
from vaxcard.api.service import language
from vaxcard.errors import Conflict, InputFault
from vaxcard.language import Said
from vaxcard.language.catalogues import marked
from vaxcard.records.chart import load_child
from vaxcard.records.review import Outcome, waiting_everywhere
from vaxcard.web import child_view
from vaxcard.web.rendering import fault_in_words

reviewing = Blueprint("reviewing", __name__, url_prefix="/desk/review")

OUTCOMES = {
    Outcome.RECORDED: marked("It is on the record now"),
    Outcome.DISMISSED: marked("The record is right as it is"),
}
_SHOWN = 50


@reviewing.get("")
@requires(*LOOKING)
def page() -> ResponseReturnValue:
    """What waits, the oldest import first."""
    return _page()


def _page(item: UUID | None = None, fault: Said | None = None, status: int = 200) -> ResponseReturnValue:
    who = caller()
    with who.acting() as acting:
        found = list(waiting_everywhere(acting.session, acting.keyring, language(), who.clinic_id))
        shown = [(each, child_view.brief(acting, load_child(acting.session, each.child_id))) for each in found[:_SHOWN]]
        acting.note("review.list", subjects=[str(each.child_id) for each, _ in shown])
    told = {"shown": shown, "number": len(found), "outcomes": OUTCOMES, "may_correct": who.role in CORRECTING}
    return render_template("desk/review.html", item=item, fault=fault, sent=request.form, **told), status


@reviewing.post("/<uuid:item_id>")
@requires(*LOOKING)
def settle(item_id: UUID) -> ResponseReturnValue:
    """Say what became of a row. The record itself is changed first, by its own pages."""
    sent, who = request.form.to_dict(), caller()
    try:
        reader = Reader({"happened": sent.get("reason")})
        reason = reader.text("happened")
        reader.finish()
        if sent.get("outcome") not in list(SETTLED):
            raise InputFault("this is missing", place="outcome", advice="choose one of the list")
        with who.acting() as acting:
            settle_own(acting, item_id, Outcome(sent["outcome"]), (reason or "")[:200])
    except (InputFault, Conflict) as fault:
        return _page(item_id, fault_in_words(fault.parts[0]), 409 if isinstance(fault, Conflict) else 422)
    return redirect(url_for("reviewing.page"), 303)
