"""The code on a box: what can be one, and whose dose it has been used for already.

A single-dose box's code stands for one dose. Which products come in vials for several children is the country's data.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from vaxcard.errors import InputFault
from vaxcard.records.doses import DoseForm, DoseRecord, DoseStatus
from vaxcard.schedule.rules import Schedule
from vaxcard.schedule.visit_rules import load_visit_rules

GROUP_SEPARATOR = "\x1d"
"""What GS1 writes after a text of any length; scanners send it with the rest."""

_ELEMENTS = re.compile(r"(?:\]d2|\]C1|\]Q3)?(?:\(01\)[0-9]{14}(?:\([0-9]{2,4}\)[!-~]+)*|01[0-9]{14}[!-~\x1d]*)")
_BLANKS = re.compile(r"[^\S\x1d]+")  # all but the separator that GS1 puts after a text of any length
_CARD = re.compile(r"(?:.*/C/)?[0-9A-Za-z]{20}|[0-9A-Za-z]{4}[- ]?[0-9A-Za-z]{4}|.*/C/.*", re.IGNORECASE)


def check_trace_code(text: str, schedule: Schedule) -> str:
    """The country's own code on a box, or a GS1 element string, as it is kept: one width, no blanks. Raises InputFault in plain words."""
    plain = _BLANKS.sub("", unicodedata.normalize("NFKC", text))
    if is_of_the_country(plain, schedule) or _ELEMENTS.fullmatch(plain):
        return plain
    if _CARD.fullmatch(plain):
        raise InputFault("that is a card", place="trace_code", advice="scan the code on the vaccine's box instead")
    if plain.isdigit():
        raise InputFault(
            "these are not as many digits as a trace code has",
            place="trace_code",
            advice="scan the box again, or leave it empty and say why below",
        )
    raise InputFault(
        "this is no code of a vaccine box", place="trace_code", advice="scan the box again, or leave it empty and say why below"
    )


def is_of_the_country(code: str, schedule: Schedule) -> bool:
    """Whether this is the country's own kind of code; which digits it has is not looked at."""
    box = load_visit_rules(schedule.code).box
    return box is not None and len(code) == box.digits and code.isascii() and code.isdigit()


def in_one_width(text: str | None) -> str | None:
    """A lot as it is printed: full-width digits and letters are the same lot."""
    return None if text is None else unicodedata.normalize("NFKC", text)


def hold_codes(session: Session, codes: Iterable[str | None]) -> None:
    """Keep everybody else who records a dose out of one of these boxes waiting until this transaction ends.

    On PostgreSQL two counters would else look at the same moment and both find a box unused; on SQLite there is one writer at a time.
    """
    if session.get_bind().dialect.name == "postgresql":
        for code in sorted({code for code in codes if code is not None}):  # in one order: nobody waits in a ring
            session.execute(_HOLD, {"code": code})


_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:code, 0))")


def used_for(session: Session, schedule: Schedule, form: DoseForm) -> DoseRecord | None:
    """The dose that a single-dose box was used for already: another child's, or this child's on another day. None where it may be used."""
    if form.trace_code is None or form.vaccine in load_visit_rules(schedule.code).many_doses:
        return None
    hold_codes(session, [form.trace_code])
    alike = select(DoseRecord).where(DoseRecord.trace_code == form.trace_code, DoseRecord.id != form.id)
    rows = session.scalars(alike.order_by(DoseRecord.recorded_at, DoseRecord.id)).all()
    later = select(DoseRecord.supersedes_id).where(DoseRecord.supersedes_id.in_([row.id for row in rows]))
    superseded = set(session.scalars(later)) if rows else set()
    return next((row for row in rows if row.id not in superseded and row.status == DoseStatus.COMPLETED), None)
