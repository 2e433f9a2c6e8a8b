"""Who answers for an edition whose numbers have not all been checked against the official text.

Such an edition assesses, imports, prints and plans; only sending to a real provider and serving beyond this machine wait for the signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from vaxcard.records.acting import Acting
from vaxcard.records.columns import Base, Instant
from vaxcard.schedule.rules import Schedule


class EditionSignature(Base):
    """A programme officer's word for one group's edition as its data stood then: `digest` is that of the schedule's rule files."""

    __tablename__ = "edition_signatures"

    schedule: Mapped[str] = mapped_column(String(20), primary_key=True)
    edition: Mapped[str] = mapped_column(String(60), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    signed_by: Mapped[str] = mapped_column(String(100))
    signed_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class UnverifiedEdition:
    """An edition with entries that nobody has checked yet: its label (`Polio 2026-06-17`) and their flags."""

    label: str
    flags: tuple[str, ...]


def unverified_editions(schedule: Schedule) -> list[UnverifiedEdition]:
    """The editions of a schedule that carry unverified entries, by group and date."""
    editions = [edition for group in sorted(schedule.editions) for edition in schedule.editions[group]]
    return [
        UnverifiedEdition(f"{edition.group} {edition.effective_from}", edition.unverified) for edition in editions if edition.unverified
    ]


def unsigned(session: Session, schedule: Schedule) -> Sequence[UnverifiedEdition]:
    """The unverified editions that nobody has signed in the form in which they stand now."""
    rows = select(EditionSignature.edition).where(EditionSignature.schedule == schedule.code, EditionSignature.digest == schedule.digest)
    signed = set(session.scalars(rows))
    return [edition for edition in unverified_editions(schedule) if edition.label not in signed]


def sign(acting: Acting, edition: str, *, by: str) -> None:
    """Sign an edition by its label; a change of the rule files asks for a new signature."""
    key = {"schedule": acting.schedule.code, "edition": edition, "digest": acting.schedule.digest}
    if acting.session.get(EditionSignature, tuple(key.values())) is None:
        acting.session.add(EditionSignature(**key, signed_by=by, signed_at=acting.now))
        acting.note("edition.sign", subjects=[edition])
