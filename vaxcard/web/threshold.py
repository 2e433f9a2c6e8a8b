"""Before any page or door: a request for a host that cannot exist is refused, and no log tells which address was asked for.

Addresses carry card tokens; a server that logs its own faults must not write them down.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9a-f:.]{{2,45}}\])(?::[0-9]{{1,5}})?", re.IGNORECASE)
_PATH = re.compile(r"/\S*")
_LONGEST = 259  # characters: a name of 253 and a port
_log = logging.getLogger("vaxcard")


def is_a_host(written: str) -> bool:
    """Whether a Host header names a host that may exist; none at all is for the server to fill in."""
    return not written or (len(written) <= _LONGEST and _HOST.fullmatch(written) is not None)


def guarded(inner: WSGIApplication, headers: Mapping[str, str], trusted_proxies: int) -> WSGIApplication:
    """The application behind its threshold; `trusted_proxies` web servers before it are believed as to who asks, and whether over TLS."""
    behind = ProxyFix(inner, x_for=trusted_proxies, x_proto=trusted_proxies, x_host=0) if trusted_proxies else inner

    def enter(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not is_a_host(environ.get("HTTP_HOST", "")):
            return _plain(start_response, "400 Bad Request", b"This is not a request: the host is not a name.\n", headers)
        try:
            return behind(environ, start_response)
        except Exception as fault:
            _log.error("%s before any route\n%s", type(fault).__name__, "".join(traceback.format_tb(fault.__traceback__)))
            return _plain(start_response, "500 Internal Server Error", b"Something went wrong here.\n", headers)

    return enter


def _plain(start_response: StartResponse, status: str, body: bytes, headers: Mapping[str, str]) -> list[bytes]:
    told = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body)), "Cache-Control": "no-store", **headers}
    start_response(status, list(told.items()))
    return [body]


def hush(server_log: logging.Logger) -> None:
    """Let a server's log tell a fault by its kind and the lines that it passed through, never by address or message."""
    if _without_address not in server_log.filters:
        server_log.addFilter(_without_address)


def _without_address(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[0]:
        kind, _, trace = record.exc_info
        record.msg, record.args = "%s while serving\n%s", (kind.__name__, "".join(traceback.format_tb(trace)))
        record.exc_info = record.exc_text = None
    else:
        record.msg, record.args = _PATH.sub("/…", record.getMessage()), ()
    return True
