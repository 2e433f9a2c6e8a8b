"""Every request of the Twilio channel judged by Twilio's own OpenAPI, through Prism: both from npm packages, skipped without npm.

Prism keeps nothing and refuses nothing but a wrong shape: what Twilio does besides is the double's to tell.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tarfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.twilio_double import SID, TOKEN
from vaxcard.reminders.channels import Fate, Text
from vaxcard.reminders.channels.twilio_sms import TwilioAccount, TwilioChannel

PRISM = "@stoplight/prism-cli@5.14.2"
CONTRACT = "@twilio/cli-core@8.3.2"  # its package carries the document as Twilio publishes it
DOCUMENT = "package/src/services/twilio-api/twilio_api_v2010.json"
TEXT = Text("+8613900000001", "【清河】朵朵该打疫苗了：今天。", UUID(int=7), "zh/today", datetime(2026, 6, 20, 2, tzinfo=UTC))


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Prism serving Twilio's document on loopback."""
    folder = tmp_path_factory.mktemp("prism")
    if shutil.which("npm") is None:
        pytest.skip("no npm: Twilio's own contract is not asked")
    fetch = (["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", PRISM], ["npm", "pack", CONTRACT])
    for command in fetch:
        if subprocess.run(command, cwd=folder, capture_output=True, timeout=400, check=False).returncode:
            pytest.skip("npm's registry can't be reached: Twilio's own contract is not asked")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive, open(folder / "twilio.json", "wb") as document:
        document.write(archive.extractfile(DOCUMENT).read())  # type: ignore[union-attr]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["node_modules/.bin/prism", "mock", "-h", "127.0.0.1", "-p", str(port), "twilio.json"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ) as running:
        try:
            yield _listening(f"http://127.0.0.1:{port}", running)
        finally:
            running.terminate()


def _listening(url: str, running: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        assert running.poll() is None, "Prism ended before it listened"
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return url
        except OSError:
            time.sleep(0.2)
    raise AssertionError("Prism did not listen")


@pytest.mark.long
@pytest.mark.parametrize(("number", "service"), [("+15005550006", None), (None, "MG" + "0" * 32)])
def test_twilios_own_contract_takes_every_request(prism: str, number: str | None, service: str | None) -> None:
    channel = TwilioChannel(TwilioAccount(SID, TOKEN, number, service, prism, "https://vaxcard.example"), seconds=60)
    sent = channel.send(TEXT)
    assert sent.fate in (Fate.SENT, Fate.DELIVERED, Fate.FAILED) and sent.provider_id is not None, sent  # its example may have failed
    for provider_id in (sent.provider_id, None):
        asked = channel.look_up(TEXT, provider_id)
        assert not (asked.reason or "").startswith("not-told"), asked
    channel._client.http_client.session.close()


@pytest.mark.long
def test_the_contract_refuses_what_has_not_its_shape(prism: str) -> None:
    form = urllib.parse.urlencode({"Body": "no number"}).encode()
    headers = {"Authorization": "Basic QTpC", "Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(f"{prism}/2010-04-01/Accounts/{SID}/Messages.json", form, headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    refused.value.close()
    assert refused.value.code == 422
