"""`vaxcard serve|worker|demo`: start what runs until it is stopped."""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import click
from waitress.server import create_server

from vaxcard.app import create_app
from vaxcard.cards.payload import check_public_url
from vaxcard.cards.queue import work_queue
from vaxcard.cli import demonstration
from vaxcard.cli.opening import House, open_house
from vaxcard.cli.print_shop import shop_of, tended
from vaxcard.errors import SettingsError
from vaxcard.records.signatures import unsigned
from vaxcard.settings import is_loopback
from vaxcard.web.threshold import hush
from vaxcard.worker import run_worker

_THREADS = 4
_BODY_BYTES = 1 << 20  # the application takes far less; what is longer is refused before it is stored anywhere


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Serve the counter, the families' pages and the API."""
    with open_house("system:serve") as house:
        _allow_beyond_loopback(house, host)
        server = _listen(house, host, port)
        click.echo(f"counter: http://{host}:{server.effective_port}/\nready")
        sys.stdout.flush()
        with tended(house):
            _run(server)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
def worker(once: bool) -> None:
    """Run the timetable: assess what expired, plan the day's texts, send them in their window, print what the desks ask for."""
    with open_house("system:worker") as house:
        if once:
            run_worker(house.settings, house.database, house.schedule, once=True)
            work_queue(shop_of(house))
            return
        with tended(house):
            run_worker(house.settings, house.database, house.schedule)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option(
    "--folder",
    default="var/demo",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the demo keeps its registry and cards; the next run finds them there.",
)
def demo(port: int, folder: Path) -> None:
    """Do the whole job once on an example clinic: import, print, plan, and serve on this machine until Ctrl-C."""
    settings = demonstration.demo_settings(folder, port)
    with open_house("system:demo", settings) as house:
        server = _listen(house, "127.0.0.1", port)
        for line in demonstration.prepare(house, folder, f"http://127.0.0.1:{server.effective_port}"):
            click.echo(line)
            sys.stdout.flush()
        click.echo("ready")
        sys.stdout.flush()
        with tended(house):
            _run(server)


def _allow_beyond_loopback(house: House, host: str) -> None:
    """Serving to others takes a secret key of one's own and a programme officer's word for the schedule."""
    if is_loopback(host):
        return
    if not house.settings.own_secret:
        raise SettingsError(
            "serving beyond this machine needs a secret key of your own",
            place="VAXCARD_SECRET_KEY",
            advice="make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))' and keep it apart from the registry",
        )
    with house.database.reading() as session:
        waiting = unsigned(session, house.schedule)
    if waiting:
        labels = ", ".join(edition.label for edition in waiting)
        raise SettingsError(
            f"serving beyond this machine waits for a programme officer's signature under: {labels}",
            advice="check them against the official text, then: vaxcard schedule sign --all --by NAME",
        )


def _listen(house: House, host: str, port: int) -> Any:
    """A bound server; the socket is taken first, so that a port in use is told before any work is done."""
    check_public_url(house.settings.public_url, qr_version=house.settings.qr_version)
    app = create_app(house.settings, house.database, house.schedule, house.now)
    hush(logging.getLogger("waitress"))
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it would write a line for every request that waits its turn
    try:
        return create_server(
            app,
            host=host,
            port=port,
            threads=_THREADS,
            ident="vaxcard",
            max_request_body_size=_BODY_BYTES,
            clear_untrusted_proxy_headers=not house.settings.trusted_proxies,  # the application reads those of trusted ones
        )
    except OSError as fault:
        problem = f"port {port} on {host} can't be had ({fault.strerror})"
        raise SettingsError(problem, place="--port", advice="end the program that holds it, or choose another port") from fault


def _run(server: Any) -> None:
    """Serve until Ctrl-C or a polite request to end; both are a good end."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):  # a shell starts what runs in the background deaf to SIGINT
        signal.signal(number, end)
    try:
        server.run()  # ends by itself on KeyboardInterrupt
    except KeyboardInterrupt:
        pass  # it came before the server listened for it
    finally:
        server.close()
    click.echo("stopped: the next start finds everything as it is now", err=True)
