"""Whether a request may go on: the same steps as for daypass's own operations.

Read the wire, authenticate (key, signature, timestamp, token, nonce), find what it has to be
authorized for, decide. All of it on what is cached, at one generation of the store; what is
missing is loaded on a thread and everything is done again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from daypass import signing
from daypass.authn.authenticate import LONGEST_KEY_ID
from daypass.authz.authorize import decide_on
from daypass.authz.controls import CONTROLS
from daypass.authz.denial import NO_PERMISSION, denied
from daypass.authz.views import NotCachedError
from daypass.descriptions import NotDescribedError, asked
from daypass.directory.errors import StoreError
from daypass.errors import ApiError, ErrorCode
from daypass.gateway.routes import Route
from daypass.service import codes
from daypass.service.call import Call, Conditions
from daypass.service.record import Exchange
from daypass.signing.errors import MISSING

if TYPE_CHECKING:
    from daypass.authz.authorize import Verdict
    from daypass.authz.principal import Caller
    from daypass.descriptions import Asking, Found, Protocol
    from daypass.gateway.routes import Routes
    from daypass.secret import Secret
    from daypass.service.pipeline import Ports
    from daypass.service.record import Wire

_log: Final = structlog.get_logger("daypass.gateway")

NOT_DESCRIBED: Final = ErrorCode(
    "NoPermission", 403, "Nothing can allow this request: no description tells what it does. {reason}"
)
SCHEME_REFUSED: Final = ErrorCode(
    "InvalidSignatureVersion", 400, "A signature of {scheme} is not accepted here. Sign with {accepted}."
)
OTHERS_RESOURCES: Final = ErrorCode(
    "NoPermission", 403, "The resources behind the gateway belong to another account."
)


class Admission(msgspec.Struct):
    """A request on its way through the gate.

    Attributes:
        exchange: what goes on record of it.
        protocol: whose signature it carries.
        route: the service it is for, once known.
        asking: what its description was asked, once known.
        found: what it has to be authorized for, once known.
        secret: that signed it, where the answer has to be signed, too.
    """

    exchange: Exchange
    protocol: Protocol
    route: Route | None = None
    asking: Asking | None = None
    found: Found | None = None
    secret: Secret | None = None


class Gate:
    """Lets requests through, or tells why not.

    Args:
        ports: as the pipeline's; the same nonces, clock, tokens and evaluator.
        routes: the services.
    """

    def __init__(self, ports: Ports, routes: Routes) -> None:
        self._ports: Final = ports
        self._routes: Final = routes

    def arrive(self, wire: Wire) -> Admission:
        """Take a request whose head has come; nothing of it is believed.

        Never raises.
        """
        exchange = Exchange(wire, self._ports.request_id(), self._ports.clock())
        admission = Admission(exchange, "pop")
        try:
            protocol = signing.protocol_of(wire.request)
            if protocol is not None:
                admission.protocol = protocol
                admission.route = self._routes.find(protocol, wire.request)
        except ApiError as error:
            exchange.error = error
        return admission

    def try_admit(self, admission: Admission) -> bool:
        """Admit or refuse at once; return whether that could be told without waiting.

        A refusal is the exchange's error.
        """
        if admission.exchange.error is not None:
            return True
        try:
            self._admit(admission)
        except NotCachedError:
            return False
        except Exception as fault:  # noqa: BLE001 (told apart where all faults are)
            _refuse(admission.exchange, fault)
        return True

    async def admit(self, admission: Admission) -> None:
        """Admit or refuse, loading what is not cached."""
        ports = self._ports
        while True:
            try:
                try:
                    self._admit(admission)
                except NotCachedError as missing:
                    await _in(ports.readers, ports.views.load, missing.view, missing.key)
                else:
                    return
            except Exception as fault:  # noqa: BLE001 (as above)
                _refuse(admission.exchange, fault)
                return

    def record(self, admission: Admission) -> None:
        """Put a finished request on record."""
        route, found = admission.route, admission.found
        named = found is not None and found.access is not None
        action = found.needs[0].action.partition(":")[2] if found is not None and named else ""
        service = route.interface.service if route is not None else ""
        self._ports.recorder.foreign(admission.exchange, service, action)

    def _admit(self, admission: Admission) -> None:
        exchange, ports = admission.exchange, self._ports
        ports.recorder.ready()
        presented = self._presented(admission)
        caller = self._identified(exchange, presented)
        while ports.views.refresh():
            caller = self._identified(exchange, presented)
        route = admission.route
        if route is None:
            route = admission.route = self._routes.find("pop", exchange.wire.request, presented.version)
        accepted = route.upstream.schemes
        if accepted and presented.scheme not in accepted:
            raise SCHEME_REFUSED(scheme=presented.scheme, accepted=" or ".join(sorted(accepted)))
        if not exchange.authentic:
            ports.authenticator.use_nonce(caller, presented, exchange.now)
            if caller.session is None:
                ports.seen_keys.seen[caller.access_key_id] = (exchange.now, route.interface.service)
            exchange.authentic = True
        self._authorize(admission, route, presented, caller)
        if route.interface.protocol == "ots":
            admission.secret = ports.authenticator.secret_of(presented, exchange.now)

    def _presented(self, admission: Admission) -> signing.Presented:
        exchange, route = admission.exchange, admission.route
        presented = exchange.presented
        if presented is None:
            request = exchange.wire.request
            if route is None:
                presented = signing.read(request)
            else:
                bucket = route.host_label if route.interface.protocol == "oss" else None
                presented = signing.read_one_of(admission.protocol, request, bucket)
            exchange.presented = presented
        if not isinstance(presented, signing.Presented):
            raise MISSING.of("AccessKeyId")()
        return presented

    def _identified(self, exchange: Exchange, presented: signing.Presented) -> Caller:
        ports = self._ports
        exchange.claimed_key = presented.access_key_id[:LONGEST_KEY_ID]
        while True:
            try:
                caller = exchange.caller = ports.authenticator.identify(
                    presented, exchange.now, exchange.wire.source_ip
                )
            except ApiError:
                # Refused on what is cached: a key, a role or a token key may be new.
                if not ports.views.refresh():
                    raise
            else:
                return caller

    def _authorize(
        self, admission: Admission, route: Route, presented: signing.Presented, caller: Caller
    ) -> None:
        upstream, exchange = route.upstream, admission.exchange
        if upstream.account and upstream.account != caller.account:
            raise OTHERS_RESOURCES()
        try:
            asking = admission.asking = asked(
                route.interface,
                exchange.wire.request,
                presented,
                host_label=route.host_label,
                region=upstream.region,
                account=caller.account,
            )
            found = admission.found = route.interface.find(asking)
        except NotDescribedError as reason:
            raise NOT_DESCRIBED(reason=str(reason)) from None
        controls = self._ports.views.look(CONTROLS, caller.account)
        call = self._call(exchange, caller, upstream.region)
        for need in reversed(found.needs):  # what the request is, which is the first, stays on record
            context = Conditions(call, found.conditions)
            verdict = exchange.verdict = decide_on(caller, controls, need.action, need.resource, context)
            if not verdict.allowed:
                raise self._denied(call, caller, verdict)

    def _denied(self, call: Call, caller: Caller, verdict: Verdict) -> ApiError:
        request = verdict.request
        message = NO_PERMISSION.template.format(resource=request.resource, action=request.action)
        return denied(
            caller, verdict, self._ports.seal, request_id=call.request_id, now=call.now, message=message
        )

    def _call(self, exchange: Exchange, caller: Caller, region: str) -> Call:
        ports = self._ports
        return Call(
            given_caller=caller,
            now=exchange.now,
            request_id=exchange.request_id,
            source_ip=exchange.wire.source_ip,
            secure=exchange.wire.secure,
            region=region,
            look=ports.views.look,
            issuer=ports.issuer,
            diagnostics=ports.seal,
            entropy=ports.entropy,
            decisions=ports.decisions,
        )


def _refuse(exchange: Exchange, fault: Exception) -> None:
    """Make the error of what went wrong."""
    if isinstance(fault, ApiError):
        exchange.error = fault
    elif isinstance(fault, StoreError):
        _log.error("the store failed", request_id=exchange.request_id, reason=str(fault))
        exchange.error = codes.UNAVAILABLE(reason="the store does not answer.")
    else:
        _log.error("request failed", request_id=exchange.request_id, exc_info=fault)
        exchange.error = codes.INTERNAL()


async def _in(executor: Any, function: Any, *args: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(executor, function, *args)
