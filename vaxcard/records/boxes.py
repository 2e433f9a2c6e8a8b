"""What a box's code tells, and what this registry knows of such boxes: product, lot, expiry, serial, ready for the nurse to compare.

A GS1 code tells product, lot and expiry itself. A code of digits alone tells the product and the box; its lot is read off the box, or
is known from the open vial that it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import biip
from biip.gs1_messages import GS1Message
from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcard.records.doses import DoseRecord, DoseStatus
from vaxcard.records.trace_codes import check_trace_code, is_of_the_country
from vaxcard.schedule.rules import Schedule
from vaxcard.schedule.visit_rules import load_visit_rules

_SYMBOLS = ("]d2", "]C1", "]Q3")
_READABLE = "(01)"
_ITEM, _LOT, _EXPIRY, _SERIAL = "01", "10", "17", "21"
_ITEM_DIGITS = 14  # of a GTIN
_AGREEING = 3  # doses that were last recorded under a product's code; what they agree on is offered


@dataclass(frozen=True)
class Box:
    """One box by its code. `code` is as it is kept; `product` is its beginning, the same for every box of the product."""

    code: str
    product: str
    serial: str | None = None
    lot_number: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True)
class Offer:
    """What to fill in beside a box's code; each is None where nothing is known, and the nurse compares all of it with the box."""

    box: Box
    vaccine: str | None
    lot_number: str | None
    expires_on: date | None
    manufacturer: str | None
    product_name: str | None
    from_open_vial: bool


def read_box(text: str, schedule: Schedule) -> Box:
    """The box that a scanned or typed code stands for. Raises InputFault in plain words for what is no code of a box.

    A GS1 code is kept in its readable form, so that every scanner's way of sending it is the same code. One whose separators were lost
    on the way is kept as it came: only its product is believed.
    """
    code = check_trace_code(text, schedule)
    own = load_visit_rules(schedule.code).box
    if own is not None and is_of_the_country(code, schedule):
        return Box(code, code[: own.of_product])
    message = _message(code)
    if message is None:
        return Box(code, code.removeprefix(_mark(code))[: len(_ITEM) + _ITEM_DIGITS])
    told = {element.ai.ai: element for element in message.element_strings}
    texts = {name: told[name].value for name in (_ITEM, _LOT, _SERIAL) if name in told}
    expiry = told[_EXPIRY].date if _EXPIRY in told else None
    return Box(message.as_hri(), f"{_READABLE}{texts[_ITEM]}", texts.get(_SERIAL), texts.get(_LOT), expiry)


def _message(code: str) -> GS1Message | None:
    try:
        if code.startswith(_READABLE):
            return GS1Message.parse_hri(code)
        return biip.parse(f"{_SYMBOLS[0]}{code.removeprefix(_mark(code))}").gs1_message
    except biip.ParseError:
        return None


def _mark(code: str) -> str:
    """What a scanner says of the symbol before its content."""
    return next((mark for mark in _SYMBOLS if code.startswith(mark)), "")


def offer(session: Session, schedule: Schedule, clinic_id: UUID, text: str, now: datetime, open_for: timedelta) -> Offer:
    """What is known of a box: from its code, from an open vial of this clinic, from the doses last recorded of its product.

    A vial for several children stays open for `open_for` after its first dose. Raises InputFault as `read_box` does.
    """
    box = read_box(text, schedule)
    alike = _last_doses(session, box)
    vaccine = _agreed([dose.vaccine for dose in alike])
    vial = _open_vial(session, schedule, clinic_id, box, now - open_for)
    return Offer(
        box=box,
        vaccine=vial.vaccine if vial else vaccine,
        lot_number=box.lot_number or (vial.lot_number if vial else None),
        expires_on=box.expires_on or (vial.expires_on if vial else None),
        manufacturer=_agreed([dose.manufacturer for dose in alike]),
        product_name=_agreed([dose.product_name for dose in alike]),
        from_open_vial=vial is not None,
    )


def other_vaccine(session: Session, schedule: Schedule, code: str, vaccine: str) -> str | None:
    """The vaccine that boxes of this product held until now, where enough doses agree on it and it is another than `vaccine`."""
    alike = _last_doses(session, read_box(code, schedule))
    agreed = _agreed([dose.vaccine for dose in alike]) if len(alike) == _AGREEING else None
    return agreed if agreed != vaccine else None


def _last_doses(session: Session, box: Box) -> list[DoseRecord]:
    """The doses out of the product's highest codes, by whatever clinic: late boxes, found without sorting all there ever were."""
    beyond = box.product[:-1] + chr(ord(box.product[-1]) + 1)
    of_product = (DoseRecord.trace_code >= box.product, DoseRecord.trace_code < beyond, DoseRecord.status == DoseStatus.COMPLETED)
    return list(session.scalars(select(DoseRecord).where(*of_product).order_by(DoseRecord.trace_code.desc()).limit(_AGREEING)))


def _agreed(told: list[str | None]) -> str | None:
    return told[0] if len(set(told)) == 1 else None


def _open_vial(session: Session, schedule: Schedule, clinic_id: UUID, box: Box, since: datetime) -> DoseRecord | None:
    """The first dose out of this very vial at this clinic, while it may be used; never for a product of one dose a box."""
    of_vial = select(DoseRecord).where(DoseRecord.trace_code == box.code, DoseRecord.clinic_id == clinic_id)
    first = session.scalars(of_vial.order_by(DoseRecord.recorded_at).limit(1)).first()
    if first is None or first.vaccine not in load_visit_rules(schedule.code).many_doses or first.recorded_at < since:
        return None
    return first
