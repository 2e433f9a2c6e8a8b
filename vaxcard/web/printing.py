"""A child's cards at the counter: print the set or one card of it, replace what was lost, bind a blank cover, print a dose's sticker."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.access import LOOKING, Caller, caller, requires
from vaxcard.api.service import language, new_id, service
from vaxcard.cards.gathering import specimen
from vaxcard.cards.holding import Place, closings, set_of
from vaxcard.cards.issuing import bind_cover, refuse_closed, replace_cards, unbind_cover
from vaxcard.cards.labels import draw_label, label_of, zpl
from vaxcard.cards.previews import whole_set
from vaxcard.cards.printing import print_cards
from vaxcard.cards.taking_back import can_be_taken_back, take_back
from vaxcard.errors import InputFault, VaxcardError
from vaxcard.keyring import random_text
from vaxcard.language.catalogues import marked
from vaxcard.papers.sheets import Turn
from vaxcard.records import chart
from vaxcard.records.issued_cards import VISIT, CloseReason
from vaxcard.records.printers import paper_of
from vaxcard.web import child_view, print_view
from vaxcard.web.printers import SHEET_NAMES, TURN_NAMES
from vaxcard.web.rendering import fault_in_words

printing = Blueprint("printing", __name__, url_prefix="/counter/children/<uuid:child_id>")

REASONS = {
    CloseReason.LOST: marked("Lost"),
    CloseReason.DAMAGED: marked("Damaged"),
    CloseReason.STOLEN: marked("Stolen"),
    CloseReason.SAFETY: marked("For the family's safety"),
}


@printing.get("/cards")
@requires(*LOOKING)
def cards(child_id: UUID) -> ResponseReturnValue:
    """The child's cards: which are in use, which were closed by whom and why."""
    return _page(child_id, caller())


def _page(child_id: UUID, who: Caller, fault: VaxcardError | None = None) -> ResponseReturnValue:
    with who.acting() as acting:
        read = chart.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
        places, closed = set_of(acting, read), closings(acting, read)
        names = print_view.staff_names(acting.session, [each.by for each in closed])
        paper = paper_of(acting.session, who.clinic_id)
        acting.note("child.look", child_id=child_id)
        view = child_view.whole(acting, read, who, language())
        bound = next((each.card for each in places if each.card and each.card.bound_at and acting.now - each.card.bound_at <= VISIT), None)
        back = can_be_taken_back(acting, read.child)
    local = [(print_view.local(each.at, who.time_zone), names.get(each.by, ""), each) for each in closed]
    one_closed = next((each for each in places if each.card is None and str(each.number) == request.args.get("closed")), None)
    shown = {"places": places, "closed": local, "bound": bound, "reasons": REASONS, "paper": paper, "back": back}
    words = {"sheets": SHEET_NAMES, "turns": TURN_NAMES, "one_closed": one_closed, "freed": "freed" in request.args}
    told = fault_in_words(fault) if fault else None
    return render_template("counter/cards.html", view=view, fault=told, **shown, **words), 409 if fault else 200


@printing.post("/cards")
@requires(*LOOKING)
def card_set(child_id: UUID) -> Response:
    """The set, or one card of it (`place`, 2 is "2 / 8"), as one PDF on the paper used last, checked before it is handed out."""
    who, house = caller(), service()
    place = request.form.get("place", "")[:3]
    with house.database.reading() as session:
        paper = paper_of(session, who.clinic_id)
    with TemporaryDirectory() as folder:
        run = print_cards(
            house.database,
            house.schedule,
            [child_id],
            Path(folder) / "cards.pdf",
            sheet=paper.sheet,
            turn=cast(Turn, paper.turn),
            offset=paper.offset,
            places=[int(place)] if place.isascii() and place.isdigit() else (),
            public_url=house.settings.public_url,
            qr_version=house.settings.qr_version,
            actor=who.actor,
            clinic_id=who.clinic_id,
            now=house.clock(),
            today=house.today(who.time_zone),
            new_id=new_id,
            random_text=random_text,
        )
        one = f"cards-{place}" if place.isascii() and place.isdigit() else "cards"
        return _download(run.files[0].read_bytes(), f"{_file_name(one, child_id, who)}.pdf")


def _file_name(what: str, child_id: UUID, who: Caller) -> str:
    """A file's name that tells one child's from the next one's in a folder, with nothing of the person in it but the sign on the card."""
    with who.acting() as acting:
        sign = child_view.brief(acting, chart.load_child(acting.session, child_id)).sign
        at = print_view.local(acting.now, who.time_zone)
    return f"{what}-{sign}-{at:%Y%m%d-%H%M%S}"


def _download(content: bytes, name: str, kind: str = "application/pdf") -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@printing.get("/cards/set.png")
@requires(*LOOKING)
def pictures(child_id: UUID) -> Response:
    """The set as it would be printed, under a code that opens nothing, so that no picture gives a record away."""
    who, house = caller(), service()
    with who.acting() as acting:
        told = house.settings
        one = specimen(acting, child_id, told.public_url, told.qr_version)
        acting.note("child.look", child_id=child_id, subjects=["cards"])
    return Response(whole_set(one, qr_version=told.qr_version), mimetype="image/png")


@printing.get("/cards/replace")
@requires(*LOOKING)
def ask_to_replace(child_id: UUID) -> ResponseReturnValue:
    """What replacing the set, or one card of it (`place`), would do: asked once, since a wrong tap costs a family its cards."""
    return _ask(child_id, caller())


def _ask(child_id: UUID, who: Caller, fault: VaxcardError | None = None) -> ResponseReturnValue:
    told = request.values
    with who.acting() as acting:
        read = chart.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
        acting.note("child.look", child_id=child_id)
        closing = _chosen(set_of(acting, read), told.get("place", ""))
        view = child_view.whole(acting, read, who, language())
    shown = {"closing": closing, "reasons": REASONS, "reason": told.get("reason", ""), "place": told.get("place", "")[:3]}
    page = render_template("counter/replace.html", view=view, fault=fault_in_words(fault) if fault else None, **shown)
    return page, 409 if fault else 200


def _chosen(places: tuple[Place, ...], place: str) -> tuple[Place, ...]:
    """The places whose card would be closed: all that have one in use, or the one that was chosen."""
    return tuple(each for each in places if each.card is not None and place in ("", str(each.number)))


@printing.post("/cards/replace")
@requires(*LOOKING)
def replace(child_id: UUID) -> ResponseReturnValue:
    """Close the child's cards, or one of them, for a reason; their symbols say so at once, and the new ones are offered."""
    who, reason = caller(), request.form.get("reason", "")
    try:
        if reason not in REASONS:
            raise InputFault("cards are replaced for a reason", advice="say what became of the old ones, such as: lost")
        with who.acting() as acting:
            child = chart.load_child(acting.session, child_id, lock=True)
            read = chart.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
            closing = _chosen(set_of(acting, read), request.form.get("place", ""))
            replace_cards(acting, child, reason=reason, brackets=[each.card.bracket for each in closing if each.card])
    except InputFault as fault:
        return _ask(child_id, who, fault)
    only = closing[0].number if len(closing) == 1 else None
    return redirect(url_for("printing.cards", child_id=child_id, closed=only, _anchor="print"), 303)


@printing.post("/cards/take-back")
@requires(*LOOKING)
def undo_replacing(child_id: UUID) -> ResponseReturnValue:
    """Put the cards that were closed last back into use: the wrong tap, or the set that turned up in the other bag."""
    who = caller()
    try:
        with who.acting() as acting:
            take_back(acting, chart.load_child(acting.session, child_id, lock=True))
    except VaxcardError as fault:
        return _page(child_id, who, fault)
    return redirect(url_for("printing.cards", child_id=child_id, _anchor="print"), 303)


@printing.post("/cards/bind")
@requires(*LOOKING)
def bind(child_id: UUID) -> ResponseReturnValue:
    """Make a blank cover, scanned or told by its 8 characters, the child's."""
    who = caller()
    try:
        with who.acting() as acting:
            bind_cover(acting, chart.load_child(acting.session, child_id, lock=True), request.form.get("code", "")[:500])
    except VaxcardError as fault:
        return _page(child_id, who, fault)
    return redirect(url_for("printing.cards", child_id=child_id, _anchor="bound"), 303)


@printing.post("/cards/<uuid:card_id>/unbind")
@requires(*LOOKING)
def unbind(child_id: UUID, card_id: UUID) -> ResponseReturnValue:
    """Undo a binding of this visit: the card is blank again."""
    who = caller()
    try:
        with who.acting() as acting:
            unbind_cover(acting, chart.load_child(acting.session, child_id, lock=True), card_id)
    except VaxcardError as fault:
        return _page(child_id, who, fault)
    return redirect(url_for("printing.cards", child_id=child_id, freed="yes"), 303)


@printing.get("/doses/<uuid:dose_id>/label.<any(pdf, zpl):kind>")
@requires(*LOOKING)
def label(child_id: UUID, dose_id: UUID, kind: str) -> Response:
    """The 50 x 30 mm sticker of a dose, as PDF or for a label printer."""
    who = caller()
    with who.acting() as acting:
        read = chart.read(acting.session, acting.keyring, acting.schedule, child_id, acting.today)
        refuse_closed(read.child)
        pdf = draw_label(label_of(acting.schedule, read, dose_id))
        acting.note("cards.label", child_id=child_id, subjects=[str(dose_id)])
    name = f"{_file_name('label', child_id, who)}.{kind}"
    return _download(zpl(pdf).encode("ascii"), name, "application/x-zpl") if kind == "zpl" else _download(pdf, name)
