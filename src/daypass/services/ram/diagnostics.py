"""DecodeDiagnosticMessage: why a call was denied.

Beside the published members the answer has three of daypass's own, which SDKs pass over:
``Statement``, the index from 0 of the statement that decided, ``AttachedEntity``, whose
policy it is, and ``NearlyMatchedPolicies``, the Allow statements that failed by exactly
one thing.

A message is opened for the account whose call was denied, and for nobody else. What a
role of another account demands of its callers is that account's own business: an
external id must not be learned by guessing wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.errors import ErrorCode
from daypass.service.authorization import Permission
from daypass.service.operation import Request, Response, Runs
from daypass.services.ram.parameters import DIAGNOSTIC_MESSAGE
from daypass.services.ram.service import ram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daypass.authz.denial import Diagnosis, MatchedPolicy, NearlyMatched
    from daypass.service.call import Call

LIFE_SECONDS: Final = 24 * 60 * 60
"""How long a message can be decoded."""

NO_SUCH_MESSAGE: Final = ErrorCode(
    "EntityNotExist", 404, "There is no such diagnostic message of a call made in this account."
)
EXPIRED: Final = ErrorCode(
    "EncodedMessageExpire", 400, "The diagnostic message is older than {hours} hours. Repeat the call."
)


class DecodeDiagnosticMessageRequest(Request, frozen=True, kw_only=True):
    """Takes the message."""

    encoded_diagnostic_message: Annotated[str, DIAGNOSTIC_MESSAGE]


class AuthPrincipal(Response, frozen=True, kw_only=True):
    """Who was denied."""

    auth_principal_type: str
    auth_principal_owner_id: str
    auth_principal_display_name: str


class AuthCondition(Response, frozen=True, kw_only=True):
    """A condition key that the request carried."""

    condition_key: str
    condition_values: tuple[str, ...]


class MatchedPolicyBody(Response, frozen=True, kw_only=True):
    """A statement that denied."""

    policy_identifier: str
    policy_type: str
    policy_version: str | None = None
    statement: int
    effect: str
    attached_entity_type: str | None = None
    attached_entity: str | None = None
    attached_scope: str | None = None


class NearlyMatchedPolicy(Response, frozen=True, kw_only=True):
    """A statement that would have allowed but for one thing: a resource, a principal or a condition."""

    layer: str
    policy_identifier: str
    policy_version: str | None = None
    statement: int
    failed: str
    condition_operator: str | None = None
    condition_key: str | None = None
    wanted: tuple[str, ...]
    actual: tuple[str, ...]


class DecodedDiagnosticMessage(Response, frozen=True, kw_only=True):
    """The explanation of a denial."""

    auth_action: str
    auth_resource: str
    auth_principal: AuthPrincipal
    auth_conditions: tuple[AuthCondition, ...]
    explicit_deny: bool
    no_permission_policy_type: str | None = None
    matched_policies: tuple[MatchedPolicyBody, ...]
    nearly_matched_policies: tuple[NearlyMatchedPolicy, ...]


class DecodeDiagnosticMessageResponse(Response, frozen=True, kw_only=True):
    """The explanation."""

    decoded_diagnostic_message: DecodedDiagnosticMessage


@ram.operation(
    "DecodeDiagnosticMessage",
    DecodeDiagnosticMessageRequest,
    DecodeDiagnosticMessageResponse,
    authorize=Permission("ram:DecodeDiagnosticMessage", lambda q, call: "*", about="*"),  # noqa: ARG005 (the form)
    runs=Runs.INLINE,
    errors=(NO_SUCH_MESSAGE, EXPIRED),
)
def decode_diagnostic_message(
    call: Call, q: DecodeDiagnosticMessageRequest
) -> DecodeDiagnosticMessageResponse:
    """Explain a denial: what was asked, what denied it, and what nearly allowed it."""
    try:
        diagnosis = call.diagnostics.decode(q.encoded_diagnostic_message)
    except ValueError:
        raise NO_SUCH_MESSAGE() from None
    if diagnosis.account != call.account:
        raise NO_SUCH_MESSAGE()
    if call.now - diagnosis.time > LIFE_SECONDS:
        raise EXPIRED(hours=LIFE_SECONDS // 3600)
    return DecodeDiagnosticMessageResponse(decoded_diagnostic_message=decoded(diagnosis))


def decoded(diagnosis: Diagnosis) -> DecodedDiagnosticMessage:
    """Show a diagnosis to the account whose call was denied."""
    return DecodedDiagnosticMessage(
        auth_action=diagnosis.action,
        auth_resource=diagnosis.resource,
        auth_principal=AuthPrincipal(
            auth_principal_type=diagnosis.principal_type,
            auth_principal_owner_id=diagnosis.account,
            auth_principal_display_name=diagnosis.display_name,
        ),
        auth_conditions=tuple(
            AuthCondition(condition_key=key, condition_values=values)
            for key, values in diagnosis.conditions.items()
        ),
        explicit_deny=diagnosis.explicit,
        no_permission_policy_type=diagnosis.policy_type or None,
        matched_policies=tuple(
            _matched(policy)
            for policy in diagnosis.matched
            if policy.layer != "control" or _is_own(diagnosis)
        ),
        nearly_matched_policies=tuple(_nearly(policy) for policy in _own(diagnosis)),
    )


def _own(diagnosis: Diagnosis) -> Iterator[NearlyMatched]:
    """Yield the near misses in policies of the account itself.

    Not in another one's trust policy, and not in control policies, whose text is for the account
    that manages the resource directory.
    """
    own = _is_own(diagnosis)
    return (
        policy
        for policy in diagnosis.nearly
        if policy.layer != "control" and (policy.layer != "trust" or own)
    )


def _is_own(diagnosis: Diagnosis) -> bool:
    """Return whether the resource is the account's own."""
    return diagnosis.resource.split(":", 4)[3:4] == [diagnosis.account]


def _matched(policy: MatchedPolicy) -> MatchedPolicyBody:
    return MatchedPolicyBody(
        policy_identifier=policy.name,
        policy_type=policy.type,
        policy_version=policy.version or None,
        statement=policy.statement,
        effect=policy.effect,
        attached_entity_type=policy.entity.partition("/")[0] or None,
        attached_entity=policy.entity or None,
        attached_scope=policy.scope or None,
    )


def _nearly(policy: NearlyMatched) -> NearlyMatchedPolicy:
    return NearlyMatchedPolicy(
        layer=policy.layer,
        policy_identifier=policy.name,
        policy_version=policy.version or None,
        statement=policy.statement,
        failed=policy.failed,
        condition_operator=policy.operator or None,
        condition_key=policy.key or None,
        wanted=policy.wanted,
        actual=policy.actual,
    )
