"""Looking for a page by what somebody types: any word of any language, in any width and case, and what comes near where nothing fits."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vaxcard.guidance.library import Names

LONGEST = 40
"""Characters of a question that are looked at."""
_NEAR = 0.5  # of the pairs of letters


@dataclass(frozen=True)
class Topic:
    """A page that can be found: where it is, what it is called, its picture, and the words by which it is looked for."""

    address: str
    names: Names
    icon: str
    words: tuple[str, ...]


def find(topics: Iterable[Topic], asked: str) -> tuple[Topic, ...]:
    """The pages in which every typed word occurs, those that have it for a word of theirs first; else the nearest by pairs of letters."""
    wanted = _folded(asked[:LONGEST]).split()
    if not wanted:
        return ()
    told = [(topic, [_folded(word) for word in (*topic.names.values(), *topic.words)]) for topic in topics]
    fitting = [(topic, words) for topic, words in told if all(any(each in word for word in words) for each in wanted)]
    if not fitting:
        return _near(told, _pairs("".join(wanted)))
    called_so = {topic.address for topic, words in fitting if " ".join(wanted) in words}
    return tuple(topic for topic, _ in sorted(fitting, key=lambda each: each[0].address not in called_so))


def _near(told: Sequence[tuple[Topic, list[str]]], pairs: set[str]) -> tuple[Topic, ...]:
    """Pages that share enough of the pairs of letters, the nearest first."""
    if not pairs:
        return ()
    shares = [(max(len(pairs & _pairs(word)) for word in words) / len(pairs), topic) for topic, words in told]
    return tuple(topic for share, topic in sorted(shares, key=lambda each: -each[0]) if share >= _NEAR)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
