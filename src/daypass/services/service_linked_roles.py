"""Service-linked roles as RAM and ResourceManager both make and delete them.

Making and deleting is authorized on roles, with the condition key ``ram:ServiceName``.
Source: RAM's page on service-linked roles, ResourceManager's table of authorizations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from daypass.authz.principal import TRUSTED_ROLE
from daypass.directory.errors import (
    DESCRIPTION_NOT_ALLOWED,
    LONG_SUFFIX,
    NOT_SERVICE_LINKED,
    ROLE_EXISTS,
    ROLE_MISSING,
    SERVICE_MISSING,
    SUFFIX_NOT_ALLOWED,
    TOO_MANY,
)
from daypass.directory.service_linked import template_of
from daypass.policy import DocumentKind, parse
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.operation import Request
from daypass.service.params import Kind, Text
from daypass.services.ram.parameters import DESCRIPTION
from daypass.services.ram.service import RoleRequest, role_resource
from daypass.services.tags import tags_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.directory.records import Role
    from daypass.errors import ErrorCode
    from daypass.service.call import Call

CREATING: Final = (
    SERVICE_MISSING,
    SUFFIX_NOT_ALLOWED,
    LONG_SUFFIX,
    DESCRIPTION_NOT_ALLOWED,
    ROLE_EXISTS,
    TOO_MANY.of("Role"),
)
DELETING: Final = (ROLE_MISSING, NOT_SERVICE_LINKED)

SERVICE_NAME: Final = Text(
    wire="ServiceName", help="The service whose role it is, as in polardb.aliyuncs.com.", most=128
)
CUSTOM_SUFFIX: Final = Text(
    wire="CustomSuffix",
    help="Told apart by it, an account has several roles of a service that allows it; 1 to 64 characters.",
    most=64,
    pattern=re.compile(r"[A-Za-z0-9.-]*", re.ASCII),
    allowed="letters, digits and any of . -",
)
OWN_DESCRIPTION: Final = DESCRIPTION.named(
    "Description", "What a role with a suffix is for; 1 to 1024 characters.", least=1
)

_TASK: Final = re.compile(
    r"task/acs-service-role/([a-z0-9.-]+)/([A-Za-z0-9._-]{1,64})/[0-9a-f-]{36}", re.ASCII
)
_TASK_LEAST: Final = 26
_TASK_MOST: Final = 255


@dataclass(frozen=True, slots=True)
class DeletionTask:
    """The id of a deletion task, taken apart."""

    id: str
    service: str
    role_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionTaskId(Kind):
    """The id of a deletion task, which says whose role of which service was to be deleted."""

    wire: str = "DeletionTaskId"
    help: str = "What DeleteServiceLinkedRole answered; 26 to 255 characters."

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the length error and the form error."""
        return (codes.LENGTH.of(self.wire), codes.INVALID.of(self.wire))

    def read(self, text: str) -> DeletionTask:
        """Check the length, then take the id apart."""
        if not _TASK_LEAST <= len(text) <= _TASK_MOST:
            raise codes.LENGTH.of(self.wire)(least=_TASK_LEAST, most=_TASK_MOST)
        read = _TASK.fullmatch(text)
        if read is None:
            raise codes.INVALID.of(self.wire)(reason="it is not the id of a deletion task")
        return DeletionTask(text, read[1], read[2])


class TemplateRequest(Request, frozen=True, kw_only=True):
    """Names a service."""

    service_name: Annotated[str, SERVICE_NAME]


class CreateServiceLinkedRoleRequest(TemplateRequest, frozen=True, kw_only=True):
    """Names a service, and tells its role apart from others of the same."""

    custom_suffix: Annotated[str | None, CUSTOM_SUFFIX] = None
    description: Annotated[str | None, OWN_DESCRIPTION] = None


class DeletionStatusRequest(Request, frozen=True, kw_only=True):
    """Names a deletion task."""

    deletion_task_id: Annotated[DeletionTask, DeletionTaskId()]


def on_template(action: str) -> Permission[TemplateRequest]:
    """Ask for an action on all roles, for the service that is named."""
    return Permission(
        action,
        lambda _, call: role_resource(call, "*"),
        conditions=lambda q, _: {"ram:ServiceName": q.service_name},
        about="acs:ram:*:{AccountId}:role/*",
    )


def on_linked_role(action: str) -> Permission[RoleRequest]:
    """Ask for an action on the role that is named, for the service whose role it is."""
    return Permission(
        action,
        lambda q, call: role_resource(call, q.role_name),
        conditions=_service_name,
        tags=tags_for(action),
        about="acs:ram:*:{AccountId}:role/{RoleName}",
    )


def on_deletion(action: str) -> Permission[DeletionStatusRequest]:
    """Ask for an action on the role that a deletion task was about, for its service."""
    return Permission(
        action,
        lambda q, call: role_resource(call, q.deletion_task_id.role_name),
        conditions=lambda q, _: {"ram:ServiceName": q.deletion_task_id.service},
        about="acs:ram:*:{AccountId}:role/{RoleName}",
    )


def created(call: Call, q: CreateServiceLinkedRoleRequest) -> Role:
    """Create a service's role.

    Raises:
        ApiError: one of :data:`CREATING`.
    """
    template = template_of(q.service_name)
    return call.txn.service_linked_roles.create(
        call.account, template, suffix=q.custom_suffix, description=q.description
    )


def deleted(call: Call, q: RoleRequest) -> str:
    """Delete a service's role; return the id of the task.

    Raises:
        ApiError: one of :data:`DELETING`.
    """
    role = call.txn.roles.get(call.account, q.role_name)
    return call.txn.service_linked_roles.delete(call.account, role.name, _service_of(role))


def _service_name(q: RoleRequest, call: Call) -> Mapping[str, str]:
    found = call.look(TRUSTED_ROLE, (call.account, q.role_name.lower()))
    if found is None or not found.role.service_linked:
        return {}
    return {"ram:ServiceName": _service_of(found.role)}


def _service_of(role: Role) -> str:
    """Return the service that a role trusts; "" if it trusts none."""
    (statement, *_) = parse(role.trust_document, DocumentKind.TRUST).statements
    return next(iter(statement.principals or ()), "")
