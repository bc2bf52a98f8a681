"""What a decision needs to know of the directory, in as few queries as possible.

Each answer carries the scopes it rests on (:mod:`daypass.directory.scopes`): keep it
until the feed names one of them. An absence is an answer too: the scope of what was
asked for is known to the asker (``scopes.access_key(id)``, ``scopes.role_name(...)``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from sqlalchemy import select

from daypass.directory import scopes, system
from daypass.directory.access_keys import SECRET_PLACE
from daypass.directory.key_policies import AllowList, allow_list
from daypass.directory.records import KeyStatus, PolicyType, Role
from daypass.directory.roles import COLUMNS
from daypass.directory.schema import (
    access_key_policies,
    access_keys,
    attachments,
    group_members,
    policies,
    policy_versions,
    roles,
    trust_bindings,
    user_groups,
    users,
)
from daypass.directory.settings import AccountKeyPolicy
from daypass.secret import Secret

if TYPE_CHECKING:
    from sqlalchemy import Row

    from daypass.directory.database import Transaction

_KEY: Final = (
    select(
        access_keys.c.sealed_secret,
        access_keys.c.status,
        access_keys.c.account_id,
        access_keys.c.user_id,
        users.c.name,
        access_key_policies.c.document,
    )
    .select_from(access_keys)
    .outerjoin(users, users.c.id == access_keys.c.user_id)
    .outerjoin(access_key_policies, access_key_policies.c.access_key_id == access_keys.c.id)
)

_USER_AND_GROUPS: Final = (
    select(
        users.c.account_id,
        users.c.name.label("user_name"),
        user_groups.c.id.label("group_id"),
        user_groups.c.name.label("group_name"),
    )
    .select_from(users)
    .outerjoin(group_members, group_members.c.user_id == users.c.id)
    .outerjoin(user_groups, user_groups.c.id == group_members.c.group_id)
)

_ATTACHED: Final = (
    select(
        attachments.c.principal_id,
        attachments.c.policy_type,
        attachments.c.policy_name,
        attachments.c.scope,
        policy_versions.c.number,
        policy_versions.c.document,
    )
    .select_from(attachments)
    .outerjoin(policies, policies.c.id == attachments.c.policy_id)
    .outerjoin(
        policy_versions,
        (policy_versions.c.policy_id == policies.c.id)
        & (policy_versions.c.number == policies.c.default_version),
    )
    .order_by(attachments.c.principal_id, attachments.c.policy_type, attachments.c.policy_name)
)

_ROLE_AND_BINDINGS: Final = (
    select(*COLUMNS, trust_bindings.c.principal, trust_bindings.c.principal_id)
    .select_from(roles)
    .outerjoin(trust_bindings, trust_bindings.c.role_id == roles.c.id)
)


class KeyHolder(Struct, frozen=True, gc=False):
    """An AccessKey and whose it is.

    Attributes:
        user_id: None for a key of the account itself (root).
        user_name: "" for root.
        allow_list: from where the key may be used; None for anywhere.
    """

    access_key_id: str
    secret: Secret
    status: KeyStatus
    account_id: str
    user_id: str | None
    user_name: str
    allow_list: AllowList | None
    depends_on: frozenset[str]

    @property
    def is_root(self) -> bool:
        """Whether the key is the account's own."""
        return self.user_id is None


class Grant(Struct, frozen=True, gc=False):
    """One attachment in force.

    Attributes:
        policy: the policy's name.
        owner: account id of a custom policy, ``system`` for a system policy.
        version: the default version, ``v1``, ``v2``, ...
        document: its text.
        entity: whom it is attached to: ``user/NAME``, ``group/NAME`` or ``role/NAME``.
        scope: account id, or resource group id.
    """

    policy: str
    policy_type: PolicyType
    owner: str
    version: str
    document: str
    entity: str
    scope: str


class Grants(Struct, frozen=True, gc=False):
    """Everything attached to a principal, its groups' included."""

    principal_id: str
    account_id: str
    attached: tuple[Grant, ...]
    depends_on: frozenset[str]


class AssumableRole(Struct, frozen=True, gc=False):
    """A role with what its trust policy's names stood for when it was saved.

    Attributes:
        bindings: principal as spelled in the document -> id of the user or role of the
            same account it named. A deleted and re-created namesake has another id.
    """

    role: Role
    bindings: Mapping[str, str]
    depends_on: frozenset[str]


def access_key(txn: Transaction, access_key_id: str) -> KeyHolder | None:
    """Return the holder of an AccessKey, or None if there is no such key."""
    statement = _KEY.where(access_keys.c.id == access_key_id)
    row = txn.first(statement)
    if row is None:
        return None
    sealed, status, account_id, user_id, user_name, own_policy = row
    accounts_policy = txn.settings.get(account_id, AccountKeyPolicy).document
    depends_on = {scopes.access_key(access_key_id), scopes.settings(account_id)}
    if user_id is not None:
        depends_on.add(scopes.user(user_id))
    return KeyHolder(
        access_key_id,
        Secret(txn.unseal(*SECRET_PLACE, access_key_id, sealed).decode()),
        status,
        account_id,
        user_id,
        user_name or "",
        allow_list(own_policy, accounts_policy),
        frozenset(depends_on),
    )


def grants_of_user(txn: Transaction, user_id: str) -> Grants | None:
    """Return what is attached to a user and its groups; None if the user is gone."""
    rows = txn.all(_USER_AND_GROUPS.where(users.c.id == user_id))
    if not rows:
        return None
    entities = {user_id: f"user/{rows[0].user_name}"}
    entities |= {row.group_id: f"group/{row.group_name}" for row in rows if row.group_id is not None}
    depends_on = {scopes.user(user_id)}
    depends_on |= {scopes.group(row.group_id) for row in rows if row.group_id is not None}
    return _grants(txn, user_id, rows[0].account_id, entities, depends_on)


def grants_of_role(txn: Transaction, role_id: str) -> Grants | None:
    """Return what is attached to a role; None if the role is gone."""
    row = txn.first(select(roles.c.account_id, roles.c.name).where(roles.c.id == role_id))
    if row is None:
        return None
    return _grants(txn, role_id, row.account_id, {role_id: f"role/{row.name}"}, {scopes.role(role_id)})


def role_by_name(txn: Transaction, account_id: str, name: str) -> AssumableRole | None:
    """Return the role of that name, ignoring case."""
    named = (roles.c.account_id == account_id, roles.c.name_key == name.lower())
    return _assumable(txn.all(_ROLE_AND_BINDINGS.where(*named)))


def role_by_id(txn: Transaction, role_id: str) -> AssumableRole | None:
    """Return the role of that id."""
    return _assumable(txn.all(_ROLE_AND_BINDINGS.where(roles.c.id == role_id)))


def resource_group_of(txn: Transaction, resource: str) -> str | None:
    """Return the id of the resource group a resource's ARN was put in."""
    return txn.resource_groups.of(resource)


def _assumable(rows: Sequence[Row[*tuple[Any, ...]]]) -> AssumableRole | None:
    if not rows:
        return None
    role = Role(*rows[0][:-2])
    bindings = {row[-2]: row[-1] for row in rows if row[-2] is not None}
    depends_on = frozenset((scopes.role(role.id), scopes.role_name(role.account_id, role.name)))
    return AssumableRole(role, bindings, depends_on)


def _grants(
    txn: Transaction, principal_id: str, account_id: str, entities: dict[str, str], depends_on: set[str]
) -> Grants:
    rows = txn.all(_ATTACHED.where(attachments.c.principal_id.in_(entities)))
    attached = [grant for row in rows if (grant := _grant(row, account_id, entities)) is not None]
    depends_on |= {scopes.policy(grant.owner, grant.policy) for grant in attached}
    return Grants(principal_id, account_id, tuple(attached), frozenset(depends_on))


def _grant(row: Row[*tuple[Any, ...]], account_id: str, entities: dict[str, str]) -> Grant | None:
    entity = entities[row.principal_id]
    if row.policy_type == "Custom":
        version = f"v{row.number}"
        return Grant(row.policy_name, "Custom", account_id, version, row.document, entity, row.scope)
    shipped = system.find(row.policy_name)
    if shipped is None:  # no longer shipped: it grants nothing
        return None
    return Grant(shipped.name, "System", system.OWNER, shipped.version, shipped.document, entity, row.scope)
