"""AssumeRole: exchange the caller's identity for short-lived credentials of a role.

Order of checks: parameters in the order of their declaration, then root callers, the
role's existence, permission (the caller's policies and the trust policy), and last the
role's own limit on the duration. Source: the published operation page and error list;
the order is ours where they are silent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.authz.authorize import ASSUME_ROLE, decide_on_assuming
from daypass.authz.controls import CONTROLS
from daypass.authz.denial import NO_PERMISSION
from daypass.authz.principal import TRUSTED_ROLE, IdentityType, TrustedRole
from daypass.directory.errors import ROLE_MISSING
from daypass.names import RoleArn
from daypass.service.call import Conditions
from daypass.service.operation import Request, Response, Runs
from daypass.services.sts.service import (
    DEFAULT_SECONDS,
    DURATION_RANGE,
    DURATION_SECONDS,
    EXTERNAL_ID,
    POLICY,
    ROLE_ARN,
    ROLE_SESSION_NAME,
    SOURCE_IDENTITY,
    SOURCE_IDENTITY_FORM,
    AssumedRoleUser,
    CredentialsBody,
    credentials_body,
    sts,
)
from daypass.tokens import Session

if TYPE_CHECKING:
    from daypass.authz.authorize import Verdict
    from daypass.errors import ErrorCode
    from daypass.service.call import Call

_SESSION_ID_BYTES: Final = 16


class AssumeRoleRequest(Request, frozen=True, kw_only=True):
    """Whose credentials, under what name, for how long, narrowed how."""

    role_arn: Annotated[RoleArn, ROLE_ARN]
    role_session_name: Annotated[str, ROLE_SESSION_NAME]
    duration_seconds: Annotated[int, DURATION_SECONDS] = DEFAULT_SECONDS
    policy: Annotated[str | None, POLICY] = None
    external_id: Annotated[str | None, EXTERNAL_ID] = None
    source_identity: Annotated[str | None, SOURCE_IDENTITY] = None


class AssumeRoleResponse(Response, frozen=True, kw_only=True):
    """The session and its credentials."""

    assumed_role_user: AssumedRoleUser
    credentials: CredentialsBody
    source_identity: str | None = None


class AssumingIsAllowed:
    """The caller's policies and the role's trust policy must both allow ``sts:AssumeRole``."""

    def check(self, call: Call, q: AssumeRoleRequest, /) -> Verdict:
        """Decide on the role, which must exist; the account's own key may assume none."""
        if call.caller.identity_type is IdentityType.ACCOUNT:
            raise NO_PERMISSION.said("Roles may not be assumed by root accounts.")
        target = _role(call, q)
        controls = call.look(CONTROLS, target.role.account_id)
        return decide_on_assuming(call.caller, controls, target, Conditions(call, _conditions(call, q)))

    def describe(self) -> str:
        """Return the action, the resource and the trust policy's part."""
        return f"`{ASSUME_ROLE}` on `acs:ram::{{AccountId}}:role/{{RoleName}}`, and the role's trust policy"

    def errors(self) -> tuple[ErrorCode, ...]:
        """Return the error for a role that is not there."""
        return (ROLE_MISSING,)

    def refusal(self, verdict: Verdict) -> str:
        """Return the one sentence STS has for both missing halves, then what was asked."""
        return (
            "You are not authorized to do this action. You should be authorized by RAM. "
            f"Resource: {verdict.request.resource} Action: {verdict.request.action}"
        )


@sts.operation(
    "AssumeRole",
    AssumeRoleRequest,
    AssumeRoleResponse,
    authorize=AssumingIsAllowed(),
    runs=Runs.INLINE,
    errors=(DURATION_RANGE, SOURCE_IDENTITY_FORM),
)
def assume_role(call: Call, q: AssumeRoleRequest) -> AssumeRoleResponse:
    """Exchange the caller's identity for short-lived credentials of a role."""
    role = _role(call, q).role
    if q.duration_seconds > role.max_session_duration:
        raise DURATION_RANGE(most=role.max_session_duration)
    caller = call.caller
    source_identity = _source_identity(call, q)
    credentials = call.issuer.issue(
        Session(
            kind="role",
            account_id=role.account_id,
            role_id=role.id,
            role_name=role.name,
            session_name=q.role_session_name,
            mfa=False,
            authenticated_at=call.now,
            issued_at=call.now,
            expires_at=call.now + q.duration_seconds,
            session_id=call.entropy(_SESSION_ID_BYTES).hex(),
            issuer_access_key_id=caller.access_key_id,
            issuer=caller.arn,
            session_policy=q.policy,
            source_identity=source_identity,
        )
    )
    return AssumeRoleResponse(
        assumed_role_user=AssumedRoleUser(
            arn=f"acs:ram::{role.account_id}:role/{role.name}/{q.role_session_name}",
            assumed_role_id=f"{role.id}:{q.role_session_name}",
        ),
        credentials=credentials_body(credentials),
        source_identity=source_identity,
    )


def _role(call: Call, q: AssumeRoleRequest) -> TrustedRole:
    role = call.look(TRUSTED_ROLE, (q.role_arn.account, q.role_arn.name.lower()))
    if role is None:
        raise ROLE_MISSING(name=q.role_arn.name)
    return role


def _conditions(call: Call, q: AssumeRoleRequest) -> dict[str, str]:
    conditions = {"sts:RoleSessionName": q.role_session_name}
    if q.external_id is not None:
        conditions["sts:ExternalId"] = q.external_id
    source_identity = _source_identity(call, q)
    if source_identity is not None:
        conditions["sts:SourceIdentity"] = source_identity
    return conditions


def _source_identity(call: Call, q: AssumeRoleRequest) -> str | None:
    inherited = call.caller.source_identity
    if inherited and q.source_identity not in (None, inherited):
        raise SOURCE_IDENTITY_FORM(reason="the calling session already has another one")
    return inherited or q.source_identity
