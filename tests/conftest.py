"""What every room's tests stand on: a closed network, a key ring, and a fresh registry on each database.

One run owns one folder, made by the process that was started and shared with the workers of pytest-xdist;
the template registries are migrated in it once and copied from then on.
"""

import ipaddress
import itertools
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests import postgres_cluster
from tests.postgres_cluster import NoServerError

RUN_FOLDER = pytest.StashKey[Path]()
OWNER = pytest.StashKey[int]()
NO_POSTGRESQL = "PostgreSQL not tested"
TEST_SECRETS = {number: f"an invented secret for tests only, number {number}".encode() for number in (1, 2)}


# The network is closed from the first import to the last fixture, in every thread.


def refuse_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: a test may speak to this host only."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not is_this_host(address[0]):
            raise RuntimeError(f"a test tried to reach {address[0]}: pass it something that stays on this host")
    if event in ("socket.getaddrinfo", "socket.gethostbyname") and not is_this_host(arguments[0]):
        raise RuntimeError(f"a test tried to look up {arguments[0]}: pass it something that stays on this host")


def is_this_host(host: object) -> bool:
    """Whether a host name or address means the loopback of this host (or none at all, as when a server binds)."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", "0.0.0.0", "::"):
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False


sys.addaudithook(refuse_the_network)


# One run, one folder


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "xdist_group(name): tests that one worker runs, so that what they share is made once")
    if not config.option.markexpr:
        config.option.markexpr = "not long"
    _calm_hypothesis()
    worker = getattr(config, "workerinput", None)
    if worker:
        config.stash[RUN_FOLDER], config.stash[OWNER] = Path(worker["run_folder"]), worker["owner"]
        return
    folder = Path(tempfile.mkdtemp(prefix="vaxcard-tests-"))
    folder.chmod(0o755)  # the database server's own account must be able to enter
    config.stash[RUN_FOLDER], config.stash[OWNER] = folder, os.getpid()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["run_folder"] = str(node.config.stash[RUN_FOLDER])
    node.workerinput["owner"] = node.config.stash[OWNER]


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        given, folder = os.environ.get("VAXCARD_TEST_POSTGRES_URL"), config.stash[RUN_FOLDER]
        if given and (folder / "template.ready").exists():
            _administer(given, f'DROP DATABASE "{_template_name(folder)}" WITH (FORCE)')
        postgres_cluster.stop(folder)
        shutil.rmtree(config.stash[RUN_FOLDER], ignore_errors=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say in one plain line which databases were tested."""
    reasons = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", []) if isinstance(report.longrepr, tuple)]
    skipped = [reason for reason in reasons if NO_POSTGRESQL in reason]
    if skipped:
        why = skipped[0].partition(f"{NO_POSTGRESQL}: ")[2]
        line = f"PostgreSQL: {len(skipped)} tests skipped, they ran on SQLite only: {why}"
        terminalreporter.write_line(line, yellow=True)
        return
    ran = sum("[postgresql" in report.nodeid for report in terminalreporter.stats.get("passed", []))
    if ran:
        terminalreporter.write_line(f"PostgreSQL: {ran} tests ran on it as on SQLite")


def _calm_hypothesis() -> None:
    """No deadline for one example: a busy host would fail a sound law."""
    try:
        from hypothesis import settings
    except ImportError:  # the laws skip themselves; everything else runs
        return
    settings.register_profile("house", settings(deadline=None, derandomize="CI" in os.environ))
    settings.load_profile("house")


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """The folder of this run, shared by all its workers."""
    return pytestconfig.stash[RUN_FOLDER]


@pytest.fixture(scope="session")
def scaled() -> Callable[[int], int]:
    """How often a long test does something: its full count times LONG (see `make test-long`), at least once."""
    share = float(os.environ.get("LONG", "0.1"))
    return lambda count: max(1, round(count * share))


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of cases and data that are not part of the repository."""
    named = os.environ.get("VAXCARD_SHARED")
    if not named or not Path(named).is_dir():
        pytest.skip("VAXCARD_SHARED names no folder: the shared cases are not at hand")
    return Path(named)


# A registry of one's own


@pytest.fixture(scope="session")
def keyring() -> Any:
    """A key ring of two numbered secrets, the second current."""
    from vaxcard.keyring import Keyring

    return Keyring(TEST_SECRETS)


@pytest.fixture(scope="session")
def schedule() -> Any:
    """The programme's schedule as shipped, loaded once."""
    from vaxcard.schedule.loader import load_schedule

    return load_schedule("cn")


@pytest.fixture
def new_id() -> Callable[[], UUID]:
    """Ids that are the same in every run, in the order in which they are asked for."""
    numbers = itertools.count(1)
    return lambda: UUID(int=(0x7000 << 64) | (0x8000 << 48) | next(numbers))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty, migrated registry; the test runs once on each database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str, keyring: Any) -> Iterator[Any]:
    """An open, empty registry (`vaxcard.records.database.Database`); the test runs once on each database."""
    from vaxcard.records.database import open_database

    opened = open_database(database_url, keyring)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(sqlite_url: str, keyring: Any) -> Iterator[Any]:
    """An open, empty registry on SQLite, for doors above records that do not care where rows are kept."""
    from vaxcard.records.database import open_database

    opened = open_database(sqlite_url, keyring)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of an empty, migrated registry in a file."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'registry.db')}"


@pytest.fixture
def postgresql_url(postgresql_template: tuple[str, str], worker_id: str) -> Iterator[str]:
    """The address of an empty, migrated registry on PostgreSQL; skips where no server can be had."""
    # A copy of the template takes about 30 ms, emptying thirty tables about 22 ms. The copy is dearer and undoes
    # everything: triggers, sequences and forgotten transactions included.
    server, template = postgresql_template
    name = f"{template}_{worker_id}"
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    _administer(server, drop, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    yield _named(server, name)
    _administer(server, drop)


@pytest.fixture(scope="session")
def sqlite_template(run_folder: Path) -> Path:
    """A migrated, empty registry file, made once a run and only ever copied."""
    from vaxcard.records.database import upgrade

    template = run_folder / "template.db"
    with postgres_cluster.locked(run_folder, "sqlite"):
        if not template.exists():
            growing = run_folder / "growing.db"
            upgrade(f"sqlite:///{growing}")
            with sqlite3.connect(growing) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            growing.rename(template)
    return template


@pytest.fixture(scope="session")
def postgresql_template(run_folder: Path, postgresql_server: str) -> tuple[str, str]:
    """The server's address and the name of a migrated, empty database on it, made once a run and only ever copied."""
    from vaxcard.records.database import upgrade

    template = _template_name(run_folder)
    with postgres_cluster.locked(run_folder, "template"):
        if not (run_folder / "template.ready").exists():
            _administer(postgresql_server, f'CREATE DATABASE "{template}"')
            upgrade(_named(postgresql_server, template))
            (run_folder / "template.ready").touch()
    return postgresql_server, template


@pytest.fixture(scope="session")
def postgresql_server(run_folder: Path, pytestconfig: pytest.Config) -> str:
    """The address of a server on which databases may be made: VAXCARD_TEST_POSTGRES_URL, or a throw-away cluster."""
    given = os.environ.get("VAXCARD_TEST_POSTGRES_URL")
    if given:
        return given
    try:
        return postgres_cluster.ensure_running(run_folder, pytestconfig.stash[OWNER])
    except NoServerError as missing:
        pytest.skip(f"{NO_POSTGRESQL}: {missing}")


@pytest.fixture(scope="session")
def worker_id(pytestconfig: pytest.Config) -> str:
    """`gw0`, `gw1` … under pytest-xdist, else `main`."""
    worker = getattr(pytestconfig, "workerinput", None)
    return str(worker["workerid"]) if worker else "main"


def _template_name(run_folder: Path) -> str:
    return run_folder.name.replace("-", "_")


def _named(server: str, database: str) -> str:
    from sqlalchemy import make_url

    return make_url(server).set(database=database).render_as_string(hide_password=False)


def _administer(server: str, *statements: str) -> None:
    from sqlalchemy import create_engine, text
    from sqlalchemy.pool import NullPool

    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
