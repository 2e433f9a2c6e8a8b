"""One table from the house's errors to HTTP, as application/problem+json: status, a stable type, what was wrong and what to do.

Nothing personal and nothing of the machinery is in an answer; an unforeseen fault is told by its number alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Response, jsonify
from werkzeug.exceptions import HTTPException

from vaxcard import errors
from vaxcard.errors import ManyFaults, VaxcardError
from vaxcard.keyring import CannotUnseal
from vaxcard.language import say_fault
from vaxcard.language.catalogues import marked, translations

TYPE = "urn:vaxcard:problem:"

# The most particular first.
STATUSES: tuple[tuple[type[VaxcardError], int, str], ...] = (
    (errors.CardUnknown, 404, marked("No such card")),
    (errors.CardReplaced, 410, marked("Card replaced")),
    (errors.CardRevoked, 410, marked("Card not in use")),
    (errors.CardClosed, 409, marked("Card not bound to a child")),
    (errors.NotFound, 404, marked("Not on file")),
    (errors.ManyFaults, 422, marked("Several things are wrong")),
    (errors.InputFault, 422, marked("This cannot be understood")),
    (errors.Refused, 409, marked("Stopped")),
    (errors.Conflict, 409, marked("The record has moved on")),
    (errors.PasswordNeeded, 403, marked("Choose your own password first")),
    (errors.ReasonNeeded, 403, marked("Say why first")),
    (errors.NotAllowed, 403, marked("Not allowed")),
    (errors.SettingsError, 500, marked("A setting is wrong")),
    (CannotUnseal, 500, marked("The key does not fit")),
)

_TITLES = {
    400: marked("This is not a request"),
    401: marked("Sign in first"),
    403: marked("Not allowed"),
    404: marked("There is nothing here"),
    405: marked("Not in this way"),
    413: marked("Too large"),
    415: marked("Send JSON"),
    428: marked("Say which version you saw"),
    429: marked("Too many attempts"),
    500: marked("Something went wrong here"),
}

_ADVICE = {
    401: marked("sign in, or send an API key as Authorization: Bearer KEY"),
    404: marked("check the address"),
    405: marked("see which methods the Allow header names"),
    413: marked("send less at once"),
    415: marked("send a JSON object with Content-Type: application/json"),
    428: marked("send the record's ETag in If-Match"),
    429: marked("wait a quarter of an hour, then try again"),
    500: marked("nothing was stored; try again, and tell the operator if it stays"),
}


@dataclass(frozen=True)
class Problem:
    """A fault as it is told over HTTP."""

    status: int
    code: str
    title: str
    detail: str | None = None
    advice: str | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The members of RFC 9457, and ours beside them."""
        told = {"type": TYPE + self.code, "title": self.title, "status": self.status, "detail": self.detail, "advice": self.advice}
        return {key: value for key, value in {**told, **self.more}.items() if value is not None}


def problem_of(fault: VaxcardError, lang: str) -> Problem:
    """How an error of ours is told."""
    status, title = next(((status, title) for kind, status, title in STATUSES if isinstance(fault, kind)), _OTHERWISE)
    said = say_fault(fault, lang)
    return Problem(status, fault.code, translations(lang).gettext(title), said.problem, said.advice, _more(fault, lang))


_OTHERWISE = (500, marked("Something went wrong here"))


def _more(fault: VaxcardError, lang: str) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if isinstance(fault, ManyFaults):
        more["faults"] = [_fault_as_json(each, lang) for each in fault.faults]
    elif fault.place:
        more["faults"] = [_fault_as_json(fault, lang)]
    if isinstance(fault, errors.Refused):
        more["reason"] = fault.reason
    if isinstance(fault, errors.Conflict) and fault.difference:
        more["difference"] = fault.difference
    return more


def _fault_as_json(fault: VaxcardError, lang: str) -> dict[str, Any]:
    said = say_fault(fault, lang)
    told = {"place": fault.place, "problem": said.problem, "advice": said.advice}
    return {key: value for key, value in told.items() if value is not None}


def http_problem(status: int, lang: str) -> Problem:
    """How a fault of HTTP itself is told: no route, wrong method, too large, not JSON."""
    words = translations(lang)
    title = words.gettext(_TITLES.get(status, _TITLES[500 if status >= 500 else 400]))
    advice = _ADVICE.get(status)
    return Problem(status, f"http-{status}", title, None, words.gettext(advice) if advice else None)


def as_response(problem: Problem, source: HTTPException | None = None) -> Response:
    """The answer itself; headers that HTTP asks for, such as Allow, are kept."""
    response = jsonify(problem.as_json())
    response.status_code = problem.status
    if source is not None:
        for name, value in source.get_headers():
            if name.casefold() not in ("content-type", "content-length"):
                response.headers[name] = value
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="vaxcard"'
    response.content_type = "application/problem+json"
    return response
