"""HTTP/1.1 on a client's connection: parsed, bounded, and handed on piece by piece.

Requests that two readers could cut differently are refused: two lengths, a length beside
chunks, a transfer coding other than chunks, lines that end otherwise than lines do, a target
for another host than the Host header's.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, cast

import httptools
import structlog

from daypass.descriptions import host_name
from daypass.errors import ApiError
from daypass.gateway import forward, shapes
from daypass.gateway.relay import Arrived, Relay
from daypass.server.identifiers import new_request_id
from daypass.server.protocol import HEAD_BYTES, HEAD_SECONDS, LINGER_SECONDS, UNREAD_SECONDS
from daypass.server.run import KEEP_ALIVE_SECONDS
from daypass.service import codes
from daypass.service.record import Wire
from daypass.signing import RawHeaders, WireRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.server.trust import ProxyTrust

    Headers = list[tuple[bytes, bytes]]
    Begin = Callable[["Connection", Arrived], Relay]

_log: Final = structlog.get_logger("daypass.gateway")

BODY_SECONDS: Final = 30.0
"""Between two pieces of a body."""
WRITE_BYTES: Final = 256 * 1024
"""Of an answer that may wait for the client to read; beyond it the service is not read."""

_DISCARDED_BYTES: Final = 64 * 1024 * 1024
"""Of a refused request's body that is read so that the client comes to read the refusal."""


class Connection(asyncio.Protocol):
    """One connection of a client.

    Args:
        begin: makes the relay of a request.
        proxies: whose forwarded headers are believed.
        secure: whether the connection is TLS.
        now: epoch seconds.
        all_open: every connection of the gateway.
    """

    def __init__(
        self,
        begin: Begin,
        proxies: ProxyTrust,
        *,
        secure: bool,
        now: Callable[[], int],
        all_open: set[Connection],
    ) -> None:
        self._begin: Final = begin
        self._origin: Final = proxies.origin
        self._secure: Final = secure
        self._now: Final = now
        self._all_open: Final = all_open
        self._loop: Final = asyncio.get_running_loop()
        self._parser: Final = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._address = ""
        self._url = b""
        self._headers: Headers = []
        self._in_head = False
        self._begun = False
        self._size = 0
        self._receiving: Relay | None = None
        self._current: Relay | None = None
        self._queue: Final[deque[Relay]] = deque()
        self._held: Final[set[str]] = set()
        self._expects = False
        self._ending = self._last = False
        self._discarded = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._patience: asyncio.TimerHandle | None = None

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the clock: a client that connects has to say what it wants."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclass
        self._transport.set_write_buffer_limits(WRITE_BYTES)
        peer = transport.get_extra_info("peername")
        self._address = peer[0] if isinstance(peer, tuple) else ""
        self._all_open.add(self)
        self._clock(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Parse, then bound what is not complete yet."""
        if self._ending or self._last:
            self._discard(len(data))
            return
        self._begun = False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._last = True  # nothing is upgraded here; what comes behind is not read
        except httptools.HttpParserError as fault:
            self._not_parsed(fault)
            return
        if self._in_head:
            self._size += self._head_size() if self._begun else len(data)
            if self._size > HEAD_BYTES:
                self._refuse(codes.HEAD_TOO_LARGE(limit=HEAD_BYTES))
        elif self._receiving is not None:
            self._clock(BODY_SECONDS)

    def _not_parsed(self, fault: Exception) -> None:
        """Refuse what is not HTTP; what went wrong in handing it on is a fault of ours."""
        if isinstance(fault, httptools.HttpParserCallbackError) and not isinstance(
            fault.__context__, _RefusedError
        ):
            _log.error("a request could not be handed on", exc_info=fault.__context__)
            self._refuse(codes.INTERNAL())
        else:
            self._refuse(codes.BAD_REQUEST(reason="Invalid HTTP request received."))

    def eof_received(self) -> bool:
        """Let the answer be sent to a client that has said all it will say."""
        if self._ending:
            return False
        if self._in_head or self._receiving is not None:
            self._refuse(codes.BAD_REQUEST(reason="it ended before it was complete."))
            return not self._secure
        return self._current is not None and not self._secure

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (whatever it was)
        """Give up what nobody waits for."""
        self._all_open.discard(self)
        for timer in (self._deadline, self._patience):
            if timer is not None:
                timer.cancel()
        self._ending = True
        relays = [*([] if self._current is None else [self._current]), *self._queue]
        self._queue.clear()
        for relay in relays:
            relay.lost()

    def pause_writing(self) -> None:
        """Read no more for a client that does not read."""
        self._patience = self._loop.call_later(UNREAD_SECONDS, self._abort)
        if self._current is not None:
            self._current.client_full()

    def resume_writing(self) -> None:
        """Go on."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if self._current is not None:
            self._current.client_drained()

    # Called by the parser.

    def on_message_begin(self) -> None:
        """Note that a head has begun."""
        self._url, self._headers = b"", []
        self._in_head = self._begun = True
        self._size = 0
        self._expects = False
        self._clock(HEAD_SECONDS)

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; trailers, which come behind the body, are none."""
        if self._in_head:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Take the request on, unless its head is not one that all readers understand alike."""
        self._in_head = False
        try:
            arrived = self._arrived()
        except ApiError as error:
            self._refuse(error)
            raise _RefusedError from None
        relay = self._receiving = self._begin(self, arrived)
        if self._current is None:
            self._current = relay
            relay.start()
        else:
            self._queue.append(relay)
            self.hold("queue")

    def on_body(self, body: bytes) -> None:
        """Hand on a piece of the body."""
        if self._receiving is not None:
            self._receiving.data(body)

    def on_message_complete(self) -> None:
        """Hand on that the body is complete."""
        receiving, self._receiving = self._receiving, None
        self._stop_clock()
        if receiving is not None:
            receiving.end()

    # Called by the relay of a request.

    def write(self, data: bytes) -> None:
        """Send a piece of an answer."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def hold(self, why: str) -> None:
        """Read no more, for one reason more."""
        if not self._held and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        self._held.add(why)
        self._stop_clock()

    def release(self, why: str) -> None:
        """Read on, if this was the last reason."""
        if why not in self._held:
            return
        self._held.discard(why)
        if not self._held and self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
            if self._receiving is not None:
                self._clock(BODY_SECONDS)

    def go_on(self) -> None:
        """Ask for the body, of a client that waits to be asked."""
        if self._expects:
            self._expects = False
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def done(self, relay: Relay, *, keep: bool) -> None:
        """Take note that an answer is complete."""
        if relay is not self._current:
            return
        self._current = None
        self._held.clear()
        transport = self._transport
        if transport is None or transport.is_closing() or self._ending:
            return
        if not keep or (self._last and not self._queue):
            self._end(linger=not relay.complete)
            return
        if self._queue:
            self._current = self._queue.popleft()
            if self._queue:
                self._held.add("queue")
            else:
                transport.resume_reading()
            self._current.start()
            return
        transport.resume_reading()
        if not self._in_head:
            self._clock(KEEP_ALIVE_SECONDS)

    def broken(self) -> None:
        """End the connection, so that the client sees that the answer is not complete."""
        self._ending = True
        if self._transport is not None:
            self._transport.close()

    # Called by the gateway.

    def stop(self) -> None:
        """End once nothing is asked any more."""
        if self._current is None and self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """End at once."""
        self._abort()

    def _arrived(self) -> Arrived:
        """Return the head.

        Raises:
            ApiError: it is too large, or two readers could understand it differently.
        """
        parser, headers = self._parser, self._headers
        if self._head_size() > HEAD_BYTES:
            raise codes.HEAD_TOO_LARGE(limit=HEAD_BYTES)
        named: dict[bytes, list[bytes]] = {}
        for name, value in headers:
            named.setdefault(name, []).append(value)
        length, chunked = _framing(named)
        path, query = _target(self._url, named.get(b"host", []))
        method = parser.get_method()
        if method == b"CONNECT":
            raise codes.UNSUPPORTED_METHOD(method="CONNECT")
        version = parser.get_http_version()
        if version not in {"1.0", "1.1"} or (version == "1.1" and b"host" not in named):
            raise codes.BAD_REQUEST(reason="it has no Host, or is of no version that is spoken here.")
        self._expects = version == "1.1" and named.get(b"expect", [b""])[0].lower() == b"100-continue"
        raw = RawHeaders(headers)
        request = WireRequest(method.decode("latin-1"), path, query, raw, b"")
        source_ip, secure = self._origin(self._address, self._secure, raw)
        keep = version == "1.1" and parser.should_keep_alive()
        return Arrived(Wire(request, source_ip, secure), headers, length, chunked, keep, version == "1.1")

    def _head_size(self) -> int:
        return len(self._url) + sum(len(name) + len(value) + 4 for name, value in self._headers)

    def _clock(self, seconds: float) -> None:
        self._stop_clock()
        if not self._held:
            self._deadline = self._loop.call_later(seconds, self._too_slow)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._in_head:
            self._refuse(codes.TOO_SLOW(seconds=int(HEAD_SECONDS)))
        elif self._receiving is not None:
            self._refuse(codes.TOO_SLOW(seconds=int(BODY_SECONDS)))
        elif self._current is None and self._transport is not None:
            self._transport.close()

    def _refuse(self, error: ApiError) -> None:
        """Answer what is no request, read no more of it, and close."""
        if self._ending:
            return
        receiving, self._receiving = self._receiving, None
        if receiving is not None:
            receiving.refuse(error)  # if it is its turn, it answers in its protocol's form
        if self._current is None and not self._ending:
            answer = shapes.answer("pop", error, None, new_request_id(), self._now())
            lines = [
                *answer.headers,
                (b"content-length", b"%d" % len(answer.body)),
                (b"connection", b"close"),
            ]
            self.write(forward.head(b"HTTP/1.1 %d " % answer.status, lines) + answer.body)
        self._end(linger=True)

    def _end(self, *, linger: bool) -> None:
        """Close; not before the client can have read what was sent to it, if it still sends."""
        if self._ending or self._transport is None:
            return
        self._ending = True
        self._stop_clock()
        if not linger:
            self._transport.close()
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._transport.resume_reading()
        self._deadline = self._loop.call_later(LINGER_SECONDS, self._abort_politely)

    def _discard(self, count: int) -> None:
        self._discarded += count
        if self._discarded > _DISCARDED_BYTES:
            self._abort_politely()

    def _abort_politely(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class _RefusedError(Exception):
    """Stops the parser; the request was answered."""


def _framing(named: dict[bytes, list[bytes]]) -> tuple[int | None, bool]:
    lengths, codings = named.get(b"content-length", []), named.get(b"transfer-encoding", [])
    if len(lengths) > 1 or len(codings) > 1 or (lengths and codings):
        raise codes.BAD_REQUEST(reason="it tells the length of its body more than once.")
    if codings and codings[0].lower() != b"chunked":
        raise codes.BAD_REQUEST(reason="its transfer coding is not chunked.")
    if lengths and not (lengths[0].isdigit() and len(lengths[0]) < 20):  # noqa: PLR2004 (digits of a large number)
        raise codes.BAD_REQUEST(reason="the length of its body is no number.")
    return (int(lengths[0]) if lengths else None), bool(codings)


def _target(url: bytes, hosts: list[bytes]) -> tuple[str, str]:
    """Return path and query of a target, which may be an absolute URL of the request's own host."""
    if len(hosts) > 1:
        raise codes.BAD_REQUEST(reason="it has several Host headers.")
    text = url.decode("latin-1")
    if not text.startswith("/"):
        scheme, _, rest = text.partition("://")
        if scheme.lower() not in {"http", "https"}:
            raise codes.BAD_REQUEST(reason="its target is neither a path nor a URL.")
        cut = next((at for at, char in enumerate(rest) if char in "/?#"), len(rest))
        host, text = rest[:cut], rest[cut:]
        if "@" in host or host_name(host) != host_name(hosts[0].decode("latin-1") if hosts else host):
            raise codes.BAD_REQUEST(reason="its target is of another host than its Host header.")
        if not text.startswith("/"):
            text = f"/{text}"
    if "#" in text:
        raise codes.BAD_REQUEST(reason="its target has a fragment.")
    path, _, query = text.partition("?")
    return path, query
