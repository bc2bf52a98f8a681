"""Attaching and detaching policies: AttachPolicyTo and DetachPolicyFrom User, Group and Role.

The principal and the policy are two resources, and the caller needs the permission on both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.directory.errors import (
    ATTACHMENT_EXISTS,
    ATTACHMENT_MISSING,
    GROUP_MISSING,
    POLICY_MISSING,
    RESOURCE_GROUP_MISSING,
    ROLE_MISSING,
    SERVICE_LINKED,
    TOO_MANY,
    USER_MISSING,
)
from daypass.directory.records import PolicyType
from daypass.service.authorization import Permission
from daypass.service.operation import Nothing, Runs
from daypass.services.ram.parameters import POLICY_NAME, POLICY_TYPE, RESOURCE_GROUP_ID
from daypass.services.ram.service import (
    GroupRequest,
    RoleRequest,
    UserRequest,
    group_resource,
    policy_resource,
    ram,
    role_resource,
    user_resource,
)
from daypass.services.tags import tags_for

if TYPE_CHECKING:
    from daypass.directory.records import PrincipalKind
    from daypass.errors import ErrorCode
    from daypass.service.call import Call


class UserGrant(UserRequest, frozen=True, kw_only=True):
    """Names a user and a policy, and where the policy holds."""

    policy_type: Annotated[PolicyType, POLICY_TYPE]
    policy_name: Annotated[str, POLICY_NAME]
    resource_group_id: Annotated[str | None, RESOURCE_GROUP_ID] = None


class GroupGrant(GroupRequest, frozen=True, kw_only=True):
    """Names a group and a policy, and where the policy holds."""

    policy_type: Annotated[PolicyType, POLICY_TYPE]
    policy_name: Annotated[str, POLICY_NAME]
    resource_group_id: Annotated[str | None, RESOURCE_GROUP_ID] = None


class RoleGrant(RoleRequest, frozen=True, kw_only=True):
    """Names a role and a policy, and where the policy holds."""

    policy_type: Annotated[PolicyType, POLICY_TYPE]
    policy_name: Annotated[str, POLICY_NAME]
    resource_group_id: Annotated[str | None, RESOURCE_GROUP_ID] = None


_ABOUT: Final = (
    "acs:ram:*:{{AccountId}}:{kind}/{{{name}}} and acs:ram:*:{{AccountId}}|system:policy/{{PolicyName}}"
)


def _on_user_and_policy(action: str) -> Permission[UserGrant]:
    return Permission(
        action,
        lambda q, call: (
            user_resource(call, q.user_name),
            policy_resource(call, q.policy_type, q.policy_name),
        ),
        tags=tags_for(action),
        about=_ABOUT.format(kind="user", name="UserName"),
    )


def _on_group_and_policy(action: str) -> Permission[GroupGrant]:
    return Permission(
        action,
        lambda q, call: (
            group_resource(call, q.group_name),
            policy_resource(call, q.policy_type, q.policy_name),
        ),
        tags=tags_for(action),
        about=_ABOUT.format(kind="group", name="GroupName"),
    )


def _on_role_and_policy(action: str) -> Permission[RoleGrant]:
    return Permission(
        action,
        lambda q, call: (
            role_resource(call, q.role_name),
            policy_resource(call, q.policy_type, q.policy_name),
        ),
        tags=tags_for(action),
        about=_ABOUT.format(kind="role", name="RoleName"),
    )


def _attaching(kind: PrincipalKind, missing: ErrorCode) -> tuple[ErrorCode, ...]:
    conflict, limit = ATTACHMENT_EXISTS.of(kind), TOO_MANY.of(f"{kind}.Policy")
    return (missing, POLICY_MISSING, RESOURCE_GROUP_MISSING, conflict, limit)


def _detaching(kind: PrincipalKind, missing: ErrorCode) -> tuple[ErrorCode, ...]:
    return (missing, POLICY_MISSING, RESOURCE_GROUP_MISSING, ATTACHMENT_MISSING.of(kind))


Grant = UserGrant | GroupGrant | RoleGrant


def _attach(call: Call, kind: PrincipalKind, name: str, q: Grant) -> Nothing:
    call.txn.attachments.attach(
        call.account, kind, name, q.policy_type, q.policy_name, scope=q.resource_group_id
    )
    return Nothing()


def _detach(call: Call, kind: PrincipalKind, name: str, q: Grant) -> Nothing:
    call.txn.attachments.detach(
        call.account, kind, name, q.policy_type, q.policy_name, scope=q.resource_group_id
    )
    return Nothing()


@ram.operation(
    "AttachPolicyToUser",
    UserGrant,
    Nothing,
    authorize=_on_user_and_policy("ram:AttachPolicyToUser"),
    runs=Runs.WRITE,
    errors=_attaching("User", USER_MISSING),
)
def attach_policy_to_user(call: Call, q: UserGrant) -> Nothing:
    """Attach a policy to a RAM user, for the account or for one resource group."""
    return _attach(call, "User", q.user_name, q)


@ram.operation(
    "AttachPolicyToGroup",
    GroupGrant,
    Nothing,
    authorize=_on_group_and_policy("ram:AttachPolicyToGroup"),
    runs=Runs.WRITE,
    errors=_attaching("Group", GROUP_MISSING),
)
def attach_policy_to_group(call: Call, q: GroupGrant) -> Nothing:
    """Attach a policy to a group and so to its users, for the account or for one resource group."""
    return _attach(call, "Group", q.group_name, q)


@ram.operation(
    "AttachPolicyToRole",
    RoleGrant,
    Nothing,
    authorize=_on_role_and_policy("ram:AttachPolicyToRole"),
    runs=Runs.WRITE,
    errors=(*_attaching("Role", ROLE_MISSING), SERVICE_LINKED),
)
def attach_policy_to_role(call: Call, q: RoleGrant) -> Nothing:
    """Attach a policy to a role, live sessions included, for the account or for one resource group."""
    return _attach(call, "Role", q.role_name, q)


@ram.operation(
    "DetachPolicyFromUser",
    UserGrant,
    Nothing,
    authorize=_on_user_and_policy("ram:DetachPolicyFromUser"),
    runs=Runs.WRITE,
    errors=_detaching("User", USER_MISSING),
)
def detach_policy_from_user(call: Call, q: UserGrant) -> Nothing:
    """Detach a policy from a RAM user."""
    return _detach(call, "User", q.user_name, q)


@ram.operation(
    "DetachPolicyFromGroup",
    GroupGrant,
    Nothing,
    authorize=_on_group_and_policy("ram:DetachPolicyFromGroup"),
    runs=Runs.WRITE,
    errors=_detaching("Group", GROUP_MISSING),
)
def detach_policy_from_group(call: Call, q: GroupGrant) -> Nothing:
    """Detach a policy from a group."""
    return _detach(call, "Group", q.group_name, q)


@ram.operation(
    "DetachPolicyFromRole",
    RoleGrant,
    Nothing,
    authorize=_on_role_and_policy("ram:DetachPolicyFromRole"),
    runs=Runs.WRITE,
    errors=(*_detaching("Role", ROLE_MISSING), SERVICE_LINKED),
)
def detach_policy_from_role(call: Call, q: RoleGrant) -> Nothing:
    """Detach a policy from a role; live sessions lose it at once."""
    return _detach(call, "Role", q.role_name, q)
