"""A real browser and a served application for the stories; skipped with a word where there is no Chromium."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.nurse import Desk
from tests.serving import open_house

QUIET_AND_CLOSED = [
    "--no-sandbox",  # it refuses to run as root otherwise; only our own pages are opened
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is: VAXCARD_CHROMIUM, or the PATH."""
    found = os.environ.get("VAXCARD_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("no Chromium here (Debian: apt-get install chromium): the browser stories were not run")
    return found


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """What steers a browser; a worker has one."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser stories")
    skip_without_driver()
    with playwright.sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(driver: Any, chromium: str) -> Iterator[Any]:
    """One Chromium for a worker's stories; each story opens windows of its own."""
    opened = driver.chromium.launch(executable_path=chromium, args=QUIET_AND_CLOSED)
    yield opened
    opened.close()


def skip_without_driver() -> None:
    """Skip where the program behind playwright does not run, saying what it misses."""
    from playwright._impl._driver import compute_driver_executable

    tried = subprocess.run([compute_driver_executable()[0], "--version"], capture_output=True, text=True)
    if tried.returncode:
        missing = tried.stderr.strip().rpartition(": error while loading ")[2] or tried.stderr.strip()
        pytest.skip(f"playwright's driver does not run here ({missing}): no browser stories (Debian: apt-get install libatomic1)")


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    """A parent's telephone: 360 × 740, touch, Chinese; nobody is signed in."""
    window = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
    with _page(browser, locale="zh-CN", **window) as page:
        yield page


@pytest.fixture
def counter_screen(browser: Any) -> Iterator[Any]:
    """The nurse's screen: 1280 × 800, Chinese; nobody is signed in yet."""
    with _page(browser, locale="zh-CN", viewport={"width": 1280, "height": 800}) as page:
        yield page


@pytest.fixture
def serve() -> Iterator[Callable[[Any], str]]:
    """Serves an application on a free port of this host until the story ends; gives its address."""
    with ExitStack() as running:
        yield lambda app: running.enter_context(served(app))


@pytest.fixture
def counter(open_counter: Desk) -> Iterator[Desk]:
    """The clinic that stories share: each brings children of its own and leaves the clock alone."""
    yield open_counter
    open_counter.check_scripts()


@pytest.fixture(scope="session")
def open_counter(
    browser: Any, sqlite_template: Path, keyring: Any, schedule: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """One served clinic for all the stories of a worker that need no other."""
    from vaxcard.records.database import open_database

    folder = tmp_path_factory.mktemp("counter")
    database = open_database(f"sqlite:///{shutil.copy(sqlite_template, folder / 'registry.db')}", keyring)
    house = open_house(database, schedule, print_folder=str(folder / "print"))
    with served(house.app) as address, ExitStack() as windows:
        yield Desk(house, address, browser, windows)
    database.close()


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The application on a free port of this host; gives its address."""
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def _page(browser: Any, **options: Any) -> Iterator[Any]:
    """A window in a profile of its own; a script that fails on the page fails the story."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(15_000)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    context.close()
    assert not failures, failures
