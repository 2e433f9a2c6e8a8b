"""Each text as a family would read it, in every language, with its length and parts: for whoever answers for the wording and pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from vaxcard.records.clinics import ClinicRecord
from vaxcard.records.messages import MessageKind
from vaxcard.records.visits import first_open_day
from vaxcard.reminders import wording
from vaxcard.reminders.facts import facts_of

_AHEAD = timedelta(days=3)
_CODE, _MINUTES = "123456", "10"


@dataclass(frozen=True)
class Preview:
    """A text of one kind in one language."""

    kind: str
    language: str
    body: str
    characters: int
    parts: int


def previews(clinic: ClinicRecord, today: date) -> list[Preview]:
    """Every kind in every language, about an invented child of the clinic."""
    visit_on = first_open_day(clinic, today + _AHEAD)
    return [_preview(clinic, kind, lang, today, visit_on) for kind in MessageKind for lang in wording.languages()]


def _preview(clinic: ClinicRecord, kind: MessageKind, lang: str, today: date, visit_on: date) -> Preview:
    on = today if kind is MessageKind.TODAY else visit_on
    facts = facts_of(clinic, [wording.example_name(lang)], on, today, code=_CODE, minutes=_MINUTES)
    body = wording.word(kind, lang, facts)
    return Preview(kind.value, lang, body, len(body), wording.parts(body))
