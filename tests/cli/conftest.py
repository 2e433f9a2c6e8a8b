"""Commands are run as people run them: in a process of their own, on a registry of their own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a command: a fresh SQLite registry and no other setting."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VAXCARD_")}
    return {**kept, "VAXCARD_DATABASE_URL": f"sqlite:///{tmp_path}/registry.db"}


@pytest.fixture
def vaxcard(environment: dict[str, str], tmp_path: Path) -> Run:
    """Run `vaxcard` with arguments; `typed` goes to its standard input, `settings` into its environment."""

    def run(*arguments: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "vaxcard.cli", *arguments]
        given = {**environment, **settings}
        return subprocess.run(command, input=typed, env=given, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    return run
