"""Every setting of a running vaxcard, read once from the environment by app, cli and worker and handed down as a value."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vaxcard.errors import SettingsError
from vaxcard.keyring import Keyring, random_secret
from vaxcard.reminders.channels.choosing import SmsSettings

_SECRET_FILE = "local-secret.key"
_MOST_PROXIES = 9
_LONGEST_OPEN = 672  # hours: 28 days, the longest that any opened vial is kept anywhere
_MOST_A_SECOND = 1000


@dataclass(frozen=True)
class Settings:
    """What was set, checked. `own_secret` is False where the key was made here for a trial: such a registry stays on loopback."""

    database_url: str
    secret_key: str
    own_secret: bool
    public_url: str
    qr_version: int
    schedule: str
    region: str
    language: str
    time_zone: str
    trusted_proxies: int
    print_folder: str
    typed_share: int
    vial_hours: int
    backup_folder: str | None
    sms: SmsSettings

    def keyring(self) -> Keyring:
        """The key ring of this registry. Raises SettingsError for a secret that is too short."""
        return Keyring.from_text(self.secret_key)

    def zone(self) -> ZoneInfo:
        """The programme's time zone."""
        return ZoneInfo(self.time_zone)


def load_settings(environment: Mapping[str, str] | None = None, *, fallback: Mapping[str, str] | None = None) -> Settings:
    """The settings in force; `fallback` stands in for what the environment leaves out, by the same names.

    Raises SettingsError naming the setting, what is wrong and what to write instead.
    """
    told = os.environ if environment is None else environment
    environment = {**(fallback or {}), **{name: value for name, value in told.items() if value.strip()}}
    country, registry = _defaults()
    known = set(_OF_TESTS)

    def setting(name: str, default: str) -> str:
        known.add(f"VAXCARD_{name}")
        return environment.get(f"VAXCARD_{name}", "").strip() or default

    database_url = setting("DATABASE_URL", registry["database_url"])
    secret = setting("SECRET_KEY", "")
    settings = Settings(
        database_url=database_url,
        secret_key=secret,
        own_secret=bool(secret),
        public_url=_public_url(setting("PUBLIC_URL", registry["public_url"])),
        qr_version=_qr_version(setting("QR_VERSION", "3")),
        schedule=setting("SCHEDULE", country["schedule"]),
        region=setting("REGION", country["region"]),
        language=setting("LANGUAGE", country["language"]),
        time_zone=_time_zone(setting("TIME_ZONE", country["time_zone"])),
        trusted_proxies=_trusted_proxies(setting("TRUSTED_PROXIES", "0")),
        print_folder=setting("PRINT_FOLDER", _beside_registry(database_url, "print")),
        typed_share=_typed_share(setting("TYPED_SHARE", "10")),
        vial_hours=_vial_hours(setting("VIAL_HOURS", str(registry["vial_hours"]))),
        backup_folder=setting("BACKUP_FOLDER", "") or None,
        sms=_sms(setting, registry["sms_channel"], setting("REGION", country["region"]), setting("PUBLIC_URL", registry["public_url"])),
    )
    _refuse_unknown(environment, known)
    return settings if secret else replace(settings, secret_key=_local_secret(database_url))


_OF_TESTS = frozenset(f"VAXCARD_{name}" for name in ("SHARED", "CHROMIUM", "GOLDEN", "TEST_POSTGRES_URL"))  # read by this project's tests


def _refuse_unknown(environment: Mapping[str, str], known: Collection[str]) -> None:
    """A name that is no setting is a slip of the hand: what was meant would silently not be in force."""
    for name in sorted(environment):
        if name.startswith("VAXCARD_") and name not in known:
            near = get_close_matches(name, [each for each in known if each not in _OF_TESTS], 1, 0.0)
            advice = f"did you mean {near[0]}? The settings stand in docs/operating.md"
            raise SettingsError("there is no such setting", place=name, advice=advice)


def _defaults() -> tuple[dict[str, Any], dict[str, Any]]:
    """The country and the registry of the package's own settings.toml, whose keys must be those that are read."""
    told = check_defaults(tomllib.loads(files("vaxcard").joinpath("settings.toml").read_text(encoding="utf-8")))
    return told["country"], told["registry"]


def check_defaults(told: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The defaults as read. Raises SettingsError for a key that nobody reads or that is missing, with the nearest one."""
    for table, keys in _DEFAULTS.items():
        found = told.get(table, {})
        for key in sorted(found.keys() ^ keys):
            near = get_close_matches(key, sorted(keys), 1, 0.0)
            problem = "there is no such key" if key in found else "this key is missing"
            raise SettingsError(problem, place=f"settings.toml, {table}.{key}", advice=f"write {near[0]}")
    return {table: dict(keys) for table, keys in told.items()}


_DEFAULTS = {
    "country": {"schedule", "region", "language", "time_zone"},
    "registry": {"database_url", "public_url", "sms_channel", "vial_hours"},
}


def _sms(setting: Callable[[str, str], str], channel: str, region: str, public_url: str) -> SmsSettings:
    """What was set about texts; what a channel lacks is told when it is opened."""
    return SmsSettings(
        channel=setting("SMS_CHANNEL", channel),
        second_channel=setting("SMS_SECOND_CHANNEL", "") or None,
        file=setting("SMS_FILE", "") or None,
        gateway=setting("SMS_GATEWAY", "") or None,
        abroad_ground=setting("SMS_ABROAD_GROUND", "") or None,
        part_price=setting("SMS_PART_PRICE", "") or None,
        a_second=_a_second(setting("SMS_A_SECOND", "10")),
        region=region,
        public_url=public_url,
        twilio_account_sid=setting("TWILIO_ACCOUNT_SID", "") or None,
        twilio_auth_token=setting("TWILIO_AUTH_TOKEN", "") or None,
        twilio_from=setting("TWILIO_FROM", "") or None,
        twilio_messaging_service_sid=setting("TWILIO_MESSAGING_SERVICE_SID", "") or None,
        twilio_base_url=setting("TWILIO_BASE_URL", "") or None,
    )


def _a_second(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MOST_A_SECOND:
        raise SettingsError(
            "not a number of texts a second", place="VAXCARD_SMS_A_SECOND", advice=f"write one from 1 to {_MOST_A_SECOND}"
        )
    return int(text)


def _beside_registry(database_url: str, name: str) -> str:
    """A folder beside an SQLite registry; for another database, where the default registry would lie."""
    is_file = database_url.startswith("sqlite:///")
    return str((Path(database_url.removeprefix("sqlite:///")).parent if is_file else Path("var")) / name)


def _vial_hours(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _LONGEST_OPEN:
        raise SettingsError(
            "not hours that a vial may stay open", place="VAXCARD_VIAL_HOURS", advice=f"write a whole number from 1 to {_LONGEST_OPEN}"
        )
    return int(text)


def _typed_share(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
        raise SettingsError("not a part of a hundred", place="VAXCARD_TYPED_SHARE", advice="write a whole number from 1 to 100")
    return int(text)


def _local_secret(database_url: str) -> str:
    """A secret made here, kept beside an SQLite registry for its owner alone. Another database needs one of its own."""
    if not database_url.startswith("sqlite:///"):
        raise SettingsError(
            "this registry needs a secret key of its own",
            place="VAXCARD_SECRET_KEY",
            advice="make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))' and keep it apart from the database",
        )
    path = Path(database_url.removeprefix("sqlite:///")).parent / _SECRET_FILE
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    if Path(database_url.removeprefix("sqlite:///")).exists():
        raise SettingsError(
            "this registry was made with a secret key that is not here",
            place="VAXCARD_SECRET_KEY",
            advice=f"set it again, or put {_SECRET_FILE} back beside the registry",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = random_secret()
    # Created for the owner alone and never over an existing key: losing one loses every name sealed under it.
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(secret + "\n")
    return secret


def _public_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(
            "not an address that cards can carry", place="VAXCARD_PUBLIC_URL", advice="write https://HOST, as families will open it"
        )
    return url.rstrip("/")


def _qr_version(text: str) -> int:
    if text not in ("3", "4"):
        raise SettingsError(
            "a card's QR is version 3 or 4", place="VAXCARD_QR_VERSION", advice="leave it out, or write 4 for a long host name"
        )
    return int(text)


def _trusted_proxies(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _MOST_PROXIES:
        raise SettingsError(
            "not a number of proxies",
            place="VAXCARD_TRUSTED_PROXIES",
            advice="write how many of your own web servers stand before this one, 0 for none",
        )
    return int(text)


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise SettingsError("no such time zone", place="VAXCARD_TIME_ZONE", advice="write one such as Europe/Paris") from fault
    return name


def is_loopback(host: str) -> bool:
    """Whether a host is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
