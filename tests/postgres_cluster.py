"""A throw-away PostgreSQL cluster from the installed server programs: one for a whole run, shared by its workers.

Whoever needs it first starts it under a lock; the run that owns the folder stops it, or a watcher if it is killed.
"""

import fcntl
import getpass
import glob
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER_ACCOUNT = "postgres"
TEST_SETTINGS = {
    "listen_addresses": "",  # a socket file in the run's own folder: no port that another run might hold
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",  # it would hold the template database open while a copy is asked for
    "max_connections": "200",
    "timezone": "UTC",
}


class NoServerError(Exception):
    """Why no PostgreSQL can be started here, in words fit for the summary of the run."""


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Hold the lock `name` of a run's folder; the operating system drops it when the holder dies."""
    with open(folder / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def server_programs() -> Path:
    """The folder with `initdb` and `pg_ctl`; raises NoServerError where the server is not installed."""
    asked = _answer_of("pg_config", "--bindir")
    places = [asked] if asked else []
    places += sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=_version, reverse=True)
    on_path = shutil.which("pg_ctl")
    places += [str(Path(on_path).resolve().parent)] if on_path else []
    for place in places:
        if all((Path(place) / program).exists() for program in ("initdb", "pg_ctl", "postgres")):
            return Path(place)
    raise NoServerError("no PostgreSQL server programs found (Debian: apt-get install postgresql)")


def ensure_running(run_folder: Path, owner: int) -> str:
    """Address of the run's cluster, started if nobody has yet; `owner` is the pid it lives for."""
    home = run_folder / "postgresql"
    with locked(run_folder, "postgresql"):
        if not (home / "ready").exists():
            _start(home, owner)
    return f"postgresql+psycopg://{_superuser()}@/postgres?host={home}"


def stop(run_folder: Path) -> None:
    """Stop the run's cluster if one was started; the folder itself is left to the caller."""
    home = run_folder / "postgresql"
    if (home / "ready").exists():
        (home / "ready").unlink()
        _run(home, "pg_ctl", "-D", str(home / "data"), "-m", "immediate", "-w", "stop")


def _start(home: Path, owner: int) -> None:
    server_programs()  # before anything is made for them
    home.mkdir(exist_ok=True)
    if _is_root():
        _hand_over(home)
    data = str(home / "data")
    _run(home, "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-U", _superuser())
    settings = " ".join(f"-c {name}={value!r}" for name, value in TEST_SETTINGS.items())
    options = f"-k {home} {settings}"
    _run(home, "pg_ctl", "-D", data, "-l", str(home / "server.log"), "-o", options, "-w", "start")
    (home / "ready").touch()
    _watch(home, owner)


def _watch(home: Path, owner: int) -> None:
    """Leave a small process that stops the cluster when its owner is gone, however it went."""
    pg_ctl = server_programs() / "pg_ctl"
    stop_command = " ".join(_as_server_account(pg_ctl, "-D", home / "data", "-m", "immediate", "stop"))
    script = (
        f"( while kill -0 {owner} 2>/dev/null && [ -e {home}/ready ]; do sleep 1; done; "
        f"if [ -e {home}/ready ]; then cd /; {stop_command}; rm -rf {home.parent}; fi ) &"
    )
    quiet = subprocess.DEVNULL
    subprocess.run(["sh", "-c", script], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True, check=True)


def _hand_over(home: Path) -> None:
    """Give the folder to the server's account: PostgreSQL refuses to run as root."""
    try:
        shutil.chown(home, SERVER_ACCOUNT)
    except LookupError:
        raise NoServerError(f"PostgreSQL refuses root, and there is no account {SERVER_ACCOUNT!r} for it") from None
    if subprocess.run(_as_server_account("test", "-w", home), cwd="/", stdin=subprocess.DEVNULL).returncode:
        raise NoServerError(f"{SERVER_ACCOUNT!r} may not enter {home.parent}: set TMPDIR to a folder open to all")


def _run(home: Path, program: str, *arguments: str) -> None:
    # Output goes to a file: a server left running would hold a pipe open, and its reader with it.
    with open(home.parent / "postgresql.log", "a") as log:
        command = _as_server_account(server_programs() / program, *arguments)
        done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    if done.returncode:
        raise RuntimeError(f"{program} failed:\n{(home.parent / 'postgresql.log').read_text()}")


def _as_server_account(*command: object) -> list[str]:
    words = [str(word) for word in command]
    return ["runuser", "-u", SERVER_ACCOUNT, "--", *words] if _is_root() else words


def _superuser() -> str:
    return SERVER_ACCOUNT if _is_root() else getpass.getuser()


def _is_root() -> bool:
    return os.geteuid() == 0


def _version(folder: str) -> float:
    number = Path(folder).parent.name
    return float(number) if number.replace(".", "", 1).isdigit() else 0.0


def _answer_of(*command: str) -> str | None:
    if not shutil.which(command[0]):
        return None
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
