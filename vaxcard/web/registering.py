"""A child from elsewhere is put on file at the counter, in one short form; and whoever may be on file already is shown first."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import CORRECTING, LOOKING, caller, requires
from vaxcard.api.children import CHILD
from vaxcard.api.fields import taken
from vaxcard.api.guardians import RELATIONS
from vaxcard.api.registering import child_form, same_child
from vaxcard.api.service import new_id
from vaxcard.errors import Conflict, InputFault
from vaxcard.records import chart
from vaxcard.records.acting import Acting
from vaxcard.records.enrolment import register_child
from vaxcard.records.look_alikes import alike_on_file
from vaxcard.web import child_view
from vaxcard.web.child_view import RELATIONS as RELATION_WORDS
from vaxcard.web.child_view import Brief
from vaxcard.web.recording import Sheet
from vaxcard.web.rendering import fault_in_words, faults_by_place

registering = Blueprint("registering", __name__, url_prefix="/counter/new-child")

_FIELDS = frozenset(field.name for field in CHILD)


@registering.get("")
@requires(*LOOKING)
def page() -> ResponseReturnValue:
    """The form; its id is the child's, so that Back and again is the same child."""
    return _page(Sheet({"id": str(new_id())}))


def _page(sheet: Sheet, alike: tuple[Brief, ...] = ()) -> str:
    with caller().acting() as acting:
        today = acting.today
    relations = {code: RELATION_WORDS[code] for code in RELATIONS}
    return render_template("counter/new_child.html", sheet=sheet, alike=alike, today=today, relations=relations)


@registering.post("")
@requires(*LOOKING)
def register() -> ResponseReturnValue:
    """Put the child on file and go on to the family's papers; a child born that day and named alike is shown first."""
    sent, who = request.form.to_dict(), caller()
    try:
        told = taken({name: value for name, value in sent.items() if name in _FIELDS}, CHILD)
        with who.acting() as acting:
            stored = same_child(acting, told)
            alike: tuple[Brief, ...] = ()
            if stored is None:
                form = child_form(acting, told)
                alike = () if sent.get("is_another") else _alike(acting, form.name, form.born_on)
            if stored is None and not alike:
                stored = register_child(acting, form)
                chart.refresh(acting, stored)
    except Conflict as fault:
        return _page(Sheet(sent, {"certificate_number": fault_in_words(fault)})), 409
    except InputFault as fault:
        return _page(Sheet(sent, faults_by_place(fault))), 422
    if stored is None:
        return _page(Sheet(sent), alike), 409
    copies = who.role in CORRECTING  # whoever may not copy a paper opens the child
    return redirect(url_for("paper.page" if copies else "counter.child", child_id=stored.id, new="yes" if copies else None), 303)


def _alike(acting: Acting, name: str, born_on: date) -> tuple[Brief, ...]:
    found = alike_on_file(acting, name, born_on)
    acting.note("child.search", subjects=[str(child.id) for child in found])
    return tuple(child_view.brief(acting, child) for child in found)
