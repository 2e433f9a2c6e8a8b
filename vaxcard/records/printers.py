"""A clinic's printers: which sheet, which edge it turns over, and by how much its back side misses the front.

The one used last is offered first.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.errors import InputFault, NotFound
from vaxcard.records.acting import Acting
from vaxcard.records.columns import Base, Id, Instant
from vaxcard.records.print_queue import PaperChoice

FARTHEST = 10.0
"""Millimetres; a back side that misses by more was turned over the wrong edge."""
_LONGEST_NAME = 60


class PrinterRecord(Base):
    """A printer as its clinic calls it."""

    __tablename__ = "printers"
    __table_args__ = (UniqueConstraint("clinic_id", "name"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(Id, ForeignKey("clinics.id"))
    name: Mapped[str] = mapped_column(String(_LONGEST_NAME))
    sheet: Mapped[str] = mapped_column(String(20))
    turn: Mapped[str] = mapped_column(String(10))
    offset_right: Mapped[float]
    offset_down: Mapped[float]
    used_at: Mapped[datetime] = mapped_column(Instant)

    def paper(self) -> PaperChoice:
        """What it prints on."""
        return PaperChoice(self.sheet, self.turn, (self.offset_right, self.offset_down))


def printers_of(session: Session, clinic_id: UUID) -> list[PrinterRecord]:
    """A clinic's printers, the last one used first."""
    rows = select(PrinterRecord).where(PrinterRecord.clinic_id == clinic_id)
    return list(session.scalars(rows.order_by(PrinterRecord.used_at.desc(), PrinterRecord.name)))


def printer_of(session: Session, clinic_id: UUID, printer_id: UUID) -> PrinterRecord:
    """A clinic's printer. Raises NotFound, for another clinic's too."""
    printer = session.get(PrinterRecord, printer_id)
    if printer is None or printer.clinic_id != clinic_id:
        raise NotFound("no such printer", advice="choose one of the list")
    return printer


def paper_of(session: Session, clinic_id: UUID) -> PaperChoice:
    """The paper of the printer used last; A4 turned over the long edge where the clinic has told of none."""
    known = printers_of(session, clinic_id)
    return known[0].paper() if known else PaperChoice()


def keep_printer(acting: Acting, printer_id: UUID, name: str, paper: PaperChoice) -> PrinterRecord:
    """Remember a printer under its name, or change the one that is called so. Raises InputFault for no name or an offset too far."""
    name, clinic_id = " ".join(name.split()), acting.clinic_id
    if clinic_id is None or not name or len(name) > _LONGEST_NAME:
        raise InputFault("a printer needs a name", place="name", advice="write what stands on it, or where it is; 60 characters at most")
    if any(abs(shift) > FARTHEST for shift in paper.offset):
        raise InputFault(
            "an offset is at most 10 mm", place="offset", advice="measure again; a side that misses by more is turned over the other edge"
        )
    rows = select(PrinterRecord).where(PrinterRecord.clinic_id == clinic_id, PrinterRecord.name == name)
    printer = acting.session.scalar(rows)
    if printer is None:
        printer = PrinterRecord(id=printer_id, clinic_id=clinic_id, name=name)
        acting.session.add(printer)
    printer.sheet, printer.turn, (printer.offset_right, printer.offset_down) = paper.sheet, paper.turn, paper.offset
    printer.used_at = acting.now
    acting.note("printer.keep", subjects=[str(printer.id)])
    return printer
