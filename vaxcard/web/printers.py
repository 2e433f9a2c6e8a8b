"""The desk's printers: a test sheet to hold against a lamp, and the sheet, the edge and the offset that each printer keeps."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, Caller, caller, requires
from vaxcard.api.service import new_id, service
from vaxcard.errors import InputFault
from vaxcard.language.catalogues import marked
from vaxcard.papers.sheets import SHEETS, Paper, Turn, calibration
from vaxcard.records.print_queue import PaperChoice
from vaxcard.records.printers import keep_printer, printer_of, printers_of
from vaxcard.web.rendering import fault_in_words

printers = Blueprint("printers", __name__, url_prefix="/desk/printers")

SHEET_NAMES = {
    "a4": marked("A4, eight cards"),
    "shop": marked("SRA4 for a print shop, eight cards with bleed"),
    "single": marked("One card a page, for card printers"),
    "id1": marked("The cover alone, as a bank card"),
}
TURN_NAMES = {"long": marked("over the long edge"), "short": marked("over the short edge")}


@printers.get("/")
@requires(*LOOKING)
def page() -> ResponseReturnValue:
    """The clinic's printers and a form for one more."""
    return _page(caller())


def _page(who: Caller, fault: InputFault | None = None) -> ResponseReturnValue:
    with who.acting() as acting:
        known = printers_of(acting.session, who.clinic_id)
    told = fault_in_words(fault) if fault else None
    return render_template("desk/printers.html", printers=known, sheets=SHEET_NAMES, turns=TURN_NAMES, fault=told), 422 if fault else 200


@printers.post("/")
@requires(*LOOKING)
def keep() -> ResponseReturnValue:
    """Remember a printer, or change the one of this name."""
    who = caller()
    try:
        paper = PaperChoice(_one_of("sheet", SHEETS), _one_of("turn", tuple(TURN_NAMES)), (_millimetres("right"), _millimetres("down")))
        with who.acting() as acting:
            keep_printer(acting, new_id(), request.form.get("name", "")[:200], paper)
    except InputFault as fault:
        return _page(who, fault)
    return redirect(url_for("printers.page"), 303)


def _one_of(name: str, known: tuple[str, ...]) -> str:
    told = request.form.get(name, "")
    if told not in known:
        raise InputFault("no such paper", place=name, advice="choose one of the list")
    return told


def _millimetres(name: str) -> float:
    told = request.form.get(name, "").strip().replace(",", ".").replace("\N{MINUS SIGN}", "-") or "0"
    try:
        return round(float(told[:10]), 2)
    except ValueError as fault:
        raise InputFault("an offset is a number of millimetres", place="offset", advice="write it such as 0.5 or -1") from fault


@printers.get("/test-sheet.pdf")
@requires(*LOOKING)
def plain_test_sheet() -> Response:
    """The test sheet of a printer that nobody has told of yet: A4, turned over the long edge, nothing shifted."""
    return _test_sheet(PaperChoice())


@printers.get("/<uuid:printer_id>/test-sheet.pdf")
@requires(*LOOKING)
def test_sheet(printer_id: UUID) -> Response:
    """The test sheet of a printer, shifted as its cards would be."""
    who = caller()
    with service().database.reading() as session:
        return _test_sheet(printer_of(session, who.clinic_id, printer_id).paper())


def _test_sheet(paper: PaperChoice) -> Response:
    pdf = calibration(Paper(paper.sheet, cast(Turn, paper.turn), paper.offset))
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="test-sheet.pdf"'
    return response
