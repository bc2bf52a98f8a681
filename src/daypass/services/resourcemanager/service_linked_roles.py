"""CreateServiceLinkedRole, DeleteServiceLinkedRole, GetServiceLinkedRoleDeletionStatus; RAM's roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.directory.errors import DELETION_TASK_MISSING
from daypass.service.call import timestamp
from daypass.service.operation import Response, Runs
from daypass.services.principals import full_name
from daypass.services.ram.service import RoleRequest
from daypass.services.resourcemanager.service import resourcemanager
from daypass.services.service_linked_roles import (
    CREATING,
    DELETING,
    CreateServiceLinkedRoleRequest,
    DeletionStatusRequest,
    created,
    deleted,
    on_deletion,
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
    role_principal_name: str
    create_date: str
    is_service_linked_role: bool


class CreateServiceLinkedRoleResponse(Response, frozen=True, kw_only=True):
    """The new role."""

    role: ServiceLinkedRole


@resourcemanager.operation(
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
            role_principal_name=full_name(call.txn.accounts.get(call.account), "Role", role.name),
            create_date=timestamp(role.created_at),
            is_service_linked_role=role.service_linked,
        )
    )


class DeleteServiceLinkedRoleResponse(Response, frozen=True, kw_only=True):
    """The id of the task that deletes the role, which is done at once here."""

    deletion_task_id: str


@resourcemanager.operation(
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


class GetServiceLinkedRoleDeletionStatusResponse(Response, frozen=True, kw_only=True):
    """What became of the task."""

    status: str


@resourcemanager.operation(
    "GetServiceLinkedRoleDeletionStatus",
    DeletionStatusRequest,
    GetServiceLinkedRoleDeletionStatusResponse,
    authorize=on_deletion("ram:GetServiceLinkedRoleDeletionStatus"),
    runs=Runs.READ,
    errors=(DELETION_TASK_MISSING,),
)
def get_service_linked_role_deletion_status(
    call: Call, q: DeletionStatusRequest
) -> GetServiceLinkedRoleDeletionStatusResponse:
    """Show what became of the deletion of a service-linked role: it was done when it was asked for."""
    call.txn.service_linked_roles.deleted_at(call.account, q.deletion_task_id.id)
    return GetServiceLinkedRoleDeletionStatusResponse(status="SUCCEEDED")
