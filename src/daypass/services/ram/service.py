"""The RAM service, the resources its operations are authorized on, and requests by name.

Where the published table of resources is silent or mistaken, the resource is the obvious
one: GetPolicyVersion is authorized on the policy, though its row says ``group/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.directory.records import PolicyType
from daypass.directory.system import OWNER
from daypass.service.authorization import Permission
from daypass.service.operation import Request, Service
from daypass.services.ram.parameters import GROUP_NAME, POLICY_NAME, POLICY_TYPE, ROLE_NAME, USER_NAME
from daypass.services.tags import request_tags, tags_for

if TYPE_CHECKING:
    from daypass.service.call import Call

ram: Final = Service("Ram", "2015-05-01", "users, groups, roles and policies")


class UserRequest(Request, frozen=True, kw_only=True):
    """Names a RAM user."""

    user_name: Annotated[str, USER_NAME]


class GroupRequest(Request, frozen=True, kw_only=True):
    """Names a group."""

    group_name: Annotated[str, GROUP_NAME]


class RoleRequest(Request, frozen=True, kw_only=True):
    """Names a role."""

    role_name: Annotated[str, ROLE_NAME]


class CustomPolicyRequest(Request, frozen=True, kw_only=True):
    """Names a policy of the account's own."""

    policy_name: Annotated[str, POLICY_NAME]


class PolicyRequest(Request, frozen=True, kw_only=True):
    """Names a policy of either type."""

    policy_type: Annotated[PolicyType, POLICY_TYPE]
    policy_name: Annotated[str, POLICY_NAME]


def user_resource(call: Call, name: str) -> str:
    """Return the resource that a RAM user of the caller's account is."""
    return f"acs:ram:*:{call.account}:user/{name}"


def group_resource(call: Call, name: str) -> str:
    """Return the resource that a group is."""
    return f"acs:ram:*:{call.account}:group/{name}"


def role_resource(call: Call, name: str) -> str:
    """Return the resource that a role is."""
    return f"acs:ram:*:{call.account}:role/{name}"


def policy_resource(call: Call, policy_type: PolicyType, name: str) -> str:
    """Return the resource that a policy is; system policies belong to no account."""
    owner = OWNER if policy_type == "System" else call.account
    return f"acs:ram:*:{owner}:policy/{name}"


def on_account(action: str) -> Permission[Request]:
    """Ask for an action on the account as a whole."""
    return Permission(
        action,
        lambda q, call: f"acs:ram:*:{call.account}:*",  # noqa: ARG005 (whatever is asked)
        about="acs:ram:*:{AccountId}:*",
    )


def on_user(action: str) -> Permission[UserRequest]:
    """Ask for an action on the user that is named."""
    return Permission(
        action,
        lambda q, call: user_resource(call, q.user_name),
        about="acs:ram:*:{AccountId}:user/{UserName}",
        tags=tags_for(action),
    )


def on_group(action: str) -> Permission[GroupRequest]:
    """Ask for an action on the group that is named."""
    return Permission(
        action,
        lambda q, call: group_resource(call, q.group_name),
        about="acs:ram:*:{AccountId}:group/{GroupName}",
    )


def on_role(action: str) -> Permission[RoleRequest]:
    """Ask for an action on the role that is named."""
    return Permission(
        action,
        lambda q, call: role_resource(call, q.role_name),
        about="acs:ram:*:{AccountId}:role/{RoleName}",
        tags=tags_for(action),
    )


def on_custom_policy(action: str) -> Permission[CustomPolicyRequest]:
    """Ask for an action on the custom policy that is named."""
    return Permission(
        action,
        lambda q, call: policy_resource(call, "Custom", q.policy_name),
        about="acs:ram:*:{AccountId}:policy/{PolicyName}",
        tags=tags_for(action),
    )


def on_policy(action: str) -> Permission[PolicyRequest]:
    """Ask for an action on the policy that is named."""
    return Permission(
        action,
        lambda q, call: policy_resource(call, q.policy_type, q.policy_name),
        about="acs:ram:*:{AccountId}|system:policy/{PolicyName}",
        tags=tags_for(action),
    )


def on_new(action: str, kind: str) -> Permission[Request]:
    """Ask for an action on all users, roles or policies: to add one, which may bring tags."""
    return Permission(
        action,
        lambda q, call: f"acs:ram:*:{call.account}:{kind}/*",  # noqa: ARG005 (there is none yet)
        conditions=request_tags,
        about=f"acs:ram:*:{{AccountId}}:{kind}/*",
    )


def on_every(action: str, kind: str) -> Permission[Request]:
    """Ask for an action on all users, groups, roles or policies: to list them, or to add one."""
    return Permission(
        action,
        lambda q, call: f"acs:ram:*:{call.account}:{kind}/*",  # noqa: ARG005 (names none of them)
        about=f"acs:ram:*:{{AccountId}}:{kind}/*",
    )
