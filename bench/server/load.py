"""The load: prepared requests over keep-alive connections, each sent when the last was answered.

One loop over ``epoll``, no event loop library: on the core it has to itself it asks
faster than the servers measured here can answer, which every run shows anew
(:attr:`Run.busy`). Requests are whole byte strings made beforehand; of an answer only
the status and the content length are read.
"""

from __future__ import annotations

import gc
import select
import socket
import time
from array import array
from typing import TYPE_CHECKING, Final, Self

import msgspec

from bench.figures import percentile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

_ANSWER_SECONDS: Final = 60.0
_CHUNK: Final = 65536
_CLOSING: Final = b"onnection: close"


class UnexpectedAnswerError(Exception):
    """An answer that is not HTTP 200, or none: the figures would mean nothing."""


class Run(msgspec.Struct, frozen=True):
    """One stretch of load.

    Attributes:
        answers: received, all of them HTTP 200.
        seconds: from the first request to the last answer.
        busy: the share of that time the load itself was computing; near 1 it is the
            load that was measured.
        latencies: of each answer, in nanoseconds.
    """

    answers: int
    seconds: float
    busy: float
    latencies: array[int]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds

    def latency_ms(self, share: float) -> float:
        """Return a percentile of the latencies, in milliseconds."""
        return percentile(self.latencies, share) / 1e6


class Load:
    """A number of connections to one server, kept open between runs."""

    def __init__(self, port: int, connections: int) -> None:
        self._port: Final = port
        self._poller: Final = select.epoll()
        self._sockets: Final[dict[int, socket.socket]] = {}
        for _ in range(connections):
            self._connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._sockets.values():
            connection.close()
        self._poller.close()

    def _connect(self) -> int:
        """Open one more connection; return its number."""
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=_ANSWER_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._poller.register(connection, select.EPOLLIN)
        self._sockets[connection.fileno()] = connection
        return connection.fileno()

    def _replace(self, number: int) -> int:
        """Open a connection in place of one that the server closes."""
        connection = self._sockets.pop(number)
        self._poller.unregister(connection)
        connection.close()
        return self._connect()

    def drive(self, requests: Iterable[bytes], seconds: float = float("inf")) -> Run:
        """Send requests until they run out or the time is over; wait for every answer.

        Raises:
            UnexpectedAnswerError: one was not HTTP 200, or did not come.
        """
        gc.collect()
        gc.disable()
        try:
            return self._drive(iter(requests), seconds)
        finally:
            gc.enable()

    def _drive(self, requests: Iterator[bytes], seconds: float) -> Run:
        sockets, clock = self._sockets, time.perf_counter_ns
        sent = dict.fromkeys(sockets, 0)
        partial: dict[int, bytes] = {}
        latencies: array[int] = array("q")
        computing, start = time.process_time(), clock()
        deadline = start + seconds * 1e9
        waiting = 0
        for (number, connection), request in zip(sockets.items(), requests, strict=False):
            sent[number] = clock()
            connection.sendall(request)
            waiting += 1
        while waiting:
            ready = self._poller.poll(_ANSWER_SECONDS)
            if not ready:
                raise UnexpectedAnswerError(f"no answer for {_ANSWER_SECONDS:.0f} s")
            for number, _ in ready:
                data = sockets[number].recv(_CHUNK)
                if number in partial:
                    data = partial.pop(number) + data
                end = _end(data)
                if not end:
                    partial[number] = data
                    continue
                now = clock()
                latencies.append(now - sent[number])
                open_number = number if data.find(_CLOSING, 0, end) < 0 else self._replace(number)
                following = next(requests, None) if now < deadline else None
                if following is None:
                    waiting -= 1
                    continue
                sent[open_number] = now
                sockets[open_number].sendall(following)
        elapsed = (clock() - start) / 1e9
        return Run(len(latencies), elapsed, (time.process_time() - computing) / elapsed, latencies)


def _end(data: bytes) -> int:
    """Return where the head of a whole answer ends, 0 if it is not whole yet; it must be HTTP 200."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if not data:
            raise UnexpectedAnswerError("the connection was closed")
        return 0
    if data[9:12] != b"200":
        raise UnexpectedAnswerError(data[:2000].decode("latin-1"))
    at = data.find(b"ontent-", 0, end)
    while data[at + 7 : at + 15].lower() != b"length: ":
        at = data.find(b"ontent-", at + 7, end)
        if at < 0:
            raise UnexpectedAnswerError("the answer has no Content-Length")
    return end if len(data) - end - 4 >= int(data[at + 15 : data.find(b"\r", at)]) else 0
