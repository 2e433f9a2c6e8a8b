"""The child's own sign: a simple mark beside the name on every card, so that brothers' and sisters' pouches are told apart.

Here it is only chosen; `static/signs.svg` draws it and `cards` prints it. Never an animal: animals mean age brackets.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

SIGNS = (
    "star",
    "leaf",
    "moon",
    "umbrella",
    "flower",
    "boat",
    "kite",
    "bell",
    "key",
    "cloud",
    "house",
    "cup",
    "ball",
    "tree",
    "lantern",
    "heart",
    "drum",
    "mushroom",
    "snowflake",
    "balloon",
)


def choose_sign(child_id: UUID, taken: Collection[str]) -> str:
    """A sign that none of `taken` (the siblings') has, spread evenly over children; the same child and siblings give the same sign.

    A family with more children than signs shares them again from the start.
    """
    start = child_id.int % len(SIGNS)
    turned = SIGNS[start:] + SIGNS[:start]
    return next((sign for sign in turned if sign not in taken), turned[0])
