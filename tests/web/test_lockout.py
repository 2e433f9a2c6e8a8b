"""Wrong passwords are counted a name and an address, for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vaxcard.web.lockout import PAUSE, TRIES, SignInGuard

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)


def wrong(guard: SignInGuard, times: int, address: str = "10.0.0.1") -> SignInGuard:
    for _ in range(times):
        guard.note_wrong("zhou", address, NOW)
    return guard


def test_the_last_try_is_free_and_the_next_one_waits() -> None:
    assert not wrong(SignInGuard(), TRIES - 1).is_paused("zhou", "10.0.0.1", NOW)
    assert wrong(SignInGuard(), TRIES).is_paused(" Zhou", "10.0.0.1", NOW)


def test_the_pause_ends_on_the_minute() -> None:
    guard = wrong(SignInGuard(), TRIES)
    assert guard.is_paused("zhou", "10.0.0.1", NOW + PAUSE - timedelta(seconds=1))
    assert not guard.is_paused("zhou", "10.0.0.1", NOW + PAUSE)


def test_a_stranger_elsewhere_locks_nobody_out() -> None:
    assert not wrong(SignInGuard(), 50, "203.0.113.9").is_paused("zhou", "10.0.0.1", NOW)


def test_getting_in_clears_the_count() -> None:
    guard = wrong(SignInGuard(), TRIES - 1)
    guard.note_right("zhou", "10.0.0.1")
    assert not wrong(guard, 1).is_paused("zhou", "10.0.0.1", NOW)
