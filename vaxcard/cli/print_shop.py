"""Who prints what the desks ask for: one shop for `cards queue`, and a watch beside server and worker that starts it when something waits.

Printing is another process, so that no nurse waits for it; the queue itself sees to it that none prints what another does.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from vaxcard.cards.queue import PrintShop
from vaxcard.cli.opening import House, new_id
from vaxcard.keyring import random_text
from vaxcard.records.print_queue import is_anything_waiting
from vaxcard.settings import Settings

_LOOK_EVERY = 2.0  # seconds
_WAIT_AFTER_FAULT = 30.0  # seconds
_POOL_FROM = 16  # sets; below it a process starts more slowly than it checks
_log = logging.getLogger("vaxcard")


def shop_of(house: House) -> PrintShop:
    """Where this registry's queue is printed."""
    told = house.settings
    folder = Path(told.print_folder)
    return PrintShop(
        house.database, house.schedule, folder, told.public_url, told.qr_version, house.now, new_id, random_text, readers
    )


@contextmanager
def readers(sets: int) -> Iterator[Executor | None]:
    """Processes that read symbols back, one a core, where there is enough to read."""
    cores = os.cpu_count() or 1
    if sets < _POOL_FROM or cores < 2:
        yield None
        return
    with ProcessPoolExecutor(max_workers=cores, mp_context=get_context("spawn")) as pool:
        yield pool


@contextmanager
def tended(house: House) -> Iterator[None]:
    """While this lasts, what the desks ask for is printed. A run that is under way when it ends is taken up at the next start."""
    closing = threading.Event()
    watch = threading.Thread(target=_watch, args=(house, closing), daemon=True)
    watch.start()
    try:
        yield
    finally:
        closing.set()
        watch.join()


def _watch(house: House, closing: threading.Event) -> None:
    while not closing.wait(_LOOK_EVERY):
        try:
            with house.database.reading() as session:
                waiting = is_anything_waiting(session, house.now())
            failed = waiting and _print(house.settings, closing) != 0
        except Exception as fault:  # the registry may be out of reach for a while; who asked for a print finds it waiting
            _log.error("the print queue could not be looked at: %s", type(fault).__name__)
            failed = True
        if failed:
            closing.wait(_WAIT_AFTER_FAULT)


def _print(settings: Settings, closing: threading.Event) -> int:
    """Work the queue in a process of its own, ended with the server; returns its status."""
    command = [sys.executable, "-m", "vaxcard.cli", "cards", "queue"]
    printing = subprocess.Popen(command, env={**os.environ, **_as_environment(settings)}, stdout=subprocess.DEVNULL)
    while True:
        try:
            status = printing.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            if not closing.is_set():
                continue
            printing.terminate()
            return printing.wait()
        if status:
            _log.error("the print queue ended with status %d", status)
        return status


def _as_environment(settings: Settings) -> dict[str, str]:
    """What a process of ours needs to open the same registry; the demo's settings stand in no environment."""
    return {
        "VAXCARD_DATABASE_URL": settings.database_url,
        "VAXCARD_SECRET_KEY": settings.secret_key,
        "VAXCARD_PUBLIC_URL": settings.public_url,
        "VAXCARD_QR_VERSION": str(settings.qr_version),
        "VAXCARD_SCHEDULE": settings.schedule,
        "VAXCARD_TIME_ZONE": settings.time_zone,
        "VAXCARD_PRINT_FOLDER": settings.print_folder,
    }
