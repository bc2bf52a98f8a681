"""Whether a request that a proxy holds may go on: what nginx and Envoy ask before they forward it.

The proxy forwards, the gateway decides: the request is authenticated in its own protocol, its
action and resource follow from the description of its service, and the answer is 200 with
the headers that tell the service who calls, or the refusal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from daypass.errors import ApiError, ErrorCode
from daypass.gateway import assertion, shapes
from daypass.server.protocol import BODY_BYTES
from daypass.service import codes
from daypass.service.pipeline import Reply
from daypass.service.record import Wire
from daypass.signing import RawHeaders, WireRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from daypass.gateway.gate import Admission, Gate
    from daypass.server.protocol import HttpRequest
    from daypass.server.trust import ProxyTrust

NGINX: Final = b"/nginx"
"""nginx asks here; method and target of the request stand in headers."""
ENVOY: Final = b"/envoy"
"""Envoy asks here; the path of the request follows, everything else is the request's own."""
METHOD: Final = b"x-original-method"
TARGET: Final = b"x-original-uri"
LENGTH: Final = b"x-original-length"
PARTIAL: Final = b"x-envoy-auth-partial-body"
"""With ``false`` Envoy says that the body it sent along is all of it."""

BODY_NOT_SEEN: Final = ErrorCode(
    "UnsupportedOperation",
    403,
    "The proxy keeps this request's body, which has to be looked at. Send it through the gateway itself.",
)

_BODILESS: Final = frozenset((b"GET", b"HEAD", b"DELETE", b"OPTIONS"))
_OK: Final = 200
_SERVER: Final = 500
_NOT_AUTHENTIC: Final = 401
_REFUSED: Final = 403


class Held(NamedTuple):
    """A request that a proxy holds.

    Attributes:
        method: of it.
        target: path and query.
        body: as far as the proxy sent it along.
        whole: whether that is all of the body.
        by_status: whether the proxy looks at the status of a refusal only.
    """

    method: bytes
    target: bytes
    body: bytes
    whole: bool
    by_status: bool


class CheckFront:
    """Answers proxies.

    Args:
        gate: lets requests through.
        signer: of assertions.
        proxies: whose forwarded headers are believed.
        clock: epoch seconds.
    """

    def __init__(
        self, gate: Gate, signer: assertion.Signer, proxies: ProxyTrust, clock: Callable[[], int]
    ) -> None:
        self._gate: Final = gate
        self._signer: Final = signer
        self._proxies: Final = proxies
        self._clock: Final = clock

    def answer(
        self, request: HttpRequest, address: str, *, secure: bool
    ) -> Reply | Coroutine[Any, Any, Reply]:
        """Answer a proxy at once or, if something has to be loaded first, by the coroutine returned.

        Args:
            request: as the proxy sent it.
            address: of the connection's other end.
            secure: whether the connection is TLS.
        """
        try:
            held = _held(request)
        except ApiError as error:
            return _reply(shapes.answer("pop", error, None, "-", self._clock()), "-", error.status)
        headers = RawHeaders(request.headers)
        path, _, query = held.target.decode("latin-1").partition("?")
        wire = WireRequest(held.method.decode("latin-1"), path, query, headers, held.body)
        admission = self._gate.arrive(Wire(wire, *self._proxies.origin(address, secure, headers)))
        if not held.whole and _looks_at_bodies(admission):
            admission.exchange.error = admission.exchange.error or BODY_NOT_SEEN()
        if self._gate.try_admit(admission):
            return self._told(admission, by_status=held.by_status)
        return self._later(admission, by_status=held.by_status)

    async def _later(self, admission: Admission, *, by_status: bool) -> Reply:
        await self._gate.admit(admission)
        return self._told(admission, by_status=by_status)

    def _told(self, admission: Admission, *, by_status: bool) -> Reply:
        exchange = admission.exchange
        request_id = exchange.request_id
        self._gate.record(admission)
        if exchange.error is not None:
            error = exchange.error
            made = shapes.answer(admission.protocol, error, exchange.wire.request, request_id, exchange.now)
            status = _status(error, authentic=exchange.authentic) if by_status else made.status
            return _reply(made, request_id, status, (("x-daypass-error", error.code),))
        return Reply(_OK, b"", "text/plain", request_id, self._identity(admission))

    def _identity(self, admission: Admission) -> tuple[tuple[str, str], ...]:
        exchange, route, found = admission.exchange, admission.route, admission.found
        if exchange.caller is None or route is None or found is None:
            raise LookupError("a request that was let through is known")
        need = found.needs[0]
        claims = assertion.claims_of(
            exchange.caller,
            action=need.action,
            resource=need.resource,
            audience=route.upstream.audience,
            request_id=exchange.request_id,
            now=exchange.now,
        )
        headers = assertion.headers_of(claims, self._signer.sign(claims))
        return tuple((name.decode(), value.decode()) for name, value in headers)


def _held(request: HttpRequest) -> Held:
    """Return what a proxy says of the request that it holds.

    Raises:
        ApiError: it does not say it as it should.
    """
    if request.too_large:
        raise codes.BODY_TOO_LARGE(limit=BODY_BYTES)
    if request.target.partition(b"?")[0] == NGINX:
        method, target = _only(request, METHOD), _only(request, TARGET)
        if not method or not target.startswith(b"/"):
            raise codes.BAD_REQUEST(reason="X-Original-Method and X-Original-URI have to be set, once each.")
        return Held(method, target, b"", whole=_only(request, LENGTH) in {b"", b"0"}, by_status=True)
    if request.target.startswith(ENVOY + b"/"):
        whole = request.method in _BODILESS or _only(request, PARTIAL) == b"false"
        return Held(request.method, request.target[len(ENVOY) :], request.body, whole=whole, by_status=False)
    raise codes.PATH_NOT_FOUND()


def _only(request: HttpRequest, wanted: bytes) -> bytes:
    """Return the value of a header that may stand once; empty if it is not there.

    Raises:
        ApiError: it stands there twice, so that somebody else than the proxy may have set it.
    """
    values = [value for name, value in request.headers if name == wanted]
    if len(values) > 1:
        raise codes.BAD_REQUEST(reason=f"{wanted.decode()} is set twice.")
    return values[0] if values else b""


def _looks_at_bodies(admission: Admission) -> bool:
    """Whether a body has to be seen: the signature covers it, or what the request does stands in it."""
    return admission.protocol != "oss" or (
        admission.route is not None and admission.route.interface.reads_body
    )


def _status(error: ApiError, *, authentic: bool) -> int:
    """Return the status that nginx understands: 401 and 403 refuse, all else is a fault of its own."""
    if error.status >= _SERVER:
        return error.status
    return _REFUSED if authentic or error.declared is BODY_NOT_SEEN else _NOT_AUTHENTIC


def _reply(
    made: shapes.Answer, request_id: str, status: int, more: tuple[tuple[str, str], ...] = ()
) -> Reply:
    headers = tuple(
        (name.decode(), value.decode("latin-1"))
        for name, value in made.headers
        if name not in {b"content-type", b"x-acs-request-id"}
    )
    kind = next((value.decode() for name, value in made.headers if name == b"content-type"), "text/plain")
    return Reply(status, made.body, kind, request_id, (*headers, *more))
