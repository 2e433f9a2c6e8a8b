"""Whether a guardian wishes texts and in which language: told by the family itself, obeyed by whatever is planned from then on."""

from __future__ import annotations

from vaxcard.records.acting import Acting
from vaxcard.records.people import ChildRecord, GuardianRecord


def wish_texts(acting: Acting, child: ChildRecord, guardian: GuardianRecord, wished: bool, language: str | None) -> None:
    """Keep the wish of a guardian of a child. A text that is planned already looks at it again before it is sent."""
    before = (guardian.agrees_to_texts, guardian.language)
    guardian.agrees_to_texts, guardian.language = wished, language or guardian.language
    if (guardian.agrees_to_texts, guardian.language) != before:
        acting.note("guardian.texts", child_id=child.id, subjects=[str(guardian.id), "agrees_to_texts", "language"])
