"""The words for what can be wrong with a row of a workbook: kinds are codes, their sentences in each language are data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_LANGUAGE = "en"  # where a language has no wording

Details = Mapping[str, str | tuple[str, ...]]


def severity(kind: str) -> str:
    """`refused` (not stored) or `warning` (stored)."""
    return str(wording()[kind]["severity"])


def sentence(kind: str, part: str, value: str | None, details: Details, language: str = _LANGUAGE) -> str:
    """The `problem` or the `advice` of a kind, with what was written and the `details` filled in."""
    words = {"value": value or "", "likely": ""}
    for name, detail in details.items():
        words[name] = _detail(kind, name, detail, language)
    return _in(wording()[kind][part], language).format_map(words)


def word(table: str, code: str, language: str) -> str:
    """A single word: a heading, a field's name."""
    return _in(wording()[table][code], language)


@cache
def wording() -> dict[str, dict[str, Any]]:
    """Every kind with its sentences: roster_faults.toml."""
    return tomllib.loads(files("vaxcard.records").joinpath("data/roster_faults.toml").read_text(encoding="utf-8"))


def _detail(kind: str, name: str, detail: str | tuple[str, ...], language: str) -> str:
    if name == "likely":
        return _in(wording()[kind]["likely"], language).format(names=_join(detail, language))
    if name == "because":
        return word("because", str(detail), language)
    if name in ("fields", "missing"):
        return _join([word("field", code, language) for code in detail], language)
    return _join(detail, language) if isinstance(detail, tuple) else detail


def _in(wordings: Mapping[str, str], language: str) -> str:
    return wordings.get(language, wordings[_LANGUAGE])


def _join(parts: Iterable[str] | str, language: str) -> str:
    return parts if isinstance(parts, str) else word("between", "parts", language).join(parts)
