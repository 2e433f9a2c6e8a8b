"""Doses as facts: rows that are only ever added. A correction supersedes, a void says who, when and why.

Triggers in the database refuse to change or delete a row; what counts is worked out by `current`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.records.columns import Base, Id, Instant

Row = TypeVar("Row")
"""A row of doses, of the ORM or of Core: what is asked of it are its columns' names."""


class DoseStatus(StrEnum):
    """FHIR's words for what a row says happened."""

    COMPLETED = "completed"
    NOT_DONE = "not-done"
    ENTERED_IN_ERROR = "entered-in-error"


class DoseSource(StrEnum):
    """Where the registry has a dose from."""

    CLINIC = "clinic"  # recorded where it was given, as it was given
    IMPORT = "import"  # from another system's workbook
    CERTIFICATE = "certificate"  # transcribed from paper


class TypedBecause(StrEnum):
    """Why the code of a box for one dose was not scanned."""

    NO_CODE = "no-code"
    UNREADABLE = "unreadable"
    NO_SCANNER = "no-scanner"


class DoseRecord(Base):
    """One administration, or one later version of it. `content_hash` tells a repeated request from another one under the same id.

    `number` counts the child's rows from 1 and `mac` signs the row: see `integrity`.
    """

    __tablename__ = "doses"
    __table_args__ = (
        Index("ix_doses_child_id", "child_id"),
        Index("ix_doses_clinic_id_given_on", "clinic_id", "given_on"),
        Index("ix_doses_trace_code", "trace_code"),
        UniqueConstraint("supersedes_id"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    status: Mapped[str] = mapped_column(String(20))
    supersedes_id: Mapped[UUID | None] = mapped_column(Id, ForeignKey("doses.id"))
    vaccine: Mapped[str] = mapped_column(String(30))
    product_name: Mapped[str | None] = mapped_column(String(120))
    given_on: Mapped[date]
    stated_number: Mapped[int | None]
    lot_number: Mapped[str | None] = mapped_column(String(40))
    expires_on: Mapped[date | None]
    manufacturer: Mapped[str | None] = mapped_column(String(120))
    trace_code: Mapped[str | None] = mapped_column(String(80))
    typed_because: Mapped[str | None] = mapped_column(String(20))  # why the box was not scanned
    site: Mapped[str | None] = mapped_column(String(40))
    route: Mapped[str | None] = mapped_column(String(40))
    clinic_id: Mapped[UUID | None] = mapped_column(Id, ForeignKey("clinics.id"))
    place: Mapped[str | None] = mapped_column(String(200))
    performer: Mapped[str | None] = mapped_column(String(100))
    source: Mapped[str] = mapped_column(String(20))
    incidents: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(String(400))
    not_given_because: Mapped[str | None] = mapped_column(String(20))
    retry_on: Mapped[date | None]
    document: Mapped[str | None] = mapped_column(String(200))
    recorded_by: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    number: Mapped[int]
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


@dataclass(frozen=True)
class DoseForm:
    """A dose as it is told to the registry. `id` is made by the client, so that a repeated request is the same dose.

    `happened` is the reason for recording something that would have been stopped before the injection; `performer` is a name
    as it stands on the record, `clinic_id` where it was given if that is one of ours, `place` where it was given if not;
    `document` is the paper that a dose was copied from.
    """

    id: UUID
    vaccine: str
    given_on: date
    lot_number: str | None = None
    expires_on: date | None = None
    manufacturer: str | None = None
    trace_code: str | None = None
    typed_because: TypedBecause | None = None
    product_name: str | None = None
    stated_number: int | None = None
    site: str | None = None
    route: str | None = None
    clinic_id: UUID | None = None
    place: str | None = None
    performer: str | None = None
    source: DoseSource = DoseSource.CLINIC
    document: str | None = None
    happened: str | None = None

    def content_hash(self) -> bytes:
        """SHA-256 over what is told, apart from the id: tells a repeated request from another one."""
        return hash_of(content_of(self))


def content_of(form: Any) -> dict[str, Any]:
    """What a form, a dataclass, tells apart from its id: its filled fields as texts."""
    return {key: str(value) for key, value in asdict(form).items() if key != "id" and value is not None}


def hash_of(content: dict[str, Any]) -> bytes:
    """SHA-256 over what is told, in whatever order its fields come."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).digest()


class StoredEvaluation(Base):
    """What the engine last said of a dose in a group; rewritten with the child's due rows."""

    __tablename__ = "evaluations"
    __table_args__ = (Index("ix_evaluations_child_id", "child_id"),)

    dose_id: Mapped[UUID] = mapped_column(Id, ForeignKey("doses.id"), primary_key=True)
    group: Mapped[str] = mapped_column("vaccine_group", String(20), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    status: Mapped[str | None] = mapped_column(String(20))
    dose_number: Mapped[int | None]
    reasons: Mapped[list[dict[str, object]]] = mapped_column(JSON)


def standing(rows: Iterable[Row]) -> list[Row]:
    """The rows that stand, doses given and not given: neither superseded nor entered in error, by date, then as they were recorded."""
    told: list[Any] = list(rows)
    superseded = {row.supersedes_id for row in told}
    found = [row for row in told if row.id not in superseded and row.status != DoseStatus.ENTERED_IN_ERROR]
    return sorted(found, key=lambda row: (row.given_on, row.recorded_at, str(row.id)))


def current(rows: Iterable[Row]) -> list[Row]:
    """The doses that were given: those rows that stand and do not say that a vaccine was not given."""
    told: list[Any] = standing(rows)
    return [row for row in told if row.status == DoseStatus.COMPLETED]


def rows_of(session: Session, child_id: UUID) -> list[DoseRecord]:
    """Every row of the child's doses, in no order: what stands of them is for `current` and `standing` to say."""
    return list(session.scalars(_ROWS, {"child": child_id}))


_ROWS = select(DoseRecord).where(DoseRecord.child_id == bindparam("child"))


def doses_of(session: Session, child_id: UUID) -> list[DoseRecord]:
    """The child's doses that stand."""
    return current(rows_of(session, child_id))


def versions_of(session: Session, child_id: UUID) -> list[DoseRecord]:
    """Every version of every dose of the child, oldest first, voided ones too."""
    return list(session.scalars(select(DoseRecord).where(DoseRecord.child_id == child_id).order_by(DoseRecord.recorded_at, DoseRecord.id)))
