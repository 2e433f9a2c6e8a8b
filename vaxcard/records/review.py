"""What an import could not decide alone: rows that differ from the record wait here for a person, beside the batch they came with."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.records.columns import Base, Id, Instant, Sealed


class ImportBatch(Base):
    """One run of an import: of which file, by whom, and what became of it."""

    __tablename__ = "import_batches"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    clinic_id: Mapped[UUID | None] = mapped_column(Id, ForeignKey("clinics.id"))
    file_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    started_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    started_by: Mapped[str] = mapped_column(String(60))
    counts: Mapped[dict[str, object]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class ImportRow(Base):
    """A row of the registry that an import added: `row_id` is the child's own or the dose's, as `kind` says."""

    __tablename__ = "import_rows"
    __table_args__ = (Index("ix_import_rows_child_id", "child_id"),)

    batch_id: Mapped[UUID] = mapped_column(Id, ForeignKey("import_batches.id"), primary_key=True)
    row_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    kind: Mapped[str] = mapped_column(String(10))


class ReviewItem(Base):
    """A row of a workbook that differs from the record. `fields` names what differs; the values are sealed under the child's key."""

    __tablename__ = "review_items"
    __table_args__ = (Index("ix_review_items_child_id", "child_id"),)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(Id, ForeignKey("import_batches.id"))
    child_id: Mapped[UUID] = mapped_column(Id, ForeignKey("children.id"))
    kind: Mapped[str] = mapped_column(String(40))
    sheet: Mapped[str] = mapped_column(String(60))
    row: Mapped[int]
    fields: Mapped[list[str]] = mapped_column(JSON)
    values_sealed: Mapped[bytes] = mapped_column(Sealed)
    raised_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str | None] = mapped_column(String(60))
    outcome: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(String(200))


def open_items(session: Session, child_id: UUID) -> list[ReviewItem]:
    """What still waits for a decision on a child."""
    rows = select(ReviewItem).where(ReviewItem.child_id == child_id, ReviewItem.settled_at.is_(None))
    return list(session.scalars(rows.order_by(ReviewItem.raised_at, ReviewItem.row)))
