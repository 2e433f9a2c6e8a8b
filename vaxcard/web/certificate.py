"""The record on one sheet of paper, as a nursery, a school or another country asks for it: every line in two languages.

It says what is on file and judges nothing but whether a dose counts; where a stamp is asked for, the clinic stamps it.
"""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from vaxcard.api.answers import named
from vaxcard.api.service import language, service
from vaxcard.language import languages, say_full_date, translations
from vaxcard.language.catalogues import SOURCE_LANGUAGE, marked
from vaxcard.records.people import ChildRecord
from vaxcard.web.family_door import family, opened
from vaxcard.web.family_record import record_behind
from vaxcard.web.family_record_view import DoseLine, Record

_SEXES = {"female": marked("Girl"), "male": marked("Boy")}


@family.get("/C/<token>/certificate")
def certificate(token: str) -> ResponseReturnValue:
    """Who the child is, and every dose with its day, lot and place."""
    with opened(token) as door:
        lines, name = _lines(record_behind(door)), door.child.name(door.acting.keyring)
        door.acting.note("certificate.look", child_id=door.child.id)
    langs = (language(), second_language())
    born = " · ".join(say_full_date(door.child.born_on, lang) for lang in langs)
    written = " · ".join(say_full_date(door.acting.today, lang) for lang in langs)
    words = {"lines": lines, "name": name, "born": born, "written": written, "second": langs[1], "sex": _sex(door.child)}
    return render_template("family/certificate.html", token=door.token, clinic=door.clinic, **words)


def second_language() -> str:
    """The language beside the page's own: English, or on an English page the programme's."""
    own = service().settings.language
    return SOURCE_LANGUAGE if language() != SOURCE_LANGUAGE else own if own in languages() else languages()[0]


@family.app_template_filter("second")
def in_second(text: str) -> str:
    """A marked text in the language beside the page's own."""
    return translations(second_language()).gettext(text)


@family.app_template_filter("second_names")
def named_in_second(code: str) -> str:
    """A vaccine's name in the language beside the page's own; its code where it is not known."""
    vaccine = service().schedule.vaccines.get(code)
    return named(vaccine.names, second_language()) if vaccine else code


@family.app_template_global("marked")
def marked_in_template(text: str) -> str:
    """The text itself: marks it for the catalogues where a filter says it."""
    return marked(text)


def _sex(child: ChildRecord) -> str | None:
    return _SEXES.get(child.sex)


def _lines(record: Record) -> list[DoseLine]:
    """Each dose once, as it was given, the oldest first; a combination stands in one line."""
    shown = [line for part in record.brackets for visit in part.visits for line in visit.doses if line.dose] + list(record.others)
    once = {line.dose.id: line for line in shown if line.dose}
    return sorted(once.values(), key=lambda line: (line.dose.given_on if line.dose else line.on, line.vaccine))
