"""Opening a registry on SQLite or PostgreSQL: sessions that read, sessions that write, and bringing the tables up to date.

Whoever opens a session commits it: `writing()` does so at its end, after the audit chain has been sealed as the last statement.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, Executable, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from vaxcard.errors import SettingsError
from vaxcard.keyring import Keyring
from vaxcard.records import audit

_BUSY_MILLISECONDS = 15_000
_WRITING = "vaxcard_writing"
_AFTERWARDS = "vaxcard_afterwards"


@dataclass(eq=False)
class _Left:
    """What a look leaves behind."""

    looks: Sequence[audit.Look]
    later: Sequence[tuple[Executable, Mapping[str, Any]]]
    is_written: bool = False


class Database:
    """One registry: its engine, its key ring, and the ways into it."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.url, self.keyring = url, keyring
        self.engine = _engine(url)
        self._is_one_file = self.engine.dialect.name == "sqlite"
        self._asking = self.engine if self._is_one_file else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        # One file has one writer: those of this process queue up here, for the file's own lock is only looked at now and then.
        self._turn: AbstractContextManager[Any] = RLock() if self._is_one_file else nullcontext()
        self._waiting: deque[_Left] = deque()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the registry and changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def asking(self) -> Connection:
        """A connection for a question of one statement, to be closed by the one who asks."""
        return self._asking.connect()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed at its end, whole or not at all, with its audit entries chained last."""
        with self._turn, Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={_WRITING: True})
            yield session
            session.flush()
            _write_later(session.connection(), session.info.pop(_AFTERWARDS, ()))
            audit.seal_pending(session, self.keyring)
            session.commit()

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """A session that reads, and whose looks are in the audit trail when the block has ended.

        What it leaves for `afterwards` is written with them. Where one file has one writer, nobody waits for another's reading.
        """
        if not self._is_one_file:
            with self.writing() as session:
                yield session
            return
        with self.reading() as session:
            driver: Any = session.connection().connection.dbapi_connection
            before = driver.total_changes
            yield session
            looks, later = audit.taken(session), session.info.pop(_AFTERWARDS, ())
            if session.new or session.dirty or session.deleted or driver.total_changes != before:
                raise RuntimeError("a look changes nothing: open the registry for writing")
        if looks or later:
            self._leave(_Left(looks, later))

    def _leave(self, mine: _Left) -> None:
        """Write what a look leaves behind: whoever's turn it is writes for all who wait, and nobody waits for a disk twice."""
        self._waiting.append(mine)
        with self._turn:
            if mine.is_written:
                return
            together = [self._waiting.popleft() for _ in range(len(self._waiting))]
            try:
                self._write(together)
            except Exception:
                if together == [mine]:
                    raise
                self._waiting.extend(each for each in together if each is not mine)  # each for itself: the fault is one's alone
                self._write([mine])

    def _write(self, left: Sequence[_Left]) -> None:
        with self.engine.connect().execution_options(**{_WRITING: True}) as connection:
            _write_later(connection, [each for one in left for each in one.later])
            audit.seal(connection, self.keyring, [look for one in left for look in one.looks])
            connection.commit()
        for one in left:
            one.is_written = True

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def afterwards(session: Session, statement: Executable, values: Mapping[str, Any]) -> None:
    """Have a statement run once everything is read, just before the audit entries: a count that a look leaves behind."""
    session.info.setdefault(_AFTERWARDS, []).append((statement, values))


def _write_later(connection: Connection, left: Sequence[tuple[Executable, Mapping[str, Any]]]) -> None:
    alike: dict[int, tuple[Executable, list[Mapping[str, Any]]]] = {}
    for statement, values in left:
        alike.setdefault(id(statement), (statement, []))[1].append(values)
    for statement, rows in alike.values():
        connection.execute(statement, rows)


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
    driver: Any = connection.connection.dbapi_connection
    driver.execute("BEGIN IMMEDIATE" if writing else "BEGIN")


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
