"""Roles: CreateRole, GetRole, UpdateRole, DeleteRole, ListRoles; the same roles that RAM has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from daypass.directory.errors import (
    BAD_TRUST_PRINCIPAL,
    ROLE_EXISTS,
    ROLE_HAS_POLICIES,
    ROLE_MISSING,
    SERVICE_LINKED,
    TOO_MANY,
)
from daypass.directory.records import DEFAULT_SESSION_SECONDS
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.services.principals import full_name
from daypass.services.ram.parameters import (
    DESCRIPTION,
    MAX_SESSION_DURATION,
    NEW_MAX_SESSION_DURATION,
    NEW_ROLE_DESCRIPTION,
    NEW_TRUST_POLICY,
    TRUST_POLICY,
)
from daypass.services.ram.roles import trusted
from daypass.services.ram.service import RoleRequest, on_every, on_role
from daypass.services.resourcemanager.service import (
    LANGUAGE,
    PAGE_LENGTH,
    PAGE_NUMBER,
    PAGE_SIZE,
    resourcemanager,
)

if TYPE_CHECKING:
    from daypass.directory.records import Account, Role
    from daypass.service.call import Call


class RoleSummary(Response, frozen=True, kw_only=True):
    """What every answer about a role says; the ARN has the name in lower case."""

    role_id: str
    role_name: str
    arn: str
    description: str | None = None
    max_session_duration: int
    role_principal_name: str
    create_date: str


class RoleBody(RoleSummary, frozen=True, kw_only=True):
    """A new role with its trust policy, as it was given."""

    assume_role_policy_document: str


class ChangedRole(RoleBody, frozen=True, kw_only=True):
    """A role and when it was last changed."""

    update_date: str


class RoleInFull(ChangedRole, frozen=True, kw_only=True):
    """A role with everything that is told of it."""

    is_service_linked_role: bool


class ListedRole(RoleSummary, frozen=True, kw_only=True):
    """A role in a list, without its trust policy."""

    update_date: str
    is_service_linked_role: bool


def _summary(account: Account, role: Role) -> dict[str, Any]:
    return {
        "role_id": role.id,
        "role_name": role.name,
        "arn": role.arn,
        "description": role.description or None,
        "max_session_duration": role.max_session_duration,
        "role_principal_name": full_name(account, "Role", role.name),
        "create_date": timestamp(role.created_at),
    }


def _body(call: Call, role: Role) -> dict[str, Any]:
    account = call.txn.accounts.get(call.account)
    return {**_summary(account, role), "assume_role_policy_document": role.trust_document}


class CreateRoleRequest(RoleRequest, frozen=True, kw_only=True):
    """A new role's name and who may assume it."""

    assume_role_policy_document: Annotated[str, TRUST_POLICY]
    description: Annotated[str, DESCRIPTION] = ""
    max_session_duration: Annotated[int, MAX_SESSION_DURATION] = DEFAULT_SESSION_SECONDS


class CreateRoleResponse(Response, frozen=True, kw_only=True):
    """The new role."""

    role: RoleBody


@resourcemanager.operation(
    "CreateRole",
    CreateRoleRequest,
    CreateRoleResponse,
    authorize=on_every("ram:CreateRole", "role"),
    runs=Runs.WRITE,
    errors=(ROLE_EXISTS, BAD_TRUST_PRINCIPAL, TOO_MANY.of("Role")),
)
def create_role(call: Call, q: CreateRoleRequest) -> CreateRoleResponse:
    """Create a role; users and roles of the account that its trust policy names must exist."""
    role = call.txn.roles.create(
        call.account,
        q.role_name,
        q.assume_role_policy_document,
        trusted=trusted(q.assume_role_policy_document),
        description=q.description,
        max_session_duration=q.max_session_duration,
    )
    return CreateRoleResponse(role=RoleBody(**_body(call, role)))


class GetRoleRequest(RoleRequest, frozen=True, kw_only=True):
    """Which role."""

    language: Annotated[str | None, LANGUAGE] = None


class GetRoleResponse(Response, frozen=True, kw_only=True):
    """The role."""

    role: RoleInFull


@resourcemanager.operation(
    "GetRole",
    GetRoleRequest,
    GetRoleResponse,
    authorize=on_role("ram:GetRole"),
    runs=Runs.READ,
    errors=(ROLE_MISSING,),
)
def get_role(call: Call, q: GetRoleRequest) -> GetRoleResponse:
    """Show a role and its trust policy."""
    role = call.txn.roles.get(call.account, q.role_name)
    return GetRoleResponse(
        role=RoleInFull(
            **_body(call, role),
            update_date=timestamp(role.updated_at),
            is_service_linked_role=role.service_linked,
        )
    )


class UpdateRoleRequest(RoleRequest, frozen=True, kw_only=True):
    """What to change; what is absent stays."""

    new_assume_role_policy_document: Annotated[str | None, NEW_TRUST_POLICY] = None
    new_description: Annotated[str | None, NEW_ROLE_DESCRIPTION] = None
    new_max_session_duration: Annotated[int | None, NEW_MAX_SESSION_DURATION] = None


class UpdateRoleResponse(Response, frozen=True, kw_only=True):
    """The role as it is now."""

    role: ChangedRole


@resourcemanager.operation(
    "UpdateRole",
    UpdateRoleRequest,
    UpdateRoleResponse,
    authorize=on_role("ram:UpdateRole"),
    runs=Runs.WRITE,
    errors=(ROLE_MISSING, SERVICE_LINKED, BAD_TRUST_PRINCIPAL),
)
def update_role(call: Call, q: UpdateRoleRequest) -> UpdateRoleResponse:
    """Change a role; a new trust policy decides the next time somebody assumes it."""
    trust = q.new_assume_role_policy_document
    role = call.txn.roles.update(
        call.account,
        q.role_name,
        trust_document=trust,
        trusted=trusted(trust) if trust is not None else None,
        description=q.new_description,
        max_session_duration=q.new_max_session_duration,
    )
    shown = ChangedRole(**_body(call, role), update_date=timestamp(role.updated_at))
    return UpdateRoleResponse(role=shown)


@resourcemanager.operation(
    "DeleteRole",
    RoleRequest,
    Nothing,
    authorize=on_role("ram:DeleteRole"),
    runs=Runs.WRITE,
    errors=(ROLE_MISSING, SERVICE_LINKED, ROLE_HAS_POLICIES),
)
def delete_role(call: Call, q: RoleRequest) -> Nothing:
    """Delete a role without policies; its sessions end at once."""
    call.txn.roles.delete(call.account, q.role_name)
    return Nothing()


class ListRolesRequest(Request, frozen=True, kw_only=True):
    """Which page."""

    language: Annotated[str | None, LANGUAGE] = None
    page_number: Annotated[int, PAGE_NUMBER] = 1
    page_size: Annotated[int, PAGE_LENGTH] = PAGE_SIZE


class RolesBody(Response, frozen=True, kw_only=True):
    """Roles in the order of their names."""

    role: tuple[ListedRole, ...]


class ListRolesResponse(Response, frozen=True, kw_only=True):
    """A page of roles."""

    page_number: int
    page_size: int
    roles: RolesBody
    total_count: int


@resourcemanager.operation(
    "ListRoles",
    ListRolesRequest,
    ListRolesResponse,
    authorize=on_every("ram:ListRoles", "role"),
    runs=Runs.READ,
)
def list_roles(call: Call, q: ListRolesRequest) -> ListRolesResponse:
    """List the account's roles in the order of their names, a page at a time."""
    account = call.txn.accounts.get(call.account)
    found = call.txn.roles.numbered(call.account, page=q.page_number, size=q.page_size)
    shown = tuple(
        ListedRole(
            **_summary(account, role),
            update_date=timestamp(role.updated_at),
            is_service_linked_role=role.service_linked,
        )
        for role in found.items
    )
    return ListRolesResponse(
        page_number=q.page_number,
        page_size=q.page_size,
        roles=RolesBody(role=shown),
        total_count=found.total,
    )
