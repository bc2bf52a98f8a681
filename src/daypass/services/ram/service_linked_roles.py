"""CreateServiceLinkedRole, DeleteServiceLinkedRole, GetServiceLinkedRoleTemplate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.directory.errors import SERVICE_MISSING
from daypass.directory.service_linked import template_of
from daypass.service.call import timestamp
from daypass.service.operation import Response, Runs
from daypass.services.ram.service import RoleRequest, ram
from daypass.services.service_linked_roles import (
    CREATING,
    DELETING,
    CreateServiceLinkedRoleRequest,
    TemplateRequest,
    created,
    deleted,
    on_linked_role,
    on_template,
)

if TYPE_CHECKING:
    from daypass.service.call import Call


class ServiceLinkedRole(Response, frozen=True, kw_only=True):
    """A new service-linked role; the ARN has the name in lower case."""

    role_id: str
    role_name: str
    arn: str
    description: str
    assume_role_policy_document: str
    create_date: str
    is_service_linked_role: bool


class CreateServiceLinkedRoleResponse(Response, frozen=True, kw_only=True):
    """The new role."""

    role: ServiceLinkedRole


@ram.operation(
    "CreateServiceLinkedRole",
    CreateServiceLinkedRoleRequest,
    CreateServiceLinkedRoleResponse,
    authorize=on_template("ram:CreateServiceLinkedRole"),
    runs=Runs.WRITE,
    errors=CREATING,
)
def create_service_linked_role(
    call: Call, q: CreateServiceLinkedRoleRequest
) -> CreateServiceLinkedRoleResponse:
    """Create the role that a service acts with, with the policy that is meant for it."""
    role = created(call, q)
    return CreateServiceLinkedRoleResponse(
        role=ServiceLinkedRole(
            role_id=role.id,
            role_name=role.name,
            arn=role.arn,
            description=role.description,
            assume_role_policy_document=role.trust_document,
            create_date=timestamp(role.created_at),
            is_service_linked_role=role.service_linked,
        )
    )


class DeleteServiceLinkedRoleResponse(Response, frozen=True, kw_only=True):
    """The id of the task that deletes the role, which is done at once here."""

    deletion_task_id: str


@ram.operation(
    "DeleteServiceLinkedRole",
    RoleRequest,
    DeleteServiceLinkedRoleResponse,
    authorize=on_linked_role("ram:DeleteServiceLinkedRole"),
    runs=Runs.WRITE,
    errors=DELETING,
)
def delete_service_linked_role(call: Call, q: RoleRequest) -> DeleteServiceLinkedRoleResponse:
    """Delete a service-linked role; its sessions end at once."""
    return DeleteServiceLinkedRoleResponse(deletion_task_id=deleted(call, q))


class RoleDescription(Response, frozen=True, kw_only=True):
    """What the role is for, in one language."""

    language: str
    description: str


class RoleDescriptions(Response, frozen=True, kw_only=True):
    """What the role is for."""

    role_description: tuple[RoleDescription, ...]


class ServiceLinkedRoleTemplate(Response, frozen=True, kw_only=True):
    """What a service's role is made from."""

    service_name: str
    role_name_prefix: str
    system_policy_name: str
    multiple_roles_allowed: bool
    role_descriptions: RoleDescriptions


class GetServiceLinkedRoleTemplateResponse(Response, frozen=True, kw_only=True):
    """The template."""

    service_linked_role_template: ServiceLinkedRoleTemplate


@ram.operation(
    "GetServiceLinkedRoleTemplate",
    TemplateRequest,
    GetServiceLinkedRoleTemplateResponse,
    authorize=on_template("ram:GetServiceLinkedRoleTemplate"),
    runs=Runs.READ,
    errors=(SERVICE_MISSING,),
)
def get_service_linked_role_template(_: Call, q: TemplateRequest) -> GetServiceLinkedRoleTemplateResponse:
    """Show what a service's role is called and which policy it has; descriptions are in English."""
    template = template_of(q.service_name)
    described = RoleDescription(language="en", description=template.description)
    return GetServiceLinkedRoleTemplateResponse(
        service_linked_role_template=ServiceLinkedRoleTemplate(
            service_name=template.service,
            role_name_prefix=template.role_name_prefix,
            system_policy_name=template.policy,
            multiple_roles_allowed=template.multiple,
            role_descriptions=RoleDescriptions(role_description=(described,)),
        )
    )
