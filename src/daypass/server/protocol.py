"""HTTP/1.1 on a connection: uvicorn's protocol and parser, with our limits, answering in place.

uvicorn's httptools protocol bounds neither the size of a request's head nor how long a
client may take to send it, and gives every request an ASGI cycle and a task, which cost
nearly half as much again as answering. Here requests are bounded, and answered as soon as
they are complete; a task is made only for those that have to wait for something. What is
not HTTP gets an error the client can read.

Requests on one connection are answered in order: while one waits, those behind it queue
and the connection is not read.
"""

from __future__ import annotations

import functools
from collections import deque
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast
from typing import Protocol as Interface

import httptools
import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from daypass.server.identifiers import new_request_id
from daypass.service import codes, render
from daypass.service.pipeline import Reply

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Coroutine
    from typing import Any

    from daypass.errors import ApiError

HEAD_BYTES: Final = 64 * 1024
"""Request line and headers together."""
HEAD_SECONDS: Final = 10.0
"""From a connection's start, or a head's first byte, to the head's end."""
BODY_BYTES: Final = 1024 * 1024
MESSAGE_BYTES: Final = 8 * BODY_BYTES
"""A request as it comes: chunk framing, trailers and what is past the body's limit included."""
UNREAD_SECONDS: Final = 30.0
"""How long answers may wait for a client to read."""
BODY_SECONDS: Final = 30.0
"""From the end of the head to the end of the body."""
LINGER_SECONDS: Final = 2.0
"""How long a refused client may go on sending, so that it reads the refusal before the connection ends."""
STOP_SECONDS: Final = 3.0
"""How long the rest of a request is waited for when the server is told to stop."""

_STATUS: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}


class HttpRequest(msgspec.Struct, frozen=True, gc=False):
    """A request as the parser leaves it.

    Attributes:
        method: in upper case.
        target: the request target, still encoded: a path, or an absolute URL.
        headers: names in lower case, in the order sent.
        body: all of it; empty if it was too large.
        too_large: whether it was larger than :data:`BODY_BYTES`.
        keep_alive: whether the client will use the connection again.
    """

    method: bytes
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    too_large: bool
    keep_alive: bool


class Answering(Interface):
    """What a connection's requests are given to."""

    def answer(
        self, request: HttpRequest, address: str, *, secure: bool
    ) -> Reply | Coroutine[Any, Any, Reply]:
        """Answer a request at once or, if something has to be waited for, by the coroutine returned."""
        ...


class Stage(Enum):
    """How much of a request has come."""

    NOTHING = "nothing"
    HEAD = "head"
    BODY = "body"

    @property
    def seconds(self) -> float:
        """How long it may take."""
        return BODY_SECONDS if self is Stage.BODY else HEAD_SECONDS


# By their own names: looking up a member of an enumeration costs as much as taking a header.
_NOTHING: Final = Stage.NOTHING
_HEAD: Final = Stage.HEAD
_BODY: Final = Stage.BODY


class Protocol(HttpToolsProtocol):
    """One connection."""

    _stage = _NOTHING
    _size = 0
    _answered = 0
    _large = False
    _too_large = False
    _refused = False
    _ending = False
    _waiting = False
    _unread = False
    _begun = 0
    _patience: asyncio.TimerHandle | None = None
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in the base class
        """Start the clock: a client that connects has to say what it wants."""
        super().connection_made(transport)
        self._front = cast("Answering", self.app)
        self._queue: deque[HttpRequest] = deque()
        self._secure = self.scheme == "https"
        self._address = self.client[0] if self.client else ""
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks and drop what nobody waits for."""
        self._stop_clock()
        for timer in (self.timeout_keep_alive_task, self._patience):
            if timer is not None:
                timer.cancel()
        self._queue.clear()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, then bound what is not complete yet."""
        if self._refused:
            return
        self._large = len(data) > HEAD_BYTES
        between = self._stage is _NOTHING
        self._begun = 0
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self._refuse(codes.BAD_REQUEST(reason="Invalid HTTP request received."))
            return
        except httptools.HttpParserUpgrade:
            self._unsupported_upgrade_warning()
        if self._stage is _NOTHING:
            return
        # Of a chunk that holds ends of other messages, only what has been taken of the last one is known.
        alone = not self._begun or (between and self._begun == 1)
        self._size += len(data) if alone else self._head_size()
        if self._stage is _HEAD and self._size > HEAD_BYTES:
            self._refuse(codes.HEAD_TOO_LARGE(limit=HEAD_BYTES))
        elif self._size > MESSAGE_BYTES:
            self._refuse(codes.BODY_TOO_LARGE(limit=BODY_BYTES))
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self._stage.seconds, self._too_slow)

    def eof_received(self) -> bool:  # type: ignore[override] # asyncio reads the result, uvicorn gives none
        """Answer what was asked of a client that has said all it will say, then close.

        A TLS connection that one end has closed cannot be written to any more.
        """
        if self._stage is not _NOTHING:
            self._refuse(codes.BAD_REQUEST(reason=f"it ended within its {self._stage.value}."))
            return not self._secure
        self._ending = True
        return self._waiting and not self._secure

    def shutdown(self) -> None:
        """Close once nothing is asked any more; the server is told to stop.

        A request that has begun to come is waited for, though not long, and answered.
        """
        self._ending = True
        if self._stage is not _NOTHING:
            self.loop.call_later(STOP_SECONDS, self._give_up)
        elif not self._waiting:
            self.transport.close()

    def pause_writing(self) -> None:
        """Read and answer no more of a client that does not read its answers."""
        super().pause_writing()
        self.flow.pause_reading()
        self._unread = True
        self._patience = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        self._unread = False
        if self._patience is not None:
            self._patience.cancel()
        if not self._waiting:
            self._answer_queue()

    # Called by the parser.

    def on_message_begin(self) -> None:
        """Note that a head has begun."""
        self._stage = _HEAD
        self._begun += 1
        self._size = 0
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; trailers, which come behind the body, are none."""
        if self._stage is _HEAD:
            name = name.lower()
            self.headers.append((name, value))
            if name == b"expect" and value.lower() == b"100-continue":
                self.expect_100_continue = True

    def on_headers_complete(self) -> None:
        """Take the head as read, unless it came in one piece and is too large."""
        self._stop_clock()
        self._stage = _BODY
        self._body = bytearray()
        self._too_large = False
        if (self._large or self._size) and self._head_size() > HEAD_BYTES:
            self._refuse(codes.HEAD_TOO_LARGE(limit=HEAD_BYTES))
        elif self.expect_100_continue:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Gather the body, as much of it as may be."""
        self._body += body
        if len(self._body) > BODY_BYTES:
            self._too_large = True
            self._body.clear()

    def on_message_complete(self) -> None:
        """Answer the request, or let it wait for its turn."""
        self._stop_clock()
        self._stage = _NOTHING
        if self._refused:
            return
        parser = self.parser
        request = HttpRequest(
            parser.get_method(),
            self.url,
            self.headers,
            bytes(self._body),
            self._too_large,
            parser.should_keep_alive(),
        )
        if self._waiting or self._unread:
            self._queue.append(request)
        else:
            self._answer(request)

    def _answer(self, request: HttpRequest) -> None:
        reply = self._front.answer(request, self._address, secure=self._secure)
        if isinstance(reply, Reply):
            self._send(reply, request)
            return
        self._waiting = True
        self.flow.pause_reading()
        task = self.loop.create_task(self._answer_later(reply, request))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _answer_later(self, reply: Coroutine[Any, Any, Reply], request: HttpRequest) -> None:
        self._send(await reply, request)
        self._waiting = False
        self._answer_queue()

    def _answer_queue(self) -> None:
        """Answer what has come meanwhile, then read on."""
        while self._queue and not self._waiting and not self._unread:
            self._answer(self._queue.popleft())
        if not self._waiting and not self._unread:
            self.flow.resume_reading()

    def _send(self, reply: Reply, request: HttpRequest) -> None:
        transport = self.transport
        if transport.is_closing():
            return
        self.server_state.total_requests += 1
        head = _head(reply, self.server_state.default_headers)
        if self._ending or not request.keep_alive:
            transport.write(head + b"connection: close\r\n\r\n" + _body(reply, request))
            if not self._queue or not request.keep_alive:
                transport.close()
            return
        transport.write(head + b"\r\n" + _body(reply, request))
        self._answered += 1
        if self.timeout_keep_alive_task is None:
            self._watch()

    def _watch(self) -> None:
        """Look later whether the connection has been idle since; one timer, not one an answer."""
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self._close_if_idle, self._answered
        )

    def _close_if_idle(self, answered: int) -> None:
        self.timeout_keep_alive_task = None
        if self.transport.is_closing():
            return
        if answered == self._answered and self._stage is _NOTHING and not self._waiting:
            self.transport.close()
        else:
            self._watch()

    def _unset_keepalive_if_required(self) -> None:
        """Leave the timer alone; the base class would stop it whenever data comes."""

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        """Refuse a request that is still not complete long after the server was told to stop."""
        if self._stage is not _NOTHING:
            self._refuse(codes.UNAVAILABLE(reason="it is told to stop."))

    def _too_slow(self) -> None:
        self._deadline = None
        if self._stage is _NOTHING:
            self.transport.close()
        else:
            self._refuse(codes.TOO_SLOW(seconds=int(self._stage.seconds)))

    def _refuse(self, error: ApiError) -> None:
        """Answer what is no request, read no more, and close."""
        if self.transport.is_closing() or self._refused:
            return
        self._refused = True
        request_id = new_request_id()
        reply = Reply(error.status, render.failure("JSON", request_id, "", error), render.JSON, request_id)
        head = _head(reply, self.server_state.default_headers)
        self.transport.write(head + b"connection: close\r\n\r\n" + reply.body)
        if self._ending:
            self.transport.close()
            return
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


def _head(reply: Reply, defaults: list[tuple[bytes, bytes]]) -> bytes:
    """Return the status line and headers, but for the empty line that ends them."""
    lines = [b"%b: %b\r\n" % pair for pair in defaults]
    if reply.headers:
        lines.extend([f"{name}: {value}\r\n".encode() for name, value in reply.headers])
    return b"%bcontent-length: %d\r\nx-acs-request-id: %b\r\n%b" % (
        _beginning(reply.status, reply.content_type),
        len(reply.body),
        reply.request_id.encode(),
        b"".join(lines),
    )


@functools.lru_cache(maxsize=256)
def _beginning(status: int, content_type: str) -> bytes:
    line = _STATUS.get(status) or f"HTTP/1.1 {status} \r\n".encode()
    return b"%bcontent-type: %b\r\n" % (line, content_type.encode())


def _body(reply: Reply, request: HttpRequest) -> bytes:
    return b"" if request.method == b"HEAD" else reply.body
