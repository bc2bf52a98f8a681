"""Which policy is attached to whom, for the whole account or for one resource group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import delete, func, literal, select

from daypass.directory import scopes, system
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
from daypass.directory.pages import NumberedPage, numbered
from daypass.directory.records import Attachment, PolicyType, PrincipalKind
from daypass.directory.schema import attachments, policies, resource_groups, roles, user_groups, users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import ColumnElement, Row, Select, Table

    from daypass.directory.context import Context
    from daypass.errors import ErrorCode


class _Kind(NamedTuple):
    table: Table
    missing: ErrorCode
    scope: Callable[[str], str]


KINDS: Final[dict[PrincipalKind, _Kind]] = {
    "User": _Kind(users, USER_MISSING, scopes.user),
    "Group": _Kind(user_groups, GROUP_MISSING, scopes.group),
    "Role": _Kind(roles, ROLE_MISSING, scopes.role),
}

_FULL: Final = (
    select(
        attachments.c.policy_type,
        attachments.c.policy_name,
        policies.c.description,
        policies.c.default_version,
        attachments.c.principal_kind,
        attachments.c.principal_id,
        func.coalesce(users.c.name, user_groups.c.name, roles.c.name, literal("")),
        func.coalesce(users.c.display_name, user_groups.c.comments, roles.c.description, literal("")),
        attachments.c.scope,
        attachments.c.attached_at,
    )
    .select_from(attachments)
    .outerjoin(policies, policies.c.id == attachments.c.policy_id)
    .outerjoin(users, users.c.id == attachments.c.principal_id)
    .outerjoin(user_groups, user_groups.c.id == attachments.c.principal_id)
    .outerjoin(roles, roles.c.id == attachments.c.principal_id)
)

_ORDER: Final = (
    attachments.c.policy_type,
    attachments.c.policy_name,
    attachments.c.principal_id,
    attachments.c.scope,
)


class _Policy(NamedTuple):
    type: PolicyType
    name: str
    id: str | None


class Attachments:
    """Attachments of all accounts.

    A scope is the account's id, for everything, or the id of a resource group; None
    stands for the account's.
    """

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def attach(
        self,
        account_id: str,
        kind: PrincipalKind,
        principal_name: str,
        policy_type: PolicyType,
        policy_name: str,
        *,
        scope: str | None = None,
    ) -> None:
        """Attach a policy.

        Raises:
            ApiError: in this order ``EntityNotExist.User`` (``.Group``, ``.Role``),
                ``EntityNotExist.Policy``, ``EntityNotExists.ResourceGroup``,
                ``NotSupport.ServiceLinkedRole``, ``EntityAlreadyExists.User.Policy``,
                ``LimitExceeded.User.Policy``.
        """
        context = self._context
        principal_id = self._principal_id(account_id, kind, principal_name)
        policy = self._policy(account_id, policy_type, policy_name)
        where = self._scope(account_id, scope)
        self._check_not_service_linked(principal_id, principal_name)
        if context.exists(attachments, *_one(principal_id, policy, where)):
            raise ATTACHMENT_EXISTS.of(kind)()
        self._check_quota(account_id, kind, principal_id, policy_type)
        values = {
            "principal_id": principal_id,
            "policy_type": policy.type,
            "policy_name": policy.name,
            "scope": where,
            "account_id": account_id,
            "principal_kind": kind,
            "policy_id": policy.id,
            "attached_at": context.now,
        }
        context.add(attachments, values)
        context.changed(KINDS[kind].scope(principal_id))

    def detach(
        self,
        account_id: str,
        kind: PrincipalKind,
        principal_name: str,
        policy_type: PolicyType,
        policy_name: str,
        *,
        scope: str | None = None,
    ) -> None:
        """Detach a policy.

        Raises:
            ApiError: ``EntityNotExist.User`` (``.Group``, ``.Role``), ``EntityNotExist.Policy``,
                ``EntityNotExists.ResourceGroup``, ``NotSupport.ServiceLinkedRole``,
                ``EntityNotExist.User.Policy``.
        """
        context = self._context
        principal_id = self._principal_id(account_id, kind, principal_name)
        policy = self._policy(account_id, policy_type, policy_name)
        where = self._scope(account_id, scope)
        self._check_not_service_linked(principal_id, principal_name)
        if not context.run(delete(attachments).where(*_one(principal_id, policy, where))):
            raise ATTACHMENT_MISSING.of(kind)()
        context.changed(KINDS[kind].scope(principal_id))

    def of_principal(
        self, account_id: str, kind: PrincipalKind, principal_name: str, *, scope: str | None = None
    ) -> tuple[Attachment, ...]:
        """Return what is attached to a principal itself, by policy; None is every scope.

        Raises:
            ApiError: ``EntityNotExist.User`` (``.Group``, ``.Role``).
        """
        principal_id = self._principal_id(account_id, kind, principal_name)
        return self._all(attachments.c.principal_id == principal_id, *_in_scope(scope))

    def of_policy(
        self, account_id: str, policy_type: PolicyType, policy_name: str, *, scope: str | None = None
    ) -> tuple[Attachment, ...]:
        """Return whom of an account a policy is attached to; None is every scope.

        Raises:
            ApiError: ``EntityNotExist.Policy``.
        """
        policy = self._policy(account_id, policy_type, policy_name)
        return self._all(*_of_policy(account_id, policy), *_in_scope(scope))

    def of_account(self, account_id: str) -> tuple[Attachment, ...]:
        """Return all attachments of an account, by policy."""
        return self._all(attachments.c.account_id == account_id)

    def numbered(
        self,
        account_id: str,
        *,
        policy_type: PolicyType | None = None,
        policy_name: str | None = None,
        kind: PrincipalKind | None = None,
        principal_name: str | None = None,
        scope: str | None = None,
        page: int = 1,
        size: int = 10,
    ) -> NumberedPage[Attachment]:
        """Return a page of an account's attachments by its number, from 1; None is any.

        ``principal_name`` counts only together with ``kind``.

        Raises:
            ApiError: ``EntityNotExist.User`` (``.Group``, ``.Role``).
        """
        where = [attachments.c.account_id == account_id, *_in_scope(scope)]
        if policy_type is not None:
            where.append(attachments.c.policy_type == policy_type)
        if policy_name is not None:
            where.append(func.lower(attachments.c.policy_name) == policy_name.lower())
        if kind is not None:
            where.append(attachments.c.principal_kind == kind)
            if principal_name is not None:
                principal_id = self._principal_id(account_id, kind, principal_name)
                where.append(attachments.c.principal_id == principal_id)
        found = numbered(self._context, _FULL, _ORDER, where, page=page, size=size)
        return NumberedPage(tuple(_attachment(row) for row in found.items), found.total)

    def _check_not_service_linked(self, principal_id: str, name: str) -> None:
        if self._context.exists(roles, roles.c.id == principal_id, roles.c.service_linked):
            raise SERVICE_LINKED(name=name)

    def _check_quota(
        self, account_id: str, kind: PrincipalKind, principal_id: str, policy_type: PolicyType
    ) -> None:
        limit = self._context.quotas(account_id).policies_per(kind, policy_type)
        of_type = (attachments.c.principal_id == principal_id, attachments.c.policy_type == policy_type)
        if self._context.count(attachments, *of_type) >= limit:
            raise TOO_MANY.of(f"{kind}.Policy")(limit=limit)

    def _principal_id(self, account_id: str, kind: PrincipalKind, name: str) -> str:
        table = KINDS[kind].table
        named = (table.c.account_id == account_id, table.c.name_key == name.lower())
        row = self._context.first(select(table.c.id).where(*named))
        if row is None:
            raise KINDS[kind].missing(name=name)
        return str(row[0])

    def _policy(self, account_id: str, policy_type: PolicyType, name: str) -> _Policy:
        if policy_type == "System":
            shipped = system.find(name)
            found = None if shipped is None else _Policy("System", shipped.name, None)
        else:
            named = (policies.c.account_id == account_id, policies.c.name_key == name.lower())
            row = self._context.first(select(policies.c.name, policies.c.id).where(*named))
            found = None if row is None else _Policy("Custom", row[0], row[1])
        if found is None:
            raise POLICY_MISSING(type=policy_type, name=name)
        return found

    def _scope(self, account_id: str, scope: str | None) -> str:
        if scope is None or scope == account_id:
            return account_id
        own = (resource_groups.c.id == scope, resource_groups.c.account_id == account_id)
        if not self._context.exists(resource_groups, *own):
            raise RESOURCE_GROUP_MISSING(group=scope)
        return scope

    def _all(self, *where: ColumnElement[bool]) -> tuple[Attachment, ...]:
        return self._read(_FULL.where(*where).order_by(*_ORDER))

    def _read(self, statement: Select[*tuple[Any, ...]]) -> tuple[Attachment, ...]:
        return tuple(_attachment(row) for row in self._context.all(statement))


def forget_scope(context: Context, scope: str) -> None:
    """Detach everything that held in a scope which ceases to be."""
    inside = attachments.c.scope == scope
    holders = select(attachments.c.principal_kind, attachments.c.principal_id).where(inside)
    touched: Iterable[Row[*tuple[Any, ...]]] = context.all(holders)
    context.changed(*(KINDS[kind].scope(principal_id) for kind, principal_id in touched))
    context.run(delete(attachments).where(inside))


def _one(principal_id: str, policy: _Policy, scope: str) -> tuple[ColumnElement[bool], ...]:
    return (
        attachments.c.principal_id == principal_id,
        attachments.c.policy_type == policy.type,
        attachments.c.policy_name == policy.name,
        attachments.c.scope == scope,
    )


def _of_policy(account_id: str, policy: _Policy) -> tuple[ColumnElement[bool], ...]:
    return (
        attachments.c.account_id == account_id,
        attachments.c.policy_type == policy.type,
        attachments.c.policy_name == policy.name,
    )


def _in_scope(scope: str | None) -> tuple[ColumnElement[bool], ...]:
    return () if scope is None else (attachments.c.scope == scope,)


def _attachment(row: Row[*tuple[Any, ...]]) -> Attachment:
    policy_type, name, description, number, *rest = row
    if policy_type == "System":
        shipped = system.find(name)
        known = ("", "") if shipped is None else (shipped.description, shipped.version)
        return Attachment(policy_type, name, *known, *rest)
    return Attachment(policy_type, name, description, f"v{number}", *rest)
