"""Wrong passwords are counted a name and an address, for a while, by however many servers stand before the registry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from vaxcard.keyring import Keyring
from vaxcard.records.database import Database, open_database
from vaxcard.records.sign_in_tries import PAUSE, TRIES, SignInTry, admits, note_right

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
HERE, ELSEWHERE = "10.0.0.1", "203.0.113.9"


def tried(database: Database, times: int = 1, *, name: str = "zhou", address: str = HERE, at: datetime = NOW) -> bool:
    """The answer to the last of so many tries, each in a transaction of its own."""
    answer = False
    for _ in range(times):
        with database.writing() as session:
            answer = admits(session, name, address, at)
    return answer


def test_the_last_try_is_free_and_the_next_one_waits(database: Database) -> None:
    assert tried(database, TRIES)
    assert not tried(database, name=" Zhou")


def test_the_pause_ends_on_the_minute_and_a_refused_try_makes_it_no_longer(database: Database) -> None:
    tried(database, TRIES)
    assert not tried(database, at=NOW + PAUSE - timedelta(seconds=1))
    assert tried(database, at=NOW + PAUSE)
    assert tried(database, TRIES - 1, at=NOW + PAUSE) and not tried(database, at=NOW + PAUSE)


def test_a_stranger_elsewhere_locks_nobody_out(database: Database) -> None:
    tried(database, TRIES + 3, address=ELSEWHERE)
    assert tried(database)


def test_getting_in_clears_the_count(database: Database) -> None:
    tried(database, TRIES)
    with database.writing() as session:
        note_right(session, "zhou", HERE)
    assert tried(database)


def test_two_servers_count_together(database: Database, keyring: Keyring) -> None:
    other = open_database(database.url, keyring)
    assert [tried(each) for each in (database, other) * 3] == [True] * TRIES + [False]
    other.close()


def test_tries_at_the_same_moment_are_counted_one_by_one(database: Database) -> None:
    with ThreadPoolExecutor(4) as threads:
        admitted = list(threads.map(lambda _: tried(database), range(12)))
    assert sum(admitted) == TRIES


def test_neither_name_nor_address_is_kept_and_old_tries_are_forgotten(database: Database) -> None:
    tried(database, address=ELSEWHERE)
    tried(database, at=NOW + PAUSE)
    with database.reading() as session:
        (row,) = session.query(SignInTry)
        assert len(row.key) == 32 and b"zhou" not in row.key


@pytest.mark.parametrize("name", ["", "周" * 60])
def test_any_name_can_be_counted(database: Database, name: str) -> None:
    assert tried(database, name=name)
