"""Texts at the desk: how many went and what became of them; how each is worded and what it costs; recalls and whom to ring."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, caller, requires
from vaxcard.api.answers import vaccine_name
from vaxcard.api.service import language, new_id, service
from vaxcard.errors import InputFault
from vaxcard.language.catalogues import marked
from vaxcard.records import recalls as lots
from vaxcard.records.clinics import Role, all_clinics, load_clinic
from vaxcard.records.text_figures import text_counts
from vaxcard.reminders.comparing import compare
from vaxcard.reminders.hold_out import hold_out_share, set_hold_out
from vaxcard.reminders.other_calls import checks_are_on, set_checks
from vaxcard.reminders.preview import previews
from vaxcard.reminders.recalls import call_list, plan_recall
from vaxcard.web.late_list import plain
from vaxcard.web.rendering import fault_in_words, said
from vaxcard.web.text_chart import chart_of, totals_by_clinic

texts = Blueprint("texts", __name__, url_prefix="/desk/texts")

_OFFICER = Role.PROGRAMME_OFFICER
_BACK, _AHEAD = timedelta(days=13), timedelta(days=3)
_EXPORTING = (Role.MANAGER, Role.PHYSICIAN)  # names and numbers of many families leave the house with it
_HEADINGS = (marked("Child"), marked("Born"), marked("Lot"), marked("Given on"), marked("Guardian"), marked("Number"), marked("Text"))


@texts.get("")
@requires(*LOOKING, _OFFICER)
def page() -> ResponseReturnValue:
    """The last two weeks and what is planned: of the own clinic, or for an officer of all."""
    return _page()


def _page(fault: InputFault | None = None) -> ResponseReturnValue:
    who = caller()
    is_officer = who.role == _OFFICER
    with who.acting() as acting:
        first, last = acting.today - _BACK, acting.today + _AHEAD
        counts = text_counts(acting.session, first, last, None if is_officer else who.clinic_id)
        names = {clinic.id: clinic.name for clinic in all_clinics(acting.session)} if is_officer else {}
        share, asks = hold_out_share(acting.session), checks_are_on(acting)
        comparison = compare(acting.session, acting.today) if is_officer else None
        acting.note("texts.figures")
    told = {"share": share, "asks": asks, "comparison": comparison, "is_officer": is_officer}
    shown = {"chart": chart_of(counts, first, last), "clinics": totals_by_clinic(counts, names), "today": acting.today, **told}
    return render_template("desk/reminders.html", fault=fault_in_words(fault) if fault else None, **shown), 422 if fault else 200


@texts.post("/hold-out")
@requires(_OFFICER)
def hold_out() -> ResponseReturnValue:
    """Another share from now on."""
    who, written = caller(), request.form.get("percent", "").strip()[:6]
    try:
        with who.acting() as acting:
            set_hold_out(acting, _share(written), by=who.name)
    except InputFault as fault:
        return _page(fault)
    return redirect(url_for("texts.page"), 303)


def _share(written: str) -> float:
    try:
        return float(written) / 100
    except ValueError as fault:
        raise InputFault("not a share of families", place="percent", advice="write a number from 0 to 50") from fault


@texts.post("/checks")
@requires(_OFFICER)
def checks() -> ResponseReturnValue:
    """Ask families on the third day, or do without."""
    who = caller()
    with who.acting() as acting:
        set_checks(acting, "on" if request.form.get("checks") == "on" else "off", by=who.name)
    return redirect(url_for("texts.page"), 303)


@texts.get("/wording")
@requires(*LOOKING, _OFFICER)
def wording() -> ResponseReturnValue:
    """What each text says, in how many parts, for what price."""
    who, settings = caller(), service().settings
    with who.acting() as acting:
        found = previews(load_clinic(acting.session, who.clinic_id), acting.today)
        acting.note("texts.wording")
    price = getattr(getattr(settings, "sms", None), "part_price", None)
    by_kind = [(kind, list(of_kind)) for kind, of_kind in groupby(found, key=lambda each: each.kind)]
    return render_template("desk/reminders_wording.html", previews=by_kind, price=price, is_officer=who.role == _OFFICER)


@texts.get("/recalls")
@requires(*LOOKING, _OFFICER)
def recalls() -> ResponseReturnValue:
    """Which lots are called back."""
    return _recalls()


def _recalls(fault: InputFault | None = None, came: object = None) -> ResponseReturnValue:
    who = caller()
    with who.acting() as acting:
        found = lots.all_recalls(acting.session)
        acting.note("recalls.look")
    vaccines = sorted((vaccine_name(code, language()), code) for code in service().schedule.vaccines)
    shown = {"recalls": found, "vaccines": vaccines, "recall_id": new_id(), "came": came, "is_officer": who.role == _OFFICER}
    told = fault_in_words(fault) if fault else None
    return render_template("desk/reminders_recalls.html", fault=told, sent=request.form, **shown), 422 if fault else 200


@texts.post("/recalls")
@requires(_OFFICER)
def call_back() -> ResponseReturnValue:
    """Call lots back: their families are texted at once. Sent again it texts nobody twice."""
    who, sent = caller(), request.form
    try:
        with who.acting() as acting:
            recall_id = _id(sent.get("recall_id", ""))
            wanted = sent.get("lots", "").replace("\uff0c", ",").replace("\n", ",").split(",")
            recall = lots.call_back(acting, recall_id, sent.get("vaccine", ""), wanted, sent.get("reason", ""))
            came = plan_recall(acting, recall)
    except InputFault as fault:
        return _recalls(fault)
    return _recalls(came=came)


def _id(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError as fault:
        raise InputFault("the form is not whole", place="recall_id", advice="open the page again") from fault


@texts.get("/recalls/<uuid:recall_id>")
@requires(*LOOKING)
def ring(recall_id: UUID) -> ResponseReturnValue:
    """The own clinic's children who had the lots, first those whom no text has reached."""
    who = caller()
    with who.acting() as acting:
        recall = lots.load_recall(acting.session, recall_id)
        lines = call_list(acting, recall)
    return render_template("desk/reminders_ring.html", recall=recall, lines=lines, may_export=who.role in _EXPORTING)


@texts.get("/recalls/<uuid:recall_id>/list.csv")
@requires(*_EXPORTING)
def file(recall_id: UUID) -> ResponseReturnValue:
    """The same as a file for a spreadsheet."""
    with caller().acting() as acting:
        lines = call_list(acting, lots.load_recall(acting.session, recall_id))
        acting.note("recall.export", subjects=[str(recall_id)])
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow([said(heading) for heading in _HEADINGS])
    for each in lines:
        born = each.born_on.isoformat() if each.born_on else ""
        told = (each.name, born, each.lot, each.given_on.isoformat(), each.guardian, each.phone, each.text)
        sheet.writerow([plain(cell or "") for cell in told])
    headers = {"Content-Disposition": f'attachment; filename="recall-{recall_id}.csv"'}
    return Response("\ufeff" + written.getvalue(), mimetype="text/csv", headers=headers)
