"""A Twilio of our own on loopback: keeps what it took, signs its reports as Twilio does, and misbehaves by the last digits of a number.

It is our reading of Twilio's documentation, not Twilio; the SDK, the signature code and the shape checks are Twilio's own.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

SID, TOKEN = "AC" + "0" * 31 + "1", "an invented token"
REFUSALS = {"0400": (400, 21211), "0610": (400, 21610), "0614": (400, 21614), "0408": (400, 21408), "0999": (400, 29999)}
BUSY, LATE, DROPPED, LOST, BROKEN, UNDELIVERED = "0429", "0504", "0502", "0501", "0500", "3003"
UNREACHABLE = "3005"
_ENDS = {UNDELIVERED: ("undelivered", 30003), UNREACHABLE: ("undelivered", 30005)}


@dataclass(frozen=True)
class Report:
    """A receipt as it goes over the line."""

    url: str
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class TwilioDouble:
    """What was asked and taken. `busy_times` is how often a number ending in 0429 is told to come later.

    `interferes` is told when a request `arrived` and when its text is `taken`; where it says so, the line breaks there.
    """

    now: datetime = datetime(2026, 6, 20, 2, tzinfo=UTC)
    busy_times: int = 2
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    url: str = ""
    delivers: bool = True
    down: bool = False
    keeps_requests: bool = True
    interferes: Callable[[str, dict[str, str]], bool] = lambda _stage, _form: False
    lock: threading.Lock = field(default_factory=threading.Lock)
    released: threading.Event = field(default_factory=threading.Event)
    _busy: Counter[str] = field(default_factory=Counter)

    def taken(self) -> list[tuple[str, str]]:
        """Number and words of every message that was taken."""
        with self.lock:
            return [(message["to"], message["body"]) for message in self.messages.values()]

    def take(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """A request to send: refused, or taken and put on its way."""
        to = form.get("To", "")
        with self.lock:
            if self.keeps_requests:
                self.requests.append(form)
            if self.down:
                return 503, _fault(503, 20503)
            if not re.fullmatch(r"\+\d{6,15}", to):
                return 400, _fault(400, 21211)
            if not (form.get("From") or form.get("MessagingServiceSid")):
                return 400, _fault(400, 21603)
            if len(form.get("Body", "")) > 1600 or not form.get("Body"):
                return 400, _fault(400, 21617 if form.get("Body") else 21602)
            if to[-4:] in REFUSALS:
                return REFUSALS[to[-4:]][0], _fault(*REFUSALS[to[-4:]])
            if to.endswith(BUSY) and self._busy[to] < self.busy_times:
                self._busy[to] += 1
                return 429, _fault(429, 20429)
            return 201, self._accept(form)

    def _accept(self, form: dict[str, str]) -> dict[str, Any]:
        sid = f"SM{len(self.messages) + 1:032x}"
        first = "accepted" if form.get("MessagingServiceSid") else "queued"
        message = {"sid": sid, "account_sid": SID, "to": form["To"], "from": form.get("From"), "body": form["Body"], "status": first}
        message |= {"error_code": None, "date_created": format_datetime(self.now), "date_sent": None, "num_segments": "0"}
        message |= {"uri": f"/2010-04-01/Accounts/{SID}/Messages/{sid}.json", "direction": "outbound-api"}
        answer = dict(message)
        last, code = _ENDS.get(form["To"][-4:], ("delivered", None))
        if self.delivers:
            message.update(status=last, error_code=code)
        self.messages[sid] = message
        if form.get("StatusCallback"):
            ways = ["queued", "sent", last] if first == "accepted" else ["sent", last]
            self.reports += [self.report(form["StatusCallback"], sid, status, code if status == last else None) for status in ways]
        return answer

    def report(self, url: str, sid: str, status: str, code: int | None = None) -> Report:
        """A signed receipt."""
        form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status}
        form |= {"AccountSid": SID, "ApiVersion": "2010-04-01"} | ({"ErrorCode": str(code)} if code else {})
        signature = RequestValidator(TOKEN).compute_signature(url, form)
        return Report(url, form, {"X-Twilio-Signature": signature, "I-Twilio-Idempotency-Token": f"{sid}-{status}"})


def _fault(status: int, code: int) -> dict[str, Any]:
    return {"status": status, "code": code, "message": f"Error {code}", "more_info": f"https://www.twilio.com/docs/errors/{code}"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    double: TwilioDouble

    def log_message(self, *_given: Any) -> None:
        """Says nothing."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        if not self.path.endswith(f"/Accounts/{SID}/Messages.json"):
            return self._answer(404, _fault(404, 20404))
        if not self.headers.get("Authorization"):
            return self._answer(401, _fault(401, 20003))
        ends = form.get("To", "")[-4:]
        if ends == LOST or self.double.interferes("arrived", form):  # the line breaks before anything was taken
            return self._hang_up()
        status, answer = (500, _fault(500, 20500)) if ends == BROKEN else self.double.take(form)
        if ends == DROPPED or self.double.interferes("taken", form):  # taken, and the line breaks before the answer
            return self._hang_up()
        if ends == LATE:
            self.double.released.wait(30)
            return self._hang_up()
        self._answer(status, answer)

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if self.double.down:
            return self._answer(503, _fault(503, 20503))
        with self.double.lock:
            messages = list(self.double.messages.values())
        if asked.path.endswith("/Messages.json"):
            to = parse_qs(asked.query).get("To", [""])[0]
            found = [message for message in reversed(messages) if message["to"] == to]
            page = {"messages": found, "page": 0, "page_size": 50, "uri": asked.path, "first_page_uri": asked.path, "next_page_uri": None}
            return self._answer(200, page)
        sid = asked.path.rpartition("/")[2].removesuffix(".json")
        found = [message for message in messages if message["sid"] == sid]
        self._answer(200, found[0]) if found else self._answer(404, _fault(404, 20404))

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _answer(self, status: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        with suppress(OSError):  # whoever asked is gone
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_given: Any) -> None:
        """A client that hung up is what some tests are about."""


@contextmanager
def twilio_double(**told: Any) -> Iterator[TwilioDouble]:
    """The double, answering on loopback until the block ends."""
    double = TwilioDouble(**told)
    handler = type("Handler", (_Handler,), {"double": double})
    server = _Server(("127.0.0.1", 0), handler)
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        double.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
