"""HTTP/1.1 on a connection: uvicorn's protocol with the limits it leaves open.

uvicorn's httptools protocol bounds neither the size of a request's head nor how long a
client may take to send it. Both are added here, and what is not HTTP gets an error the
client can read.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from httptools import HttpParserInvalidURLError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from daypass.server.identifiers import new_request_id
from daypass.service import codes, render

if TYPE_CHECKING:
    import asyncio

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from daypass.errors import ApiError

HEAD_BYTES: Final = 64 * 1024
"""Request line and headers together."""
LINGER_SECONDS: Final = 2.0
"""How long a refused client may go on sending, so that it reads the refusal before the connection ends."""
HEAD_SECONDS: Final = 10.0
"""From a connection's start, or a head's first byte, to the head's end."""


class LimitedProtocol(HttpToolsProtocol):
    """Refuses heads that are too large or too slow."""

    _head_bytes = 0
    _in_head = True
    _refused = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in the base class
        """Start the clock: a client that connects has to say what it wants."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, then bound a head that is not complete yet."""
        if self._refused:
            return
        try:
            super().data_received(data)
        except (HttpParserInvalidURLError, UnicodeDecodeError):
            self._refuse(codes.BAD_REQUEST(reason="the request target is not a URL."))
            return
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(codes.HEAD_TOO_LARGE(limit=HEAD_BYTES))
            elif self._deadline is None:
                self._deadline = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def eof_received(self) -> bool:  # type: ignore[override] # asyncio reads the result, uvicorn gives none
        """Answer what was asked of a client that has said all it will say, then close."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if self._in_head and self._head_bytes:
            self._refuse(codes.BAD_REQUEST(reason="it ended within its head."))
            return True
        if cycle is None or cycle.response_complete:
            return False
        if cycle.more_body:
            cycle.disconnected = True
            cycle.message_event.set()
            self._refuse(codes.BAD_REQUEST(reason="it ended within its body."))
        cycle.keep_alive = False  # the last one begun; those before it are answered first
        return True

    def on_message_begin(self) -> None:
        """Note that a head has begun."""
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Take the head as read, unless it came in one piece and is too large."""
        self._in_head = False
        self._stop_clock()
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > HEAD_BYTES:
            self._refuse(codes.HEAD_TOO_LARGE(limit=HEAD_BYTES))
            return
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP; uvicorn calls this."""
        self._refuse(codes.BAD_REQUEST(reason=msg))

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._head_bytes:
            self._refuse(codes.TOO_SLOW(seconds=int(HEAD_SECONDS)))
        else:
            self.transport.close()

    def _refuse(self, error: ApiError) -> None:
        """Answer without an ASGI task, read no more, and close."""
        if self.transport.is_closing() or self._refused:
            return
        self._refused = True
        request_id = new_request_id()
        body = render.failure("JSON", request_id, "", error)
        head = (
            f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}\r\n"
            f"content-type: {render.JSON}\r\ncontent-length: {len(body)}\r\n"
            f"x-acs-request-id: {request_id}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
