"""Service-linked roles: made for one service from a template, and that service's to change.

A template says which service, what the role is called, and which system policy it has.
Templates ship with daypass, one data file each; a file says of which day it is and on
whose word. Source of the rules: RAM's page on service-linked roles.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import delete, select

from daypass.directory import system
from daypass.directory.errors import (
    DELETION_TASK_MISSING,
    DESCRIPTION_NOT_ALLOWED,
    LONG_SUFFIX,
    NOT_SERVICE_LINKED,
    SERVICE_MISSING,
    SUFFIX_NOT_ALLOWED,
)
from daypass.directory.roles import Roles
from daypass.directory.schema import attachments, role_deletions

if TYPE_CHECKING:
    from daypass.directory.context import Context
    from daypass.directory.records import Role

_FILES: Final = Path(__file__).with_name("service_linked_roles")
_LONGEST_NAME: Final = 64


class Template(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What a service's roles are made from.

    Attributes:
        service: its name, ``polardb.aliyuncs.com``.
        role_name_prefix: the role's name, without the suffix.
        policy: the system policy that the role has.
        multiple: whether an account may have several, told apart by suffixes.
        description: of a role without a suffix.
        as_of: the day of the source.
        source: where it was read.
        note: what is assumed.
    """

    service: str
    role_name_prefix: str
    policy: str
    multiple: bool
    description: str
    as_of: str
    source: str
    note: str


@cache
def templates() -> dict[str, Template]:
    """Return the templates by the names of their services."""
    read = [msgspec.json.decode(path.read_bytes(), type=Template) for path in _FILES.glob("*.json")]
    return {template.service: template for template in sorted(read, key=lambda each: each.service)}


def template_of(service: str) -> Template:
    """Return a service's template.

    Raises:
        ApiError: ``EntityNotExist.Service``.
    """
    template = templates().get(service)
    if template is None:
        raise SERVICE_MISSING(service=service)
    return template


class ServiceLinkedRoles:
    """The service-linked roles of all accounts, which are roles like the others for whoever reads."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context
        self._roles: Final = Roles(context)

    def create(
        self,
        account_id: str,
        template: Template,
        *,
        suffix: str | None = None,
        description: str | None = None,
    ) -> Role:
        """Create a service's role; only the service may assume it.

        Raises:
            ApiError: ``InvalidParameter.CustomSuffix.NotAllowed``, ``.Length``,
                ``InvalidParameter.Description.NotAllowed``, ``EntityAlreadyExists.Role``,
                ``LimitExceeded.Role``.
        """
        if suffix is not None and not template.multiple:
            raise SUFFIX_NOT_ALLOWED(service=template.service)
        if description is not None and suffix is None:
            raise DESCRIPTION_NOT_ALLOWED()
        name = template.role_name_prefix if suffix is None else f"{template.role_name_prefix}_{suffix}"
        if len(name) > _LONGEST_NAME:
            raise LONG_SUFFIX(least=1, most=_LONGEST_NAME - len(template.role_name_prefix) - 1)
        role = self._roles.create(
            account_id,
            name,
            _trust(template.service),
            trusted=(),
            description=template.description if description is None else description,
            service_linked=True,
        )
        self._attach(role, template.policy)
        return role

    def _attach(self, role: Role, policy: str) -> None:
        shipped = system.find(policy)
        if shipped is None:
            raise LookupError(f"a template names the policy {policy}, which does not ship")
        values = {
            "principal_id": role.id,
            "policy_type": "System",
            "policy_name": shipped.name,
            "scope": role.account_id,
            "account_id": role.account_id,
            "principal_kind": "Role",
            "policy_id": None,
            "attached_at": self._context.now,
        }
        self._context.add(attachments, values)

    def delete(self, account_id: str, name: str, service: str) -> str:
        """Delete a service's role; return the id of the task that did it.

        Raises:
            ApiError: ``EntityNotExist.Role``, ``EntityNotExist.ServiceLinkedRole``.
        """
        context = self._context
        role = self._roles.get(account_id, name)
        if not role.service_linked:
            raise NOT_SERVICE_LINKED(name=role.name)
        context.run(delete(attachments).where(attachments.c.principal_id == role.id))
        self._roles.remove(role)
        task = UUID(bytes=context.entropy(16), version=4)
        task_id = f"task/acs-service-role/{service}/{role.name}/{task}"
        context.add(role_deletions, {"id": task_id, "account_id": account_id, "deleted_at": context.now})
        return task_id

    def deleted_at(self, account_id: str, task_id: str) -> int:
        """Return when a deletion task was done, which is when it was asked for.

        Raises:
            ApiError: ``EntityNotExist.ServiceLinkedRole.DeletionTask``.
        """
        own = (role_deletions.c.id == task_id, role_deletions.c.account_id == account_id)
        row = self._context.first(select(role_deletions.c.deleted_at).where(*own))
        if row is None:
            raise DELETION_TASK_MISSING()
        return int(row[0])


def _trust(service: str) -> str:
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": [service]}}
    return json.dumps({"Statement": [statement], "Version": "1"}, separators=(",", ":"))
