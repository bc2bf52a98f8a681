"""What begins with a text: names of everything an account has, and AccessKey ids, through their indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from sqlalchemy import Column, ColumnElement, Table, select

from daypass.directory.schema import (
    access_keys,
    oidc_providers,
    policies,
    resource_groups,
    roles,
    saml_providers,
    user_groups,
    users,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from daypass.directory.database import Transaction

Kind = Literal["User", "Group", "Role", "Policy", "ResourceGroup", "OIDCProvider", "SAMLProvider"]

_TABLES: Final[Mapping[Kind, Table]] = {
    "User": users,
    "Group": user_groups,
    "Role": roles,
    "Policy": policies,
    "ResourceGroup": resource_groups,
    "OIDCProvider": oidc_providers,
    "SAMLProvider": saml_providers,
}


_ALIKE: Final = 500
"""Ids of all accounts that are looked at: they are random, so few begin alike. Through the index of an
account all of its own would be."""


class Holder(NamedTuple):
    """An AccessKey's id, and the name of the user who has it; "" for the account's own."""

    access_key_id: str
    user_name: str


def names(txn: Transaction, kind: Kind, account_id: str, beginning: str, limit: int) -> tuple[str, ...]:
    """Return names of an account's own that begin with a text, ignoring case, in their order."""
    table = _TABLES[kind]
    found = (table.c.account_id == account_id, *_from(table.c.name_key, beginning.lower()))
    return tuple(
        row[0] for row in txn.all(select(table.c.name).where(*found).order_by(table.c.name_key).limit(limit))
    )


def ids(txn: Transaction, account_id: str, beginning: str, limit: int) -> tuple[tuple[str, str], ...]:
    """Return id and name of resource groups whose id begins with a text."""
    c = resource_groups.c
    rows = txn.all(
        select(c.account_id, c.id, c.name).where(*_from(c.id, beginning)).order_by(c.id).limit(_ALIKE)
    )
    return tuple((row[1], row[2]) for row in rows if row[0] == account_id)[:limit]


def keys(txn: Transaction, account_id: str, beginning: str, limit: int) -> tuple[Holder, ...]:
    """Return an account's AccessKeys whose id begins with a text; ids tell upper from lower case."""
    c = access_keys.c
    statement = (
        select(c.account_id, c.id, users.c.name)
        .select_from(access_keys)
        .outerjoin(users, users.c.id == c.user_id)
        .where(*_from(c.id, beginning))
        .order_by(c.id)
        .limit(_ALIKE)
    )
    return tuple(Holder(row[1], row[2] or "") for row in txn.all(statement) if row[0] == account_id)[:limit]


def _from(column: Column[Any], beginning: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of beginning with a text, as a range, so that an index finds it."""
    if not beginning:
        return ()
    return column >= beginning, column < beginning[:-1] + chr(ord(beginning[-1]) + 1)
