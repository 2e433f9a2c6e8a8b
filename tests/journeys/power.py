"""A server whose power goes at a chosen moment: `python -m tests.journeys.power DATABASE_URL PORT` forks one for every moment it reads.

Moments: `never`; `written`, when the dose is written and not committed; `committed`, before the answer goes out; a number, after so many
statements of the request that records a dose. The server is killed by SIGKILL, as a power cut would; nothing of it gets to clean up.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import has_request_context, request
from sqlalchemy import event
from werkzeug.serving import make_server

from tests.conftest import TEST_SECRETS
from tests.serving import Clock, Wishes
from vaxcard.app import create_app
from vaxcard.keyring import Keyring
from vaxcard.records.database import open_database
from vaxcard.schedule.loader import load_schedule

NEVER, WRITTEN, COMMITTED = "never", "written", "committed"


@dataclass
class Plant:
    """Where the servers come from; one at a time."""

    process: subprocess.Popen[str]
    pid: int = 0

    def serve(self, moment: str = NEVER) -> None:
        """Start a server that dies at a moment, and wait until it listens."""
        self._tell(moment)
        self.pid = int(self._hear())

    def died(self) -> bool:
        """Wait for the server's end; whether it was killed."""
        ended, self.pid = self._hear(), 0
        return ended == str(-signal.SIGKILL)

    def stop(self) -> None:
        """Cut the power now."""
        os.kill(self.pid, signal.SIGKILL)
        self.died()

    def _tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def _hear(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the power plant has failed"
        return line.strip()


@contextmanager
def power_plant(database_url: str, port: int) -> Iterator[Plant]:
    """Servers of one registry on one port; none is left when the block ends."""
    command = [sys.executable, "-m", "tests.journeys.power", database_url, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        plant = Plant(process)
        try:
            yield plant
        finally:
            if plant.pid:
                plant.stop()


def main(database_url: str, port: int) -> None:
    """Load what every server needs once, then fork one a line."""
    keyring, schedule = Keyring(TEST_SECRETS), load_schedule("cn")
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _serve(database_url, keyring, schedule, port, line.strip())
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _serve(database_url: str, keyring: Any, schedule: Any, port: int, moment: str) -> None:
    database = open_database(database_url, keyring)
    app = create_app(Wishes(), database, schedule, Clock())
    if moment == COMMITTED:
        app.wsgi_app = _cut_before_the_answer(app.wsgi_app)  # type: ignore[method-assign]
    elif moment != NEVER:
        _cut_amid_statements(app, database.engine, moment)
    server = make_server("127.0.0.1", port, app, threaded=True)
    print(os.getpid(), flush=True)
    server.serve_forever()


def _is_the_dose(method: str, path: str) -> bool:
    return method == "POST" and path.endswith("/doses")


def _cut_before_the_answer(inner: Callable[..., Any]) -> Callable[..., Any]:
    def cut(environ: dict[str, Any], start: Any) -> Any:
        answer = inner(environ, start)
        if _is_the_dose(environ["REQUEST_METHOD"], environ["PATH_INFO"]):
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return cut


def _cut_amid_statements(app: Any, engine: Any, moment: str) -> None:
    """Cut when the dose's row is written, or after so many statements of the request that brings it."""
    left = [int(moment) if moment.isdigit() else 0]

    def after(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not has_request_context() or not _is_the_dose(request.method, request.path):
            return
        left[0] -= 1
        if statement.startswith("INSERT INTO doses") if moment == WRITTEN else left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "after_cursor_execute", after)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
