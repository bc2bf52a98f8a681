"""Connections to services, kept and used again; answers are handed on piece by piece."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol, cast

import httptools

from daypass.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from pathlib import Path

    from daypass.gateway.config import Upstream

Headers = list[tuple[bytes, bytes]]

IDLE_SECONDS: Final = 4.0
"""How long a connection is kept that nobody uses; most servers wait a little longer for a request."""
HEAD_BYTES: Final = 256 * 1024
"""Of an answer's status line and headers."""
WRITE_BYTES: Final = 256 * 1024
"""Of a request that may wait to be sent; beyond it the client is not read."""

UNREACHABLE: Final = ErrorCode("ServiceUnavailable", 503, "The service behind the gateway cannot be reached.")
BROKEN_OFF: Final = ErrorCode(
    "BadGateway", 502, "The service behind the gateway broke off before it answered."
)
GARBAGE: Final = ErrorCode(
    "BadGateway", 502, "The service behind the gateway answered with something else than HTTP."
)
TOO_SLOW: Final = ErrorCode("GatewayTimeout", 504, "The service behind the gateway did not answer in time.")

_NO_CONTENT: Final = 204
_NOT_MODIFIED: Final = 304
_SWITCHING: Final = 101
_OK: Final = 200


class Receiver(Protocol):
    """Whom an answer is for."""

    def answer_begun(self, status: int, headers: Headers, length: int | None) -> None:
        """Take the head; ``length`` of the body is ``None`` if it is not told."""

    def answer_data(self, data: bytes) -> None:
        """Take a piece of the body."""

    def answer_so_far(self) -> None:
        """Take note that no more is there at the moment."""

    def answer_ended(self) -> None:
        """Take note that all has come."""

    def answer_failed(self, error: ApiError) -> None:
        """Take note that no more will come."""

    def service_full(self) -> None:
        """Send no more for a while."""

    def service_drained(self) -> None:
        """Go on sending."""


class Line(asyncio.Protocol):
    """One connection to a service; one request at a time."""

    def __init__(self, pool: Pool) -> None:
        self._pool: Final = pool
        self._transport: asyncio.Transport | None = None
        self._receiver: Receiver | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._headers: Headers = []
        self._head_bytes = 0
        self._begun = False
        self._bodiless = False
        self._until_end = False
        self._sent_all = False
        self._idle: asyncio.TimerHandle | None = None

    @property
    def usable(self) -> bool:
        """Whether a request can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    # Used by whoever has a request to send.

    def begin(self, receiver: Receiver, head: bytes, *, bodiless: bool) -> None:
        """Send a request's head.

        Args:
            receiver: of the answer.
            head: all of it.
            bodiless: whether the answer has no body whatever it says, as to HEAD.
        """
        self._receiver = receiver
        self._parser = httptools.HttpResponseParser(self)
        self._headers = []
        self._head_bytes = 0
        self._begun = self._until_end = self._sent_all = False
        self._bodiless = bodiless
        self.send(head)

    def send(self, data: bytes) -> None:
        """Send a piece of the request."""
        if self._transport is not None:
            self._transport.write(data)

    def sent_all(self) -> None:
        """Note that the request is complete."""
        self._sent_all = True

    def pause(self) -> None:
        """Read no more of the answer for a while."""
        if self.usable and self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Go on reading."""
        if self.usable and self._transport is not None:
            self._transport.resume_reading()

    def give_up(self) -> None:
        """End the connection; nobody waits for the answer any more."""
        self._receiver = None
        if self._transport is not None:
            self._transport.abort()

    # Called by the pool.

    def rest(self) -> None:
        """Wait for the next request, though not long."""
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self.close)

    def wake(self) -> None:
        """Stop waiting."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def close(self) -> None:
        """End the connection."""
        self.wake()
        if self._transport is not None:
            self._transport.close()

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Bound what waits to be sent."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclass
        self._transport.set_write_buffer_limits(WRITE_BYTES)

    def data_received(self, data: bytes) -> None:
        """Parse; what comes when nothing is asked ends the connection."""
        parser = self._parser
        if parser is None or self._receiver is None:
            self.give_up()
            return
        if not self._begun:
            self._head_bytes += len(data)
        try:
            parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(GARBAGE())
            return
        if not self._begun and self._head_bytes > HEAD_BYTES:
            self._fail(GARBAGE())
        elif self._receiver is not None:
            self._receiver.answer_so_far()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits for an answer; the end of the connection can be the end of the answer."""
        self.wake()
        self._pool.lost(self)
        receiver, self._receiver = self._receiver, None
        if receiver is None:
            return
        if self._begun and self._until_end and exc is None:
            receiver.answer_ended()
        else:
            receiver.answer_failed(BROKEN_OFF())

    def pause_writing(self) -> None:
        """Hand on that the service does not read."""
        if self._receiver is not None:
            self._receiver.service_full()

    def resume_writing(self) -> None:
        """Hand on that it does."""
        if self._receiver is not None:
            self._receiver.service_drained()

    # Called by the parser.

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; trailers are dropped."""
        if not self._begun:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Hand on the head, unless it is one before the answer's own."""
        parser, receiver = self._parser, self._receiver
        if parser is None or receiver is None:
            return
        status = parser.get_status_code()
        if status < _OK:
            if status == _SWITCHING:
                self._fail(GARBAGE())
            self._headers = []
            return
        length, chunked = _framing(self._headers)
        if length is not None and chunked:
            self._fail(GARBAGE())
            return
        self._begun = True
        self._bodiless = self._bodiless or status in {_NO_CONTENT, _NOT_MODIFIED}
        self._until_end = length is None and not chunked and not self._bodiless
        receiver.answer_begun(status, self._headers, length)
        if self._bodiless:
            self._ended(keep=parser.should_keep_alive())

    def on_body(self, body: bytes) -> None:
        """Hand on a piece of the body."""
        if self._receiver is not None:
            self._receiver.answer_data(body)

    def on_message_complete(self) -> None:
        """Hand on that all has come, and let the connection be used again."""
        if self._begun and self._parser is not None:
            self._ended(keep=self._parser.should_keep_alive())

    def _ended(self, *, keep: bool) -> None:
        receiver, self._receiver = self._receiver, None
        if receiver is None:
            return
        if keep and self._sent_all and self.usable:
            self._pool.give_back(self)
        else:
            self.close()
        receiver.answer_ended()

    def _fail(self, error: ApiError) -> None:
        receiver = self._receiver
        self.give_up()
        if receiver is not None:
            receiver.answer_failed(error)


def _framing(headers: Headers) -> tuple[int | None, bool]:
    length: int | None = None
    chunked = False
    for name, value in headers:
        if name == b"content-length":
            length = int(value)
        elif name == b"transfer-encoding":
            chunked = True
    return length, chunked


class Pool:
    """The connections to one service.

    Args:
        upstream: the service.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream: Final = upstream
        self._tls: Final = _context(upstream.ca_file) if upstream.secure else None
        self._idle: Final[list[Line]] = []
        self._open: Final[set[Line]] = set()
        self._connecting = 0
        self._waiting: Final[deque[asyncio.Future[None]]] = deque()

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._open)

    def take(self) -> Line | None:
        """Return a connection that is there; ``None`` if one has to be made."""
        while self._idle:
            line = self._idle.pop()
            line.wake()
            if line.usable:
                return line
        return None

    async def connect(self) -> Line:
        """Return a connection, a new one if none is there.

        Raises:
            ApiError: the service cannot be reached, or has as many connections as it may.
        """
        upstream = self._upstream
        try:
            async with asyncio.timeout(upstream.connect_seconds):
                while len(self._open) + self._connecting >= upstream.connections:
                    await self._turn()
                    if (line := self.take()) is not None:
                        return line
                return await self._connected()
        except (OSError, TimeoutError):
            raise UNREACHABLE() from None

    async def _turn(self) -> None:
        """Wait until a connection has been given back, or has ended."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._next()  # it was this one's turn, which somebody else can use
            raise

    async def _connected(self) -> Line:
        host, port = self._upstream.address
        self._connecting += 1
        try:
            _, line = await asyncio.get_running_loop().create_connection(
                lambda: Line(self), host, port, ssl=self._tls
            )
        finally:
            self._connecting -= 1
        if not line.usable:
            raise OSError("the connection ended as soon as it was made")
        self._open.add(line)
        return line

    def give_back(self, line: Line) -> None:
        """Take back a connection that can be used again."""
        line.rest()
        self._idle.append(line)
        self._next()

    def lost(self, line: Line) -> None:
        """Take note that a connection has ended."""
        self._open.discard(line)
        if line in self._idle:
            self._idle.remove(line)
        self._next()

    def close(self) -> None:
        """End every connection."""
        for line in tuple(self._open):
            line.close()

    def _next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return


def _context(ca_file: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca_file) if ca_file is not None else None)
