"""How a family opens the whole record on a telephone: a code texted to a guardian whom it chooses, or a pass that a nurse shows.

The answer is the same whether or not a number is on file, and the code never stands in an address.
"""

from __future__ import annotations

import secrets

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as WerkzeugResponse

from vaxcard.api.service import new_id, service
from vaxcard.errors import CardRevoked, Refused
from vaxcard.language.catalogues import marked
from vaxcard.records.chart import load_child
from vaxcard.records.family_codes import CHOICES, GOOD_FOR, ask, guardian_chosen, pass_with, try_code
from vaxcard.records.family_devices import is_shown
from vaxcard.records.issued_cards import cards_of
from vaxcard.reminders.codes import CodeAsked
from vaxcard.web.family_door import ACTOR, at_door, family, greet, keep_device, open_here, page_named
from vaxcard.web.family_texting import text_code
from vaxcard.web.rendering import fault_in_words, said

DIGITS = 6
CHOICE_WORDS = {
    "mother": marked("Mother"),
    "father": marked("Father"),
    "grandmother": marked("Grandmother"),
    "grandfather": marked("Grandfather"),
    "other": marked("Somebody else"),
}
_WRONG = marked("This code is wrong or too old")


@family.get("/C/<token>/open")
def choose_guardian(token: str) -> ResponseReturnValue:
    """Who gets the code. The list is the same for every child."""
    with at_door(token) as door:
        there = page_named(request.args.get("to"))
        if door.device is not None:
            return redirect(f"/C/{door.token}/{there}", 303)
    return render_template("family/open.html", token=door.token, to=there, choices=CHOICE_WORDS, clinic=door.clinic)


@family.post("/C/<token>/open")
def ask_for_code(token: str) -> ResponseReturnValue:
    """Text a code to the guardian who was chosen, if there is one with a number; nobody is told which."""
    there = page_named(request.form.get("to"))
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    choice = request.form.get("who", "")
    with at_door(token) as door:
        try:
            if choice not in CHOICES:
                return redirect(url_for("family.choose_guardian", token=door.token, to=there), 303)
            asked = ask(door.acting, door.knock, new_id(), guardian_chosen(door.child, choice), code)
        except Refused as fault:
            words = {"clinic": door.clinic, "choices": CHOICE_WORDS, "fault": fault_in_words(fault)}
            return render_template("family/open.html", token=door.token, to=there, **words), 429
    if asked.guardian_id is not None:
        text_code(CodeAsked(new_id(), door.child.id, asked.guardian_id, code, GOOD_FOR), door.clinic.id)
    return _kept(url_for("family.type_code", token=door.token, to=there))


@family.get("/C/<token>/code")
def type_code(token: str) -> ResponseReturnValue:
    """The field for the code."""
    with at_door(token) as door:
        pass
    return _code_page(door.token, page_named(request.args.get("to")))


@family.post("/C/<token>/code")
def open_with_code(token: str) -> ResponseReturnValue:
    """Open the record on this telephone, or say that the code is wrong; a wrong one is counted."""
    there, typed = page_named(request.form.get("to")), "".join(request.form.get("code", "")[:40].split())
    with at_door(token) as door:
        try:
            used = try_code(door.acting, door.knock, typed)
        except Refused as fault:
            told = fault_in_words(fault)
            return _code_page(door.token, there, problem=" ".join(part for part in (told.problem, told.advice) if part), status=429)
        if used is not None:
            g.family_guardian = used.guardian_id
            open_here(door.acting, door.child, door.card, door)
    if used is None:
        return _code_page(door.token, there, problem=said(_WRONG), status=403)
    return _kept(f"/C/{door.token}/{there}")


def _code_page(token: str, there: str, *, problem: str | None = None, status: int = 200) -> ResponseReturnValue:
    minutes = int(GOOD_FOR.total_seconds() // 60)
    return render_template("family/code.html", token=token, to=there, problem=problem, minutes=minutes, digits=DIGITS), status


def _kept(address: str) -> WerkzeugResponse:
    response = redirect(address, 303)
    return keep_device(response)  # type: ignore[arg-type]


@family.get("/O/<secret>")
@family.get("/o/<secret>")
def welcome(secret: str) -> ResponseReturnValue:
    """What a pass leads to: one button. A preview that a messenger fetches opens nothing."""
    greet()
    with service().database.reading() as session:
        found = pass_with(session, secret.upper(), service().clock())
    if found is None:
        return render_template("family/pass_over.html"), 410
    return render_template("family/welcome.html", secret=secret)


@family.post("/O/<secret>")
def open_with_pass(secret: str) -> ResponseReturnValue:
    """Open the record on the telephone that scanned the nurse's screen; the pass is used up."""
    greet()
    with service().acting(ACTOR, None, None) as acting:
        found = pass_with(acting.session, secret.upper(), acting.now)
        if found is None:
            return render_template("family/pass_over.html"), 410
        child = load_child(acting.session, found.child_id, lock=True)
        cards = cards_of(acting.session, child.id)
        if not cards or not is_shown(child):
            raise CardRevoked("this card is no longer in use", advice="ask your clinic")
        found.used_at = acting.now
        open_here(acting, child, cards[0])
        token = cards[0].token(acting.keyring)
    return _kept(f"/C/{token}/record")
