"""The front door: staff go to the counter; and a word for whoever watches whether the service is up."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from vaxcard.api.service import service
from vaxcard.records.clinics import all_clinics

front = Blueprint("front", __name__)


@front.get("/")
def home() -> ResponseReturnValue:
    """To the counter, which asks strangers to sign in."""
    return redirect(url_for("counter.scan_page"), 303)


@front.get("/healthz")
def healthz() -> Response:
    """Whether the registry answers; nothing about it is told."""
    with service().database.reading() as session:
        all_clinics(session)
    return jsonify({"status": "ok"})
