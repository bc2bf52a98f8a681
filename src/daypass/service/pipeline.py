"""The request path: read the wire, authenticate, authorize, run, render, record.

Every call takes it, whatever the product. The steps stand in :meth:`Pipeline._steps` and
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
from msgspec.structs import replace

from daypass import signing
from daypass.authn.authenticate import LONGEST_KEY_ID
from daypass.authn.console import Asked
from daypass.authz.denial import NO_PERMISSION, denied
from daypass.authz.views import NotCachedError
from daypass.directory.errors import StoreError
from daypass.directory.feed import last_change
from daypass.errors import ApiError, DaypassError, NotedRefusalError
from daypass.policy import conceivable
from daypass.service import codes, render
from daypass.service.call import Call, Unanswered
from daypass.service.operation import Operation, Response, Runs
from daypass.service.params import Unknown
from daypass.service.record import Exchange, Wire, change_event
from daypass.signing.errors import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from daypass.audit.reading import DecisionReader
    from daypass.authn.authenticate import Authenticator
    from daypass.authn.console import Browser, ConsoleSessions
    from daypass.authn.key_uses import SeenKeys
    from daypass.authz.authorize import Verdict
    from daypass.authz.denial import DiagnosticSeal
    from daypass.authz.principal import Caller
    from daypass.authz.views import Views
    from daypass.directory.database import Database, Transaction
    from daypass.service.call import Issuer, Outside
    from daypass.service.operation import Catalogue
    from daypass.service.record import Recorder

T = TypeVar("T")

_log: Final = structlog.get_logger("daypass.pipeline")

_NO_WIRE: Final = signing.WireRequest("", "", "", signing.RawHeaders(()), b"")
_MISSING: Final = "MissingParameter."

_INLINE: Final = Runs.INLINE
"""By its own name: looking up a member of an enumeration is slow enough to count."""


class Reply(msgspec.Struct, frozen=True, gc=False):
    """An answer: HTTP status, body, its Content-Type, the request id, further headers."""

    status: int
    body: bytes
    content_type: str
    request_id: str
    headers: tuple[tuple[str, str], ...] = ()


class Denied(msgspec.Struct, frozen=True):
    """Why a call would not be authorized: the error it would get, and what was asked for on what."""

    error: ApiError
    action: str
    resource: str


class Ports(msgspec.Struct, frozen=True):
    """What the pipeline reaches in the world; the composition root fills it.

    Attributes:
        clock: epoch seconds.
        entropy: returns that many random bytes.
        console: tells whose console sessions are.
        seen_keys: which AccessKeys are used.
        decisions: reads back what the recorder has put on record.
        request_id: makes a new request id.
        readers: threads for read transactions.
        writer: the one thread for write transactions.
        outside: answers what operations cannot find out by themselves.
    """

    catalogue: Catalogue
    authenticator: Authenticator
    console: ConsoleSessions
    views: Views
    database: Database
    issuer: Issuer
    seal: DiagnosticSeal
    seen_keys: SeenKeys
    recorder: Recorder
    decisions: DecisionReader
    clock: Callable[[], int]
    entropy: Callable[[int], bytes]
    request_id: Callable[[], str]
    readers: Executor
    writer: Executor
    outside: Outside
    region: str
    default_format: str


class Elsewhere(DaypassError):  # noqa: N818 (no fault: what remains to be done)
    """The operation runs on a thread; nothing more can be done on the event loop."""


class Pipeline:
    """Answers requests for the operations of a catalogue."""

    def __init__(self, ports: Ports) -> None:
        self._ports: Final = ports
        # What each request needs, without a way through the ports.
        self._refresh: Final = ports.views.refresh
        self._find: Final = ports.catalogue.find
        self._identified: Final = ports.authenticator.identify
        self._use_nonce: Final = ports.authenticator.use_nonce
        self._record: Final = ports.recorder.decision
        self._seen_keys: Final = ports.seen_keys.seen

    def answer(self, wire: Wire) -> Reply | Coroutine[Any, Any, Reply]:
        """Answer one request at once or, if something has to be waited for, by the coroutine returned.

        Never raises: every failure has a body the client can read.
        """
        ports = self._ports
        exchange = Exchange(wire, ports.request_id(), ports.clock())
        try:
            return self._go_on(exchange)
        except (NotCachedError, Unanswered, Elsewhere) as reason:
            return self._wait(exchange, reason)

    async def answered(self, wire: Wire) -> Reply:
        """Answer one request, waiting for what has to be waited for."""
        reply = self.answer(wire)
        return reply if isinstance(reply, Reply) else await reply

    async def ask(self, asked: Asked, browser: Browser) -> bytes:
        """Answer a call through a console session, which takes the path of every other.

        Returns:
            The body in JSON.

        Raises:
            ApiError: the answer is an error; the request id is among what it adds.
        """
        ports = self._ports
        ports.recorder.ready()
        wire = Wire(_NO_WIRE, browser.source_ip, browser.secure)
        exchange = Exchange(wire, ports.request_id(), ports.clock(), presented=asked)
        try:
            reply = self._go_on(exchange)
        except (NotCachedError, Unanswered, Elsewhere) as reason:
            reply = await self._wait(exchange, reason)
        if exchange.error is not None:
            raise _numbered(exchange.error, exchange.request_id)
        return reply.body

    async def judge(self, asked: Asked, browser: Browser) -> Denied | None:
        """Return why a call through a console session would not be authorized, and do no more.

        What is not known yet may be left out of its parameters: then it is refused only if
        nothing that is left out could make it be allowed.

        Raises:
            ApiError: its parameters are wrong, the session has ended, or what is named is not there.
        """
        ports = self._ports
        wire = Wire(_NO_WIRE, browser.source_ip, browser.secure)
        exchange = Exchange(wire, ports.request_id(), ports.clock(), presented=asked)
        while True:
            try:
                return self._judge(exchange, asked)
            except NotCachedError as reason:
                await _in(ports.readers, ports.views.load, reason.view, reason.key)
            except (Unanswered, LookupError):
                return None  # it cannot be told before the call is made

    def _judge(self, exchange: Exchange, asked: Asked) -> Denied | None:
        operation = self._find(asked.version, asked.action)
        caller = self._identify(exchange, asked, operation)
        while self._refresh():
            caller = self._identify(exchange, asked, operation)
        try:
            q, whole = operation.sketch(asked.parameters)
        except ApiError as error:
            if error.code.startswith(_MISSING):
                return None
            raise
        call = self._call(exchange, caller)
        try:
            verdict = operation.authorize.check(call, q)
        except ApiError as error:
            if error.declared is NO_PERMISSION:
                return Denied(error, f"{operation.product.lower()}:{operation.name}", "*")
            raise
        if verdict is None or verdict.allowed:
            return None
        own = call.caller.entitlements
        scoped = own.group_scope.values() if own is not None else ()
        if not whole and conceivable(verdict.layers, verdict.request, scoped):
            return None
        refused = self._denied(call, _of_known(verdict), operation.authorize.refusal(verdict))
        return Denied(refused, verdict.request.action, verdict.shown or verdict.request.resource)

    async def _wait(self, exchange: Exchange, reason: NotCachedError | Unanswered | Elsewhere) -> Reply:
        """Do on a thread what cannot be done on the event loop, then go on."""
        ports = self._ports
        while True:
            try:
                if isinstance(reason, NotCachedError):
                    exchange.call = None  # what was decided before the wait is decided again after it
                    await _in(ports.readers, ports.views.load, reason.view, reason.key)
                elif isinstance(reason, Unanswered):
                    exchange.call = None
                    exchange.answered = (reason.question, await ports.outside.answer(reason.question))
                else:
                    exchange.response = await self._run_elsewhere(exchange)
            except Exception as fault:  # noqa: BLE001 (told apart where all faults are)
                exchange.fault = fault
            try:
                return self._go_on(exchange)
            except (NotCachedError, Unanswered, Elsewhere) as again:
                reason = again

    def _go_on(self, exchange: Exchange) -> Reply:
        """Take the request as far as it goes.

        Raises:
            NotCachedError: something has to be loaded first; go on then.
            Unanswered: something has to be asked outside first; go on then.
            Elsewhere: the operation has to run on a thread first; go on then.
        """
        try:
            reply = self._steps(exchange)
        except (NotCachedError, Unanswered, Elsewhere):
            raise
        except ApiError as error:
            reply = self._refusal(exchange, error)
        except StoreError as fault:
            _log.error("the store failed", request_id=exchange.request_id, reason=str(fault))
            reply = self._refusal(exchange, codes.UNAVAILABLE(reason="the store does not answer."))
        except Exception:  # noqa: BLE001 (a fault of ours: logged, answered without detail)
            _log.exception("request failed", request_id=exchange.request_id)
            reply = self._refusal(exchange, codes.INTERNAL())
        self._record(exchange)
        return reply

    def _steps(self, exchange: Exchange) -> Reply:
        """Read the wire, authenticate, authorize, run, render: what is done already is not done again."""
        if exchange.fault is not None:
            fault, exchange.fault = exchange.fault, None
            raise fault
        if exchange.presented is None:
            self._ports.recorder.ready()
            exchange.presented = signing.read(exchange.wire.request)
        presented = exchange.presented
        if exchange.operation is None:
            exchange.operation = self._find(presented.version, presented.action)
        operation = exchange.operation
        call = exchange.call or self._admit(exchange, presented, operation)
        response = exchange.response
        if response is None:
            if operation.runs is not _INLINE:
                raise Elsewhere
            response = operation.run(call, exchange.q)
        form = presented.format or self._ports.default_format
        body = render.success(form, operation.name, exchange.request_id, response)
        return Reply(200, body, render.content_type(form), exchange.request_id)

    def _admit(
        self,
        exchange: Exchange,
        presented: signing.Presented | signing.Anonymous | Asked,
        operation: Operation[Any, Any],
    ) -> Call:
        """Authenticate, read the parameters, authorize.

        All of it happens on what is cached, at one generation of the store: when something
        was changed meanwhile it is done again. The nonce is used once.
        """
        caller = self._identify(exchange, presented, operation)
        while self._refresh():
            caller = self._identify(exchange, presented, operation)
        if not exchange.authentic:
            if caller is not None and isinstance(presented, signing.Presented):
                self._use_nonce(caller, presented, exchange.now)
                if caller.session is None:
                    self._seen_keys[caller.access_key_id] = (exchange.now, operation.product)
            exchange.authentic = True
        ports = self._ports
        q = _bound(operation, presented)
        call = self._call(exchange, caller)
        verdict = exchange.verdict = operation.authorize.check(call, q)
        if verdict is not None and not verdict.allowed:
            raise self._denied(call, verdict, operation.authorize.refusal(verdict))
        exchange.call, exchange.q = call, q
        exchange.position = ports.views.position
        return call

    def _identify(
        self,
        exchange: Exchange,
        presented: signing.Presented | signing.Anonymous | Asked,
        operation: Operation[Any, Any],
    ) -> Caller | None:
        if isinstance(presented, signing.Presented):
            exchange.claimed_key = presented.access_key_id[:LONGEST_KEY_ID]
            while True:
                try:
                    caller = exchange.caller = self._identified(
                        presented, exchange.now, exchange.wire.source_ip
                    )
                except ApiError:
                    # Refused on what is cached: a key, a role or a token key may be new.
                    if not self._refresh():
                        raise
                else:
                    return caller
        if isinstance(presented, Asked):
            return self._identify_session(exchange, presented)
        if not operation.anonymous:
            raise MISSING.of("AccessKeyId")()
        return None

    def _identify_session(self, exchange: Exchange, asked: Asked) -> Caller:
        ports = self._ports
        while True:
            try:
                caller = ports.console.identify(asked.digest, asked.source_ip, exchange.now, ports.views.look)
            except ApiError:
                if not self._refresh():
                    raise
            else:
                exchange.caller, exchange.claimed_key = caller, caller.access_key_id
                return caller

    async def _run_elsewhere(self, exchange: Exchange) -> Response:
        operation = exchange.operation
        if operation is not None and operation.runs is Runs.WRITE:
            if operation.prepare is not None:
                exchange.prepared = await _in(self._ports.readers, self._prepare, operation, exchange)
            return await _in(self._ports.writer, self._write, operation, exchange)
        return await _in(self._ports.readers, self._read, operation, exchange)

    def _prepare(self, operation: Operation[Any, Any], exchange: Exchange) -> object:
        with self._ports.database.read() as txn:
            call = self._call_within(operation, exchange, txn)
            return operation.prepare(call, exchange.q) if operation.prepare is not None else None

    def _read(self, operation: Operation[Any, Any], exchange: Exchange) -> Response:
        with self._ports.database.read() as txn:
            return self._run(operation, exchange, txn)

    def _write(self, operation: Operation[Any, Any], exchange: Exchange) -> Response:
        with self._ports.database.write() as txn:
            try:
                response = self._run(operation, exchange, txn)
            except NotedRefusalError as refusal:
                error = refusal.error
                txn.audit.append(change_event(exchange, error.code))
            else:
                txn.audit.append(change_event(exchange))
                return response
        raise error

    def _run(self, operation: Operation[Any, Any], exchange: Exchange, txn: Transaction) -> Response:
        """Run an operation in a transaction."""
        response: Response = operation.run(self._call_within(operation, exchange, txn), exchange.q)
        return response

    def _call_within(self, operation: Operation[Any, Any], exchange: Exchange, txn: Transaction) -> Call:
        """Return the call as it is in a transaction.

        Something may have been committed since the request was admitted: then it is decided
        again on what this transaction sees, so that no right works after its revocation.
        """
        if exchange.call is None:
            raise LookupError("an operation runs once it is admitted")
        call = exchange.call.within(txn)
        if last_change(txn) != exchange.position:
            call = self._admit_again(operation, exchange, call)
        if exchange.prepared is not None:
            call = msgspec.structs.replace(call, given_prepared=exchange.prepared)
        return call

    def _admit_again(self, operation: Operation[Any, Any], exchange: Exchange, call: Call) -> Call:
        presented, caller = exchange.presented, exchange.caller
        if caller is not None and isinstance(presented, signing.Presented):
            exchange.authentic = False
            again = self._ports.authenticator.again(
                caller, presented, exchange.now, exchange.wire.source_ip, call.look
            )
            exchange.authentic = True
            call = msgspec.structs.replace(call, given_caller=again)
        elif isinstance(presented, Asked):
            exchange.authentic = False
            again = self._ports.console.identify(
                presented.digest, presented.source_ip, exchange.now, call.look
            )
            exchange.authentic = True
            call = msgspec.structs.replace(call, given_caller=again)
        verdict = exchange.verdict = operation.authorize.check(call, exchange.q)
        if verdict is not None and not verdict.allowed:
            raise self._denied(call, verdict, operation.authorize.refusal(verdict))
        return call

    def _call(self, exchange: Exchange, caller: Caller | None) -> Call:
        ports = self._ports
        return Call(
            given_caller=caller,
            now=exchange.now,
            request_id=exchange.request_id,
            source_ip=exchange.wire.source_ip,
            secure=exchange.wire.secure,
            region=ports.region,
            look=ports.views.look,
            issuer=ports.issuer,
            diagnostics=ports.seal,
            decisions=ports.decisions,
            entropy=ports.entropy,
            answered=exchange.answered,
        )

    def _denied(self, call: Call, verdict: Verdict, message: str) -> ApiError:
        seal = self._ports.seal
        who = verdict.vouched_for or call.caller
        return denied(who, verdict, seal, request_id=call.request_id, now=call.now, message=message)

    def _refusal(self, exchange: Exchange, error: ApiError) -> Reply:
        exchange.error = error
        wire = exchange.wire
        presented = exchange.presented
        asked = signing.requested_format(wire.request) if presented is None else presented.format
        form = asked or self._ports.default_format
        body = render.failure(form, exchange.request_id, wire.request.host, error)
        content_type = render.content_type(form)
        return Reply(error.status, body, content_type, exchange.request_id, tuple(error.headers.items()))


def _of_known(verdict: Verdict) -> Verdict:
    """Return a verdict without condition keys whose values are not known yet: they explain nothing."""
    request = verdict.request
    known = {key: value for key, value in request.context.items() if _is_known(value)}
    return replace(verdict, request=replace(request, context=known))


def _is_known(value: object) -> bool:
    return not isinstance(value, Unknown)


def _numbered(error: ApiError, request_id: str) -> ApiError:
    """Return an error that tells which request it ended."""
    extra = {**error.extra, "RequestId": request_id}
    return ApiError(error.declared, error.message, extra=extra, headers=error.headers, details=error.details)


def _bound(operation: Operation[Any, Any], presented: signing.Presented | signing.Anonymous | Asked) -> Any:
    """Read the parameters, once for all requests that repeat one another: they have the same text."""
    kept = presented.kept if isinstance(presented, signing.Presented) else None
    if kept is None:
        return operation.bind(presented.parameters)
    if kept.q is None:
        kept.q = operation.bind(presented.parameters)
    return kept.q


async def _in(executor: Executor, function: Callable[..., T], *args: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, function, *args)
