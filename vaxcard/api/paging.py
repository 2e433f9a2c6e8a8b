"""Long lists in pages: a cursor is where the last page ended, opaque to whoever sends it back."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from vaxcard.api.fields import Field
from vaxcard.errors import InputFault

MOST = 100  # items in a page
USUAL = 20
LIMIT = Field("limit", "number", f"Items in a page, {USUAL} unless told", lowest=1, highest=MOST)
CURSOR = Field("cursor", "text", "`next` of the page before")


def cursor_of(*parts: str | int) -> str:
    """A cursor that remembers these."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, *kinds: type) -> list[Any] | None:
    """What a cursor remembers, None for none. Raises InputFault for what is no cursor of this list."""
    if cursor is None:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        parts = None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
        raise no_cursor()
    return parts


def no_cursor() -> InputFault:
    """The fault of a cursor that is none."""
    return InputFault("this is not a cursor of this list", place="cursor", advice="send `next` as it came with the page before")
