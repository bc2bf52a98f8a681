"""GetCallerIdentity: who the caller is.

It needs no permission and cannot be denied by a policy, so it says nothing about what
the caller may do. Source: the published operation page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.authz.principal import IdentityType
from daypass.service.authorization import NoPermissionNeeded
from daypass.service.operation import Request, Response, Runs
from daypass.services.sts.service import sts

if TYPE_CHECKING:
    from daypass.service.call import Call


class GetCallerIdentityRequest(Request, frozen=True, kw_only=True):
    """Takes nothing."""


class GetCallerIdentityResponse(Response, frozen=True, kw_only=True):
    """The caller; ``UserId`` for accounts and RAM users, ``RoleId`` for role sessions."""

    account_id: str
    arn: str
    identity_type: str
    principal_id: str
    role_id: str | None = None
    user_id: str | None = None


@sts.operation(
    "GetCallerIdentity",
    GetCallerIdentityRequest,
    GetCallerIdentityResponse,
    authorize=NoPermissionNeeded("everyone may learn who they are"),
    runs=Runs.INLINE,
)
def get_caller_identity(call: Call, q: GetCallerIdentityRequest) -> GetCallerIdentityResponse:  # noqa: ARG001 (takes nothing)
    """Show who the caller is."""
    caller = call.caller
    user_id = caller.account if caller.identity_type is IdentityType.ACCOUNT else caller.user_id
    return GetCallerIdentityResponse(
        account_id=caller.account,
        arn=caller.arn,
        identity_type=caller.identity_type.value,
        principal_id=caller.principal_id,
        role_id=caller.role_id or None,
        user_id=user_id or None,
    )
