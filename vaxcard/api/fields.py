"""The fields of a body, told once: from one table they are read, refused in their place, and described to whoever writes a program.

Unknown fields are refused, so that a misspelt expiry date is not lost in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vaxcard.api.bodies import LONGEST, Reader
from vaxcard.errors import InputFault

_TEXT = 200  # characters of a text that has no length of its own


@dataclass(frozen=True)
class Field:
    """One field: its kind is text, day, id, number, flag or choice; `about` says what it means, units and all."""

    name: str
    kind: str
    about: str
    required: bool = False
    choices: tuple[str, ...] = ()
    lowest: int = 0
    highest: int = 0

    def read(self, reader: Reader) -> Any:
        """What was sent, or None; what is wrong with it is noted in the reader."""
        if self.kind == "day":
            return reader.day(self.name, required=self.required)
        if self.kind == "id":
            return reader.id(self.name, required=self.required)
        if self.kind == "number":
            return reader.number(self.name, lowest=self.lowest, highest=self.highest)
        if self.kind == "flag":
            return _flag(reader, self.name)
        written = reader.text(self.name, required=self.required)
        if self.kind == "choice" and written is not None and written not in self.choices:
            reader.fault(
                self.name, "this is not one of the words known here", "send one of the words that the description of this door names"
            )
            return None
        return written

    def schema(self) -> dict[str, Any]:
        """The field in the words of JSON Schema."""
        kinds: dict[str, dict[str, Any]] = {
            "day": {"type": "string", "format": "date"},
            "id": {"type": "string", "format": "uuid"},
            "number": {"type": "integer", "minimum": self.lowest, "maximum": self.highest},
            "flag": {"type": "boolean"},
            "choice": {"type": "string", "enum": list(self.choices)},
        }
        text = {"type": "string", "minLength": 1 if self.required else 0, "maxLength": LONGEST.get(self.name, _TEXT)}
        told = kinds.get(self.kind, text)
        if not self.required:
            told["type"] = [told["type"], "null"]
            told.update({"enum": [*self.choices, None]} if self.choices else {})
        return {**told, "description": self.about}


def _flag(reader: Reader, name: str) -> bool | None:
    value = reader.sent.get(name)
    if value is None or isinstance(value, bool):
        return value
    reader.fault(name, "this is neither true nor false", "send true or false")
    return None


def refuse_unknown(sent: Mapping[str, Any], known: Sequence[Field]) -> None:
    """Raises InputFault for a field that this door does not know; what it was called is not repeated."""
    names = {field.name for field in known}
    if any(name not in names for name in sent):
        raise InputFault(
            "there is a field that this door does not know",
            advice="send only the fields that the description of this door names; see /api/v1/openapi.json",
        )


def taken(sent: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """Every field by its name, None where it was not sent. Raises ManyFaults, or InputFault for an unknown field."""
    refuse_unknown(sent, fields)
    reader = Reader(sent)
    told = {field.name: field.read(reader) for field in fields}
    reader.finish()
    return told


def body_schema(fields: Sequence[Field]) -> dict[str, Any]:
    """A body of these fields in the words of JSON Schema."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields if field.required],
        "properties": {field.name: field.schema() for field in fields},
    }
