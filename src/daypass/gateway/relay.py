"""One request and its answer: through the gate, to the service, and back.

Bodies that no signature covers and no description looks at (OSS) stream both ways, as fast
as the slower side reads. Others have to be there whole before anything can be believed; they
are bounded. Answers stream, but for Tablestore's, which are signed for the client.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from daypass.errors import ApiError, ErrorCode
from daypass.gateway import assertion, forward, shapes, stand_ins
from daypass.gateway.answering import Answering
from daypass.gateway.client import BROKEN_OFF, GARBAGE, TOO_SLOW, Line
from daypass.service import codes
from daypass.service.record import Wire
from daypass.signing import WireRequest, sign_answer

if TYPE_CHECKING:
    from daypass.gateway.client import Headers, Pool
    from daypass.gateway.gate import Admission, Gate
    from daypass.gateway.routes import Route
    from daypass.gateway.stand_ins.fixtures import Fixtures

HEALTH: Final = "/healthz"
"""Answered without a signature, as long as the process lives."""
POP_BYTES: Final = 1024 * 1024
GATHERED_BYTES: Final = 16 * 1024 * 1024
"""Of a body that has to be there whole, and of an answer that has to be signed."""
BUFFERED_BYTES: Final = 128 * 1024
"""Of a streamed body that comes before the service can take it."""

CLIENT_GONE: Final = ErrorCode(
    "ClientClosedRequest", 499, "The client went away before the answer was complete."
)
"""Never answered, as nobody is there; for the record."""

_ALIVE: Final = shapes.Answer(200, [(b"content-type", b"text/plain;charset=utf-8")], b"ok\n")
_REPEATABLE: Final = frozenset(("GET", "HEAD", "PUT", "DELETE"))


class Client(Protocol):
    """The connection a request came by."""

    def write(self, data: bytes) -> None:
        """Send a piece of the answer."""

    def hold(self, why: str) -> None:
        """Read no more, for one reason more."""

    def release(self, why: str) -> None:
        """Read on, if this was the last reason."""

    def go_on(self) -> None:
        """Ask for the body, of a client that waits to be asked."""

    def done(self, relay: Relay, *, keep: bool) -> None:
        """Take note that the answer is complete; the connection ends unless it can be kept."""

    def broken(self) -> None:
        """End the connection, so that the client sees that the answer is not complete."""


class Arrived(msgspec.Struct, frozen=True):
    """A request's head.

    Attributes:
        wire: the request, its body still empty.
        headers: as they came, names in lower case.
        length: of the body, if told.
        chunked: whether the body tells its end itself.
        keep_alive: whether the client will use the connection again.
        chunks: whether the client understands chunks.
    """

    wire: Wire
    headers: Headers
    length: int | None
    chunked: bool
    keep_alive: bool
    chunks: bool


class Relay:
    """One request and its answer.

    Args:
        client: where it came from.
        arrived: its head.
        gate: that lets it through.
        pools: connections to the services.
        signer: of assertions.
    """

    def __init__(
        self,
        client: Client,
        arrived: Arrived,
        gate: Gate,
        pools: dict[int, Pool],
        signer: assertion.Signer,
    ) -> None:
        self._client: Final = client
        self._arrived: Final = arrived
        self._gate: Final = gate
        self._pools: Final = pools
        self._signer: Final = signer
        self._admission: Final[Admission] = gate.arrive(arrived.wire)
        route = self._admission.route
        self._streams: Final = (
            route is not None and route.interface.protocol == "oss" and not route.interface.reads_body
        )
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._started = self._complete = self._finished = False
        self._line: Line | None = None
        self._task: asyncio.Task[None] | None = None
        self._signed: bytearray | None = None
        self._answer: tuple[int, Headers] = (0, [])
        self._answering: Final = Answering(client, arrived.wire.request.method, chunks=arrived.chunks)
        self._timer: asyncio.TimerHandle | None = None
        self._active = 0.0
        self._client_reads = self._service_reads = True
        self._used_before = False

    @property
    def finished(self) -> bool:
        """Whether the answer is complete, or has been given up."""
        return self._finished

    @property
    def complete(self) -> bool:
        """Whether all of the request has come."""
        return self._complete

    # Called by the client's connection.

    def start(self) -> None:
        """It is this request's turn."""
        self._started = True
        if self._asks_for_health():
            self._say(_ALIVE)
            self._finish(None)
        elif self._admission.exchange.error is not None:
            self._refuse(self._admission.exchange.error)
        elif self._streams or self._complete:
            self._admit()
        else:
            self._client.go_on()

    def data(self, data: bytes) -> None:
        """Take a piece of the body."""
        if self._finished:
            return
        if self._line is not None:
            self._line.send(self._framed(data))
            return
        self._pending.append(data)
        self._pending_bytes += len(data)
        if self._streams:
            if self._pending_bytes > BUFFERED_BYTES:
                self._client.hold("not sent yet")
        elif self._pending_bytes > self._most_bytes():
            self._pending = []
            self._refuse(codes.BODY_TOO_LARGE(limit=self._most_bytes()))

    def end(self) -> None:
        """Take note that the body is complete."""
        self._complete = True
        if self._finished:
            return
        if self._line is not None:
            self._end_request()
        elif self._started and not self._streams:
            self._admit()

    def refuse(self, error: ApiError) -> None:
        """Give up on the request, for something that the client did."""
        if not self._finished:
            self._fail(error)

    def lost(self) -> None:
        """Take note that the client is gone."""
        if not self._finished:
            self._finish(CLIENT_GONE())

    def client_full(self) -> None:
        """Read no more of the answer; the client does not."""
        self._client_reads = False
        if self._line is not None:
            self._line.pause()

    def client_drained(self) -> None:
        """Go on."""
        self._client_reads = True
        self._active = asyncio.get_running_loop().time()
        if self._line is not None:
            self._line.resume()

    # Called by the service's connection.

    def answer_begun(self, status: int, headers: Headers, length: int | None) -> None:
        """Hand on the head."""
        self._touch()
        headers = forward.answer_headers(headers)
        if self._admission.secret is not None:
            self._signed = bytearray()
            self._answer = (status, headers)
            return
        self._answering.begin(status, headers, length, keep=self._keeps())

    def answer_data(self, data: bytes) -> None:
        """Hand on a piece of the body."""
        self._touch()
        if self._signed is not None:
            self._signed += data
            if len(self._signed) > GATHERED_BYTES:
                self._fail(GARBAGE())
            return
        self._answering.data(data)

    def answer_so_far(self) -> None:
        """Let the client have what is there."""
        self._answering.flush()

    def answer_ended(self) -> None:
        """Hand on the end."""
        self._line = None
        if self._signed is not None:
            self._send_signed(bytes(self._signed))
        else:
            self._answering.end()
        self._finish(None)

    def answer_failed(self, error: ApiError) -> None:
        """Tell the client what can still be told, or ask again on a new connection if that is safe.

        A server may end an idle connection just when it is used again.
        """
        self._line = None
        route = self._admission.route
        again = self._used_before and not (self._answering.begun or self._finished or self._sent_body())
        if (
            again
            and route is not None
            and error.declared is BROKEN_OFF
            and self._admission.exchange.wire.request.method in _REPEATABLE
        ):
            self._used_before = False
            if self._timer is not None:
                self._timer.cancel()
            self._ask(route)
        else:
            self._fail(error)

    def service_full(self) -> None:
        """Read no more of the client."""
        self._service_reads = False
        self._client.hold("service")

    def service_drained(self) -> None:
        """Go on."""
        self._service_reads = True
        self._touch()
        self._client.release("service")

    # The way through.

    def _asks_for_health(self) -> bool:
        """Whether somebody asks if the gateway lives; whoever signs asks for something else."""
        request = self._arrived.wire.request
        return (
            request.path == HEALTH
            and request.method in {"GET", "HEAD"}
            and not request.query
            and self._admission.route is None
            and not any(name == b"authorization" for name, _ in self._arrived.headers)
        )

    def _most_bytes(self) -> int:
        return POP_BYTES if self._admission.protocol == "pop" else GATHERED_BYTES

    def _admit(self) -> None:
        if not self._streams:
            exchange = self._admission.exchange
            wire = exchange.wire
            request = msgspec.structs.replace(wire.request, body=b"".join(self._pending))
            exchange.wire = msgspec.structs.replace(wire, request=request)
            self._pending = []
        if self._gate.try_admit(self._admission):
            self._admitted()
        else:
            self._task = asyncio.get_running_loop().create_task(self._admit_later())

    async def _admit_later(self) -> None:
        await self._gate.admit(self._admission)
        self._task = None
        if not self._finished:
            self._admitted()

    def _admitted(self) -> None:
        error = self._admission.exchange.error
        route = self._admission.route
        if error is not None or route is None:
            self._refuse(error or codes.INTERNAL())
            return
        if route.upstream.fixtures is not None:
            self._stand_in(route.upstream.fixtures)
            return
        line = self._pools[id(route.upstream)].take()
        if line is not None:
            self._used_before = True
            self._send_request(line, route)
        else:
            self._ask(route)

    def _stand_in(self, fixtures: Fixtures) -> None:
        """Answer in the service's place."""
        admission = self._admission
        try:
            made = stand_ins.answer(fixtures, admission)
        except ApiError as error:
            self._refuse(error)
            return
        if admission.secret is not None:
            self._answer = (made.status, made.headers)
            self._send_signed(made.body)
        else:
            self._say(made)
        self._finish(None)

    def _ask(self, route: Route) -> None:
        """Have a connection made."""
        pool = self._pools[id(route.upstream)]
        self._task = asyncio.get_running_loop().create_task(self._connect(pool, route))

    async def _connect(self, pool: Pool, route: Route) -> None:
        try:
            line = await pool.connect()
        except ApiError as error:
            self._task = None
            self._fail(error)
            return
        self._task = None
        if self._finished:
            pool.give_back(line)
        else:
            self._send_request(line, route)

    def _send_request(self, line: Line, route: Route) -> None:
        arrived, protocol = self._arrived, self._admission.protocol
        request = self._admission.exchange.wire.request
        body = b"" if self._streams else forward.body(protocol, request)
        headers = self._headers(route)
        if not self._streams:
            if body or request.method not in {"GET", "HEAD", "DELETE"}:
                headers.append((b"content-length", b"%d" % len(body)))
        elif arrived.chunked:
            headers.append((b"transfer-encoding", b"chunked"))
        elif arrived.length is not None:
            headers.append((b"content-length", b"%d" % arrived.length))
        target = forward.target(route, request)
        first = b"%b %b HTTP/1.1" % (request.method.encode("latin-1"), target)
        self._line = line
        line.begin(self, forward.head(first, headers) + body, bodiless=request.method == "HEAD")
        if not self._client_reads:
            line.pause()
        if self._streams:
            self._client.go_on()
            for piece in self._pending:
                line.send(self._framed(piece))
            self._pending = []
            self._client.release("not sent yet")
        self._patience(route.upstream.answer_seconds)
        if self._complete:
            self._end_request()

    def _headers(self, route: Route) -> Headers:
        exchange, found = self._admission.exchange, self._admission.found
        caller = exchange.caller
        if caller is None or found is None:
            raise LookupError("an admitted request has a caller and is for something")
        claims = assertion.claims_of(
            caller,
            action=found.needs[0].action,
            resource=found.needs[0].resource,
            audience=route.upstream.audience,
            request_id=exchange.request_id,
            now=exchange.now,
        )
        return forward.headers(
            route,
            self._arrived.headers,
            source_ip=exchange.wire.source_ip,
            secure=exchange.wire.secure,
            identity=assertion.headers_of(claims, self._signer.sign(claims)),
        )

    def _sent_body(self) -> bool:
        """Whether pieces of a body have gone on, which nobody has any more."""
        return self._streams and (self._arrived.chunked or bool(self._arrived.length))

    def _framed(self, data: bytes) -> bytes:
        return b"%x\r\n%b\r\n" % (len(data), data) if self._arrived.chunked else data

    def _end_request(self) -> None:
        if self._line is not None:
            if self._streams and self._arrived.chunked:
                self._line.send(b"0\r\n\r\n")
            self._line.sent_all()
            self._touch()

    # The way back.

    def _send_signed(self, body: bytes) -> None:
        status, headers = self._answer
        exchange, secret = self._admission.exchange, self._admission.secret
        if secret is None:
            raise LookupError("an answer is signed with the secret of its request")
        signed = sign_answer(
            exchange.wire.request, secret.reveal(), body, request_id=exchange.request_id, now=exchange.now
        )
        kept = [pair for pair in headers if not pair[0].startswith(b"x-ots-") and pair[0] != b"authorization"]
        lines = [*kept, *((name.encode(), value.encode()) for name, value in signed.items())]
        self._signed = None
        self._say(shapes.Answer(status, lines, body))

    def _refuse(self, error: ApiError) -> None:
        """Answer with an error of the gateway's own."""
        exchange = self._admission.exchange
        request: WireRequest = exchange.wire.request
        made = shapes.answer(self._admission.protocol, error, request, exchange.request_id, exchange.now)
        self._say(made)
        self._finish(error)

    def _fail(self, error: ApiError) -> None:
        """Tell what can still be told: an error before the answer has begun, else that it is not complete."""
        if self._finished:
            return
        if self._answering.begun:
            self._finish(error)
            self._client.broken()
        else:
            self._signed = None
            self._refuse(error)

    def _keeps(self) -> bool:
        return self._arrived.keep_alive and self._complete

    def _say(self, answer: shapes.Answer) -> None:
        self._answering.whole(answer, keep=self._keeps())

    def _finish(self, error: ApiError | None) -> None:
        self._finished = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
        line, self._line = self._line, None
        if line is not None:
            line.give_up()
        self._pending = []
        exchange = self._admission.exchange
        exchange.error = exchange.error or error
        if not self._asks_for_health():
            self._gate.record(self._admission)
        self._client.done(self, keep=self._answering.keeps)

    def _touch(self) -> None:
        self._active = asyncio.get_running_loop().time()

    def _patience(self, seconds: float) -> None:
        """Look every now and then whether the service still does something."""
        loop = asyncio.get_running_loop()
        self._active = loop.time()
        self._timer = loop.call_later(seconds, self._look, seconds)

    def _look(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        left = self._active + seconds - loop.time()
        if left <= 0 and self._client_reads and (self._complete or not self._service_reads):
            self._fail(TOO_SLOW())
        else:
            self._timer = loop.call_later(max(left, 0.1), self._look, seconds)
