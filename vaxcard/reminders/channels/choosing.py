"""Which channels texts leave by, from what was set; every lack is told by its setting's name before a text is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from vaxcard.errors import SettingsError
from vaxcard.reminders.channels import Channel
from vaxcard.reminders.channels.gateway import GatewayChannel, read_gateway
from vaxcard.reminders.channels.rehearsal import ConsoleChannel, FileChannel


@dataclass(frozen=True)
class SmsSettings:
    """What was set about texts, as written; None where nothing was. `region` is the country where the programme's families live."""

    channel: str = "console"
    second_channel: str | None = None
    file: str | None = None
    gateway: str | None = None
    abroad_ground: str | None = None
    part_price: str | None = None
    a_second: int = 10
    region: str = "CN"
    public_url: str = "http://127.0.0.1:8000"
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = None
    twilio_from: str | None = None
    twilio_messaging_service_sid: str | None = None
    twilio_base_url: str | None = None


def open_channels(settings: SmsSettings, stream: TextIO) -> tuple[Channel, ...]:
    """The channel that was chosen, and the second one if one was. Raises SettingsError for what does not exist or lacks something."""
    if settings.second_channel and settings.second_channel == settings.channel:
        raise SettingsError("the second channel is the first", place="VAXCARD_SMS_SECOND_CHANNEL", advice="choose another, or none")
    names = [("VAXCARD_SMS_CHANNEL", settings.channel), ("VAXCARD_SMS_SECOND_CHANNEL", settings.second_channel)]
    return tuple(_open(place, name, settings, stream) for place, name in names if name)


def _open(place: str, name: str, settings: SmsSettings, stream: TextIO) -> Channel:
    makers: dict[str, Callable[[], Channel]] = {
        "console": lambda: ConsoleChannel(stream),
        "file": lambda: FileChannel(Path(_needed(settings.file, "VAXCARD_SMS_FILE", "write its path, such as texts.jsonl"))),
        "gateway": lambda: _gateway(settings),
        "twilio": lambda: _twilio(settings),
    }
    if name not in makers:
        raise SettingsError(f"there is no channel {name!r}", place=place, advice=f"choose {', '.join(makers)}")
    return makers[name]()


def _gateway(settings: SmsSettings) -> Channel:
    told = read_gateway(Path(_needed(settings.gateway, "VAXCARD_SMS_GATEWAY", "write the path of its file, see docs/reminders.md")))
    _allow_abroad(told.country, settings)
    return GatewayChannel(told)


def _twilio(settings: SmsSettings) -> Channel:
    from vaxcard.reminders.channels import twilio_sms  # its SDK takes longer to load than everything else here

    account_sid = _needed(settings.twilio_account_sid, "VAXCARD_TWILIO_ACCOUNT_SID", "copy it from Twilio's console: AC…")
    auth_token = _needed(settings.twilio_auth_token, "VAXCARD_TWILIO_AUTH_TOKEN", "copy it from Twilio's console")
    service = settings.twilio_messaging_service_sid
    sender = settings.twilio_from
    if not service:
        _needed(sender, "VAXCARD_TWILIO_FROM", "write a number of yours at Twilio, or set VAXCARD_TWILIO_MESSAGING_SERVICE_SID")
    _allow_abroad(twilio_sms.COUNTRY, settings)
    account = twilio_sms.TwilioAccount(account_sid, auth_token, sender, service, settings.twilio_base_url, settings.public_url)
    return twilio_sms.TwilioChannel(account)


def _allow_abroad(country: str, settings: SmsSettings) -> None:
    """Telephone numbers leave the country only on a ground that somebody has named."""
    if country.upper() != settings.region.upper() and not settings.abroad_ground:
        raise SettingsError(
            f"the provider stands in {country}, and families' numbers would leave {settings.region}",
            place="VAXCARD_SMS_ABROAD_GROUND",
            advice="name the legal ground of the transfer, such as the contract or permit and its date",
        )


def _needed(value: str | None, place: str, advice: str) -> str:
    if not value:
        raise SettingsError("the channel that was chosen needs more", place=place, advice=advice)
    return value
