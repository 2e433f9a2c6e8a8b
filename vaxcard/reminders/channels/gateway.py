"""Any provider that takes a text by one HTTP request, told in a file of settings: address, headers, body, and how to read the answer.

The file is TOML; `$to`, `$body`, `$reference` and `$template` stand for the text, put into the body as its content type asks.
"""

from __future__ import annotations

import json
import re
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from socket import gaierror
from string import Template
from typing import Any
from urllib.parse import quote, urlsplit

from vaxcard.errors import SettingsError
from vaxcard.records.messages import FailureKind
from vaxcard.reminders.channels import Fate, Outcome, Text

_PLACE = "VAXCARD_SMS_GATEWAY"
_SECONDS = 10.0
_LONGEST_ANSWER = 65_536
_TRY_AGAIN = (408, 425, 429, 503)


@dataclass(frozen=True)
class Failure:
    """An answer that means failure: a pattern of its body, the word for it, and whose the failure is. None: try again."""

    pattern: re.Pattern[str]
    reason: str
    kind: FailureKind | None


@dataclass(frozen=True)
class GatewaySettings:
    """The provider as told. `country` is where it stands; `templates` maps our wordings' names to its registered numbers."""

    url: str
    country: str
    body: str
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = _SECONDS
    success: re.Pattern[str] = re.compile("")
    provider_id: re.Pattern[str] | None = None
    failures: tuple[Failure, ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)


class GatewayChannel:
    """Texts by POST to one address. It can't be asked afterwards: what nobody knows stays unknown."""

    name = "gateway"
    is_real = True
    can_be_asked = False
    reports = False

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._opener = urllib.request.build_opener(_NoRedirect)

    def send(self, text: Text) -> Outcome:
        """One request, never repeated here."""
        try:
            with self._opener.open(self._request(text), timeout=self._settings.seconds) as answer:
                return self._read(answer.status, answer.read(_LONGEST_ANSWER).decode("utf-8", "replace"))
        except urllib.error.HTTPError as answer:
            with answer:
                return self._read(answer.code, answer.read(_LONGEST_ANSWER).decode("utf-8", "replace"))
        except urllib.error.URLError as fault:
            if isinstance(fault.reason, ConnectionRefusedError | gaierror):
                return Outcome(Fate.NOT_TAKEN, reason="no-connection", kind=FailureKind.TECHNICAL)
            return Outcome(Fate.UNKNOWN, reason="no-answer")
        except (OSError, HTTPException):
            return Outcome(Fate.UNKNOWN, reason="no-answer")

    def look_up(self, text: Text, provider_id: str | None) -> Outcome:
        """There is nobody to ask."""
        return Outcome(Fate.UNKNOWN, reason="no-memory")

    def _request(self, text: Text) -> urllib.request.Request:
        settings = self._settings
        template = settings.templates.get(text.template, "")
        told = {"to": text.to, "body": text.body, "reference": str(text.reference), "template": template}
        written = {name: _escaped(value, settings.content_type) for name, value in told.items()}
        content = Template(settings.body).substitute(written).encode()
        headers = {**settings.headers, "Content-Type": settings.content_type}
        return urllib.request.Request(settings.url, data=content, headers=headers, method="POST")

    def _read(self, status: int, answer: str) -> Outcome:
        settings = self._settings
        for failure in settings.failures:
            if failure.pattern.search(answer):
                fate = Fate.FAILED if failure.kind else Fate.NOT_TAKEN
                return Outcome(fate, reason=failure.reason, kind=failure.kind or FailureKind.TEMPORARY)
        if 200 <= status < 300:
            found = settings.provider_id.search(answer) if settings.provider_id else None
            if settings.success.search(answer):
                return Outcome(Fate.SENT, provider_id=found[1][:80] if found else None)
            return Outcome(Fate.UNKNOWN, reason="answer-not-understood")
        if status >= 500 and status not in _TRY_AGAIN:
            return Outcome(Fate.UNKNOWN, reason=f"http-{status}")
        kind = FailureKind.TEMPORARY if status in _TRY_AGAIN else FailureKind.TECHNICAL
        return Outcome(Fate.NOT_TAKEN, reason=f"http-{status}", kind=kind)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A provider that sends us elsewhere is not followed: what goes there names a telephone."""

    def redirect_request(self, *_given: Any, **_more: Any) -> None:
        return None


def _escaped(value: str, content_type: str) -> str:
    """A value as it may stand inside the body: in a JSON string, in a form, in XML, or as it is."""
    if "json" in content_type:
        return json.dumps(value, ensure_ascii=False)[1:-1]
    if "form" in content_type:
        return quote(value, safe="")
    if "xml" in content_type:
        return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return value


def read_gateway(path: Path) -> GatewaySettings:
    """The provider told in a file. Raises SettingsError naming the file's key that is missing or wrong."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        failures = tuple(_failure(each) for each in told.pop("failures", ()))
        patterns: dict[str, Any] = {name: re.compile(told.pop(name)) for name in ("success", "provider_id") if name in told}
        settings = GatewaySettings(**told, **patterns, failures=failures)
        Template(settings.body).substitute(dict.fromkeys(("to", "body", "reference", "template"), ""))
    except (OSError, ValueError, TypeError, KeyError, re.error) as fault:
        raise SettingsError(
            f"the gateway's file can't be used ({type(fault).__name__}: {fault})", place=_PLACE, advice="compare it with docs/reminders.md"
        ) from fault
    if urlsplit(settings.url).scheme not in ("http", "https") or "$to" not in settings.body:
        raise SettingsError("the gateway's file lacks an address, or $to in its body", place=_PLACE, advice="see docs/reminders.md")
    return settings


def _failure(told: Mapping[str, str]) -> Failure:
    kind = told["kind"]
    return Failure(re.compile(told["pattern"]), told["reason"][:60], None if kind == "again" else FailureKind(kind))
