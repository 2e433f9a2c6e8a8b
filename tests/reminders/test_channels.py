"""What every channel promises, and which there are."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from uuid import UUID

import pytest

from vaxcard.errors import SettingsError
from vaxcard.reminders.channels import Channel, ConsoleChannel, Fate, FileChannel, masked, open_channel

REFERENCE = UUID(int=7)
NUMBER = "+8613900000001"


@pytest.fixture(params=["console", "file"])
def channel(request: pytest.FixtureRequest, tmp_path: Path) -> Channel:
    return open_channel(request.param, io.StringIO(), str(tmp_path / "texts.jsonl"))


def test_a_text_that_went_has_the_providers_id(channel: Channel) -> None:
    outcome = channel.send(NUMBER, "朵朵的疫苗在门诊等着。", REFERENCE)
    assert (outcome.fate, outcome.provider_id, outcome.reason) == (Fate.SENT, str(REFERENCE), None)


def test_a_rehearsal_is_not_real(channel: Channel) -> None:
    assert not channel.is_real


def test_the_console_masks_the_number() -> None:
    stream = io.StringIO()
    ConsoleChannel(stream).send(NUMBER, "朵朵的疫苗在门诊等着。", REFERENCE)
    assert stream.getvalue() == "••••••••••••01  朵朵的疫苗在门诊等着。\n"


@pytest.mark.parametrize(("number", "shown"), [("12", "12"), ("", ""), ("123", "•23")])
def test_a_short_number_is_masked_too(number: str, shown: str) -> None:
    assert masked(number) == shown


def test_the_file_holds_one_object_a_line_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    channel = FileChannel(path)
    channel.send(NUMBER, "one\nline", REFERENCE)
    channel.send(NUMBER, "two", REFERENCE)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == [{"reference": str(REFERENCE), "to": NUMBER, "body": body} for body in ("one\nline", "two")]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_a_failure_with_a_reason(tmp_path: Path) -> None:
    outcome = FileChannel(tmp_path / "nowhere" / "texts.jsonl").send(NUMBER, "one", REFERENCE)
    assert (outcome.fate, outcome.reason) == (Fate.FAILED, "file-FileNotFoundError")


def test_a_channel_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(SettingsError, match="console or file") as fault:
        open_channel("pigeon", io.StringIO())
    assert fault.value.place == "VAXCARD_SMS_CHANNEL"


def test_the_file_channel_needs_a_file() -> None:
    with pytest.raises(SettingsError, match="VAXCARD_SMS_FILE"):
        open_channel("file", io.StringIO())
