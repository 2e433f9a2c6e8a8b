"""How pages look: one stylesheet a kind of page, its bracket colours taken from the schedule's data, sent once and packed small."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request, url_for

from vaxcard.api.service import service
from vaxcard.schedule.plan import Bracket

look = Blueprint("look", __name__)

SHEETS = {"family": ("tokens.css", "family.css", "knowledge.css", "certificate.css"), "staff": ("tokens.css", "staff.css")}
_A_YEAR = "public, max-age=31536000, immutable"
_ADDRESSES = "vaxcard.addresses"
_SMALLEST_PACKED = 1000  # bytes; below it packing gains nothing
_PACKED_PAGES = frozenset(f"family.{page}" for page in ("card", "knowledge", "visit_day", "care_by_age", "age_told", "vaccine_told"))
_PACKED_KINDS = ("text/html", "text/css", "image/svg+xml", "text/javascript")


@look.get("/look/<kind>-<stamp>.css")
def stylesheet(kind: str, stamp: str) -> Response:
    """The stylesheet of a kind of page. Its address changes with its content, so that it may be kept for good."""
    if kind not in SHEETS:
        abort(404)
    response = Response(_sheet(kind), mimetype="text/css")
    response.headers["Cache-Control"] = _A_YEAR if stamp == _stamp(kind) else "no-cache"
    return response


def stylesheet_address(kind: str) -> str:
    """Where the stylesheet of `kind` is found."""
    return _worked_out_once(kind, lambda: url_for("look.stylesheet", kind=kind, stamp=_stamp(kind)))


def drawing_address(file: str, name: str) -> str:
    """Where one drawing of an SVG file is found, such as `icons.svg`, `duck`."""
    return f"{_worked_out_once(file, lambda: _versioned(file))}#{name}"


def script_address(file: str) -> str:
    """Where a script is found; its address changes with its content, so that it may be kept for good."""
    return _worked_out_once(file, lambda: _versioned(file))


def _versioned(file: str) -> str:
    content = (Path(current_app.static_folder or "") / file).read_bytes()
    return url_for("static", filename=file, v=hashlib.sha256(content).hexdigest()[:12])


def _worked_out_once(name: str, work_out: Callable[[], str]) -> str:
    """An address that stays the same as long as this application runs; a page asks for dozens."""
    known: dict[str, str] = current_app.extensions.setdefault(_ADDRESSES, {})
    if name not in known:
        known[name] = work_out()
    return known[name]


def kept_for(version: str | None) -> str:
    """How long a browser may keep a file: for good where its address names its version, else until it has asked again."""
    return _A_YEAR if version else "no-cache"


def _stamp(kind: str) -> str:
    return hashlib.sha256(_sheet(kind).encode()).hexdigest()[:12]


def _sheet(kind: str) -> str:
    folder = Path(current_app.static_folder or "")
    written = [(folder / name).read_text(encoding="utf-8") for name in SHEETS[kind]]
    return "\n".join([written[0], bracket_colours(service().schedule.brackets), *written[1:]])


def bracket_colours(brackets: tuple[Bracket, ...]) -> str:
    """The rules `.b1` … that give a bracket's fill, tint and the text colour that reads on the fill."""
    return "".join(f".b{each.number}{{--b:{each.colour};--bt:{each.tint};--bo:{each.text_on_fill}}}" for each in brackets)


def compressed(response: Response) -> Response:
    """The answer, packed where the browser can open it. Pages that carry a form's secret and echo what was typed are left alone."""
    if not request.accept_encodings["gzip"] or response.status_code != 200 or response.mimetype not in _PACKED_KINDS:
        return response
    if response.mimetype == "text/html" and request.endpoint not in _PACKED_PAGES:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < _SMALLEST_PACKED:
        return response
    response.set_data(_packed(body))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


@lru_cache(maxsize=16)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)
