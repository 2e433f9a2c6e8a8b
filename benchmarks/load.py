"""A load generator that costs little: requests over kept connections, as fast as they are answered or at a fixed rate.

At a fixed rate the loop is open: a request counts from the moment at which it was due, whether or not a connection was free for it.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_LENGTH = b"content-length: "


@dataclass
class Told:
    """What a run saw: seconds per answer, how often each status came, and how long it took in all."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.took

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the answers came; endless where none was asked for."""
        if not self.seconds:
            return float("inf")
        return sorted(self.seconds)[min(int(len(self.seconds) * share), len(self.seconds) - 1)] * 1000


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.due, self.read = 0.0, b""

    def send(self, request: bytes, due: float) -> None:
        self.due, self.read = due, b""
        self.socket.sendall(request)

    def status(self) -> int | None:
        """The answer's status once all of it is here."""
        self.read += self.socket.recv(1 << 18)
        if not self.read:
            raise ConnectionError("the server closed a connection in the middle of a run")
        end = self.read.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self.read[:end].lower()
        start = head.index(_LENGTH) + len(_LENGTH)
        length = int(head[start:].split(b"\r\n", 1)[0])
        return int(self.read[9:12]) if len(self.read) >= end + 4 + length else None


def post(path: str, body: bytes, key: str) -> bytes:
    """A request as it goes over the wire."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def get(path: str) -> bytes:
    """A request that asks without a key."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def as_fast_as_answered(port: int, requests: Iterator[bytes], seconds: float, connections: int = 16) -> Told:
    """So many at a time, for so long."""
    return _run(port, requests, connections, until=seconds, days=None)


def at_rate(port: int, requests: Iterator[bytes], rate: float, seconds: float, connections: int = 64) -> Told:
    """`rate` requests a second, for so long, whatever becomes of them."""
    return _run(port, requests, connections, until=seconds, days=[each / rate for each in range(int(rate * seconds))])


def _run(port: int, requests: Iterator[bytes], connections: int, *, until: float, days: Sequence[float] | None) -> Told:
    told, idle = Told(), deque(_Connection(port) for _ in range(connections))
    every, open_ones, waiting = list(idle), 0, deque(days or ())
    with selectors.DefaultSelector() as selector:
        for each in every:
            selector.register(each.socket, selectors.EVENT_READ, each)
        began = time.perf_counter()
        while True:
            now = time.perf_counter() - began
            while idle and (waiting[0] <= now if waiting else days is None and now < until):
                request = next(requests, None)
                if request is None:
                    waiting.clear()  # there are no more
                    until = 0.0
                    break
                free = idle.popleft()
                free.send(request, began + (waiting.popleft() if waiting else now))
                open_ones += 1
            if not open_ones and not waiting:
                break
            pause = max(waiting[0] - now, 0.0) if waiting and idle else None
            for key, _ in selector.select(pause if open_ones or pause is not None else 0.0):
                status = key.data.status()
                if status is not None:
                    told.seconds.append(time.perf_counter() - key.data.due)
                    told.statuses[status] += 1
                    idle.append(key.data)
                    open_ones -= 1
        told.took = time.perf_counter() - began
    for each in every:
        each.socket.close()
    return told
