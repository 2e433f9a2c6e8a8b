"""Faults and refusals in the reader's language: the catalogue knows the sentences that errors are raised with."""

from __future__ import annotations

from dataclasses import dataclass

from vaxcard.errors import ManyFaults, VaxcardError
from vaxcard.language.catalogues import translations


@dataclass(frozen=True)
class Said:
    """What was wrong, and what to do about it."""

    problem: str
    advice: str | None


def say_fault(fault: VaxcardError, lang: str) -> Said:
    """The error's own sentences in `lang`; one that no catalogue knows stays in English rather than go unsaid."""
    if isinstance(fault, ManyFaults):
        return Said("; ".join(say_fault(each, lang).problem for each in fault.faults), None)
    return Said(_said(fault.problem, lang), _said(fault.advice, lang) if fault.advice else None)


def _said(text: str, lang: str) -> str:
    """Several refusals come as one text, divided by semicolons."""
    words = translations(lang)
    whole = words.gettext(text)
    return whole if whole != text else "; ".join(words.gettext(part) for part in text.split("; "))
