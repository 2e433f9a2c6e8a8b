"""Wrong passwords are counted a name and an address, for a while."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from vaxcard.web.lockout import PAUSE, TRIES, SignInGuard

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)


def tried(times: int, address: str = "10.0.0.1") -> SignInGuard:
    guard = SignInGuard()
    for _ in range(times):
        guard.admits("zhou", address, NOW)
    return guard


def test_the_last_try_is_free_and_the_next_one_waits() -> None:
    assert tried(TRIES - 1).admits("zhou", "10.0.0.1", NOW)
    assert not tried(TRIES).admits(" Zhou", "10.0.0.1", NOW)


def test_the_pause_ends_on_the_minute() -> None:
    guard = tried(TRIES)
    assert not guard.admits("zhou", "10.0.0.1", NOW + PAUSE - timedelta(seconds=1))
    assert guard.admits("zhou", "10.0.0.1", NOW + PAUSE)


def test_a_stranger_elsewhere_locks_nobody_out() -> None:
    assert tried(50, "203.0.113.9").admits("zhou", "10.0.0.1", NOW)


def test_getting_in_clears_the_count() -> None:
    guard = tried(TRIES)
    guard.note_right("zhou", "10.0.0.1")
    assert guard.admits("zhou", "10.0.0.1", NOW)


def test_tries_at_the_same_moment_are_counted_one_by_one() -> None:
    guard = SignInGuard()
    with ThreadPoolExecutor(16) as threads:
        admitted = list(threads.map(lambda _: guard.admits("zhou", "10.0.0.1", NOW), range(64)))
    assert sum(admitted) == TRIES
