"""Settings are checked once, at the start, and say what to write instead."""

from pathlib import Path

import pytest

from vaxcard.errors import SettingsError
from vaxcard.settings import check_defaults, is_loopback, load_settings


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"VAXCARD_DATABASE_URL": f"sqlite:///{tmp_path}/registry.db"}


def test_a_trial_registry_gets_a_secret_of_its_own_that_the_next_start_finds(environment: dict[str, str], tmp_path: Path) -> None:
    first = load_settings(environment)
    assert not first.own_secret
    assert load_settings(environment).secret_key == first.secret_key
    assert (tmp_path / "local-secret.key").stat().st_mode & 0o077 == 0


def test_two_trial_registries_never_share_a_secret(environment: dict[str, str], tmp_path: Path) -> None:
    other = {"VAXCARD_DATABASE_URL": f"sqlite:///{tmp_path}/other/registry.db"}
    assert load_settings(environment).secret_key != load_settings(other).secret_key


def test_postgresql_without_a_secret_key_is_refused() -> None:
    with pytest.raises(SettingsError, match="VAXCARD_SECRET_KEY"):
        load_settings({"VAXCARD_DATABASE_URL": "postgresql+psycopg://host/registry"})


def test_a_short_secret_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="32 bytes"):
        load_settings({**environment, "VAXCARD_SECRET_KEY": "short"}).keyring()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VAXCARD_PUBLIC_URL", "vax.example"),
        ("VAXCARD_PUBLIC_URL", "ftp://vax.example"),
        ("VAXCARD_PUBLIC_URL", "https://vax.example/?q=1"),
        ("VAXCARD_QR_VERSION", "5"),
        ("VAXCARD_TIME_ZONE", "Nowhere/Here"),
        ("VAXCARD_TRUSTED_PROXIES", "-1"),
        ("VAXCARD_TRUSTED_PROXIES", "all"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(environment: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({**environment, name: value})


def test_the_environment_wins_over_a_fallback(environment: dict[str, str], tmp_path: Path) -> None:
    fallback = {"VAXCARD_DATABASE_URL": f"sqlite:///{tmp_path}/elsewhere.db", "VAXCARD_LANGUAGE": "en"}
    settings = load_settings(environment, fallback=fallback)
    assert settings.database_url == environment["VAXCARD_DATABASE_URL"]
    assert settings.language == "en"


@pytest.mark.parametrize(
    ("host", "alone"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("vax.example", False)]
)
def test_loopback_is_this_machine_alone(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("VAXCARD_PUBLIC_ULR", "VAXCARD_PUBLIC_URL"),
        ("VAXCARD_SMS_CHANEL", "VAXCARD_SMS_CHANNEL"),
        ("VAXCARD_SECRETKEY", "VAXCARD_SECRET_KEY"),
    ],
)
def test_a_name_that_is_no_setting_is_refused_with_the_nearest(
    environment: dict[str, str], tmp_path: Path, slip: str, meant: str
) -> None:
    with pytest.raises(SettingsError, match=f"{slip}: there is no such setting.*did you mean {meant}"):
        load_settings({**environment, slip: "x"})
    assert not (tmp_path / "local-secret.key").exists()


def test_what_the_tests_and_others_read_is_let_through(environment: dict[str, str]) -> None:
    assert load_settings({**environment, "VAXCARD_SHARED": "x", "PATH": "y"}).language == "zh"


def test_a_default_that_nobody_reads_is_refused_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"country\.langauge: there is no such key. write language"):
        check_defaults({"country": {"langauge": "zh"}})
