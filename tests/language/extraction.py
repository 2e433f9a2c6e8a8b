"""Every text that pages and faults can say, gathered from templates and code, to hold against the catalogues."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).resolve().parents[2]
METHODS = [("vaxcard/**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS = {"marked": None, "_": None, "gettext": None, "ngettext": (1, 2)}
# The rooms whose errors a nurse or a family may come to read.
SPEAKING = [
    *("records/registry.py", "records/stops.py", "records/chart.py", "records/issued_cards.py", "records/visits.py"),
    *("records/openings.py", "records/appointments.py", "records/staff.py", "records/guardians.py"),
    *("records/opening_days.py", "records/late.py"),
    "records/review.py",
    *("records/trace_codes.py", "records/not_given.py", "records/transcribing.py", "records/moving.py", "records/ending.py"),
    *("cards/issuing.py", "cards/taking_back.py", "records/print_queue.py", "records/printers.py"),
    *("records/family_codes.py", "records/family_notes.py", "records/texts_wished.py", "records/recalls.py"),
    *("api", "web", "papers/frames.py", "keyring.py"),
]
ERRORS = {
    *("InputFault", "NotFound", "Refused", "Conflict", "NotAllowed", "ReasonNeeded", "PasswordNeeded"),
    *("UnreadablePicture", "CardUnknown", "CardClosed", "CardReplaced", "CardRevoked"),
}


@cache
def texts() -> dict[str, str | None]:
    """English text → its plural, if it has one."""
    found: dict[str, str | None] = {}
    for _, _, message, _, _ in extract_from_dir(str(ROOT), METHODS, OPTIONS, KEYWORDS, directory_filter=lambda path: ".venv" not in path):
        one, many = message if isinstance(message, tuple) else (message, None)
        found[one] = many
    found.update(dict.fromkeys(texts_of_errors()))
    return {text: many for text, many in found.items() if text}


def texts_of_errors() -> Iterator[str]:
    """What errors are raised with: the problem, the advice, and the registry's table of refusals."""
    for path in _speaking_modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in ERRORS:
                parts = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "advice")]
                yield from (part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))
            if isinstance(node, ast.Call) and _name(node.func) == "fault":
                yield from (part.value for part in node.args[1:] if isinstance(part, ast.Constant))
            if isinstance(node, ast.Assign) and _name(node.targets[0]) == "_SAID" and isinstance(node.value, ast.Dict):
                yield from (part.value for part in node.value.values if isinstance(part, ast.Constant))


def _speaking_modules() -> Iterator[Path]:
    for name in SPEAKING:
        path = ROOT / "vaxcard" / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
