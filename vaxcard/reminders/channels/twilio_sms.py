"""Twilio through its own SDK: every request with a timeout, none repeated here, and each answer put into the port's words.

Which code means what is data (`twilio_codes.toml`). A receipt's signature is checked here too, as it hangs on Twilio's rules.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from requests import exceptions
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from vaxcard.records.messages import FailureKind
from vaxcard.reminders.channels import Fate, Outcome, Text

COUNTRY = "US"
CALLBACK_PATH = "/api/v1/webhooks/twilio/status"
_SECONDS = 10.0
_NO_ENVIRONMENT = {"TWILIO_REGION": "", "TWILIO_EDGE": ""}  # the host is the one in the settings and no other
_QUIET = logging.getLogger("vaxcard.reminders.twilio")  # the SDK would write requests, telephones and all, into a log
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False
_CLOCKS_MAY_DIFFER = timedelta(minutes=5)
_LISTED = 50
_NO_SENDER = "account"
_KINDS = {
    "permanent": FailureKind.PERMANENT,
    "opted-out": FailureKind.PERMANENT,
    "temporary": FailureKind.TEMPORARY,
    "technical": FailureKind.TECHNICAL,
}


@dataclass(frozen=True)
class TwilioAccount:
    """Whose account, who sends (a number, or a messaging service), and where Twilio and we can be reached."""

    account_sid: str
    auth_token: str
    sender: str | None
    messaging_service_sid: str | None
    base_url: str | None
    public_url: str


class _Transport(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's client with a timeout on every call and, where told, another host."""

    def __init__(self, base_url: str | None, seconds: float) -> None:
        super().__init__(timeout=seconds, pool_connections=True, logger=_QUIET)
        self._base = urlsplit(base_url) if base_url else None

    def request(self, method: str, url: str, *given: Any, **more: Any) -> Any:
        """As Twilio's, at the host that was told."""
        if self._base is not None:
            asked = urlsplit(url)
            path = self._base.path.rstrip("/") + asked.path
            url = urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))
        return super().request(method, url, *given, **more)


class TwilioChannel:
    """Texts by Twilio's Messages; reports come to our address with our own id in it."""

    name = "twilio"
    is_real = True
    can_be_asked = True

    def __init__(self, account: TwilioAccount, seconds: float = _SECONDS) -> None:
        self._account = account
        transport = _Transport(account.base_url, seconds)
        self._client = Client(account.account_sid, account.auth_token, http_client=transport, environment=_NO_ENVIRONMENT)
        self.reports = account.public_url.casefold().startswith("https://") or account.base_url is not None

    def send(self, text: Text) -> Outcome:
        """Create one message. A timeout after the request left is UNKNOWN, and nobody repeats it here."""
        try:
            message = self._client.messages.create(to=text.to, body=text.body, **self._sender(), **self._callback(text))
        except TwilioRestException as refused:
            return _refused(refused)
        except exceptions.RequestException as fault:
            return _unanswered(fault)
        return _of_status(message.status, message.error_code, message.sid)

    def look_up(self, text: Text, provider_id: str | None) -> Outcome:
        """The message by its sid, or among those to this number the one with these words from about that time on."""
        try:
            if provider_id:
                message = self._client.messages(provider_id).fetch()
                return _of_status(message.status, message.error_code, message.sid)
            listed = self._client.messages.list(to=text.to, limit=_LISTED)
        except (TwilioException, exceptions.RequestException) as fault:
            return Outcome(Fate.UNKNOWN, reason=f"not-told-{type(fault).__name__}"[:60])
        earliest = text.since - _CLOCKS_MAY_DIFFER
        for message in listed:
            if message.body == text.body and message.date_created and message.date_created >= earliest:
                return _of_status(message.status, message.error_code, message.sid)
        return Outcome(Fate.ABSENT) if len(listed) < _LISTED else Outcome(Fate.UNKNOWN, reason="too-many-listed")

    def _sender(self) -> dict[str, str]:
        account = self._account
        if account.messaging_service_sid:
            return {"messaging_service_sid": account.messaging_service_sid}
        return {"from_": account.sender or ""}

    def _callback(self, text: Text) -> dict[str, str]:
        return {"status_callback": callback_url(self._account.public_url, str(text.reference))} if self.reports else {}


def callback_url(public_url: str, reference: str) -> str:
    """Where Twilio reports to, with our own id."""
    return at_public_address(public_url, f"{CALLBACK_PATH}?message={reference}")


def at_public_address(public_url: str, path: str) -> str:
    """A path of ours as seen from outside, one way of writing it for whoever signs and whoever checks."""
    parts = urlsplit(public_url)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), "", "")) + path


def is_signed(auth_token: str, url: str, form: Any, signature: str) -> bool:
    """Whether Twilio signed this form for this address, the public one. `form` has `getlist` for names that come twice."""
    return bool(signature) and bool(RequestValidator(auth_token).validate(url, form, signature))


def reported(form: Mapping[str, str]) -> Outcome | None:
    """What a receipt says; None where it says nothing that we act on."""
    status = form.get("MessageStatus") or form.get("SmsStatus") or ""
    if status not in _codes()["statuses"]:
        return None
    code = form.get("ErrorCode") or ""
    return _of_status(status, int(code) if code.isascii() and code.isdigit() else None, form.get("MessageSid") or None)


def _of_status(status: str | None, code: int | None, sid: str | None) -> Outcome:
    fate = Fate(_codes()["statuses"].get(status or "", Fate.SENT))
    if fate is not Fate.FAILED:
        return Outcome(fate, provider_id=sid)
    meaning = _meaning(code)
    kind = _KINDS.get(meaning, FailureKind.TEMPORARY if meaning in ("", "busy") else FailureKind.TECHNICAL)
    return Outcome(fate, sid, f"twilio-{code}" if code else f"twilio-{status}", kind, meaning == "opted-out")


def _refused(refused: TwilioRestException) -> Outcome:
    """An answer that is no message: for good, for now, or such that nobody knows whether it was taken."""
    reason, meaning = f"twilio-{refused.code or refused.status}", _meaning(refused.code)
    if meaning in _KINDS:
        return Outcome(Fate.FAILED, reason=reason, kind=_KINDS[meaning], opted_out=meaning == "opted-out")
    if refused.status >= 500 and not meaning:
        return Outcome(Fate.UNKNOWN, reason=reason)
    kind = FailureKind.TECHNICAL if meaning == _NO_SENDER else FailureKind.TEMPORARY
    return Outcome(Fate.NOT_TAKEN, reason=reason, kind=kind)


def _unanswered(fault: exceptions.RequestException) -> Outcome:
    """Only where no connection was made is it certain that nothing left."""
    inner = fault.args[0] if fault.args else None
    inner = inner.reason if isinstance(inner, MaxRetryError) else inner
    if isinstance(fault, exceptions.ConnectTimeout) or isinstance(inner, NewConnectionError | ConnectTimeoutError):
        return Outcome(Fate.NOT_TAKEN, reason="no-connection", kind=FailureKind.TECHNICAL)
    return Outcome(Fate.UNKNOWN, reason=f"no-answer-{type(fault).__name__}"[:60])


def _meaning(code: int | str | None) -> str:
    return str(_codes()["codes"].get(str(code), ""))


@cache
def _codes() -> dict[str, dict[str, str]]:
    text = files("vaxcard.reminders.channels").joinpath("twilio_codes.toml").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, str]]", tomllib.loads(text))
