"""The wheel on its own: installed into an empty environment, run in an empty folder, from an empty registry to a served page."""

import os
import re
import sqlite3
import subprocess
import sys
import sysconfig
import urllib.request
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.xdist_group("wheel")  # built and installed once
TRAVELLING = ("templates", "static", "migrations", "catalogues", "examples")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="hatchling is not installed: no wheel can be built")
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def vaxcard(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `vaxcard` command of an environment that holds the wheel; the libraries are lent by the one that runs the tests."""
    environment = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", str(environment))
    python = environment / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps", str(wheel))
    (site,) = environment.glob("lib/python*/site-packages")
    # A plain path: the editable install's own .pth file over there is not followed, so that the package is the wheel's.
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin" / "vaxcard"


@pytest.fixture(scope="module")
def folder(vaxcard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with a registry that holds the packaged example."""
    empty = tmp_path_factory.mktemp("empty")
    run(vaxcard, "db", "upgrade", cwd=empty)
    example = str(packaged(vaxcard, "examples/clinic-roster.xlsx"))
    imported = run(vaxcard, "roster", "import", example, cwd=empty, status=1)  # faults were sown in it: some rows wait
    assert re.search(r"children: [1-9]\d* stored", imported), imported
    return empty


def test_what_stands_beside_the_package_travels_inside_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for folder in TRAVELLING:
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert {f"vaxcard/{path.relative_to(ROOT).as_posix()}" for path in files} <= set(names), folder
    assert any(name.endswith("OFL.txt") for name in names)
    assert not [name for name in names if name.startswith("tests/") or name.endswith(".db")]


def test_an_installed_copy_prints_a_set_of_cards(vaxcard: Path, folder: Path) -> None:
    run(vaxcard, "cards", "print", "--child", some_child(folder), "--out", "cards.pdf", cwd=folder)
    assert (folder / "cards.pdf").read_bytes().startswith(b"%PDF-")


def test_an_installed_copy_serves(vaxcard: Path, folder: Path) -> None:
    with serving(vaxcard, folder) as address:
        for path, expected in (("/healthz", b""), ("/static/icons.svg", b"<svg"), ("/", b"<html")):
            with urllib.request.urlopen(address + path, timeout=20) as answer:
                assert answer.status == 200
                assert expected in answer.read()


def test_an_installed_copy_proves_its_trail(vaxcard: Path, folder: Path) -> None:
    assert "whole" in run(vaxcard, "db", "verify", cwd=folder)


class serving:
    """`vaxcard serve` on a free port, as a context that gives its address."""

    def __init__(self, vaxcard: Path, folder: Path) -> None:
        command = [str(vaxcard), "serve", "--port", "0"]
        self.process = subprocess.Popen(command, cwd=folder, env=bare(folder), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)

    def __enter__(self) -> str:
        for line in self.lines():
            if line.startswith("counter: "):
                return line.removeprefix("counter: ").strip().rstrip("/")
        raise AssertionError(f"vaxcard serve ended with {self.process.wait()} before it was ready")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate(timeout=20)
        assert self.process.returncode == 0

    def lines(self) -> Iterator[str]:
        assert self.process.stdout is not None
        yield from self.process.stdout


def packaged(vaxcard: Path, name: str) -> Path:
    """A file inside the installed package, which must not be this checkout's."""
    where = run(vaxcard.parent / "python", "-c", "import vaxcard; print(vaxcard.__path__[0])", cwd=vaxcard.parent).strip()
    assert Path(where).is_relative_to(vaxcard.parents[1])
    return Path(where) / name


def some_child(folder: Path) -> str:
    (file,) = folder.rglob("*.db")
    connection = sqlite3.connect(file)
    (found,) = connection.execute("SELECT id FROM children ORDER BY born_on DESC LIMIT 1").fetchone()
    connection.close()
    return str(uuid.UUID(str(found)))


def bare(folder: Path) -> dict[str, str]:
    """An environment without settings of ours, at home in `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VAXCARD_", "PYTHON", "PYTEST_", "COV_"))}
    return kept | {"HOME": str(folder)}


def run(*command: str | Path, cwd: Path | None = None, status: int = 0) -> str:
    """What a command printed; fails with all that it said if it ends with another status."""
    words = [str(word) for word in command]
    environment = bare(cwd) if cwd and cwd != ROOT else None
    done = subprocess.run(words, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == status, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout
