"""What every channel promises, run against each: the port is the promise, the provider behind it is not."""

from __future__ import annotations

import io
import json
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.twilio_double import SID, TOKEN, TwilioDouble, twilio_double
from vaxcard.errors import SettingsError
from vaxcard.records.messages import FailureKind
from vaxcard.reminders.channels import Channel, Fate, Outcome, Text, masked
from vaxcard.reminders.channels.choosing import SmsSettings, open_channels
from vaxcard.reminders.channels.rehearsal import ConsoleChannel, FileChannel
from vaxcard.reminders.channels.twilio_sms import TwilioAccount, TwilioChannel

NUMBER = "+8613900000001"
NOON = datetime(2026, 6, 20, 2, tzinfo=UTC)
BODY = "【清河】朵朵该打疫苗了：今天。"


def a_text(to: str = NUMBER, body: str = BODY, number: int = 7) -> Text:
    return Text(to, body, UUID(int=number), "zh/today", NOON)


@pytest.fixture
def double() -> Iterator[TwilioDouble]:
    with twilio_double(now=NOON) as running:
        yield running


def account(double: TwilioDouble, **more: Any) -> TwilioAccount:
    told = TwilioAccount(SID, TOKEN, "+15005550006", None, double.url, "https://vaxcard.example")
    return replace(told, **more)


@pytest.fixture
def twilio(double: TwilioDouble) -> Iterator[TwilioChannel]:
    channel = TwilioChannel(account(double), seconds=2)
    yield channel
    channel._client.http_client.session.close()


class GatewayDouble(BaseHTTPRequestHandler):
    """A country's own gateway: JSON in, JSON out, refusing by the last digits."""

    taken: list[tuple[dict[str, Any], dict[str, str]]]

    def log_message(self, *_given: Any) -> None:
        """Says nothing."""

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).taken.append((told, dict(self.headers)))
        status, answer = {
            "0400": (200, '{"code": "mobile-invalid"}'),
            "0429": (429, "{}"),
            "0500": (500, "{}"),
            "0200": (200, "<html>a captive portal</html>"),
            "0302": (302, ""),
            "0403": (403, "{}"),
        }.get(told["phone"][-4:], (200, '{"code": "OK", "id": "G1"}'))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        content = answer.encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


GATEWAY = r"""
url = "URL/send"
country = "CN"
body = '{"phone": "$to", "text": "$body", "out_id": "$reference", "template": "$template"}'
seconds = 5.0
success = '"code": ?"OK"'
provider_id = '"id": ?"(\w+)"'
headers = { Authorization = "Bearer an-invented-key" }
templates = { "zh/today" = "SMS_1" }
failures = [{ pattern = '"mobile-invalid"', reason = "invalid-number", kind = "permanent" }]
"""


@pytest.fixture
def gateway_url() -> Iterator[tuple[str, list[tuple[dict[str, Any], dict[str, str]]]]]:
    taken: list[tuple[dict[str, Any], dict[str, str]]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (GatewayDouble,), {"taken": taken}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", taken
    server.shutdown()
    server.server_close()
    thread.join()


def gateway_file(folder: Path, url: str, text: str = GATEWAY) -> str:
    path = folder / "gateway.toml"
    path.write_text(text.replace("URL", url), encoding="utf-8")
    return str(path)


@pytest.fixture
def gateway(gateway_url: tuple[str, Any], tmp_path: Path) -> Channel:
    return opened(channel="gateway", gateway=gateway_file(tmp_path, gateway_url[0]))


def opened(**told: Any) -> Channel:
    return open_channels(SmsSettings(**told), io.StringIO())[0]


@pytest.fixture(params=["console", "file", "twilio", "gateway"])
def channel(request: pytest.FixtureRequest, tmp_path: Path) -> Channel:
    if request.param in ("twilio", "gateway"):
        found: Channel = request.getfixturevalue(request.param)
        return found
    return opened(channel=request.param, file=str(tmp_path / "texts.jsonl"))


# The promises


def test_a_text_that_went_has_the_providers_id(channel: Channel) -> None:
    outcome = channel.send(a_text())
    assert (outcome.fate, outcome.reason, outcome.kind) == (Fate.SENT, None, None)
    assert outcome.provider_id


def test_a_text_that_went_is_found_again_where_a_channel_can_be_asked(channel: Channel) -> None:
    sent = channel.send(a_text())
    for known in (sent.provider_id, None):
        found = channel.look_up(a_text(), known)
        assert found.fate in ((Fate.SENT, Fate.DELIVERED) if channel.can_be_asked else (Fate.UNKNOWN,))


def test_only_a_channel_that_can_be_asked_says_that_a_text_never_came(channel: Channel) -> None:
    channel.send(a_text("+8613900000002", number=8))
    assert channel.look_up(a_text(number=9), None).fate is (Fate.ABSENT if channel.can_be_asked else Fate.UNKNOWN)


def test_every_character_arrives(channel: Channel) -> None:
    assert channel.send(a_text(body='“朵朵” & <阳阳> \\ "$100" 𬀩\n')).fate is Fate.SENT


def test_a_rehearsal_is_not_real_and_a_provider_is(channel: Channel) -> None:
    assert channel.is_real is (channel.name in ("twilio", "gateway"))


def test_a_name_fits_its_column(channel: Channel) -> None:
    assert len(channel.name) <= 20


# Console and file


def test_the_console_masks_the_number() -> None:
    stream = io.StringIO()
    ConsoleChannel(stream).send(a_text())
    assert stream.getvalue() == f"••••••••••••01  {BODY}\n"


@pytest.mark.parametrize(("number", "shown"), [("12", "12"), ("", ""), ("123", "•23")])
def test_a_short_number_is_masked_too(number: str, shown: str) -> None:
    assert masked(number) == shown


def test_the_file_holds_one_object_a_line_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    channel = FileChannel(path)
    channel.send(a_text(body="one\nline"))
    channel.send(a_text(body="two"))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == [{"reference": str(UUID(int=7)), "to": NUMBER, "body": body} for body in ("one\nline", "two")]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_takes_nothing(tmp_path: Path) -> None:
    outcome = FileChannel(tmp_path / "nowhere" / "texts.jsonl").send(a_text())
    assert outcome == Outcome(Fate.NOT_TAKEN, reason="file-FileNotFoundError", kind=FailureKind.TECHNICAL)


# Twilio


def test_a_request_names_number_words_sender_and_where_to_report(double: TwilioDouble, twilio: TwilioChannel) -> None:
    twilio.send(a_text())
    (form,) = double.requests
    report = f"https://vaxcard.example/api/v1/webhooks/twilio/status?message={UUID(int=7)}"
    assert form == {"To": NUMBER, "Body": BODY, "From": "+15005550006", "StatusCallback": report}


def test_a_messaging_service_goes_before_a_number(double: TwilioDouble) -> None:
    TwilioChannel(account(double, messaging_service_sid="MG" + "0" * 32)).send(a_text())
    assert "From" not in double.requests[0]
    assert double.requests[0]["MessagingServiceSid"] == "MG" + "0" * 32


@pytest.mark.parametrize(
    ("ends", "outcome"),
    [
        ("0400", Outcome(Fate.FAILED, reason="twilio-21211", kind=FailureKind.PERMANENT)),
        ("0614", Outcome(Fate.FAILED, reason="twilio-21614", kind=FailureKind.PERMANENT)),
        ("0610", Outcome(Fate.FAILED, reason="twilio-21610", kind=FailureKind.PERMANENT, opted_out=True)),
        ("0408", Outcome(Fate.NOT_TAKEN, reason="twilio-21408", kind=FailureKind.TECHNICAL)),
        ("0999", Outcome(Fate.NOT_TAKEN, reason="twilio-29999", kind=FailureKind.TEMPORARY)),
        ("0429", Outcome(Fate.NOT_TAKEN, reason="twilio-20429", kind=FailureKind.TEMPORARY)),
        ("0500", Outcome(Fate.UNKNOWN, reason="twilio-20500")),
    ],
)
def test_what_twilio_refuses_is_kept_apart_by_class(twilio: TwilioChannel, ends: str, outcome: Outcome) -> None:
    assert twilio.send(a_text(f"+861390000{ends}")) == outcome


def test_too_many_at_once_may_be_tried_again(double: TwilioDouble, twilio: TwilioChannel) -> None:
    fates = [twilio.send(a_text("+8613900000429")).fate for _ in range(3)]
    assert fates == [Fate.NOT_TAKEN, Fate.NOT_TAKEN, Fate.SENT]
    assert len(double.taken()) == 1


@pytest.mark.parametrize(("ends", "is_there"), [("0502", True), ("0501", False)])
def test_a_line_that_breaks_leaves_a_doubt_that_listing_settles(twilio: TwilioChannel, ends: str, is_there: bool) -> None:
    text = a_text(f"+861390000{ends}")
    assert twilio.send(text).fate is Fate.UNKNOWN
    assert twilio.look_up(text, None).fate is (Fate.DELIVERED if is_there else Fate.ABSENT)


def test_an_answer_that_comes_too_late_is_a_doubt(double: TwilioDouble) -> None:
    channel = TwilioChannel(account(double), seconds=0.5)
    assert channel.send(a_text("+8613900000504")).fate is Fate.UNKNOWN
    assert len(double.taken()) == 1


def test_where_nobody_listens_nothing_was_taken() -> None:
    nobody = TwilioAccount(SID, TOKEN, "+15005550006", None, "http://127.0.0.1:9", "https://vaxcard.example")
    channel = TwilioChannel(nobody, seconds=2)
    assert channel.send(a_text()).fate is Fate.NOT_TAKEN
    assert channel.look_up(a_text(), None).fate is Fate.UNKNOWN


def test_an_older_text_with_the_same_words_is_another_one(double: TwilioDouble, twilio: TwilioChannel) -> None:
    twilio.send(a_text())
    later = replace(a_text(), since=datetime(2026, 6, 20, 2, 6, tzinfo=UTC))
    assert twilio.look_up(later, None).fate is Fate.ABSENT


@pytest.mark.parametrize(("ends", "kind"), [("3003", FailureKind.TEMPORARY), ("3005", FailureKind.PERMANENT)])
def test_what_became_of_a_text_is_told_by_its_sid(twilio: TwilioChannel, ends: str, kind: FailureKind) -> None:
    text = a_text(f"+861390000{ends}")
    found = twilio.look_up(text, twilio.send(text).provider_id)
    assert (found.fate, found.kind) == (Fate.FAILED, kind)


# A gateway told in a file


def test_the_gateway_is_spoken_to_as_its_file_says(gateway: Channel, gateway_url: tuple[str, Any]) -> None:
    body = 'a "quoted" \\ text $to'
    assert gateway.send(a_text(body=body)) == Outcome(Fate.SENT, provider_id="G1")
    ((told, headers),) = gateway_url[1]
    assert told == {"phone": NUMBER, "text": body, "out_id": str(UUID(int=7)), "template": "SMS_1"}
    assert headers["Authorization"] == "Bearer an-invented-key"


@pytest.mark.parametrize(
    ("ends", "outcome"),
    [
        ("0400", Outcome(Fate.FAILED, reason="invalid-number", kind=FailureKind.PERMANENT)),
        ("0429", Outcome(Fate.NOT_TAKEN, reason="http-429", kind=FailureKind.TEMPORARY)),
        ("0403", Outcome(Fate.NOT_TAKEN, reason="http-403", kind=FailureKind.TECHNICAL)),
        ("0302", Outcome(Fate.NOT_TAKEN, reason="http-302", kind=FailureKind.TECHNICAL)),
        ("0500", Outcome(Fate.UNKNOWN, reason="http-500")),
        ("0200", Outcome(Fate.UNKNOWN, reason="answer-not-understood")),
    ],
)
def test_the_gateways_answers_are_read_as_its_file_says(gateway: Channel, ends: str, outcome: Outcome) -> None:
    assert gateway.send(a_text(f"+861390000{ends}")) == outcome


def test_where_no_gateway_listens_nothing_was_taken(tmp_path: Path) -> None:
    channel = opened(channel="gateway", gateway=gateway_file(tmp_path, "http://127.0.0.1:9"))
    assert channel.send(a_text()).fate is Fate.NOT_TAKEN


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("url =", "adress ="),
        lambda text: text.replace("$to", "nobody"),
        lambda text: text.replace("$reference", "$sender"),
        lambda text: text.replace("URL", "ftp://x"),
        lambda text: text.replace('kind = "permanent"', 'kind = "forever"'),
        lambda text: text + "[",
    ],
)
def test_a_gateways_file_that_can_not_work_is_told(tmp_path: Path, change: Callable[[str], str]) -> None:
    with pytest.raises(SettingsError, match="VAXCARD_SMS_GATEWAY"):
        opened(channel="gateway", gateway=gateway_file(tmp_path, "http://127.0.0.1:9", change(GATEWAY)))


# Which there are


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"channel": "pigeon"}, "VAXCARD_SMS_CHANNEL"),
        ({"second_channel": "pigeon"}, "VAXCARD_SMS_SECOND_CHANNEL"),
        ({"second_channel": "console"}, "VAXCARD_SMS_SECOND_CHANNEL"),
        ({"channel": "file"}, "VAXCARD_SMS_FILE"),
        ({"channel": "gateway"}, "VAXCARD_SMS_GATEWAY"),
        ({"channel": "gateway", "gateway": "nowhere.toml"}, "VAXCARD_SMS_GATEWAY"),
        ({"channel": "twilio"}, "VAXCARD_TWILIO_ACCOUNT_SID"),
        ({"channel": "twilio", "twilio_account_sid": SID}, "VAXCARD_TWILIO_AUTH_TOKEN"),
        ({"channel": "twilio", "twilio_account_sid": SID, "twilio_auth_token": TOKEN}, "VAXCARD_TWILIO_FROM"),
    ],
)
def test_what_a_channel_lacks_is_told_by_its_setting(told: dict[str, str], place: str) -> None:
    with pytest.raises(SettingsError) as fault:
        opened(**told)
    assert fault.value.place == place


def test_numbers_leave_the_country_only_on_a_named_ground() -> None:
    told = {"channel": "twilio", "twilio_account_sid": SID, "twilio_auth_token": TOKEN, "twilio_from": "+15005550006"}
    with pytest.raises(SettingsError, match="VAXCARD_SMS_ABROAD_GROUND"):
        opened(**told)
    assert opened(**told, abroad_ground="contract of 2026-01-01").name == "twilio"
    assert opened(**told, region="US").name == "twilio"


def test_a_second_channel_stands_behind_the_first(tmp_path: Path) -> None:
    channels = open_channels(SmsSettings(second_channel="file", file=str(tmp_path / "texts.jsonl")), io.StringIO())
    assert [channel.name for channel in channels] == ["console", "file"]
