"""What a decision needs to know of the directory, in as few queries as possible.

Each answer carries the scopes it rests on (:mod:`daypass.directory.scopes`): keep it
until the feed names one of them. An absence is an answer too: the scope of what was
asked for is known to the asker (``scopes.access_key(id)``, ``scopes.role_name(...)``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from daypass.directory.records import KeyStatus, PolicyType, Role
from daypass.secret import Secret

if TYPE_CHECKING:
    from daypass.directory.database import Transaction


class KeyHolder(Struct, frozen=True, gc=False):
    """An AccessKey and whose it is.

    Attributes:
        user_id: None for a key of the account itself (root).
        user_name: "" for root.
    """

    access_key_id: str
    secret: Secret
    status: KeyStatus
    account_id: str
    user_id: str | None
    user_name: str
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
    raise NotImplementedError


def grants_of_user(txn: Transaction, user_id: str) -> Grants | None:
    """Return what is attached to a user and its groups; None if the user is gone."""
    raise NotImplementedError


def grants_of_role(txn: Transaction, role_id: str) -> Grants | None:
    """Return what is attached to a role; None if the role is gone."""
    raise NotImplementedError


def role_by_name(txn: Transaction, account_id: str, name: str) -> AssumableRole | None:
    """Return the role of that name, ignoring case."""
    raise NotImplementedError


def role_by_id(txn: Transaction, role_id: str) -> AssumableRole | None:
    """Return the role of that id."""
    raise NotImplementedError


def resource_group_of(txn: Transaction, resource: str) -> str | None:
    """Return the id of the resource group a resource's ARN was put in."""
    raise NotImplementedError
