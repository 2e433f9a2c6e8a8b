"""Reading what was sent: a JSON object or a form becomes the registry's own forms, with every fault told at once and in its place.

It decides what can be understood, never whether it is true or allowed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from vaxcard.api.service import service
from vaxcard.errors import InputFault, ManyFaults
from vaxcard.records.boxes import read_box
from vaxcard.records.doses import DoseForm, DoseSource, TypedBecause
from vaxcard.records.stops import site_is_missing
from vaxcard.records.trace_codes import GROUP_SEPARATOR, in_one_width

LONGEST = {
    "vaccine": 30,
    "lot_number": 40,
    "manufacturer": 120,
    "trace_code": 80,
    "typed_because": 20,
    "product_name": 120,
    "site": 40,
    "route": 40,
    "place": 200,
    "performer": 100,
    "document": 200,
    "happened": 400,
}
"""Characters that the registry keeps of each text."""
_MOST_VERSIONS = 999_999_999

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # `fromisoformat` reads week dates and more besides
_JOINERS = "\u200c\u200d"  # names are written with them; other marks that nobody sees are left out
_NO_ID = UUID(int=0)
_MOST_DOSES = 20  # of one product, as a clinic counts them


def json_object() -> dict[str, Any]:
    """The request's body as a JSON object; 415 for another kind of body, 422 for JSON that is not an object."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        body = request.get_json(cache=False)
    except (BadRequest, RecursionError) as fault:
        raise InputFault("the body is not JSON", advice="send one JSON object") from fault
    if not isinstance(body, dict):
        raise InputFault("the body is not a JSON object", advice="send one JSON object")
    return body


class Reader:
    """Takes fields out of what was sent and gathers what is wrong with them."""

    def __init__(self, sent: Mapping[str, Any]) -> None:
        self.sent = sent
        self.faults: list[InputFault] = []

    def fault(self, place: str, problem: str, advice: str | None = None) -> None:
        """Note that a field can't be taken as it is."""
        self.faults.append(InputFault(problem, place=place, advice=advice))

    def finish(self) -> None:
        """Raise what was gathered, if anything was."""
        if self.faults:
            raise ManyFaults(self.faults)

    def text(self, name: str, *, required: bool = False) -> str | None:
        """A text in one line, without blanks at its ends, or None where there is none."""
        value = self.sent.get(name)
        if value is not None and not isinstance(value, str):
            self.fault(name, "this is not a text", "send it in quotation marks")
            return None
        plain = self._clean(name, value or "")
        if plain == "" and required:  # blanks and invisible marks are nothing either
            self.fault(name, "this is missing", "fill it in")
        return plain or None

    def _clean(self, name: str, value: str) -> str | None:
        """The text in one line, or None where a fault was noted."""
        seen = (each for each in unicodedata.normalize("NFC", value) if each in _JOINERS or unicodedata.category(each) != "Cf")
        plain = " ".join("".join(seen).split())
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in plain):
            self.fault(name, "there are characters in it that cannot be written", "type it again")
            return None
        longest = LONGEST.get(name, 200)
        if len(plain) > longest:
            self.fault(name, "this is too long", "shorten it")
            return None
        return plain

    def day(self, name: str, *, required: bool = False) -> date | None:
        """A date written as 2026-06-18."""
        written = self.text(name, required=required)
        if written is None:
            return None
        try:
            if not _DAY.fullmatch(written):
                raise ValueError
            return date.fromisoformat(written)
        except ValueError:
            self.fault(name, "this is not a date", "write it as 2026-06-18")
            return None

    def id(self, name: str, *, required: bool = False) -> UUID | None:
        """An id that the client made."""
        written = self.text(name, required=required)
        if written is None:
            return None
        try:
            return UUID(written)
        except ValueError:
            self.fault(name, "this is not an id", "send a UUID, best of version 7")
            return None

    def version(self, name: str) -> int:
        """The version of a record that a form was opened on; 0, which no record has, where none is told."""
        return self.number(name, lowest=1, highest=_MOST_VERSIONS) or 0

    def number(self, name: str, *, lowest: int, highest: int) -> int | None:
        """A whole number in a range; digits in a text will do."""
        value = self.sent.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
            value = int(value) if len(value) < 10 else highest + 1
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            self.fault(name, "this is not a number that can be", "send a whole number")
            return None
        return value


def dose_form(sent: Mapping[str, Any], *, clinic_id: UUID, performer: str | None) -> DoseForm:
    """The dose that was sent. A dose told with a `place` was given elsewhere; any other at `clinic_id`. Raises ManyFaults."""
    reader = Reader(sent)
    place = reader.text("place")
    form = DoseForm(
        id=reader.id("id", required=True) or _NO_ID,
        vaccine=reader.text("vaccine", required=True) or "",
        given_on=reader.day("given_on", required=True) or date.min,
        lot_number=in_one_width(reader.text("lot_number")),
        expires_on=reader.day("expires_on"),
        manufacturer=reader.text("manufacturer"),
        trace_code=_trace_code(reader),
        typed_because=_typed_because(reader),
        product_name=reader.text("product_name"),
        stated_number=reader.number("stated_number", lowest=1, highest=_MOST_DOSES),
        site=_site(reader),
        route=reader.text("route"),
        clinic_id=None if place else clinic_id,
        place=place,
        performer=reader.text("performer") or (None if place else performer),
        source=_source(reader),
        document=reader.text("document"),
        happened=reader.text("happened"),
    )
    if site_is_missing(service().schedule, form):
        reader.fault("site", "the place of the injection is missing", "say where it went: arm or thigh, left or right")
    reader.finish()  # what was filled in for a missing field above never leaves here
    return form


def _source(reader: Reader) -> DoseSource:
    told = reader.text("source")
    if told in (None, DoseSource.CLINIC, DoseSource.CERTIFICATE):
        return DoseSource(told or DoseSource.CLINIC)
    reader.fault("source", "no such source", "send clinic or certificate")
    return DoseSource.CLINIC


def _typed_because(reader: Reader) -> TypedBecause | None:
    """Why a box was not scanned; of one that was, nothing."""
    told = reader.text("typed_because")
    if told is None or reader.sent.get("trace_code"):
        return None
    if told not in list(TypedBecause):
        reader.fault("typed_because", "this is not one of the words known here", "choose one of the list")
        return None
    return TypedBecause(told)


def _trace_code(reader: Reader) -> str | None:
    """A trace code as scanners type it: full-width digits and blanks between the groups do not count."""
    written = reader.sent.get("trace_code")
    if not isinstance(written, str) or GROUP_SEPARATOR not in written:
        written = reader.text("trace_code")
    if written is None:
        return None
    if len(written) > LONGEST["trace_code"]:
        reader.fault("trace_code", "this is too long", "scan the box again")
        return None
    try:
        return read_box(written, service().schedule).code
    except InputFault as fault:
        reader.faults.append(fault)
        return None


def _site(reader: Reader) -> str | None:
    """Where an injection went. The mouth is no site: drops are told by their route, or by their vaccine."""
    site = reader.text("site")
    return None if site in ("mouth", "oral") and reader.sent.get("route") in (None, "", "oral") else site
