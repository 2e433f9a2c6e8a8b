"""Who has looked at a child's record, told to its family: what kind of person, where, when and what for; no staff member's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from vaxcard.language import translations
from vaxcard.language.catalogues import marked
from vaxcard.records.trails import TrailEntry

_FAMILY, _SYSTEM, _PAGE = "family:", "system:", "system:family-page"
_ROLES = {
    "physician": marked("Physician"),
    "vaccinator": marked("Vaccinator"),
    "registrar": marked("Registrar"),
    "manager": marked("Clinic's manager"),
    "auditor": marked("Auditor"),
    "school": marked("School"),
}
_THIS, _OTHER, _HOLDER = marked("This telephone"), marked("Another telephone of yours"), marked("Somebody holding the card")
_SERVICE, _MACHINE, _STAFF = marked("The service by itself"), marked("A computer of the clinic"), marked("Staff")
# By the beginning of an action's name, the first that fits.
_DONE = (
    ("child.look", marked("looked")),
    ("child.open", marked("opened the record")),
    ("child.search", marked("found the child by name")),
    ("child.access-log", marked("looked who has looked")),
    ("certificate", marked("opened the certificate")),
    ("dose.", marked("wrote down or corrected a dose")),
    ("visit.", marked("set the day of the visit")),
    ("card", marked("printed or replaced cards")),
    ("family.open", marked("opened the record")),
    ("family.pass", marked("showed a code to open the record")),
    ("family.forget", marked("closed the record on a telephone")),
    ("family.note", marked("wrote to the clinic, or the clinic read it")),
    ("text", marked("sent a text")),
    ("calendar.", marked("changed the calendar")),
    ("guardian.texts", marked("changed the wish about texts")),
    ("", marked("changed the record")),
)


@dataclass(frozen=True)
class Look:
    """What one did on one day, and how many times running."""

    on: date
    who: str
    where: str | None
    what: str
    times: int


def looks_in_words(entries: Iterable[TrailEntry], zone: ZoneInfo, this_device: UUID | None, lang: str) -> list[Look]:
    """The trail, the latest first; what somebody did several times running stands in one line."""
    told = [(_day(each, zone), _who(each, this_device), each.clinic if each.role else None, _what(each)) for each in entries]
    words = translations(lang)
    grouped = [(key, sum(1 for _ in same)) for key, same in groupby(told)]
    return [Look(on, words.gettext(who), where, words.gettext(what), times) for (on, who, where, what), times in grouped]


def _day(entry: TrailEntry, zone: ZoneInfo) -> date:
    return entry.at.astimezone(zone).date()


def _who(entry: TrailEntry, this_device: UUID | None) -> str:
    if entry.role:
        return _ROLES.get(entry.role, _STAFF)
    if entry.who.startswith(_FAMILY):
        return _THIS if entry.who == f"{_FAMILY}{this_device}" else _OTHER
    if entry.who == _PAGE:
        return _HOLDER
    return _SERVICE if entry.who.startswith(_SYSTEM) else _MACHINE


def _what(entry: TrailEntry) -> str:
    return next(words for begins, words in _DONE if entry.action.startswith(begins))
