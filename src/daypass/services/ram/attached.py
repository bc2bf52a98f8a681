"""What is attached to whom: ListPoliciesFor User, Group and Role, ListEntitiesForPolicy.

An attachment holds for the account or for one resource group. The published answers
cannot tell scopes apart, so what is attached in several is shown once, with the date of
the first; ResourceManager's ListPolicyAttachments shows every scope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.directory.errors import GROUP_MISSING, POLICY_MISSING, ROLE_MISSING, USER_MISSING
from daypass.names import role_arn
from daypass.service.call import timestamp
from daypass.service.operation import Response, Runs
from daypass.services.ram.service import (
    GroupRequest,
    PolicyRequest,
    RoleRequest,
    UserRequest,
    on_group,
    on_policy,
    on_role,
    on_user,
    ram,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daypass.directory.records import Attachment, PrincipalKind
    from daypass.service.call import Call


class AttachedPolicyBody(Response, frozen=True, kw_only=True):
    """A policy, and since when it is attached."""

    policy_name: str
    policy_type: str
    description: str | None = None
    default_version: str
    attach_date: str


class AttachedPoliciesBody(Response, frozen=True, kw_only=True):
    """Policies by type and name."""

    policy: tuple[AttachedPolicyBody, ...]


class AttachedPoliciesResponse(Response, frozen=True, kw_only=True):
    """What is attached to the principal itself."""

    policies: AttachedPoliciesBody


def _once(attachments: Iterable[Attachment]) -> Iterable[Attachment]:
    """Return each pair of policy and principal once, as it was first attached."""
    first: dict[tuple[str, str, str], Attachment] = {}
    for found in attachments:
        key = (found.policy_type, found.policy_name, found.principal_id)
        if key not in first or found.attached_at < first[key].attached_at:
            first[key] = found
    return first.values()


def _policies_of(call: Call, kind: PrincipalKind, name: str) -> AttachedPoliciesResponse:
    found = call.txn.attachments.of_principal(call.account, kind, name)
    shown = tuple(
        AttachedPolicyBody(
            policy_name=attached.policy_name,
            policy_type=attached.policy_type,
            description=attached.policy_description or None,
            default_version=attached.default_version,
            attach_date=timestamp(attached.attached_at),
        )
        for attached in _once(found)
    )
    return AttachedPoliciesResponse(policies=AttachedPoliciesBody(policy=shown))


@ram.operation(
    "ListPoliciesForUser",
    UserRequest,
    AttachedPoliciesResponse,
    authorize=on_user("ram:ListPoliciesForUser"),
    runs=Runs.READ,
    errors=(USER_MISSING,),
)
def list_policies_for_user(call: Call, q: UserRequest) -> AttachedPoliciesResponse:
    """List the policies attached to a RAM user itself; those of its groups are not among them."""
    return _policies_of(call, "User", q.user_name)


@ram.operation(
    "ListPoliciesForGroup",
    GroupRequest,
    AttachedPoliciesResponse,
    authorize=on_group("ram:ListPoliciesForGroup"),
    runs=Runs.READ,
    errors=(GROUP_MISSING,),
)
def list_policies_for_group(call: Call, q: GroupRequest) -> AttachedPoliciesResponse:
    """List the policies attached to a group."""
    return _policies_of(call, "Group", q.group_name)


@ram.operation(
    "ListPoliciesForRole",
    RoleRequest,
    AttachedPoliciesResponse,
    authorize=on_role("ram:ListPoliciesForRole"),
    runs=Runs.READ,
    errors=(ROLE_MISSING,),
)
def list_policies_for_role(call: Call, q: RoleRequest) -> AttachedPoliciesResponse:
    """List the policies attached to a role."""
    return _policies_of(call, "Role", q.role_name)


class HoldingUser(Response, frozen=True, kw_only=True):
    """A user that has the policy."""

    user_id: str
    user_name: str
    display_name: str | None = None
    attach_date: str


class HoldingGroup(Response, frozen=True, kw_only=True):
    """A group that has the policy."""

    group_name: str
    comments: str | None = None
    attach_date: str


class HoldingRole(Response, frozen=True, kw_only=True):
    """A role that has the policy."""

    role_id: str
    role_name: str
    arn: str
    description: str | None = None
    attach_date: str


class HoldingUsers(Response, frozen=True, kw_only=True):
    """Users that have the policy."""

    user: tuple[HoldingUser, ...]


class HoldingGroups(Response, frozen=True, kw_only=True):
    """Groups that have the policy."""

    group: tuple[HoldingGroup, ...]


class HoldingRoles(Response, frozen=True, kw_only=True):
    """Roles that have the policy."""

    role: tuple[HoldingRole, ...]


class ListEntitiesForPolicyResponse(Response, frozen=True, kw_only=True):
    """Whom the policy is attached to in the account."""

    users: HoldingUsers
    groups: HoldingGroups
    roles: HoldingRoles


@ram.operation(
    "ListEntitiesForPolicy",
    PolicyRequest,
    ListEntitiesForPolicyResponse,
    authorize=on_policy("ram:ListEntitiesForPolicy"),
    runs=Runs.READ,
    errors=(POLICY_MISSING,),
)
def list_entities_for_policy(call: Call, q: PolicyRequest) -> ListEntitiesForPolicyResponse:
    """List the users, groups and roles of the account that a policy is attached to."""
    holders: dict[PrincipalKind, list[Attachment]] = {"User": [], "Group": [], "Role": []}
    for found in _once(call.txn.attachments.of_policy(call.account, q.policy_type, q.policy_name)):
        holders[found.principal_kind].append(found)
    return ListEntitiesForPolicyResponse(
        users=HoldingUsers(user=tuple(_user(found) for found in holders["User"])),
        groups=HoldingGroups(group=tuple(_group(found) for found in holders["Group"])),
        roles=HoldingRoles(role=tuple(_role(call, found) for found in holders["Role"])),
    )


def _user(found: Attachment) -> HoldingUser:
    return HoldingUser(
        user_id=found.principal_id,
        user_name=found.principal_name,
        display_name=found.principal_note or None,
        attach_date=timestamp(found.attached_at),
    )


def _group(found: Attachment) -> HoldingGroup:
    return HoldingGroup(
        group_name=found.principal_name,
        comments=found.principal_note or None,
        attach_date=timestamp(found.attached_at),
    )


def _role(call: Call, found: Attachment) -> HoldingRole:
    return HoldingRole(
        role_id=found.principal_id,
        role_name=found.principal_name,
        arn=role_arn(call.account, found.principal_name),
        description=found.principal_note or None,
        attach_date=timestamp(found.attached_at),
    )
