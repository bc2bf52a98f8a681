"""The request path: read the wire, authenticate, authorize, run, render, record.

Every call takes it, whatever the product. The steps stand in :meth:`Pipeline.answer` and
:meth:`Pipeline._admit` in their order, which is part of the interface: request form →
authentication (key, signature, timestamp, token, nonce) → parameters → authorization →
existence and state of what is named.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
import structlog

from daypass import signing
from daypass.authz.denial import denied
from daypass.authz.views import NotCachedError
from daypass.directory.errors import StoreError
from daypass.errors import ApiError
from daypass.service import codes, render
from daypass.service.call import Call
from daypass.service.operation import Operation, Request, Response, Runs
from daypass.service.record import Exchange, change_event
from daypass.signing.errors import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.authn.authenticate import Authenticator
    from daypass.authz.authorize import Verdict
    from daypass.authz.denial import DiagnosticSeal
    from daypass.authz.principal import Caller
    from daypass.authz.views import Views
    from daypass.directory.database import Database
    from daypass.service.call import Issuer
    from daypass.service.operation import Catalogue
    from daypass.signing.errors import MISSING
from daypass.service.record import Recorder

T = TypeVar("T")

_log: Final = structlog.get_logger("daypass.pipeline")


class Wire(msgspec.Struct, frozen=True, gc=False):
    """A request as it came in, with what the connection tells.

    Attributes:
        request: method, path, query, headers and body.
        source_ip: of the client, text form.
        secure: whether it came over TLS.
        host: the Host header, for error bodies.
    """

    request: signing.WireRequest
    source_ip: str
    secure: bool
    host: str


class Reply(msgspec.Struct, frozen=True, gc=False):
    """An answer: HTTP status, body, its Content-Type, the request id, further headers."""

    status: int
    body: bytes
    content_type: str
    request_id: str
    headers: tuple[tuple[str, str], ...] = ()


class Ports(msgspec.Struct, frozen=True):
    """What the pipeline reaches in the world; the composition root fills it.

    Attributes:
        clock: epoch seconds.
        entropy: returns that many random bytes.
        request_id: makes a new request id.
        readers: threads for read transactions.
        writer: the one thread for write transactions.
    """

    catalogue: Catalogue
    authenticator: Authenticator
    views: Views
    database: Database
    issuer: Issuer
    seal: DiagnosticSeal
    recorder: Recorder
    clock: Callable[[], int]
    entropy: Callable[[int], bytes]
    request_id: Callable[[], str]
    readers: Executor
    writer: Executor
    region: str
    default_format: str


class Pipeline:
    """Answers requests for the operations of a catalogue."""

    def __init__(self, ports: Ports) -> None:
        self._ports: Final = ports

    async def answer(self, wire: Wire) -> Reply:
        """Answer one request. Never raises: every failure has a body the client can read."""
        ports = self._ports
        exchange = Exchange(wire.source_ip, ports.request_id(), ports.clock())
        form = ports.default_format
        try:
            ports.recorder.ready()
            presented = signing.read(wire.request)
            form = presented.format or form
            operation = exchange.operation = ports.catalogue.find(presented.version, presented.action)
            call, q = await self._admit(wire, presented, operation, exchange)
            response = await self._run(operation, call, q, exchange)
            body = render.success(form, operation.name, exchange.request_id, response)
            reply = Reply(200, body, render.content_type(form), exchange.request_id)
        except ApiError as error:
            exchange.error = error
            reply = self._refusal(wire, form, exchange.request_id, error)
        except StoreError as fault:
            _log.error("the store failed", request_id=exchange.request_id, reason=str(fault))
            exchange.error = codes.UNAVAILABLE(reason="the store does not answer.")
            reply = self._refusal(wire, form, exchange.request_id, exchange.error)
        except Exception:  # noqa: BLE001 (a fault of ours: logged, answered without detail)
            _log.exception("request failed", request_id=exchange.request_id)
            exchange.error = codes.INTERNAL()
            reply = self._refusal(wire, form, exchange.request_id, exchange.error)
        ports.recorder.decision(exchange)
        return reply

    async def _admit(
        self,
        wire: Wire,
        presented: signing.Presented | signing.Anonymous,
        operation: Operation[Any, Any],
        exchange: Exchange,
    ) -> tuple[Call, Request]:
        """Authenticate, read the parameters, authorize.

        All of it happens on what is cached, at one generation of the store. When something
        has to be loaded, or was changed meanwhile, it is done again; the nonce is used once.
        """
        ports = self._ports
        while True:
            try:
                caller = self._identify(presented, operation, exchange)
                if ports.views.refresh():
                    continue
                if not exchange.authentic:
                    if caller is not None and isinstance(presented, signing.Presented):
                        ports.authenticator.use_nonce(caller, presented, exchange.now)
                    exchange.authentic = True
                q = operation.bind(presented.parameters)
                call = self._call(wire, caller, exchange)
                verdict = exchange.verdict = operation.authorize.check(call, q)
                if verdict is not None and not verdict.allowed:
                    raise self._denied(call, verdict, operation.authorize.refusal(verdict))
            except NotCachedError as miss:
                await self._in(ports.readers, ports.views.load, miss.view, miss.key)
            else:
                return call, q

    def _identify(
        self,
        presented: signing.Presented | signing.Anonymous,
        operation: Operation[Any, Any],
        exchange: Exchange,
    ) -> Caller | None:
        if isinstance(presented, signing.Presented):
            exchange.claimed_key = presented.access_key_id
            while True:
                try:
                    exchange.caller = self._ports.authenticator.identify(presented, exchange.now)
                except ApiError:
                    # Refused on what is cached: a key, a role or a token key may be new.
                    if not self._ports.views.refresh():
                        raise
                else:
                    return exchange.caller
        if not operation.anonymous:
            raise MISSING.of("AccessKeyId")()
        return None

    async def _run(
        self, operation: Operation[Any, Any], call: Call, q: Request, exchange: Exchange
    ) -> Response:
        if operation.runs is Runs.INLINE:
            while True:
                try:
                    response: Response = operation.run(call, q)
                except NotCachedError as miss:
                    await self._in(self._ports.readers, self._ports.views.load, miss.view, miss.key)
                else:
                    return response
        if operation.runs is Runs.READ:
            return await self._in(self._ports.readers, self._read, operation, call, q)
        return await self._in(self._ports.writer, self._write, operation, call, q, exchange)

    def _read(self, operation: Operation[Any, Any], call: Call, q: Request) -> Response:
        with self._ports.database.read() as txn:
            response: Response = operation.run(call.within(txn), q)
            return response

    def _write(self, operation: Operation[Any, Any], call: Call, q: Request, exchange: Exchange) -> Response:
        with self._ports.database.write() as txn:
            response: Response = operation.run(call.within(txn), q)
            txn.audit.append(change_event(exchange, q))
            return response

    def _call(self, wire: Wire, caller: Caller | None, exchange: Exchange) -> Call:
        return Call(
            caller=caller,
            now=exchange.now,
            request_id=exchange.request_id,
            source_ip=wire.source_ip,
            secure=wire.secure,
            region=self._ports.region,
            look=self._ports.views.look,
            issuer=self._ports.issuer,
            diagnostics=self._ports.seal,
            entropy=self._ports.entropy,
        )

    def _denied(self, call: Call, verdict: Verdict, message: str) -> ApiError:
        seal = self._ports.seal
        return denied(call.caller, verdict, seal, request_id=call.request_id, now=call.now, message=message)

    def _refusal(self, wire: Wire, form: str, request_id: str, error: ApiError) -> Reply:
        form = signing.requested_format(wire.request) or form
        body = render.failure(form, request_id, wire.host, error)
        headers = tuple(error.headers.items())
        return Reply(error.status, body, render.content_type(form), request_id, headers)

    async def _in(self, executor: Executor, function: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(executor, function, *args)
