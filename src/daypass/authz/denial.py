"""Refusals in RAM's own form, and the diagnostic message that explains them.

A denied call is answered with ``NoPermission`` and ``AccessDeniedDetail``. Its
``EncodedDiagnosticMessage`` holds the whole explanation, sealed: the caller may not
read it, whoever may call DecodeDiagnosticMessage in the caller's account may.
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.authz.principal import Caller, IdentityType
from daypass.errors import ApiError, ErrorCode
from daypass.federation.errors import NOT_TRUSTED
from daypass.policy import NearMiss, Outcome, Reason, explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.authz.authorize import Verdict

NO_PERMISSION: Final = ErrorCode(
    "NoPermission", 403, "You are not authorized to do this action. Resource: {resource} Action: {action}"
)

_PRINCIPAL_TYPES: Final = {
    IdentityType.ACCOUNT: "Account",
    IdentityType.RAM_USER: "SubUser",
    IdentityType.ROLE_SESSION: "AssumedRoleUser",
    IdentityType.FEDERATED: "Federated",
}


class MatchedPolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """A statement that decided."""

    layer: str
    name: str
    type: str
    version: str
    statement: int
    effect: str
    entity: str = ""
    scope: str = ""


class NearlyMatched(msgspec.Struct, frozen=True, omit_defaults=True):
    """A statement that would have allowed but for one thing."""

    layer: str
    name: str
    version: str
    statement: int
    failed: str
    key: str = ""
    operator: str = ""
    wanted: tuple[str, ...] = ()
    actual: tuple[str, ...] = ()


class Diagnosis(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything there is to know of a denial; what the diagnostic message holds.

    Attributes:
        display_name: a RAM user's id, ``<role>:<session>``, or the account id, as the SDKs
            document ``AuthPrincipalDisplayName``.
    """

    time: int
    request_id: str
    account: str
    principal: str
    principal_type: str
    display_name: str
    action: str
    resource: str
    explicit: bool
    policy_type: str
    conditions: dict[str, tuple[str, ...]] = {}
    matched: tuple[MatchedPolicy, ...] = ()
    nearly: tuple[NearlyMatched, ...] = ()


class DiagnosticSeal:
    """Turns diagnoses into opaque text and back.

    Args:
        seal: encrypts and authenticates bytes under the ring's primary key.
        open: the inverse; raises ``ValueError`` for what no key of the ring made.
    """

    def __init__(self, seal: Callable[[bytes], bytes], open: Callable[[bytes], bytes]) -> None:  # noqa: A002 (the inverse of seal)
        self._seal: Final = seal
        self._open: Final = open

    def encode(self, diagnosis: Diagnosis) -> str:
        """Return the diagnostic message."""
        packed = zlib.compress(msgspec.msgpack.encode(diagnosis), 1)
        return base64.urlsafe_b64encode(self._seal(packed)).decode().rstrip("=")

    def decode(self, message: str) -> Diagnosis:
        """Read a diagnostic message back.

        Raises:
            ValueError: it is not one, or was not made here.
        """
        sealed = base64.urlsafe_b64decode(message + "=" * (-len(message) % 4))
        unpacker = zlib.decompressobj()
        packed = unpacker.decompress(self._open(sealed), _MOST_BYTES)
        return msgspec.msgpack.decode(packed, type=Diagnosis)


_MOST_BYTES: Final = 1024 * 1024


def denied(
    caller: Caller, verdict: Verdict, seal: DiagnosticSeal, *, request_id: str, now: int, message: str
) -> ApiError:
    """Make the error of a verdict that does not allow: NoPermission, or STS's own for identity providers."""
    diagnosis = diagnose(caller, verdict, request_id=request_id, now=now)
    detail = {
        "AuthAction": diagnosis.action,
        "AuthPrincipalDisplayName": diagnosis.display_name,
        "AuthPrincipalOwnerId": caller.account,
        "AuthPrincipalType": diagnosis.principal_type,
        "EncodedDiagnosticMessage": seal.encode(diagnosis),
        "NoPermissionType": "ExplicitDeny" if diagnosis.explicit else "ImplicitDeny",
        "PolicyType": diagnosis.policy_type,
    }
    refused = NOT_TRUSTED if caller.identity_type is IdentityType.FEDERATED else NO_PERMISSION
    return ApiError(refused, message, extra={"AccessDeniedDetail": detail})


def diagnose(caller: Caller, verdict: Verdict, *, request_id: str, now: int) -> Diagnosis:
    """Explain a verdict with the compiled policies that made it."""
    decision, request = verdict.decision, verdict.request
    return Diagnosis(
        time=now,
        request_id=request_id,
        account=caller.account,
        principal=caller.arn,
        principal_type=_PRINCIPAL_TYPES[caller.identity_type],
        display_name=caller.user_id or caller.display_name,
        action=request.action,
        resource=request.resource,
        explicit=decision.outcome is Outcome.EXPLICIT_DENY,
        policy_type=decision.policy_type or "",
        conditions={key: _texts(value) for key, value in request.context.items()},
        matched=tuple(_matched(reason) for reason in decision.because),
        nearly=tuple(_nearly(miss) for miss in explain(verdict.layers, request)),
    )


def _texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _matched(reason: Reason) -> MatchedPolicy:
    return MatchedPolicy(
        reason.layer,
        reason.policy,
        reason.policy_type,
        reason.version,
        reason.statement,
        reason.effect,
        reason.entity,
        reason.scope,
    )


def _nearly(miss: NearMiss) -> NearlyMatched:
    statement = miss.statement
    return NearlyMatched(
        statement.layer,
        statement.policy,
        statement.version,
        statement.statement,
        miss.failed,
        miss.key,
        miss.operator,
        miss.wanted,
        miss.actual or (),
    )
