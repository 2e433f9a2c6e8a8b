"""What tests/conftest.py promises to every room."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect


def test_a_registry_is_migrated_and_empty_on_each_database(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        rows = {table: connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar_one() for table in tables}
    engine.dispose()
    assert {"children", "alembic_version"} <= rows.keys()
    assert rows["children"] == 0


def test_what_one_test_leaves_the_next_does_not_find(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert not inspect(connection).has_table("left_behind")
        connection.exec_driver_sql("CREATE TABLE left_behind (n integer)")
    engine.dispose()


test_what_one_test_leaves_the_next_does_not_find_again = test_what_one_test_leaves_the_next_does_not_find


@pytest.mark.parametrize("address", [("203.0.113.9", 80), ("example.org", 80)])
def test_the_network_is_closed(address: tuple[str, int]) -> None:
    with pytest.raises(RuntimeError, match="stays on this host"):
        socket.create_connection(address, timeout=1)


def test_this_host_may_be_spoken_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        socket.create_connection(address, timeout=5).close()


def test_a_long_count_never_falls_to_nothing(scaled: Callable[[int], int], run_folder: Path) -> None:
    assert scaled(1) == 1
    assert run_folder.is_dir()
