"""Puts the doors for machines and the pages for people together into one application; what they do, they decide themselves."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from vaxcard.api import problems, webhooks
from vaxcard.api.doors import DOORS
from vaxcard.api.service import EXTENSION, LANGUAGE_COOKIE, Service, ServiceSettings, language
from vaxcard.errors import VaxcardError
from vaxcard.language import languages
from vaxcard.records.database import Database
from vaxcard.schedule.rules import Schedule
from vaxcard.web import (
    access_logs,
    accounts,
    appointing,
    boxes,
    camera,
    changing,
    contacts,
    counter,
    deciding,
    desk,
    family,
    family_counter,
    front,
    late_list,
    look,
    opening,
    opening_days,
    paper,
    print_desk,
    printers,
    printing,
    programme,
    recording,
    registering,
    reminders,
    rendering,
    reviewing,
    staff,
    threshold,
    whereabouts,
)

_LARGEST_BODY = 64 * 1024  # bytes; the longest form of ours is a tenth of it
_LANGUAGE_KEPT = timedelta(days=365)
_API = "/api/"
_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
_log = logging.getLogger("vaxcard")


class _VaxcardApp(Flask):
    """Logs a fault by the route and the lines it passed through: addresses carry card tokens, messages may carry names."""

    def log_exception(self, exc_info: Any) -> None:
        kind, _, trace = exc_info
        where = "".join(traceback.format_tb(trace))
        name = kind.__name__ if kind else "fault"
        _log.error("%s in %s %s\n%s", name, request.method, request.endpoint or "no route", where)


def create_app(settings: ServiceSettings, database: Database, schedule: Schedule, clock: Callable[[], datetime]) -> Flask:
    """The application over one registry; `clock` gives the aware moment and is the only time that any page knows."""
    app = _VaxcardApp("vaxcard", template_folder=str(_beside_package("templates")), static_folder=str(_beside_package("static")))
    secure = settings.public_url.casefold().startswith("https://")
    app.config.update(
        SECRET_KEY=database.keyring.web_secret(),
        MAX_CONTENT_LENGTH=_LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=_LARGEST_BODY,
        SESSION_COOKIE_NAME="vaxcard",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        WTF_CSRF_TIME_LIMIT=None,  # a form is good as long as the session that it was made for
        WTF_CSRF_SSL_STRICT=False,  # it asks for a Referer, which our pages tell the browser not to send
    )
    app.json.ensure_ascii = app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions[EXTENSION] = Service(settings, database, schedule, clock)
    app.clock = clock  # type: ignore[attr-defined]
    rendering.prepare(app)
    _open_doors(app)
    app.register_error_handler(VaxcardError, _tell_fault)
    app.register_error_handler(HTTPException, _tell_http_fault)
    app.after_request(_guard)
    app.wsgi_app = threshold.guarded(app.wsgi_app, _HEADERS, settings.trusted_proxies)  # type: ignore[assignment, method-assign]
    return app


def _open_doors(app: Flask) -> None:
    protection = CSRFProtect(app)
    for machine_door in (*DOORS, webhooks.webhooks):
        protection.exempt(machine_door)  # a session counts there only for requests of our own pages; see access
        app.register_blueprint(machine_door)
    at_the_counter = (counter.counter, opening.record_opening, camera.camera, boxes.boxes, recording.recording, printing.printing)
    at_the_desk = (desk.desk, opening_days.opening_days, print_desk.print_desk, printers.printers, family_counter.family_counter)
    lists = (registering.registering, late_list.late_list, reviewing.reviewing, programme.programme, reminders.texts)
    what_else = (changing.changing, paper.paper, whereabouts.whereabouts, deciding.deciding, contacts.contacts, appointing.appointing)
    of_staff = (accounts.accounts, staff.staff, access_logs.access_logs)
    for pages in (front.front, look.look, *of_staff, *at_the_counter, *what_else, family.family, *at_the_desk, *lists):
        app.register_blueprint(pages)


def _beside_package(name: str) -> Path:
    """A folder that travels inside an installed package and stands beside it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


def _tell_fault(fault: VaxcardError) -> ResponseReturnValue:
    problem = problems.problem_of(fault, language())
    if problem.status >= 500:
        _log.error("%s in %s %s", type(fault).__name__, request.method, request.endpoint)
    return problems.as_response(problem) if _asked_by_a_machine() else rendering.fault_page(fault, problem)


def _tell_http_fault(fault: HTTPException) -> ResponseReturnValue:
    if fault.code is not None and fault.code < 400:
        return fault.get_response()
    if not _asked_by_a_machine():
        return rendering.http_fault_page(fault, stale_form=isinstance(fault, CSRFError))
    return problems.as_response(problems.http_problem(fault.code or 500, language()), fault)


def _asked_by_a_machine() -> bool:
    return request.path.startswith(_API)


def _guard(response: Response) -> Response:
    """Headers of every answer: nothing from elsewhere runs, nothing leaks by the Referer, nothing personal stays in a cache."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if isinstance(request.routing_exception, RequestRedirect):  # it names the host that was asked for; a proxy's own name may differ
        there = urlsplit(request.routing_exception.new_url)
        response.headers["Location"] = urlunsplit(("", "", "/" + there.path.lstrip("/"), there.query, ""))
    if request.endpoint == "static":
        response.headers["Cache-Control"] = look.kept_for(request.args.get("v"))
    elif request.endpoint != "look.stylesheet":
        response.headers["Cache-Control"] = "no-store"
    wanted = request.args.get("lang")
    if wanted in languages():
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=_LANGUAGE_KEPT, httponly=True, samesite="Lax", secure=secure)
    return look.compressed(response)
