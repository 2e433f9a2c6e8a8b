"""Faults and refusals in the reader's language: the catalogue knows the sentences that errors are raised with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vaxcard.errors import ManyFaults, VaxcardError
from vaxcard.language.catalogues import marked, translations

_AND = marked("; ")


@dataclass(frozen=True)
class Said:
    """What was wrong, and what to do about it."""

    problem: str
    advice: str | None


def say_fault(fault: VaxcardError, lang: str) -> Said:
    """The error's own sentences in `lang`; one that no catalogue knows stays in English rather than go unsaid."""
    if isinstance(fault, ManyFaults):
        return Said(_together([say_fault(each, lang).problem for each in fault.faults], lang), None)
    return Said(_said(fault.problem, lang), _said(fault.advice, lang) if fault.advice else None)


def _said(text: str, lang: str) -> str:
    """Several refusals come as one text, divided by semicolons."""
    words = translations(lang)
    whole = words.gettext(text)
    return whole if whole != text else _together([words.gettext(part) for part in text.split(_AND)], lang)


def _together(sentences: Sequence[str], lang: str) -> str:
    return translations(lang).gettext(_AND).join(sentences)
