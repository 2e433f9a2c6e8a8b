"""What every page shares: its language, its words for dates and names, its drawings, and how a fault looks on a page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from vaxcard.api.access import caller_or_none
from vaxcard.api.answers import named, vaccine_name
from vaxcard.api.problems import Problem, http_problem, problem_of
from vaxcard.api.service import language, service
from vaxcard.errors import PasswordNeeded, ReasonNeeded, VaxcardError
from vaxcard.guidance.after import after_visit
from vaxcard.language import Said, languages, say_age, say_clock, say_date, say_full_date, translations
from vaxcard.language.catalogues import SOURCE_LANGUAGE, marked
from vaxcard.language.dates import direction_of, name_of_language, say_month, say_weekday
from vaxcard.records.openings import OpeningReason
from vaxcard.web.look import drawing_address, script_address, stylesheet_address

_HTML_LANGUAGES = {"zh": "zh-Hans"}
_IDENTIFIED = re.compile(r"(?=\([0-9]{2,4}\))")  # before an identifier of a GS1 code that is written to be read
REASONS = {
    OpeningReason.WITHOUT_CARD: marked("The family is here and has no card with them"),
    OpeningReason.BY_PHONE: marked("The family is on the phone"),
    OpeningReason.MOVING: marked("The child is moving to us"),
    OpeningReason.ASKED: marked("The child's own clinic has asked us"),
    OpeningReason.REACTION: marked("There was a reaction after a dose"),
}
"""Why another clinic's child is opened without its card."""
NEXT = "next"  # where a nurse wanted to go before signing in


def prepare(app: Flask) -> None:
    """Give templates their language and their words."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: translations(language()).gettext(text),
        lambda one, many, number: translations(language()).ngettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.filters.update(
        date=lambda day: say_date(day, language(), near=_today()),
        full_date=lambda day: say_full_date(day, language()),
        month=lambda day: say_month(day, language()),
        weekday=lambda day: say_weekday(day, language()),
        clock=lambda moment: say_clock(moment, language()),
        names=lambda names: named(names, language()),
        vaccine=lambda code: vaccine_name(code, language()),
        full_vaccine=full_vaccine_name,
        grouped=in_groups_of_four,
        sentence=lambda text: text[:1].upper() + text[1:],
    )
    app.jinja_env.globals.update(
        age=age_in_words, stay_minutes=stay_minutes, icon_at=drawing_address, script_at=script_address, stylesheet=stylesheet_address
    )
    app.context_processor(_page)


def _page() -> dict[str, Any]:
    who = caller_or_none()
    return {
        "lang": language(),
        "direction": direction_of(language()),
        "html_lang": _HTML_LANGUAGES.get(language(), language()),
        "other_languages": [(lang, name_of_language(lang)) for lang in languages() if lang != language()],
        "me": who,
        "time_now": _time_now(who.time_zone if who else None),
    }


def _today() -> date:
    return g.get("page_today") or service().today(None)


def _time_now(time_zone: str | None) -> time:
    return service().clock().astimezone(ZoneInfo(time_zone or service().settings.time_zone)).time()


def age_in_words(born_on: date, on: date) -> str:
    """How old somebody born on a day is on another."""
    return say_age(born_on, on, language())


def stay_minutes() -> int:
    """How long a family stays after an injection."""
    return after_visit().stay // timedelta(minutes=1)


def full_vaccine_name(code: str) -> str:
    """A vaccine's whole name with its code, as a nurse compares it with the box."""
    vaccine = service().schedule.vaccines.get(code)
    return f"{named(vaccine.names, language())} · {code}" if vaccine else code


def in_groups_of_four(code: str) -> str:
    """A long number as people compare it: in groups of four, and a GS1 code one identifier after another."""
    if _IDENTIFIED.match(code):
        return " ".join(part for part in _IDENTIFIED.split(code) if part)
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def said(text: str) -> str:
    """A marked sentence in the page's language."""
    return translations(language()).gettext(text)


def fault_in_words(fault: VaxcardError) -> Said:
    """A fault in the page's language: of a sentence that the catalogue does not know, only what kind of fault it is."""
    problem = problem_of(fault, language())
    told = _only_known(fault, Said(problem.detail or problem.title, problem.advice), language())
    return Said(told.problem or problem.title, told.advice)


def faults_by_place(fault: VaxcardError) -> dict[str, Said]:
    """Each fault of what was sent, in the page's language, by the field it belongs to ("" for the whole)."""
    return {part.place or "": fault_in_words(part) for part in fault.parts}


def _only_known(fault: VaxcardError, told: Said, lang: str) -> Said:
    """What was told, without the sentences that stayed in the language of the code."""
    if lang == SOURCE_LANGUAGE:
        return told
    problems, advice = [each.problem for each in fault.parts], fault.advice or ""
    is_known = all(_is_known(text, lang) for text in problems)
    return Said(told.problem if is_known else "", told.advice if advice and _is_known(advice, lang) else None)


def _is_known(text: str, lang: str) -> bool:
    words = translations(lang)
    return words.gettext(text) != text or all(words.gettext(part) != part for part in text.split("; "))


def fault_page(fault: VaxcardError, problem: Problem) -> Response:
    """A fault on a page of its own, with what to do and the way back."""
    if isinstance(fault, PasswordNeeded):
        return make_response(redirect(url_for("accounts.password"), 303))
    if isinstance(fault, ReasonNeeded):
        response = make_response(render_template("counter/reason.html", child_id=(request.view_args or {})["child_id"], reasons=REASONS))
        response.status_code = problem.status
        return response
    told = _only_known(fault, Said(problem.detail or "", problem.advice), language())
    return _fault(replace(problem, detail=told.problem or None, advice=told.advice))


def http_fault_page(fault: HTTPException, *, stale_form: bool) -> ResponseReturnValue:
    """A fault of HTTP on a page; whoever is not signed in is asked to, and led back to where they wanted to go."""
    if fault.code == 401:
        if request.method == "GET":
            session[NEXT] = request.path
        return redirect(url_for("counter.sign_in"), 303)
    problem = http_problem(fault.code or 500, language())
    return _fault(problem, stale_form=stale_form)


def _fault(problem: Problem, *, stale_form: bool = False) -> Response:
    if problem.status >= 500:
        g.setdefault("caller", None)  # the registry may be what is out of order: it is not asked who this is
    template = "family/fault.html" if request.blueprint == "family" else "fault.html"
    response = make_response(render_template(template, problem=problem, stale_form=stale_form, back=_back_to_the_card()))
    response.status_code = problem.status
    return response


def _back_to_the_card() -> str | None:
    """The first view of the card whose page failed."""
    token = (request.view_args or {}).get("token")
    return f"/C/{token}" if request.blueprint == "family" and token else None
