"""What goes on record of a request: its decision always, its change if it made one.

Decisions go to the decision log (:mod:`daypass.audit.decisions`); changes to the store,
in the change's own transaction. Neither holds a secret.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog
from prometheus_client import Counter

from daypass.audit.decisions import DecisionRecord
from daypass.directory.records import AuditEvent
from daypass.service import codes
from daypass.service.call import timestamp
from daypass.service.operation import Runs
from daypass.signing import WireRequest

if TYPE_CHECKING:
    from daypass.audit.decisions import DecisionLog
    from daypass.authn.console import Asked
    from daypass.authz.authorize import Verdict
    from daypass.authz.principal import Caller
    from daypass.errors import ApiError
    from daypass.service.call import Call
    from daypass.service.operation import Operation, Request, Response
    from daypass.signing import Anonymous, Presented

_log: Final = structlog.get_logger("daypass.record")

_LONGEST_AGENT: Final = 256
_INLINE: Final = Runs.INLINE

REQUESTS: Final = Counter("daypass_requests_total", "Requests answered.", ("product", "action", "outcome"))


class Wire(msgspec.Struct, frozen=True, gc=False):
    """A request as it came in, with what the connection tells.

    Attributes:
        request: method, path, query, headers and body.
        source_ip: of the client, text form.
        secure: whether it came over TLS.
    """

    request: WireRequest
    source_ip: str
    secure: bool


class Exchange(msgspec.Struct):
    """One request while it is answered: what is known of it so far.

    Attributes:
        wire: the request as it came in.
        request_id: made for it.
        now: epoch seconds.
        presented: once the wire is read.
        operation: once found.
        claimed_key: the AccessKey ID that claims to have signed.
        caller: once authenticated.
        authentic: whether authentication is over; what fails from then on the operation declares.
        verdict: once authorized.
        call: once admitted.
        position: the store's last change that admission took into account.
        q: likewise, the operation's request.
        prepared: what the operation's preparation returned.
        answered: a question asked outside, and its answer.
        response: once the operation has run on a thread.
        fault: what a thread raised instead.
        error: if it ended in one.
    """

    wire: Wire
    request_id: str
    now: int
    presented: Presented | Anonymous | Asked | None = None
    operation: Operation[Any, Any] | None = None
    claimed_key: str = ""
    caller: Caller | None = None
    authentic: bool = False
    verdict: Verdict | None = None
    call: Call | None = None
    position: int = 0
    q: Request | None = None
    prepared: object = None
    answered: tuple[object, object] | None = None
    response: Response | None = None
    fault: Exception | None = None
    error: ApiError | None = None

    @property
    def outcome(self) -> str:
        """``allow``, ``explicit deny``, ``implicit deny`` or ``refused``."""
        if self.verdict is not None and not self.verdict.allowed:
            return self.verdict.decision.outcome.value
        return "allow" if self.error is None else "refused"


class Recorder:
    """Writes decision records and counts requests.

    Args:
        log: where records go.
        max_backlog: records that may wait while the disk refuses; beyond it requests are refused.
    """

    def __init__(self, log: DecisionLog, *, max_backlog: int = 32_768) -> None:
        self._log: Final = log
        self._max_backlog: Final = max_backlog
        self._count: Final = functools.cache(REQUESTS.labels)  # as many as operations times outcomes

    def ready(self) -> None:
        """Check that a decision can be put on record.

        Raises:
            ApiError: ServiceUnavailable; the log's disk has refused for too long.
        """
        if self._log.backlog > self._max_backlog:
            raise codes.UNAVAILABLE(reason="decisions cannot be put on record.")

    def decision(self, exchange: Exchange) -> None:
        """Put a finished exchange on record."""
        operation = exchange.operation
        outcome = exchange.outcome
        product, action = (operation.product, operation.name) if operation else ("", "")
        self._put(exchange, product, action, outcome)

    def foreign(self, exchange: Exchange, product: str, action: str) -> None:
        """Put a finished exchange with a service behind the gateway on record.

        Args:
            exchange: it has no operation.
            product: the service; empty if it is not known.
            action: as its description names it; empty for one that it does not name, of which
                there are as many as callers like.
        """
        self._put(exchange, product, action, exchange.outcome)

    def _put(self, exchange: Exchange, product: str, action: str, outcome: str) -> None:
        self._count(product, action, outcome).inc()
        try:
            self._log.append(_record(exchange, product, action, outcome))
        except OSError as refusal:
            _log.error("the decision log cannot be written", reason=str(refusal))


def _record(exchange: Exchange, product: str, action: str, outcome: str) -> DecisionRecord:
    caller, verdict, error = _principal(exchange), exchange.verdict, exchange.error
    session = caller.session if caller is not None else None
    return DecisionRecord(
        time=timestamp(exchange.now),
        request_id=exchange.request_id,
        outcome=outcome,
        code=error.code if error is not None else "",
        principal=caller.arn if caller is not None else "",
        account=caller.account if caller is not None else "",
        access_key_id=exchange.claimed_key,
        session_id=session.session_id if session is not None else "",
        source_identity=(session.source_identity or "") if session is not None else "",
        product=product,
        action=verdict.request.action if verdict is not None else action,
        operation="" if verdict is None or verdict.request.action.endswith(action) else action,
        resource=verdict.request.resource if verdict is not None else "",
        policy_type=(verdict.decision.policy_type or "") if verdict is not None else "",
        statements=_statements(verdict),
        source_ip=exchange.wire.source_ip,
        user_agent=_user_agent(exchange),
        diagnostic=_diagnostic(error),
    )


def _user_agent(exchange: Exchange) -> str:
    """Return what the client calls itself; "" for what was allowed inline, where each header costs."""
    operation = exchange.operation
    if exchange.error is None and operation is not None and operation.runs is _INLINE:
        return ""
    headers = exchange.wire.request.headers
    return next((value for name, value in headers if name == "user-agent"), "")[:_LONGEST_AGENT]


def _diagnostic(error: ApiError | None) -> str:
    """Return a denial's diagnostic message; it is sealed, and may hold what is no secret but private."""
    detail = error.extra.get("AccessDeniedDetail") if error is not None else None
    return str(detail["EncodedDiagnosticMessage"]) if isinstance(detail, dict) else ""


def _principal(exchange: Exchange) -> Caller | None:
    """Return who a request was decided for: whoever is vouched for, else who signed it."""
    verdict = exchange.verdict
    return exchange.caller if verdict is None or verdict.vouched_for is None else verdict.vouched_for


def _statements(verdict: Verdict | None) -> tuple[str, ...]:
    if verdict is None:
        return ()
    return tuple(
        [
            f"{reason.layer}:{reason.policy}@{reason.version}#{reason.statement}"
            for reason in verdict.decision.because
        ]
    )


def change_event(exchange: Exchange, outcome: str = "Success") -> AuditEvent:
    """Make the record of a change, secrets left out; of a noted refusal the outcome is its code."""
    operation, caller, verdict, q = exchange.operation, _principal(exchange), exchange.verdict, exchange.q
    if operation is None or caller is None or q is None:
        raise LookupError("a change has an operation, a caller and a request")
    return AuditEvent(
        time_ms=exchange.now * 1000,
        request_id=exchange.request_id,
        account_id=caller.account,
        principal=caller.arn,
        access_key_id=caller.access_key_id,
        product=operation.product,
        action=operation.name,
        resources=(verdict.request.resource,) if verdict is not None else (),
        outcome=outcome,
        source_ip=exchange.wire.source_ip,
        parameters=_parameters(operation, q),
    )


def _parameters(operation: Operation[Any, Any], q: Request) -> str:
    values = {
        parameter.kind.wire: getattr(q, parameter.name)
        for parameter in operation.parameters
        if parameter.kind.wire not in operation.secret_parameters
    }
    return msgspec.json.encode(values, enc_hook=str).decode()
