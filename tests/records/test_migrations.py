"""The numbered migrations, run: up, down and up again, and the same tables as the models say."""

import importlib
import pkgutil
import sqlite3

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

import vaxcard.records
from vaxcard.records.columns import Base
from vaxcard.records.database import downgrade, upgrade


def test_models_and_migrated_tables_agree(database_url: str) -> None:
    for module in pkgutil.walk_packages(vaxcard.records.__path__, "vaxcard.records."):
        importlib.import_module(module.name)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_every_migration_goes_down_and_up_again(database_url: str) -> None:
    before = tables(database_url)
    downgrade(database_url, "base")
    assert tables(database_url) <= {"alembic_version"}
    upgrade(database_url)
    assert tables(database_url) == before


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    before = tables(database_url)
    upgrade(database_url)
    assert tables(database_url) == before


def test_a_registry_in_a_new_folder_is_made_with_its_folder(tmp_path: object) -> None:
    file = f"{tmp_path}/clinic/registry.db"
    upgrade(f"sqlite:///{file}")
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = set(inspect(connection).get_table_names())
    engine.dispose()
    return found
