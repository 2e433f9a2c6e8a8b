"""The desk's print page: ask for card sets or blank covers, watch them being printed, take the files, and see how each print scans."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, Caller, caller, requires
from vaxcard.api.scans import find_card, open_card
from vaxcard.api.service import new_id, service
from vaxcard.cards.queue import files_of
from vaxcard.errors import InputFault, VaxcardError
from vaxcard.records import print_queue
from vaxcard.records.acting import Acting
from vaxcard.records.people import ChildRecord
from vaxcard.records.print_queue import BLANK, PaperChoice
from vaxcard.records.printers import printer_of, printers_of
from vaxcard.records.search import LIMIT, find_by_part, find_children
from vaxcard.web import child_view, print_view
from vaxcard.web.rendering import fault_in_words

print_desk = Blueprint("print_desk", __name__, url_prefix="/desk/print")


@print_desk.get("/")
@requires(*LOOKING)
def page() -> ResponseReturnValue:
    """What can be printed, and what is being printed."""
    return _page(caller())


def _page(who: Caller, fault: VaxcardError | None = None, found: list[child_view.Brief] | None = None) -> ResponseReturnValue:
    house = service()
    with who.acting() as acting:
        queue = print_view.queue_of(acting, house, who.time_zone)
        offered = print_queue.offered(acting.session, who.clinic_id, acting.today)
        printers = printers_of(acting.session, who.clinic_id)
        acting.note("print.look")
    told = fault_in_words(fault) if fault else None
    shown = {"queue": queue, "offered": offered, "printers": printers, "threshold": house.settings.typed_share}
    return render_template("desk/print.html", fault=told, found=found, **shown), 422 if fault else 200


@print_desk.get("/progress")
@requires(*LOOKING)
def progress() -> ResponseReturnValue:
    """The list of runs alone, for a page that looks again by itself."""
    who, house = caller(), service()
    with who.acting() as acting:
        queue = print_view.queue_of(acting, house, who.time_zone)
    return render_template("desk/print_runs.html", queue=queue)


@print_desk.post("/")
@requires(*LOOKING)
def ask() -> ResponseReturnValue:
    """Put a run into the queue."""
    who = caller()
    try:
        with who.acting() as acting:
            choice, number = request.form.get("choice", "")[:20], request.form.get("number", "")[:6]
            count = int(number) if choice == BLANK and number.isascii() and number.isdigit() else 0
            if choice == print_queue.CHILD:
                raise InputFault("no such choice of children", place="choice", advice="choose one of the list")
            print_queue.ask(acting, new_id(), choice, paper_asked(acting), number=count)
    except InputFault as fault:
        return _page(who, fault)
    return redirect(url_for("print_desk.page", _anchor="queue"), 303)


def paper_asked(acting: Acting) -> PaperChoice:
    """The paper of the printer that was chosen, which is offered first from now on."""
    chosen = request.form.get("printer", "")
    if not chosen or acting.clinic_id is None:
        return PaperChoice()
    try:
        printer = printer_of(acting.session, acting.clinic_id, UUID(chosen))
    except ValueError as fault:
        raise InputFault("no such printer", place="printer", advice="choose one of the list") from fault
    printer.used_at = acting.now
    return printer.paper()


@print_desk.post("/find")
@requires(*LOOKING)
def find() -> ResponseReturnValue:
    """Whose cards: a scanned card or a name leads to the page of the child's cards."""
    who, typed = caller(), " ".join(request.form.get("code", "")[:500].split())
    try:
        with who.acting() as acting:
            card = find_card(acting, typed)
            children = [open_card(acting, card).child] if card is not None else _named(acting, typed)
            found = [child_view.brief(acting, child) for child in children]
    except VaxcardError as fault:
        return _page(who, fault)
    if len(found) == 1:
        return redirect(url_for("printing.cards", child_id=found[0].id), 303)
    return _page(who, found=found)


def _named(acting: Acting, typed: str) -> list[ChildRecord]:
    """Whom a name, a date or a number means; else whose name has this part, for a clerk often knows the surname alone."""
    return find_children(acting, typed, limit=LIMIT) or find_by_part(acting, typed, limit=LIMIT)


@print_desk.post("/<uuid:run_id>/stop")
@requires(*LOOKING)
def stop(run_id: UUID) -> ResponseReturnValue:
    """Stop a run before its next step."""
    who = caller()
    with who.acting() as acting:
        print_queue.cancel(acting, print_queue.run_of(acting.session, who.clinic_id, run_id))
    return redirect(url_for("print_desk.page", _anchor="queue"), 303)


@print_desk.post("/<uuid:run_id>/again")
@requires(*LOOKING)
def again(run_id: UUID) -> ResponseReturnValue:
    """Let a run that failed or was stopped go on."""
    who = caller()
    with who.acting() as acting:
        print_queue.again(acting, print_queue.run_of(acting.session, who.clinic_id, run_id))
    return redirect(url_for("print_desk.page", _anchor="queue"), 303)


@print_desk.get("/<uuid:run_id>/<int:number>.pdf")
@requires(*LOOKING)
def file(run_id: UUID, number: int) -> Response:
    """One checked file of a run of this clinic."""
    who, house = caller(), service()
    with who.acting() as acting:
        run = print_queue.run_of(acting.session, who.clinic_id, run_id)
        acting.note("print.fetch", subjects=[str(run_id), str(number)])
    ready = files_of(house.print_folder, run.id).files
    if not 1 <= number <= len(ready):
        abort(404)
    return send_file(ready[number - 1].resolve(), mimetype="application/pdf", as_attachment=True, download_name=f"cards-{number:03}.pdf")
