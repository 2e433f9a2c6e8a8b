"""Copying a paper certificate at the counter: its doses in rows, the paper named once, all rows or none."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import CORRECTING, Caller, caller, requires
from vaxcard.api.bodies import Reader, dose_form
from vaxcard.api.service import new_id, service
from vaxcard.errors import Conflict, InputFault, ManyFaults
from vaxcard.language.catalogues import marked
from vaxcard.records import chart
from vaxcard.records.doses import DoseForm, DoseSource
from vaxcard.records.transcribing import transcribe_doses
from vaxcard.web import child_view
from vaxcard.web.recording import Sheet
from vaxcard.web.rendering import fault_in_words, faults_by_place

paper = Blueprint("paper", __name__, url_prefix="/counter/children/<uuid:child_id>/paper")

PAPERS = (
    marked("Vaccination certificate (green booklet)"),
    marked("Birth hospital's record"),
    marked("Certificate from abroad"),
    marked("Another clinic's printout"),
)
ROWS = 10  # a page of the booklet; more are sent in a second form
_CELLS = ("vaccine", "given_on", "lot_number", "place")


@paper.get("/")
@requires(*CORRECTING)
def page(child_id: UUID) -> ResponseReturnValue:
    """Empty rows, each with the id that its dose will have; for a child just put on file also the way past them."""
    return _page(child_id, Sheet({f"id-{row}": str(new_id()) for row in range(ROWS)}))


def _page(child_id: UUID, sheet: Sheet) -> str:
    who = caller()
    with who.acting() as acting:
        child = child_view.brief(acting, chart.load_child(acting.session, child_id))
        acting.note("child.look", child_id=child_id)
        today = acting.today
    told = {"today": today, "papers": PAPERS, "is_new": "new" in request.args}
    codes = sorted(service().schedule.vaccines, key=str.casefold)
    return render_template("counter/paper.html", child=child, sheet=sheet, codes=codes, rows=ROWS, **told)


@paper.post("/")
@requires(*CORRECTING)
def transcribe(child_id: UUID) -> ResponseReturnValue:
    """Every filled row becomes a dose that names its paper; a row that cannot be is shown, and nothing is kept until all can."""
    sent, who = request.form.to_dict(), caller()
    filled = [row for row in range(ROWS) if any(sent.get(f"{cell}-{row}", "").strip() for cell in _CELLS)]
    try:
        forms, document = _read(sent, filled, who)
        with who.acting() as acting:
            transcribe_doses(acting, child_id, forms, document)
    except Conflict as fault:
        return render_template("counter/recorded_before.html", child_id=child_id, fault=fault_in_words(fault)), 409
    except InputFault as fault:
        faults = {_place(place, filled): said for place, said in faults_by_place(fault).items()}
        return _page(child_id, Sheet(sent, faults)), 422
    return redirect(url_for("counter.child", child_id=child_id), 303)


def _read(sent: dict[str, str], filled: list[int], who: Caller) -> tuple[list[DoseForm], str]:
    faults: list[InputFault] = []
    forms: list[DoseForm] = []
    reader = Reader(sent)
    document = reader.text("document", required=True) or ""
    faults += reader.faults
    if not filled:
        faults.append(InputFault("no dose is filled in", place="rows", advice="copy one row of the paper at least"))
    for number, row in enumerate(filled):
        told: dict[str, str | None] = {cell: sent.get(f"{cell}-{row}") for cell in ("id", *_CELLS)}
        told["happened"] = sent.get("happened")
        try:
            form = dose_form({**told, "source": DoseSource.CERTIFICATE.value}, clinic_id=who.clinic_id, performer=None)
            forms.append(replace(form, clinic_id=None))
        except ManyFaults as more:
            faults += [InputFault(each.problem, place=f"doses[{number}].{each.place}", advice=each.advice) for each in more.faults]
    if faults:
        raise ManyFaults(faults)
    return forms, document


def _place(place: str, filled: list[int]) -> str:
    """Where a fault of the third dose that was sent stands on the page: in the row that it was written in."""
    if not place.startswith("doses["):
        return place
    number, _, cell = place.removeprefix("doses[").partition("].")
    return f"{cell if cell in _CELLS else 'row'}-{filled[int(number)]}"
