"""Opening a registry on SQLite or PostgreSQL: sessions that read, sessions that write, and bringing the tables up to date.

Whoever opens a session commits it: `writing()` does so at its end, after the audit chain has been sealed as the last statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from vaxcard.errors import SettingsError
from vaxcard.keyring import Keyring
from vaxcard.records import audit

_BUSY_MILLISECONDS = 15_000
_WRITING = "vaxcard_writing"


class Database:
    """One registry: its engine, its key ring, and the two ways into it."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.url, self.keyring = url, keyring
        self.engine = _engine(url)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the registry and changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed at its end, whole or not at all, with its audit entries chained last."""
        with Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={_WRITING: True})
            yield session
            session.flush()
            audit.seal_pending(session, self.keyring)
            session.commit()

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def open_database(url: str, keyring: Keyring) -> Database:
    """The registry at `url`: `sqlite:///FILE` or `postgresql+psycopg://…`. Raises SettingsError for any other."""
    return Database(url, keyring)


def _engine(url: str) -> Engine:
    """An engine whose errors tell the statement and never what was in it."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise SettingsError(
            "a registry lives in an SQLite file or in PostgreSQL",
            place="VAXCARD_DATABASE_URL",
            advice="write sqlite:///registry.db or postgresql+psycopg://user@host/name",
        )
    engine = create_engine(parsed, connect_args={"check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """WAL, so that a reader never waits for a writer; FULL, so that a recorded dose survives a power cut."""
    connection.isolation_level = None  # the driver's own transactions would turn BEGIN IMMEDIATE into a second BEGIN
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_MILLISECONDS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: a read that later turns into a write could otherwise be refused half-way."""
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _migrations() -> Path:
    """The numbered migrations: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


def _alembic(url: str, attributes: Mapping[str, Any]) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_migrations()))
    config.attributes.update(attributes, url=url)
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the registry's tables up to `revision`, creating an SQLite file where there is none."""
    engine = _engine(url)
    if engine.url.database and engine.dialect.name == "sqlite":
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    try:
        with engine.connect() as connection:
            command.upgrade(_alembic(url, {"connection": connection}), revision)
    except OperationalError as fault:
        raise SettingsError(
            f"the registry can't be opened ({type(fault.orig).__name__})",
            place="VAXCARD_DATABASE_URL",
            advice="check that the folder exists and is writable, or that the server runs",
        ) from fault
    finally:
        engine.dispose()


def downgrade(url: str, revision: str) -> None:
    """Take the tables back to `revision`; for rehearsals of a migration."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            command.downgrade(_alembic(url, {"connection": connection}), revision)
    finally:
        engine.dispose()
