"""Roles: CreateRole, GetRole, UpdateRole, DeleteRole, ListRoles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from daypass.directory.errors import (
    BAD_MARKER,
    BAD_TRUST_PRINCIPAL,
    ROLE_EXISTS,
    ROLE_HAS_POLICIES,
    ROLE_MISSING,
    SERVICE_LINKED,
    TOO_MANY,
)
from daypass.directory.records import DEFAULT_SESSION_SECONDS
from daypass.policy import DocumentKind, parse
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.service.params import Tag
from daypass.services.ram.parameters import (
    ALLOW_CONSOLE_LOGIN,
    DEFAULT_ITEMS,
    DESCRIPTION,
    MARKER,
    MAX_ITEMS,
    MAX_SESSION_DURATION,
    NEW_ALLOW_CONSOLE_LOGIN,
    NEW_MAX_SESSION_DURATION,
    NEW_ROLE_DESCRIPTION,
    NEW_TRUST_POLICY,
    TAG,
    TAG_FILTER,
    TRUST_POLICY,
)
from daypass.services.ram.service import RoleRequest, on_every, on_new, on_role, ram
from daypass.services.ram.shapes import TagsBody, tag_filter, tag_list, tags_body

if TYPE_CHECKING:
    from daypass.directory.records import Role
    from daypass.service.call import Call


class RoleSummary(Response, frozen=True, kw_only=True):
    """What every answer about a role says; the ARN has the name in lower case."""

    role_id: str
    role_name: str
    arn: str
    description: str | None = None
    max_session_duration: int
    allow_console_login: bool
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
    role_principal_name: str


class ListedRole(RoleSummary, frozen=True, kw_only=True):
    """A role in a list, without its trust policy."""

    update_date: str
    tags: TagsBody


def _summary(role: Role) -> dict[str, Any]:
    return {
        "role_id": role.id,
        "role_name": role.name,
        "arn": role.arn,
        "description": role.description or None,
        "max_session_duration": role.max_session_duration,
        "allow_console_login": role.allow_console_login,
        "create_date": timestamp(role.created_at),
    }


def _body(role: Role) -> dict[str, Any]:
    return {**_summary(role), "assume_role_policy_document": role.trust_document}


def trusted(document: str) -> list[str]:
    """Return the principals that a trust policy names."""
    statements = parse(document, DocumentKind.TRUST).statements
    return sorted({name for statement in statements for name in statement.principals or ()})


class CreateRoleRequest(RoleRequest, frozen=True, kw_only=True):
    """A new role's name and who may assume it."""

    assume_role_policy_document: Annotated[str, TRUST_POLICY]
    description: Annotated[str, DESCRIPTION] = ""
    max_session_duration: Annotated[int, MAX_SESSION_DURATION] = DEFAULT_SESSION_SECONDS
    allow_console_login: Annotated[bool, ALLOW_CONSOLE_LOGIN] = False
    tag: Annotated[tuple[Tag, ...], TAG] = ()


class CreateRoleResponse(Response, frozen=True, kw_only=True):
    """The new role."""

    role: RoleBody


@ram.operation(
    "CreateRole",
    CreateRoleRequest,
    CreateRoleResponse,
    authorize=on_new("ram:CreateRole", "role"),
    runs=Runs.WRITE,
    errors=(ROLE_EXISTS, BAD_TRUST_PRINCIPAL, TOO_MANY.of("Role"), TOO_MANY.of("Tag")),
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
        allow_console_login=q.allow_console_login,
        tags=tag_list(q.tag),
    )
    return CreateRoleResponse(role=RoleBody(**_body(role)))


class GetRoleResponse(Response, frozen=True, kw_only=True):
    """The role."""

    role: RoleInFull


@ram.operation(
    "GetRole",
    RoleRequest,
    GetRoleResponse,
    authorize=on_role("ram:GetRole"),
    runs=Runs.READ,
    errors=(ROLE_MISSING,),
)
def get_role(call: Call, q: RoleRequest) -> GetRoleResponse:
    """Show a role and its trust policy."""
    role = call.txn.roles.get(call.account, q.role_name)
    alias = call.txn.accounts.get(call.account).alias_or_id
    return GetRoleResponse(
        role=RoleInFull(
            **_body(role),
            update_date=timestamp(role.updated_at),
            is_service_linked_role=role.service_linked,
            role_principal_name=f"{role.name}@role.{alias}.onaliyunservice.com",
        )
    )


class UpdateRoleRequest(RoleRequest, frozen=True, kw_only=True):
    """What to change; what is absent stays."""

    new_assume_role_policy_document: Annotated[str | None, NEW_TRUST_POLICY] = None
    new_description: Annotated[str | None, NEW_ROLE_DESCRIPTION] = None
    new_max_session_duration: Annotated[int | None, NEW_MAX_SESSION_DURATION] = None
    new_allow_console_login: Annotated[bool | None, NEW_ALLOW_CONSOLE_LOGIN] = None


class UpdateRoleResponse(Response, frozen=True, kw_only=True):
    """The role as it is now."""

    role: ChangedRole


@ram.operation(
    "UpdateRole",
    UpdateRoleRequest,
    UpdateRoleResponse,
    authorize=on_role("ram:UpdateRole"),
    runs=Runs.WRITE,
    errors=(ROLE_MISSING, SERVICE_LINKED, BAD_TRUST_PRINCIPAL),
)
def update_role(call: Call, q: UpdateRoleRequest) -> UpdateRoleResponse:
    """Change a role; sessions that exist go on as they are."""
    trust = q.new_assume_role_policy_document
    role = call.txn.roles.update(
        call.account,
        q.role_name,
        trust_document=trust,
        trusted=trusted(trust) if trust is not None else None,
        description=q.new_description,
        max_session_duration=q.new_max_session_duration,
        allow_console_login=q.new_allow_console_login,
    )
    return UpdateRoleResponse(role=ChangedRole(**_body(role), update_date=timestamp(role.updated_at)))


@ram.operation(
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
    """Which roles, and which part of the list."""

    marker: Annotated[str, MARKER] = ""
    max_items: Annotated[int, MAX_ITEMS] = DEFAULT_ITEMS
    tag: Annotated[tuple[Tag, ...], TAG_FILTER] = ()


class RolesBody(Response, frozen=True, kw_only=True):
    """Roles in the order of their names."""

    role: tuple[ListedRole, ...]


class ListRolesResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    roles: RolesBody
    is_truncated: bool
    marker: str | None = None


@ram.operation(
    "ListRoles",
    ListRolesRequest,
    ListRolesResponse,
    authorize=on_every("ram:ListRoles", "role"),
    runs=Runs.READ,
    errors=(BAD_MARKER,),
)
def list_roles(call: Call, q: ListRolesRequest) -> ListRolesResponse:
    """List the account's roles, all or those with certain tags."""
    page = call.txn.roles.list(
        call.account, tags=tag_filter(q.tag), marker=q.marker or None, limit=q.max_items
    )
    shown = tuple(
        ListedRole(**_summary(role), update_date=timestamp(role.updated_at), tags=tags_body(role.tags))
        for role in page.items
    )
    return ListRolesResponse(roles=RolesBody(role=shown), is_truncated=page.is_truncated, marker=page.marker)
