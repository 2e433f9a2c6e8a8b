"""What a family can read up: every vaccine, the day of a visit, feeding and care by age, and a search over all of it.

These pages speak of no child: they go by the schedule and by guidance, and by the card only for the clinic to ring.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.service import service
from vaxcard.guidance.after import after_visit
from vaxcard.guidance.care import Care, ages, cares_between, every_danger
from vaxcard.guidance.finding import LONGEST, Topic, find
from vaxcard.guidance.library import Advice
from vaxcard.guidance.vaccines import Disease, Kind, Leaflet, diseases_of, leaflet_of
from vaxcard.guidance.visit_day import visit_day as the_day
from vaxcard.language import languages, translations
from vaxcard.language.catalogues import marked
from vaxcard.schedule.plan import Bracket, Visit
from vaxcard.schedule.rules import Schedule, Vaccine
from vaxcard.web.family_door import family, holder_of

_ROUTE_ICONS = {"injection": "injection", "oral": "drops"}
_VISIT = marked("Before and after the visit")
_CARE = marked("Feeding and care by age")


@dataclass(frozen=True)
class Told:
    """A vaccine as it is told: its page's name, picture, leaflet, diseases, and the numbered visits at which the plan gives it."""

    vaccine: Vaccine
    slug: str
    icon: str
    leaflet: Leaflet
    diseases: tuple[Disease, ...]
    visits: tuple[tuple[Bracket, Visit], ...]


@family.get("/C/<token>/know")
def knowledge(token: str) -> ResponseReturnValue:
    """Everything there is to read, and the field to search it."""
    held = holder_of(token)
    return render_template("family/know.html", token=held.token, clinic=held.clinic, asked=None, **_contents())


@family.get("/C/<token>/know/find")
def knowledge_found(token: str) -> ResponseReturnValue:
    """What fits the words that somebody typed; where nothing does, everything and the clinic's number."""
    held, asked = holder_of(token), " ".join(request.args.get("q", "")[:LONGEST].split())
    found = find(_topics(held.token), asked)
    return render_template("family/know.html", token=held.token, clinic=held.clinic, asked=asked, found=found, **_contents())


@family.get("/C/<token>/know/visit")
def visit_day(token: str) -> ResponseReturnValue:
    """Before the visit, at it and after it."""
    held = holder_of(token)
    return render_template("family/visit_day.html", token=held.token, clinic=held.clinic, day=the_day(), **_when_to_ring())


@family.get("/C/<token>/know/care")
def care_by_age(token: str) -> ResponseReturnValue:
    """Feeding and care at every age."""
    held = holder_of(token)
    return render_template("family/care.html", token=held.token, clinic=held.clinic, cares=ages())


@family.get("/C/<token>/know/age-<int:number>")
def age_told(token: str, number: int) -> ResponseReturnValue:
    """What the card of an age is about: its visits with their vaccines, and care at that age."""
    held = holder_of(token)
    brackets = service().schedule.brackets
    bracket = next((each for each in brackets if each.number == number), None)
    if bracket is None:
        return redirect(url_for("family.knowledge", token=held.token), 303)
    following = next((each.from_age for each in brackets if each.number == number + 1), None)
    given = {slot.vaccine: told_of(service().schedule, slot.vaccine) for visit in bracket.visits for slot in visit.doses}
    words = {"bracket": bracket, "given": given, "cares": cares_between(bracket.from_age, following)}
    return render_template("family/age.html", token=held.token, clinic=held.clinic, **words)


@family.get("/C/<token>/know/<slug>")
def vaccine_told(token: str, slug: str) -> ResponseReturnValue:
    """One vaccine: what it prevents, what is usual after it, when to ring, and what to tell first."""
    held, schedule = holder_of(token), service().schedule
    code = next((code for code in schedule.vaccines if slug_of(code) == slug.casefold()), None)
    told = told_of(schedule, code) if code else None
    if told is None:
        return redirect(url_for("family.knowledge", token=held.token), 303)
    return render_template("family/vaccine.html", token=held.token, clinic=held.clinic, told=told, **_when_to_ring())


def _when_to_ring() -> dict[str, object]:
    """The signs of danger at any age, and what is one only after a visit."""
    crying = after_visit().named("crying")
    return {"danger": every_danger(), "signs": (crying,) if crying else ()}


def slug_of(code: str) -> str:
    """A vaccine's code as it stands in an address."""
    return code.casefold().replace("/", "-")


def told_of(schedule: Schedule, code: str) -> Told | None:
    """A vaccine as it is told; None where guidance says nothing of it."""
    leaflet = leaflet_of(code)
    if leaflet is None:
        return None
    vaccine = schedule.vaccines[code]
    visits = tuple((bracket, visit) for bracket in schedule.brackets for visit in bracket.visits if _gives(visit, code))
    return Told(vaccine, slug_of(code), _ROUTE_ICONS.get(vaccine.route, "vial"), leaflet, diseases_of(vaccine.antigens), visits)


def _gives(visit: Visit, code: str) -> bool:
    return any(slot.vaccine == code for slot in visit.doses)


def _contents() -> dict[str, object]:
    """Every page, as the index lists them: vaccines by kind, ages, cares."""
    return {"by_kind": _by_kind(), "brackets": service().schedule.brackets}


def _by_kind() -> dict[str, list[Told]]:
    schedule = service().schedule
    told = [each for code in schedule.vaccines if (each := told_of(schedule, code))]
    return {kind.value: [each for each in told if each.leaflet.kind == kind] for kind in Kind}


def _topics(token: str) -> Iterable[Topic]:
    for told in (each for of_a_kind in _by_kind().values() for each in of_a_kind):
        diseases = [name for disease in told.diseases for name in disease.names.values()]
        words = (told.vaccine.code, *told.vaccine.short_names.values(), *told.vaccine.aliases, *told.leaflet.also, *diseases)
        yield Topic(url_for("family.vaccine_told", token=token, slug=told.slug), told.vaccine.names, told.icon, words)
    day = the_day()
    visit_words = _lines((*day.before, *day.tell, *day.after))
    yield Topic(url_for("family.visit_day", token=token), _in_every_language(_VISIT), "clinic", visit_words)
    yield from (_care_topic(token, care) for care in ages())


def _care_topic(token: str, care: Care) -> Topic:
    address = url_for("family.care_by_age", token=token, _anchor=anchor_of(care))
    words = (*_in_every_language(_CARE).values(), *_lines(care.advice))
    return Topic(address, care.names, care.advice[0].icon, words)


@family.app_template_global("care_anchor")
def anchor_of(care: Care) -> str:
    """The mark of an age on the page of all ages."""
    return f"from-{care.ages.start.replace(' ', '-')}"


def _lines(advice: Iterable[Advice]) -> tuple[str, ...]:
    return tuple(line for each in advice for lines in each.lines.values() for line in lines)


def _in_every_language(text: str) -> dict[str, str]:
    return {lang: translations(lang).gettext(text) for lang in languages()}
