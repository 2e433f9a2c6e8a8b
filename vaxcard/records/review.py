"""What an import could not decide alone: rows that differ from the record, or could not be read, wait here for a person.

They stand beside the batch that they came with; what an import added is kept row by row, so that it can be taken back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.errors import Conflict, InputFault, NotFound
from vaxcard.keyring import Keyring
from vaxcard.records.acting import Acting
from vaxcard.records.columns import Base, Id, Instant, Sealed
from vaxcard.records.import_words import sentence
from vaxcard.records.people import ChildRecord

ROW_REFUSED = "row-refused"  # the kind of a dose's row that could not be stored
_SEALED_FOR = "review.values"
_LONGEST_REASON = 200


class Outcome(StrEnum):
    """What became of a row under review."""

    RECORDED = "recorded"  # what it says is on the record now
    DISMISSED = "dismissed"  # the record was right, or the row is no dose
    UNDONE = "import-undone"  # the import that raised it was taken back


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
    """A row of a workbook that is not stored. `fields` names what differs from the record; the values are sealed under the child's key."""

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


@dataclass(frozen=True)
class Waiting:
    """What a person is told of a review item: the row of the workbook, what is wrong, and what the row says of a dose."""

    id: UUID
    child_id: UUID
    sheet: str
    row: int
    problem: str
    advice: str
    vaccine: str | None
    given_on: str | None
    is_dose: bool


def open_items(session: Session, child_id: UUID) -> list[ReviewItem]:
    """What still waits for a decision on a child."""
    rows = select(ReviewItem).where(ReviewItem.child_id == child_id, ReviewItem.settled_at.is_(None))
    return list(session.scalars(rows.order_by(ReviewItem.raised_at, ReviewItem.row)))


def waiting(session: Session, keyring: Keyring, child: ChildRecord, language: str) -> list[Waiting]:
    """What imports could not store of a child, in words; `is_dose` where a dose is not on the record because of it."""
    return [_told(keyring, child, item, language) for item in open_items(session, child.id)]


def waiting_everywhere(session: Session, keyring: Keyring, language: str, clinic_id: UUID | None = None) -> Iterator[Waiting]:
    """What waits, of one clinic or of all, child by child."""
    rows = select(ChildRecord, ReviewItem).join(ReviewItem, ReviewItem.child_id == ChildRecord.id).where(ReviewItem.settled_at.is_(None))
    rows = rows if clinic_id is None else rows.where(ChildRecord.clinic_id == clinic_id)
    for child, item in session.execute(rows.order_by(ReviewItem.raised_at, ReviewItem.child_id, ReviewItem.row)):
        yield _told(keyring, child, item, language)


def _told(keyring: Keyring, child: ChildRecord, item: ReviewItem, language: str) -> Waiting:
    told = json.loads(keyring.unseal(child.person_key, item.values_sealed, _SEALED_FOR))
    is_row = item.kind == ROW_REFUSED
    kind = told["kind"] if is_row else "differs-from-the-record"
    details = {name: tuple(detail) if isinstance(detail, list) else detail for name, detail in told["details"].items()} if is_row else {}
    details = details or {"fields": tuple(item.fields)}
    value = told["value"] if is_row else None
    problem, advice = (sentence(kind, part, value, details, language) for part in ("problem", "advice"))
    return Waiting(item.id, child.id, item.sheet, item.row, problem, advice, told.get("vaccine"), told.get("given_on"), is_row)


@dataclass(frozen=True)
class Put:
    """A row to be put up for review: where it stands, which fields differ from the record, and what it tells."""

    batch_id: UUID
    kind: str
    sheet: str
    row: int
    fields: Sequence[str]
    told: Mapping[str, object]


def put_up(acting: Acting, child: ChildRecord, put: Put, new_id: Callable[[], UUID]) -> None:
    """Put a row up for review, once: neither while the same waits nor after a person has settled it."""
    session, keyring = acting.session, acting.keyring
    values = json.dumps(put.told, ensure_ascii=False, sort_keys=True)
    rows = select(ReviewItem).where(ReviewItem.child_id == child.id, ReviewItem.kind == put.kind)
    rows = rows.where(or_(ReviewItem.outcome.is_(None), ReviewItem.outcome != Outcome.UNDONE))
    if any(keyring.unseal(child.person_key, item.values_sealed, _SEALED_FOR) == values for item in session.scalars(rows)):
        return
    item = ReviewItem(
        id=new_id(),
        batch_id=put.batch_id,
        child_id=child.id,
        kind=put.kind,
        sheet=put.sheet,
        row=put.row,
        fields=list(put.fields),
        values_sealed=keyring.seal(child.person_key, values, _SEALED_FOR),
        raised_at=acting.now,
    )
    session.add(item)
    session.flush()


def taken_back(session: Session, child_id: UUID) -> frozenset[UUID]:
    """The child's doses that came with an import which was taken back: unlike those that a person has voided, they may come again."""
    rows = select(ImportRow.row_id).join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
    return frozenset(session.scalars(rows.where(ImportRow.child_id == child_id, ImportBatch.undone_at.is_not(None))))


def settle(acting: Acting, item_id: UUID, outcome: Outcome, reason: str) -> ReviewItem:
    """A person has looked: what became of the row, and why. The record itself is changed by its own verbs, before this.

    Raises NotFound, Conflict where somebody else has settled it, and InputFault for a reason that says nothing.
    """
    item = acting.session.get(ReviewItem, item_id, with_for_update=True)
    if item is None:
        raise NotFound("no such row is under review", advice="list them with `vaxcard roster review`")
    if item.settled_at is not None:
        raise Conflict("somebody has settled this row already", advice="list what still waits")
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        raise InputFault(f"a reason has 1 to {_LONGEST_REASON} characters", place="reason", advice="say in a sentence what you found")
    item.settled_at, item.settled_by, item.outcome, item.reason = acting.now, acting.actor, outcome.value, reason.strip()
    acting.note("review.settle", child_id=item.child_id, subjects=[str(item.id), outcome.value])
    return item
